"""Evaluations of saved agents: those that are kept, and one that runs as a process of its own."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, QProcess, Qt, Signal

from core.agent_config import EvaluateConfig
from core.agents.recording import Recording, read_recordings
from core.errors import InputError
from gui.messages import without_flag

MAIN = Path(__file__).resolve().parents[1] / "main.py"
EPISODES_NAME = "episodes.jsonl"
_NICENESS = 10  # the game in the window comes first
_PROGRESS = re.compile(r"(\d+)/(\d+) \[")
_END_MS = 5000
Load = Callable[[Callable[[], Any], Callable[[Any], None]], None]


@dataclass(frozen=True, slots=True)
class Evaluation:
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


class Evaluations(QObject):
    """The window's thread only.

    Signals:
        changed: the list, the process or its progress.
        episodes_changed: the chosen evaluation or its episodes.

    Attributes:
        items: those that are kept, newest first.
        chosen: the one whose episodes are shown, None for none.
        episodes: its episodes.
        running: what is being evaluated, "" for nothing.
        done, total: episodes of it played and to be played; 0 before they are known.
        problem: why the last one failed, one sentence; "" when it did not.
    """

    changed = Signal()
    episodes_changed = Signal()
    _found = Signal(object)
    _read = Signal(object)

    def __init__(self, load: Load) -> None:
        """``load`` does something slow in another thread and calls back there."""
        super().__init__()
        self.items: list[Evaluation] = []
        self.chosen: Evaluation | None = None
        self.episodes: list[Recording] = []
        self.running, self.problem = "", ""
        self.done = self.total = 0
        self._load = load
        self._runs: tuple[Path, ...] = ()
        self._process: QProcess | None = None
        self._notes = ""
        self._wanted: Path | None = None
        queued = Qt.ConnectionType.QueuedConnection
        self._found.connect(self._keep, queued)
        self._read.connect(self._keep_episodes, queued)

    # Those that are kept

    def find(self, runs: Sequence[Path]) -> None:
        """Look for evaluations in run folders, in the background."""
        self._runs = tuple(runs)
        self._load(partial(find_evaluations, self._runs), self._found.emit)

    def _keep(self, items: list[Evaluation]) -> None:
        self.items = items
        wanted, self._wanted = self._wanted, None
        found = next((item for item in items if item.folder == wanted), None)
        if found is not None:
            self.choose(found)
        self.changed.emit()

    def choose(self, evaluation: Evaluation) -> None:
        """Show the episodes of an evaluation."""
        if evaluation != self.chosen:
            self.chosen, self.episodes = evaluation, []
            self._load(partial(_read_episodes, evaluation), self._read.emit)
            self.episodes_changed.emit()

    def _keep_episodes(self, result: tuple[Evaluation, list[Recording], str]) -> None:
        evaluation, episodes, problem = result
        if evaluation == self.chosen:
            self.episodes, self.problem = episodes, problem
            self.episodes_changed.emit()
            self.changed.emit()

    # One that runs

    def start(self, run: Path, checkpoint: str, config: EvaluateConfig, threads: int) -> None:
        """Evaluate a checkpoint of a run in the background; one at a time.

        Args:
            run: its folder, where the result is kept.
            checkpoint: "best" or a kept one.
            config: how.
            threads: processes that play; 0 for one a core.
        """
        if self._process is not None:
            return
        self.running, self.problem, self._notes = f"{run.name}, {checkpoint}", "", ""
        self.done = self.total = 0
        process = self._process = QProcess(self)
        process.setProgram(sys.executable)
        process.setArguments([str(MAIN), *evaluate_arguments(run, checkpoint, config, threads)])
        process.setWorkingDirectory(str(MAIN.parent))
        process.started.connect(self._lower)
        process.readyReadStandardError.connect(self._listen)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        process.start()
        self.changed.emit()

    def cancel(self) -> None:
        """End the one that runs; nothing of it is kept."""
        if self._process is not None:
            self.running = ""
            self._process.terminate()
            self.changed.emit()

    def close(self) -> None:
        """End it and wait for that."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.terminate()
            if not process.waitForFinished(_END_MS):
                process.kill()
                process.waitForFinished(_END_MS)

    def _lower(self) -> None:
        if self._process is not None:
            with contextlib.suppress(psutil.Error):
                psutil.Process(self._process.processId()).nice(
                    psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICENESS
                )

    def _listen(self) -> None:
        assert self._process is not None
        self._notes += bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        found = _PROGRESS.findall(self._notes)
        if found:
            self.done, self.total = (int(number) for number in found[-1])
        self._notes = self._notes[-4000:]  # its progress comes over and over
        self.changed.emit()

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.running, self._process = "", None
            self.problem = "the evaluation could not be started"
            self.changed.emit()

    def _finish(self, status: int) -> None:
        process, was_cancelled = self._process, not self.running
        self._process, self.running = None, ""
        if process is None:
            return
        self._notes += bytes(process.readAllStandardError().data()).decode("utf-8", "replace")
        if status == 0 and not was_cancelled:
            document = json.loads(bytes(process.readAllStandardOutput().data()))
            self._wanted = Path(document["kept_in"])
            self.find(self._runs)
        elif not was_cancelled:
            self.problem = _last_sentence(self._notes)
        process.deleteLater()
        self.changed.emit()


def evaluate_arguments(run: Path, checkpoint: str, config: EvaluateConfig, threads: int) -> list[str]:
    """The arguments of ``main.py`` for an evaluation."""
    arguments = ["--evaluate", str(run), "--json", "--checkpoint", checkpoint, "--level", config.level]
    arguments += ["--episodes", str(config.episodes), "--sticky", repr(config.sticky)]
    arguments += ["--epsilon", repr(config.epsilon), "--seed", str(config.seed), "--labels", config.labels]
    return arguments + (["--threads", str(threads)] if threads else [])


def find_evaluations(runs: Sequence[Path]) -> list[Evaluation]:
    """The evaluations in run folders, newest first; what cannot be read is none."""
    found = []
    for run in runs:
        for path in run.glob("evaluations/*/evaluation.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                document = json.loads(path.read_text(encoding="utf-8"))
                if {"x", "flags", "level", "episodes"} <= set(document):
                    found.append((path.stat().st_mtime, Evaluation(run.name, run, path.parent, document)))
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def _read_episodes(evaluation: Evaluation) -> tuple[Evaluation, list[Recording], str]:
    try:
        return evaluation, read_recordings(evaluation.folder / EPISODES_NAME), ""
    except InputError as error:
        return evaluation, [], str(error)


def _last_sentence(notes: str) -> str:
    """What the program said last."""
    lines = [line.strip() for line in re.split(r"[\r\n]", notes) if line.strip()]
    said = [line for line in lines if not _PROGRESS.search(line)]
    return without_flag(said[-1].removeprefix("main.py: ")) if said else "the evaluation has failed and gave no reason"
