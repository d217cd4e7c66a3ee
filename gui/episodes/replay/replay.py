"""A recorded episode replayed: its timeline, the moment that is shown, the process that plays it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording
from core.game.rom import Rom
from gui.kit.background import Background
from gui.kit.process_client import ProcessClient, Serve

if TYPE_CHECKING:  # these bring ONNX Runtime, which the window opens without
    from core.agents.episode_replay import ReplayedFrame, TimelineStep

_PLAY_INTERVAL = 33  # ms between two pictures while an episode runs by itself
_FRAMES_A_PICTURE = 2
_DIED = "the process that plays episodes again has ended; the next move along the episode begins another one"


class ReplayModel(QObject):
    """One episode at a time; the window's thread only.

    Signals:
        opened: another episode, or another agent is asked.
        timeline_grew: more steps are known.
        moment_changed: another moment is shown.
        changed: anything else.
        to_label: a moment that shall be labelled, a ``core.dataset.frozen_frame.FrozenFrame``.

    Attributes:
        recording: the episode, None before the first.
        title: its name.
        asked: whose Q-values are shown, None for nobody's.
        steps: what is known of its timeline.
        frames: index of its last frame, 0 before it is open.
        known: frames played again so far.
        engine: which engine plays it again, "" before it is open.
        other_engine: the one that was wished for in place of the recording's; "" for none.
        agent_problem: why the agent cannot be asked, one sentence; "" otherwise.
        difference: see ``EpisodeReplay``.
        moment: the moment shown, None before there is one.
        problem: why something cannot be done, one sentence; "" otherwise.
    """

    opened = Signal()
    timeline_grew = Signal()
    moment_changed = Signal()
    changed = Signal()
    to_label = Signal(object)

    def __init__(self, background: Background) -> None:
        super().__init__()
        self.recording: Recording | None = None
        self.title = ""
        self.asked: AgentChoice | None = None
        self.steps: list[TimelineStep] = []
        self.frames = self.known = 0
        self.engine = self.other_engine = self.agent_problem = ""
        self.difference: tuple[int, tuple[int, int], tuple[int, int]] | None = None
        self.moment: ReplayedFrame | None = None
        self.problem = ""
        self._rom: Rom | None = None
        self._token = 0
        self._process = ProcessClient(background, "episode replay", _find_serve)
        self._process.answered.connect(self._keep)
        self._process.died.connect(self._lose)
        self._is_lost = False
        self._wanted: int | None = None
        self._is_waiting = False
        self._branch: Callable[[bytes, float], object] | None = None
        self._timer = QTimer(self, interval=_PLAY_INTERVAL)
        self._timer.timeout.connect(self._play_on)

    # What is looked at

    def open(
        self,
        recording: Recording,
        title: str,
        rom: Rom,
        asked: AgentChoice | None = None,
        frame: int = 0,
        engine: str = "",
    ) -> None:
        """Replay an episode.

        Args:
            recording: the episode.
            title: its name.
            rom: the game.
            asked: whose Q-values to show.
            frame: which moment to show first.
            engine: which one plays it again, "" for that of the recording.
        """
        from core.agents.episode_replay_process import Open

        self.play(False)
        self.recording, self.title, self.asked, self._rom = recording, title, asked, rom
        self.steps, self.frames, self.known, self.engine = [], recording.frames, 0, ""
        self.difference, self.problem, self.agent_problem, self.other_engine = None, "", "", engine
        self._token += 1
        self._is_waiting = self._is_lost = False
        self._wanted, self._branch = None, None
        run, checkpoint, mapping = (None, "", None) if asked is None else (asked.run, asked.checkpoint, asked.mapping)
        self._process.send(Open(self._token, recording, rom, run, checkpoint, mapping, engine=engine))
        self.opened.emit()
        self.seek(frame)

    def ask(self, asked: AgentChoice | None) -> None:
        """Show another agent's Q-values of the same episode."""
        if self.recording is not None and self._rom is not None and asked != self.asked:
            self.open(self.recording, self.title, self._rom, asked, self.frame, self.other_engine)

    def play_on(self, engine: str) -> None:
        """Play the same episode again on another engine, to see whether and where it differs."""
        if self.recording is not None and self._rom is not None:
            other = "" if engine == self.recording.engine else engine
            if other != self.other_engine:
                self.open(self.recording, self.title, self._rom, self.asked, self.frame, other)

    @property
    def frame(self) -> int:
        """The frame that is shown, or wanted."""
        if self._wanted is not None:
            return self._wanted
        return 0 if self.moment is None else self.moment.frame

    @property
    def is_complete(self) -> bool:
        """Whether the whole timeline is known."""
        return self.recording is not None and self.known >= self.frames

    def seek(self, frame: int) -> None:
        """Show another moment; while one is on its way only the newest request counts."""
        if self.recording is None or self._reopen(frame):
            return
        self._wanted = min(max(frame, 0), self.frames)
        self._request()
        self.changed.emit()

    def _reopen(self, frame: int) -> bool:
        """Have another process replay the episode when the one that did has died; whether it had."""
        if not self._is_lost or self.recording is None or self._rom is None:
            return False
        plays = self.is_playing
        self.open(self.recording, self.title, self._rom, self.asked, frame, self.other_engine)
        self.play(plays)
        return True

    def _request(self) -> None:
        from core.agents.episode_replay_process import Seek

        if self._wanted is not None and not self._is_waiting:
            self._is_waiting = True
            self._process.send(Seek(self._wanted))

    # Running by itself

    @property
    def is_playing(self) -> bool:
        """Whether it runs by itself."""
        return self._timer.isActive()

    def play(self, on: bool) -> None:
        """Run by itself, or stop; from the end it begins anew."""
        if on and self.recording is not None and not self.is_playing:
            if self.frame >= self.frames:
                self.seek(0)
            self._timer.start()
        elif not on:
            self._timer.stop()
        self.changed.emit()

    def _play_on(self) -> None:
        if self._is_waiting:
            return  # as fast as moments come
        if self.frame >= self.frames:
            self.play(False)
        else:
            self.seek(self.frame + _FRAMES_A_PICTURE)

    # What can be done with a moment

    def branch(self, then: Callable[[bytes, float], object]) -> None:
        """Have the save state of the moment shown handed over, with the return up to it."""
        from core.agents.episode_replay_process import Branch

        if self.recording is not None:
            self.play(False)
            self._reopen(self.frame)
            self._branch = then
            self._process.send(Branch(self.frame))

    def label(self) -> None:
        """Have ``to_label`` emitted with the moment shown."""
        from core.agents.episode_replay_process import LabelRequest

        if self.recording is not None:
            self.play(False)
            self._reopen(self.frame)
            self._process.send(LabelRequest(self.frame))

    def close(self) -> None:
        """Show nothing more."""
        self._timer.stop()

    # Answers

    def _keep(self, answer: Any) -> None:
        from core.agents.episode_replay_process import Branched, Opened, ReplayFailed, Shown, Timeline, ToLabel

        if answer.token != self._token:
            return
        if isinstance(answer, Opened):
            self.engine, self.frames, self.agent_problem = answer.engine, answer.frames, answer.agent_problem
            self.changed.emit()
        elif isinstance(answer, Timeline):
            self.steps.extend(answer.steps)
            self.known, self.difference = answer.known, answer.difference
            self.timeline_grew.emit()
        elif isinstance(answer, Shown):
            self._show(answer.moment)
        elif isinstance(answer, Branched):
            if self._branch is not None:
                self._branch(answer.state, answer.total)
        elif isinstance(answer, ToLabel):
            self.to_label.emit(answer.moment)
        elif isinstance(answer, ReplayFailed):
            self._fail(answer.sentence)

    def _show(self, moment: ReplayedFrame) -> None:
        self.moment, self._is_waiting = moment, False
        if moment.frame == self._wanted:
            self._wanted = None
        self._request()
        self.moment_changed.emit()

    def _lose(self) -> None:
        self._is_lost = True
        self._fail(_DIED)

    def _fail(self, sentence: str) -> None:
        self._is_waiting, self._wanted = False, None
        self.play(False)
        self.problem = sentence
        self.changed.emit()


def _find_serve() -> Serve:
    from core.agents.episode_replay_process import serve

    return serve
