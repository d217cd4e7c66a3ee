"""The saved agents: which there are, which one is chosen, and the player made of it in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from core.agents.agent_choice import BEST, AgentChoice
from core.game.level import Level
from gui.agents.loader import FoundAgents, OpenAgent, PlayerChoice, checkpoints_of, find_agents, open_agent
from gui.game.agent_player import AgentPlayer
from gui.game.thread import GameState
from gui.kit.background import BackgroundJobs
from gui.kit.preferences import Preferences

T = TypeVar("T")
_SETTLE_MS = 300  # a folder that changes is read again once it has been quiet for so long


class AgentCatalog(QObject):
    """Lists, opens and remembers; the window's thread only.

    Signals:
        changed: any of the attributes.

    Attributes:
        items: names and run folders, None before they were first looked for.
        mappings: the same of mappings, which agents on gray pictures may see through.
        mapping: the run folder of the one that was chosen to see through, None for none.
        opened: the agent that is ready, None without one.
        is_opening: whether the chosen one is on its way.
        problem: why there is none, one sentence; "" otherwise.
        epsilon: share of random actions, 0 to 1; 0 at each start of the window.
    """

    changed = Signal()

    def __init__(self, settings: Preferences, folders: Sequence[Path], loading: BackgroundJobs) -> None:
        """``folders`` are looked through, and agents opened, by ``loading``."""
        super().__init__()
        self.folders = tuple(dict.fromkeys(path.resolve() for path in folders))
        self.items: list[tuple[str, Path]] | None = None
        self.mappings: list[tuple[str, Path]] = []
        self.mapping: Path | None = None
        self.opened: OpenAgent | None = None
        self.is_opening = False
        self.problem = ""
        self.epsilon = 0.0
        self.set_agent: Callable[[AgentPlayer | None, bool, Level | None], None] = lambda agent, plays, level: None
        self._settings = settings
        self._loading = loading
        self._checkpoints: dict[Path, list[str]] = {}
        self._observations: dict[Path, str] = {}
        self._state = GameState()
        self._wanted: PlayerChoice | None = None
        self._checkpoint = BEST
        self._is_asked = False
        self._plays = False
        self._level: Level | None = None
        self._watcher = QFileSystemWatcher(self)
        self._quiet = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._watcher.directoryChanged.connect(lambda _: self._quiet.start())
        self._quiet.timeout.connect(self.find)

    def close(self) -> None:
        """Watch no folder any more."""
        self._quiet.stop()
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())

    # What there is

    def in_background(self, look: Callable[[], T], then: Callable[[T], object]) -> None:
        """Look at files of agents, after what was asked before is done, and hand over what is found."""
        self._loading.load(look, then)

    def find(self, also: Path | None = None) -> None:
        """Look through the folders in the background, from now on through another one too: an experiment's."""
        if also is not None:
            self.folders = tuple(dict.fromkeys((*self.folders, also.resolve())))
        self._loading.load(partial(find_agents, self.folders), self._keep_items)

    def _keep_items(self, found: FoundAgents) -> None:
        self.items, self.mappings = found.items, found.mappings
        self._checkpoints, self._observations = found.checkpoints, found.observations
        if found.problem or not self.items:
            self.problem = found.problem
        self._watch()
        if self._is_asked:
            self._want()
        self.changed.emit()

    def _watch(self) -> None:
        wanted = {str(path) for path in self.folders if path.is_dir()}
        run = self.run
        if run is not None:
            wanted |= {str(path) for path in (run, run / "checkpoints") if path.is_dir()}
        watched = set(self._watcher.directories())
        if watched - wanted:
            self._watcher.removePaths(sorted(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(sorted(wanted - watched))

    def checkpoints_of(self, run: Path | None) -> list[str]:
        """Names of an agent's checkpoints as they were last seen, "best" first."""
        return [] if run is None else self._checkpoints.get(run, [])

    def sees_gray(self, run: Path | None) -> bool:
        """Whether an agent sees gray pictures, so that it can see through a mapping; False of one not looked at yet."""
        return run is not None and self._observations.get(run) == "gray"

    @property
    def seen_through(self) -> Path | None:
        """The mapping that the chosen agent sees through, None for none, and for all that do not see gray pictures."""
        return self.mapping if self.sees_gray(self.run) else None

    def look_for_checkpoints(self, run: Path) -> None:
        """Look for an agent's checkpoints again, in the background."""
        self._loading.load(partial(checkpoints_of, run), partial(self._keep_checkpoints, run))

    def _keep_checkpoints(self, run: Path, checkpoints: list[str]) -> None:
        if checkpoints != self._checkpoints.get(run):
            self._checkpoints[run] = checkpoints
            self.changed.emit()

    # What is chosen

    @property
    def name(self) -> str:
        """The chosen agent, the first one where none was chosen yet; "" without any."""
        wanted: str = self._settings.get("agent")
        names = [name for name, _ in self.items or []]
        if wanted in names or (self.opened is not None and self.opened.choice.name == wanted):
            return wanted
        return names[0] if names else ""

    @property
    def run(self) -> Path | None:
        """Its folder."""
        return dict(self.items or []).get(self.name)

    @property
    def checkpoint(self) -> str:
        """The chosen checkpoint."""
        return self._checkpoint

    @property
    def checkpoints(self) -> list[str]:
        """Those of the chosen agent, "best" first."""
        return self.checkpoints_of(self.run)

    @property
    def is_gone(self) -> bool:
        """Whether the folder of the agent at play has been taken away."""
        return self.opened is not None and self.items is not None and self.run is None

    @property
    def note(self) -> str:
        """What the user should know of the agent at play."""
        if self.is_gone:
            return "Its folder is gone; it plays on from memory until another agent is chosen."
        if self.opened is not None and self.opened.sees_sprites:
            return f"{self._state.engine} has no exact labels, so it sees classes by sprites."
        return ""

    def choose(
        self,
        name: str,
        plays: bool = True,
        checkpoint: str = BEST,
        level: Level | None = None,
        mapping: Path | None = None,
    ) -> None:
        """Take another agent, and let it play unless told otherwise: in a level and through a mapping, if given."""
        self._settings.set("agent", name)
        self._checkpoint, self._level, self.mapping = checkpoint, level, mapping
        self._wanted = None  # choosing the same one again reads its files again
        self._watch()
        if self.run is not None:
            self.look_for_checkpoints(self.run)
        self.open(plays=plays)

    def name_of(self, run: Path) -> str | None:
        """What the agent in a run folder is called here; None when it is not among them (any more)."""
        return next((name for name, path in self.items or [] if path.resolve() == run.resolve()), None)

    def name_on_gray(self) -> str:
        """The chosen agent if it sees gray pictures, else the first one that does; "" without any."""
        on_gray = [name for name, path in self.items or [] if self.sees_gray(path)]
        return self.name if self.name in on_gray else next(iter(on_gray), "")

    def take(self, asked: AgentChoice) -> bool:
        """Make a checkpoint of an agent ready; whoever plays goes on. False when its folder is not among them."""
        name = self.name_of(asked.run)
        if name is None:
            return False
        self.choose(name, plays=False, mapping=asked.mapping)
        self.choose_checkpoint(asked.checkpoint)
        return True

    def has_ready(self, asked: AgentChoice) -> bool:
        """Whether that checkpoint of that agent is the one that is ready."""
        if self.opened is None or self.is_opening:
            return False
        choice = self.opened.choice
        return _place(choice) == _place(asked)

    def choose_checkpoint(self, checkpoint: str) -> None:
        """Take another checkpoint of the same agent; whoever plays goes on."""
        self._checkpoint = checkpoint
        self.open(plays=self._state.player == "agent")

    def choose_mapping(self, mapping: Path | None) -> None:
        """Have the same agent see through a mapping, or as it is; whoever plays goes on."""
        self.mapping = mapping
        self.open(plays=self._state.player == "agent")

    def open(self, plays: bool = False) -> None:
        """Make the chosen agent ready, and let it play then if so wanted."""
        self._is_asked = True
        self._plays = plays
        if self.problem:
            self._wanted = None  # another try
        if self.items is None:
            self.find()
        self._want()
        self.changed.emit()

    def set_epsilon(self, epsilon: float) -> None:
        """Share of random actions from now on."""
        self.epsilon = epsilon
        if self.opened is not None:
            self.opened.agent_player.epsilon = epsilon
        self.changed.emit()

    # Opening

    def follow(self, state: GameState) -> None:
        """Another engine or ROM needs another player: what an agent sees depends on both."""
        before, self._state = self._state, state
        if before.player == "agent" and (before.has_exact_memory, before.rom) != (state.has_exact_memory, state.rom):
            self._plays = True  # it had to leave the controller, but nobody took it over
        if state.agent_problem and not before.agent_problem:
            self.opened, self._wanted, self.problem = None, None, state.agent_problem
            self._is_asked = False
            self.changed.emit()
        elif self._is_asked:
            self._want()

    def _want(self) -> None:
        run, rom = self.run, self._state.rom
        if run is None or rom is None:
            gone = self.opened.agent_player if self.is_gone and self.opened is not None else None
            if self._plays and gone is not None and gone.made_for == (self._state.has_exact_memory, rom):
                self._seat(gone)  # from memory
            elif gone is not None:
                self._plays = False
            return
        choice = PlayerChoice(
            AgentChoice(self.name, run, self._checkpoint, self.seen_through), (self._state.has_exact_memory, rom)
        )
        if choice == self._wanted:
            if self._plays and self.opened is not None and not self.is_opening:
                self._seat(self.opened.agent_player)
            return
        self._wanted = choice
        self.is_opening, self.problem = True, ""
        self._loading.load(partial(open_agent, choice, int(self._settings.get("seed"))), self._keep_agent)
        self.changed.emit()

    def _keep_agent(self, result: tuple[PlayerChoice, OpenAgent | None, str]) -> None:
        choice, opened, problem = result
        if choice != self._wanted:
            return  # another one was chosen meanwhile
        self.is_opening, self.opened, self.problem = False, opened, problem
        if opened is not None:
            opened.agent_player.epsilon = self.epsilon
        self._seat(None if opened is None else opened.agent_player)
        self.changed.emit()

    def _seat(self, agent_player: AgentPlayer | None) -> None:
        plays, level = self._plays, self._level
        self._plays, self._level = False, None
        self.set_agent(agent_player, plays, level)


def _place(choice: AgentChoice) -> tuple[Path, str, Path | None]:
    """Which one it is, however its folders are written."""
    return choice.run.resolve(), choice.checkpoint, None if choice.mapping is None else choice.mapping.resolve()
