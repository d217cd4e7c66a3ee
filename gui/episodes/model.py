"""Everything about episodes that were played: library, replay, evaluations, matches, and going on from a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording
from core.config.evaluate import EvaluateConfig
from core.game.level import Level
from gui.agents.catalog import AgentCatalog
from gui.episodes.evaluate.model import EvaluationsModel
from gui.episodes.replay.episode_library import EpisodeLibrary, title_of
from gui.episodes.replay.replay import ReplayModel
from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import MatchSide
from gui.game.players import Player
from gui.keys.keymap import Keymap
from gui.kit.background import Background, BackgroundJobs
from gui.kit.notices import Notices
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place


@dataclass(frozen=True, slots=True)
class _Branch:
    state: bytes
    level: Level
    player: Player
    asked: AgentChoice | None
    total: float


class EpisodesModel(QObject):
    """What the Episodes tab shows; the window's thread only.

    Attributes:
        episode_library: episodes at hand.
        replay: the one that is replayed.
        evaluations: of saved agents.
        match: two agents side by side.
    """

    def __init__(
        self,
        library: EpisodeLibrary,
        rom: Callable[[], str],
        game: GameControl,
        agents: AgentCatalog,
        keys: Keymap,
        navigator: Navigator,
        notices: Notices,
        background: Background,
        loading: BackgroundJobs,
    ) -> None:
        """``rom`` tells where the game lies that the window plays, "" for the packaged one."""
        super().__init__()
        self.episode_library = library
        self.replay = ReplayModel(background)
        self.evaluations = EvaluationsModel(rom, background, loading)
        self.match = MatchModel(background)
        self._game, self._agents, self._keys, self._navigator, self._notices = game, agents, keys, navigator, notices
        self._loading = loading
        self._waiting: _Branch | None = None
        self._given = background.in_window(self._look_at_play)
        agents.changed.connect(self._follow_agents)
        self.match.ended.connect(self._keep_match)

    def close(self) -> None:
        """Show nothing more."""
        self.match.close()
        self.replay.close()

    def _follow_agents(self) -> None:
        asked = None if self._waiting is None else self._waiting.asked
        if asked is None:
            return
        if self._agents.has_ready(asked):
            self._go_on()
        elif self._agents.problem and not self._agents.is_opening:
            self._waiting = None
            self._notices.tell(f"{asked.name} cannot play from here: {self._agents.problem}")

    # Looking back

    def replay_episode(self, recording: Recording, frame: int = 0, asked: AgentChoice | None = None) -> None:
        """Replay an episode from a frame; the agent beside the controller is asked unless one is given."""
        rom = self._game.state.rom
        if rom is None:
            self._notices.tell("no game is open; open a ROM first (Game > Open ROM…)")
            return
        opened = self._agents.opened
        if asked is None and opened is not None:
            asked = opened.choice
        self.replay.open(recording, title_of(recording), rom, asked, frame)
        self._navigator.show(Place.EPISODES)

    def replay_now(self) -> None:
        """Pause, and replay what was played until now."""
        self._game.give_episode(self._given)

    def _look_at_play(self, recording: Recording) -> None:
        shown = self.episode_library.session[0] if self.episode_library.session else None
        is_kept = shown is not None and (shown.end, shown.buttons) == (recording.end, recording.buttons)
        kept = shown if is_kept and shown is not None else self.episode_library.add(recording, is_played=True)
        self.replay_episode(kept, kept.frames)

    # Files

    def open_file(self, path: Path) -> None:
        """Have the episodes of a file at hand."""
        source = path.name if path.parent.name == "" else f"{path.parent.name}/{path.name}"
        library = self.episode_library
        self._loading.load(partial(library.read, path), lambda recordings: library.show(recordings, source))

    def save_file(self, path: Path, recording: Recording) -> None:
        """Write an episode into a file."""
        write = partial(self.episode_library.write, path, recording)
        self._loading.load(write, lambda _: self._notices.tell(f"saved {path}"))

    # Side by side

    def start_match(self, first: AgentChoice, second: AgentChoice, config: EvaluateConfig, noops: int) -> None:
        """Pause the game, and have two agents play side by side.

        Args:
            first, second: the agents.
            config, noops: as in ``core.agents.match.Match``.
        """
        state = self._game.state
        if state.rom is None:
            self._notices.tell("no game is open; open a ROM first (Ctrl+O)")
            return
        self._game.set_paused(True)
        self.match.start((first, second), config, noops, state.engine, state.rom)

    def _keep_match(self, recording: Recording, side: MatchSide) -> None:
        who = side.choice
        if who is not None:
            side.recording = self.episode_library.add(replace(recording, player=f"{who.who} ({who.checkpoint})"))

    def replay_match_side(self, side: int) -> None:
        """Replay the episode of one of the two."""
        recording, who = self.match.sides[side].recording, self.match.sides[side].choice
        if recording is not None and who is not None:
            self.replay_episode(recording, 0, who)

    # Going on

    def play_from_here(self, player: Player) -> None:
        """Bring the game to the moment shown; the agent that is asked, or a person, goes on from there."""
        recording, asked = self.replay.recording, self.replay.asked
        if recording is None:
            return
        level = Level.parse(recording.level)
        self.replay.branch(lambda state, total: self._branch(_Branch(state, level, player, asked, total)))

    def _branch(self, branch: _Branch) -> None:
        agents = self._agents
        self._waiting = branch
        asked = branch.asked if branch.player == "agent" else None
        if asked is None or agents.has_ready(asked):
            self._go_on()
        elif not agents.take(asked):  # else it goes on when the agent is there
            self._waiting = None
            self._notices.tell(f"{asked.name} cannot play from here: its folder is gone")

    def _go_on(self) -> None:
        branch, self._waiting = self._waiting, None
        if branch is not None:
            self._game.branch(branch.state, branch.level, branch.player, branch.total)
            self._navigator.show(Place.GAME)
            if branch.player == "person":
                deeds = self._keys.deeds({"pause": "goes on", "undo-load": "in the game goes back"})
                self._notices.tell(f"the game waits at this moment: {deeds}")
