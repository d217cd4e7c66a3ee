"""Evaluations of saved agents: those that are kept, and one that runs as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording, read_recordings
from core.config.evaluate import EvaluateConfig
from core.errors import InputError, sentence_of
from core.evaluation.files import DOCUMENT_NAME, EPISODES_NAME, read_evaluation
from core.locations import evaluation_folders, seen_at, whole_path
from core.runs.commands import Machine, evaluate_arguments
from gui.kit.background import Background, BackgroundJobs
from gui.kit.command_process import CommandProcess


@dataclass(frozen=True, slots=True)
class KeptEvaluation:
    """One that was kept.

    Attributes:
        agent: name of the run folder.
        run: the folder.
        folder: of the evaluation.
        document: its ``evaluation.json``.
    """

    agent: str
    run: Path
    folder: Path
    document: dict[str, Any]

    @property
    def mapping(self) -> Path | None:
        """Run folder of the mapping that the agent saw through; None for none."""
        text = self.document.get("mapping")
        return whole_path(seen_at(self.folder, text)) if text else None


class EvaluationsModel(QObject):
    """The window's thread only.

    Signals:
        changed: the list, or why an evaluation's episodes cannot be read.
        episodes_changed: the chosen evaluation or its episodes.

    Attributes:
        items: those that are kept, newest first.
        chosen: the one whose episodes are shown, None for none.
        episodes: its episodes.
        process: one that runs, or the last one.
        problem: why the chosen one's episodes cannot be read, one sentence; "" when they can.
        damaged: why one of those in the folders cannot be read, one sentence; "" when all can.
    """

    changed = Signal()
    episodes_changed = Signal()

    def __init__(self, rom: Callable[[], str], background: Background, loading: BackgroundJobs) -> None:
        """``rom`` tells where the game lies that the window plays; what is kept is read by ``loading``."""
        super().__init__()
        self.items: list[KeptEvaluation] = []
        self.chosen: KeptEvaluation | None = None
        self.episodes: list[Recording] = []
        self.process = CommandProcess(background.workers)
        self.problem = self.damaged = ""
        self._rom, self._loading = rom, loading
        self._runs: tuple[Path, ...] = ()
        self._wanted: Path | None = None
        self.process.answered.connect(self._take)

    # Those that are kept

    def find(self, runs: Sequence[Path]) -> None:
        """Look for evaluations in run folders, in the background."""
        self._runs = tuple(runs)
        self._loading.load(partial(find_evaluations, self._runs), self._keep)

    def _keep(self, result: tuple[list[KeptEvaluation], str]) -> None:
        self.items, self.damaged = result
        items = self.items
        wanted, self._wanted = self._wanted, None
        found = next((item for item in items if item.folder == wanted), None)
        if found is not None:
            self.choose(found)
        self.changed.emit()

    def choose(self, evaluation: KeptEvaluation) -> None:
        """Show the episodes of an evaluation."""
        if evaluation != self.chosen:
            self.chosen, self.episodes = evaluation, []
            self._loading.load(partial(_read_episodes, evaluation), self._keep_episodes)
            self.episodes_changed.emit()

    def _keep_episodes(self, result: tuple[KeptEvaluation, list[Recording], str]) -> None:
        evaluation, episodes, problem = result
        if evaluation == self.chosen:
            self.episodes, self.problem = episodes, problem
            self.episodes_changed.emit()
            self.changed.emit()

    # One that runs

    def start(self, choice: AgentChoice, config: EvaluateConfig, threads: int) -> None:
        """Evaluate an agent in the background; one at a time. The result is kept where ``evaluations_folder`` says.

        Args:
            choice: the agent.
            config: how.
            threads: processes that play; 0 for one a core.
        """
        machine = Machine(threads, self._rom())
        arguments = evaluate_arguments(config, choice.run, choice.checkpoint, machine=machine)
        self.process.start(f"{choice.name}, {choice.checkpoint}", arguments)

    def _take(self, document: dict[str, Any]) -> None:
        self._wanted = Path(document["kept_in"])
        self.find(self._runs)


def find_evaluations(runs: Sequence[Path]) -> tuple[list[KeptEvaluation], str]:
    """The evaluations in run folders, newest first; and a sentence on the first that cannot be read, "" otherwise."""
    found, problem = [], ""
    for run in runs:
        paths = (path for folder in evaluation_folders(run) for path in folder.glob(f"*/{DOCUMENT_NAME}"))
        for path in paths:
            try:
                kept = KeptEvaluation(run.name, run, path.parent, read_evaluation(path.parent))
                found.append((path.stat().st_mtime, kept))
            except (InputError, OSError) as error:
                problem = problem or sentence_of(error)
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])], problem


def _read_episodes(evaluation: KeptEvaluation) -> tuple[KeptEvaluation, list[Recording], str]:
    try:
        return evaluation, read_recordings(evaluation.folder / EPISODES_NAME), ""
    except InputError as error:
        return evaluation, [], str(error)
