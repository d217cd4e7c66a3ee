"""Two agents side by side: what each is at, how fast they are shown, the process in which they play."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.agents.agent_choice import AgentChoice
from core.config.evaluate import EvaluateConfig
from core.game.env.actions import FRAMES_PER_STEP
from core.game.rom import Rom
from gui.episodes.side_by_side.side import MatchSide, SidePicture, pictures_of
from gui.kit.background import Background
from gui.kit.clock import NES_RATE
from gui.kit.process_client import ProcessClient, Serve

_AHEAD = 4  # steps that wait to be shown: on a busy machine some take longer to play than to show
_LATE = 0.25  # seconds behind after which lost time is not made up for
_DIED = "the process in which they played has ended; start them again"


class MatchModel(QObject):
    """The window's thread only.

    Signals:
        changed: it begins, pauses, ends, fails, or another speed.
        shown: other pictures.
        stepped: other numbers, after each agent step.
        ended: an episode, with its side.

    Attributes:
        sides: the two.
        config, noops: as in ``core.agents.match.Match``; of the present match.
        is_playing: whether they play by themselves; a pause otherwise.
        is_loading: whether they are on their way to the start.
        speed: times the console's, None for as fast as they play.
        frames: of the game shown since the start.
        problem: why they cannot play, one sentence; "" otherwise.
    """

    changed = Signal()
    shown = Signal()
    stepped = Signal()
    ended = Signal(object, object)

    def __init__(self, background: Background) -> None:
        super().__init__()
        self.sides = [MatchSide(), MatchSide()]
        self.config, self.noops = EvaluateConfig(), 0
        self.is_playing = self.is_loading = False
        self.speed: float | None = 1.0
        self.frames = 0
        self.problem = ""
        self._again: Callable[[], None] | None = None
        self._token = 0
        self._has_begun = self._is_waiting = False
        self._pictures: deque[tuple[SidePicture, SidePicture]] = deque()
        self._due = 0.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._show_due)
        self._process = ProcessClient(background, "match", _find_serve)
        self._process.answered.connect(self._keep)
        self._process.died.connect(lambda: self._fail(_DIED))

    def close(self) -> None:
        """Show nothing more."""
        self._timer.stop()

    # What the user does

    def start(
        self,
        choices: tuple[AgentChoice, AgentChoice],
        config: EvaluateConfig,
        noops: int,
        engine: str,
        rom: Rom,
    ) -> None:
        """Have two agents play.

        Args:
            choices: who.
            config, noops: as in ``core.agents.match.Match``.
            engine, rom: the game.
        """
        from core.agents.match_process import Begin

        self._again = lambda: self.start(choices, config, noops, engine, rom)
        self.config, self.noops = config, noops
        self.sides = [MatchSide(choice) for choice in choices]
        self.problem, self.frames = "", 0
        self.is_playing = self.is_loading = self._is_waiting = True
        self._has_begun = False
        self._pictures.clear()
        self._token += 1
        self._process.send(Begin(self._token, choices, config, noops, engine, rom))
        self.shown.emit()
        self.stepped.emit()
        self.changed.emit()

    def restart(self) -> None:
        """The same two from the same start; nothing before the first match, and while they are on their way there."""
        if self._again is not None and not self.is_loading:
            self._again()

    def play(self, on: bool) -> None:
        """Go on, or pause."""
        self.is_playing = on and self.can_play
        self._timer.stop()
        if self.is_playing:
            self._due = time.perf_counter()
            self._show_due()
        self.changed.emit()

    def advance(self) -> None:
        """Pause, and show the next agent step."""
        if self.can_play:
            self.play(False)
            for _ in range(FRAMES_PER_STEP):
                if self._pictures and self._show_next():
                    break
            self._request()

    def set_speed(self, speed: float | None) -> None:
        """Times the console's, None for as fast as they play."""
        self.speed = speed
        self.changed.emit()

    @property
    def can_restart(self) -> bool:
        """Whether there was a match before."""
        return self._again is not None

    @property
    def is_over(self) -> bool:
        """Whether both episodes have ended and that is shown."""
        return all(side.step is not None and side.step.end for side in self.sides)

    @property
    def can_play(self) -> bool:
        """Whether there is anything to go on with."""
        return self._has_begun and not self.is_over and not self.problem

    # Time

    def _show_due(self) -> None:
        """Show what is due, and come back when the next one is."""
        if not self._pictures:
            return  # the next step's arrival goes on
        frames = self._pictures[0][0].frames
        self._show_next()
        self._request()
        if not self.can_play:
            self.play(False)
            return
        now = time.perf_counter()
        self._due = now if self.speed is None else max(self._due + frames / (NES_RATE * self.speed), now - _LATE)
        if self._pictures:
            self._timer.start(max(round((self._due - now) * 1000), 0))

    def _show_next(self) -> bool:
        """Show the next pictures; whether they are the last ones of their step."""
        pictures = self._pictures.popleft()
        self.frames += pictures[0].frames
        for side, picture in zip(self.sides, pictures, strict=True):
            side.show(picture)
            if picture.is_last and picture.step is not None and picture.step.recording is not None:
                self.ended.emit(picture.step.recording, side)
        self.shown.emit()
        if pictures[0].is_last:
            self.stepped.emit()
        return pictures[0].is_last

    # The process

    def _request(self) -> None:
        """Ask for another step when few are left."""
        from core.agents.match_process import StepRequest

        if not self._is_waiting and self._has_begun and len(self._pictures) < _AHEAD * self._keep_frames:
            self._is_waiting = True
            self._process.send(StepRequest(self._keep_frames))

    @property
    def _keep_frames(self) -> int:
        """Pictures of a step that are shown: at most 60 a second."""
        return 1 if self.speed is None else max(round(FRAMES_PER_STEP / max(self.speed, 1)), 1)

    def _keep(self, answer: Any) -> None:
        from core.agents.match_process import Begun, MatchFailed, Stepped

        if answer.token != self._token:
            return
        if isinstance(answer, MatchFailed):
            self._fail(answer.sentence)
        elif isinstance(answer, Begun):
            self._begin(answer)
        elif isinstance(answer, Stepped):
            self._is_waiting = False
            was_empty = not self._pictures
            self._pictures.extend(pictures_of(answer.steps))
            self._request()
            if was_empty and self.is_playing:
                self._timer.start(max(round((self._due - time.perf_counter()) * 1000), 0))

    def _begin(self, begun: Any) -> None:
        self.is_loading = self._is_waiting = False
        self._has_begun = True
        for side, sees, step in zip(self.sides, begun.sees, begun.steps, strict=True):
            side.sees, side.step, side.frame = sees, step, step.frames[-1]
        self._request()
        self.shown.emit()
        self.stepped.emit()
        self.play(self.is_playing)

    def _fail(self, sentence: str) -> None:
        self.is_playing = self.is_loading = self._has_begun = self._is_waiting = False
        self._timer.stop()
        self._pictures.clear()
        self.problem = sentence
        self.changed.emit()


def _find_serve() -> Serve:
    from core.agents.match_process import serve

    return serve
