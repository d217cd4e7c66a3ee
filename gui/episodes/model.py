"""Everything about episodes that were played: the shelf, the scrubber, evaluations, and going on from a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording
from core.config.evaluate import EvaluateConfig
from core.game.level import Level
from gui.agents.loader import checkpoints_of
from gui.episodes.evaluate.model import Evaluations, Load
from gui.episodes.replay.library import Shelf, title_of
from gui.episodes.replay.replay import Scrubber
from gui.episodes.side_by_side.match import Duel
from gui.episodes.side_by_side.side import Side
from gui.game.players import Player

if TYPE_CHECKING:
    from gui.workbench import Session


@dataclass(frozen=True, slots=True)
class _Branch:
    state: bytes
    level: Level
    player: Player
    asked: AgentChoice | None


class Past(QObject):
    """What the Episodes tab shows; the window's thread only.

    Signals:
        wanted: the tab shall be seen.
        left: the game shall be seen, for play goes on there.

    Attributes:
        shelf: episodes at hand.
        scrubber: the one that is looked back over.
        evaluations: of saved agents.
        duel: two agents side by side.
    """

    wanted = Signal()
    left = Signal()
    _given = Signal(object)

    def __init__(self, session: Session, load: Load) -> None:
        """``load`` does something slow in another thread and calls back there."""
        super().__init__()
        self.shelf = Shelf()
        self.scrubber = Scrubber()
        self.evaluations = Evaluations(load)
        self.duel = Duel()
        self._session = session
        self._waiting: _Branch | None = None
        self._given.connect(self._look_at_play, Qt.ConnectionType.QueuedConnection)
        session.agents.changed.connect(self._follow_agents)
        self.scrubber.to_label.connect(session.labelling.label_moment)
        self.duel.ended.connect(self._keep_duel)

    def close(self) -> None:
        """End all processes."""
        self.duel.close()
        self.evaluations.close()
        self.scrubber.close()

    def _follow_agents(self) -> None:
        opened = self._session.agents.opened
        self.shelf.agent_name = "" if opened is None else f"{opened.choice.name} ({opened.choice.checkpoint})"
        if self._waiting is not None and opened is not None and not self._session.agents.is_opening:
            self._go_on()

    # Looking back

    def look_back(self, recording: Recording, frame: int = 0, asked: AgentChoice | None = None) -> None:
        """Look back over an episode from a frame; the agent beside the controller is asked unless one is given."""
        rom = self._session.state.rom
        if rom is None:
            self._session.notice.emit("no game is open; open a ROM first (Game > Open ROM…)")
            return
        opened = self._session.agents.opened
        if asked is None and opened is not None:
            asked = opened.choice
        self.scrubber.open(recording, title_of(recording), rom, asked, frame)
        self.wanted.emit()

    def look_back_now(self) -> None:
        """Pause, and look back over what was played until now."""
        self._session.post(lambda thread: thread.give_episode(self._given.emit))

    def _look_at_play(self, recording: Recording) -> None:
        shown = self.shelf.session[0] if self.shelf.session else None
        is_kept = shown is not None and (shown.end, shown.buttons) == (recording.end, recording.buttons)
        kept = shown if is_kept and shown is not None else self.shelf.add(recording)
        self.look_back(kept, kept.frames)

    def checkpoints(self, run: Path) -> list[str]:
        """Names of the networks of an agent's run, "best" first."""
        return checkpoints_of(run)[1]

    # Side by side

    def start_duel(self, first: AgentChoice, second: AgentChoice, config: EvaluateConfig, noops: int) -> None:
        """Pause the game, and have two agents play side by side.

        Args:
            first, second: the agents.
            config, noops: as in ``core.agents.match.Duel``.
        """
        state = self._session.state
        if state.rom is None:
            self._session.notice.emit("no game is open; open a ROM first (Ctrl+O)")
            return
        self._session.set_paused(True)
        self.duel.start((first, second), config, noops, state.engine, state.rom)

    def _keep_duel(self, recording: Recording, side: Side) -> None:
        who = side.contestant
        if who is not None:
            side.recording = self.shelf.add(replace(recording, player=f"{who.name} ({who.checkpoint})"))

    def look_back_at_duel(self, side: int) -> None:
        """Look back over the episode of one of the two."""
        recording, who = self.duel.sides[side].recording, self.duel.sides[side].contestant
        if recording is not None and who is not None:
            self.look_back(recording, 0, who)

    # Going on

    def play_from_here(self, player: Player) -> None:
        """Bring the game to the moment shown; the agent that is asked, or a person, goes on from there."""
        recording, asked = self.scrubber.recording, self.scrubber.asked
        if recording is None:
            return
        level = Level.parse(recording.level)
        self.scrubber.branch(lambda state: self._branch(_Branch(state, level, player, asked)))

    def _branch(self, branch: _Branch) -> None:
        agents = self._session.agents
        self._waiting = branch
        asked = branch.asked if branch.player == "agent" else None
        if asked is None or (agents.opened is not None and agents.opened.choice == asked):
            self._go_on()
        else:
            agents.take(asked.name, asked.checkpoint)  # it goes on when the agent is there

    def _go_on(self) -> None:
        branch, self._waiting = self._waiting, None
        if branch is not None:
            self._session.post(lambda thread: thread.branch(branch.state, branch.level, branch.player))
            self.left.emit()
            if branch.player == "person":
                deeds = self._session.keys.deeds({"pause": "goes on", "undo-load": "in the game goes back"})
                self._session.notice.emit(f"the game waits at this moment: {deeds}")
