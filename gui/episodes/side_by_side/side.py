"""One of two agents that play side by side, as it is shown; and who of them is ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording
from core.frame import Frame
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from gui.game.agent_player import Decision, QValues
from gui.kit.clock import NES_RATE

if TYPE_CHECKING:  # these bring ONNX Runtime, which the window opens without
    from core.agents.match import MatchStep

NAMES = ("A", "B")
TRACE = 150  # steps, ten seconds
_NOTHING = np.zeros(0, np.uint8)


@dataclass(slots=True)
class MatchSide:
    """One of the two, as it is shown.

    Attributes:
        choice: who; None before the first match.
        sees: what, as in ``core.agents.match_process.Begun``.
        step: its last agent step; None before the start.
        frame: the picture.
        decision: Q-values and action of the step that is shown.
        trace: Q-values of late, float32 (5,) each.
        recording: its episode once it has ended.
    """

    choice: AgentChoice | None = None
    sees: str = ""
    step: MatchStep | None = None
    frame: Frame | None = None
    decision: Decision | None = None
    trace: deque[QValues] = field(default_factory=lambda: deque(maxlen=TRACE))
    recording: Recording | None = None

    @property
    def lately(self) -> QValues:
        """The trace, float32 (steps, 5)."""
        return np.array(self.trace, np.float32).reshape(-1, len(ACTIONS))

    def show(self, picture: SidePicture) -> None:
        """Go on to a picture."""
        step = picture.step
        if step is None:
            return  # it has ended before
        self.frame = picture.frame
        if step.q_values is not None and (self.decision is None or self.decision.q_values is not step.q_values):
            self.decision = Decision(step.q_values, step.action, step.is_random, _NOTHING)
            self.trace.append(step.q_values)
        if picture.is_last:
            self.step, self.recording = step, step.recording


@dataclass(frozen=True, slots=True)
class SidePicture:
    """A frame of a step.

    Attributes:
        step: the step; None for one whose episode has ended before.
        frame: the picture.
        frames: of the game that it stands for.
        is_last: whether its step ends with it.
    """

    step: MatchStep | None
    frame: Frame | None
    frames: int
    is_last: bool


def pictures_of(steps: tuple[MatchStep | None, MatchStep | None]) -> Iterator[tuple[SidePicture, SidePicture]]:
    """What is shown of a step, one after the other."""
    count = max(len(step.frames) for step in steps if step is not None)
    for number in range(count):
        first, second = (
            SidePicture(
                step, None if step is None else step.frames[number], FRAMES_PER_STEP // count, number == count - 1
            )
            for step in steps
        )
        yield first, second


def verdict(first: MatchStep, second: MatchStep) -> str:
    """Who is ahead, or has won, in a sentence."""
    if first.end and second.end:
        return _result(first, second)
    if first.area != second.area:
        return _areas_apart(first, second, "is ahead", "they are in different areas")
    difference = first.x - second.x
    if not difference:
        return "side by side"
    return f"{NAMES[difference < 0]} is ahead by {_pixels(difference)}"


def _result(first: MatchStep, second: MatchStep) -> str:
    """A flag wins, the sooner one of two; without one, the greater x, or progress where x is of two areas."""
    flags = [step.end == "flag" for step in (first, second)]
    if flags[0] != flags[1]:
        return f"{NAMES[flags[1]]} has won: it reached the flag"
    if all(flags):
        steps = first.steps - second.steps
        seconds = abs(steps) * FRAMES_PER_STEP / NES_RATE
        return f"{NAMES[steps > 0]} has won by {seconds:.1f} s" if steps else "a draw: both reached the flag together"
    if first.area != second.area:
        return _areas_apart(first, second, "has come further", "they ended in different areas")
    difference = first.x - second.x
    return f"{NAMES[difference < 0]} has come further, by {_pixels(difference)}" if difference else "a draw"


def _areas_apart(first: MatchStep, second: MatchStep, words: str, otherwise: str) -> str:
    """Who has the greater progress, where x tells nothing: it begins anew in each area."""
    ahead, behind = max(first.progress, second.progress), min(first.progress, second.progress)
    if ahead == behind:  # a bonus room, say
        return otherwise
    return f"{NAMES[first.progress < second.progress]} {words}: {ahead:.0%} of the way, the other {behind:.0%}"


def _pixels(difference: int) -> str:
    return f"{abs(difference):,} pixel{'' if abs(difference) == 1 else 's'}"
