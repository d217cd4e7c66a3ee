"""What the window shows of a run: its curves, and on the Play tab its agent in a level of its own, or its network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.agents.agent_choice import BEST
from core.config.ddqn import DdqnConfig
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.game.level import Level, parse_levels
from core.runs.run_folder import RunFolder
from core.runs.state import ACTIVE, observe
from gui.agents.catalog import AgentCatalog
from gui.agents.loader import checkpoints_of
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview


@dataclass(frozen=True, slots=True)
class Watchable:
    """What there is of a run to watch.

    Attributes:
        kind: of the run, as after ``--train``.
        checkpoint: of an agent: the best one of a run that is done, else the newest.
        levels: that the agent is trained on, or whose pictures the mapping maps.
        problem: why there is nothing, one sentence; "" otherwise.
    """

    kind: str = ""
    checkpoint: str = BEST
    levels: tuple[Level, ...] = ()
    problem: str = ""


class RunShows:
    """Leads from a run's folder to the tabs that show it."""

    def __init__(self, game: GameControl, preview: Preview, agents: AgentCatalog, navigator: Navigator) -> None:
        self._game, self._preview, self._agents, self._navigator = game, preview, agents, navigator

    def show_curves(self, run: Path) -> None:
        """Choose it on the Runs tab."""
        self._navigator.show_run(run)

    def watch(self, run: Path, tell: Callable[[str], object]) -> None:
        """Show it at work on the Play tab; ``tell`` gets the sentence on why that cannot be.

        Its agent plays, or its network segments. Through a mapping the chosen agent plays, or the first one that sees
        gray pictures. The game goes on, if it was paused.
        """
        # By the same worker, before: it may have written its first network since, or be an experiment's trial.
        self._agents.find(run.parent)
        self._preview.find_networks(run.parent)
        self._agents.in_background(partial(look_at, run), partial(self._show, run.parent.resolve() / run.name, tell))

    def _show(self, run: Path, tell: Callable[[str], object], what: Watchable) -> None:
        agents = self._agents
        names = {path: name for name, path in [*(agents.items or []), *agents.mappings, *self._preview.networks]}
        mapping = run if what.kind == MappingConfig.kind else None
        if what.problem or run not in names:
            tell(what.problem or f"{run.name}: it has gone")
            return
        name, checkpoint = names[run], what.checkpoint
        if mapping is not None:
            name = agents.name_on_gray()
            checkpoint = agents.checkpoint if name == agents.name else BEST
        if not name:
            tell(f"{run.name}: no agent on gray pictures is here to see through it")
            return
        self._navigator.show(Place.PLAY)
        if what.levels:
            self._navigator.show(Place.AGENT)  # first: the page makes an agent ready when shown, and none plays then
            level = self._game.state.level
            own = level if level in what.levels else what.levels[0]
            agents.set_epsilon(0.0)  # what another one was tried with tells nothing of this one
            agents.choose(name, checkpoint=checkpoint, level=own, mapping=mapping)
        else:
            self._preview.set_network(name)
        self._game.set_paused(False)


def look_at(run: Path) -> Watchable:
    """What there is of a run to watch; reads its files."""
    folder = RunFolder(run)
    try:
        kind = folder.kind
        levels: tuple[Level, ...] = ()
        if kind == MappingConfig.kind:
            levels = parse_levels(folder.config(MappingConfig).from_levels)
        elif kind == DdqnConfig.kind:
            levels = parse_levels(folder.config(DdqnConfig).level)
    except InputError as error:
        return Watchable(problem=str(error))
    state = observe(run).state
    files = {folder.model_path: BEST} if folder.model_path.is_file() else {}
    if kind == DdqnConfig.kind:
        files |= {folder.checkpoints.folder / f"{name}.onnx": name for name in checkpoints_of(run) if name != BEST}
    if folder.model_path not in files:
        return Watchable(problem=f"{run.name}: {_why_none(folder, state)}")
    newest = BEST if state == "done" else files[max(files, key=lambda path: path.stat().st_mtime)]
    return Watchable(kind, newest, levels)


def _why_none(folder: RunFolder, state: str) -> str:
    if state in ACTIVE and folder.kind == MappingConfig.kind:
        return "it has no network to see through yet; that comes at its end"
    if state in ACTIVE:
        return "it has no network to watch yet; the first comes with its first evaluation"
    if folder.weights_path.is_file() or any(folder.checkpoints.folder.glob("*.safetensors")):
        return "it ended before its first network was exported, so there is none to watch; Resume goes on"
    return "its weights are not here, only its curves and evaluations, so there is nothing to watch"
