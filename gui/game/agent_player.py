"""A saved agent at the controller: it looks every fourth frame, whoever plays, so that it can take over at any time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.frame import FRAMES_PER_SECOND, Snapshot
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP, NO_ACTION, nearest_action
from core.game.rom import Rom

TRACE_SECONDS = 10.0  # of the game's time
STEPS_PER_SECOND = FRAMES_PER_SECOND / FRAMES_PER_STEP
_TRACE_STEPS = round(TRACE_SECONDS * STEPS_PER_SECOND)

QValues = npt.NDArray[np.float32]
QFunction = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.int32]], QValues]


class AgentLike(Protocol):
    """What is needed of ``core.agents.policy.Agent``."""

    @property
    def stack(self) -> npt.NDArray[np.uint8]:
        """The frames it sees, oldest first, uint8 (4, ...)."""

    def reset(self, snapshot: Snapshot) -> None:
        """See this snapshot only."""

    @property
    def last_action(self) -> int:
        """What it is told to have done last, index into ``ACTIONS``."""

    def observe(self, snapshot: Snapshot, action: int) -> None:
        """See one more, after this action."""

    def q_values(self) -> QValues:
        """Value of each action for what it sees, float32 (5,)."""


class AgentError(RuntimeError):
    """The agent cannot go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an agent made of one moment.

    Attributes:
        q_values: float32 (5,).
        action: index into ``ACTIONS`` of the one that it holds, or would hold if it played.
        is_random: whether chance chose it (epsilon), not the Q-values.
        stack: what it saw, oldest frame first, uint8 (4, 84, 84) or (4, height, width, channels) of features.
        last_action: index into ``ACTIONS`` of what it was told to have done before that.
        mark: of the player whose it is; None of an agent that is at no controller. Not the player itself: the two would
            keep each other, and the agent's network, in memory until Python looks for such circles.
    """

    q_values: QValues
    action: int
    is_random: bool
    stack: npt.NDArray[np.uint8]
    last_action: int = NO_ACTION
    mark: object = None


class Trace:
    """Q-values of the last ten seconds, oldest first; written by one thread, read by another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: deque[QValues] = deque(maxlen=_TRACE_STEPS)

    def add(self, q_values: QValues) -> None:
        """One step more."""
        with self._lock:
            self._values.append(q_values)

    def clear(self) -> None:
        """Time has jumped."""
        with self._lock:
            self._values.clear()

    def values(self) -> QValues:
        """float32 (steps, 5), a copy."""
        with self._lock:
            values = list(self._values)
        return np.array(values, np.float32).reshape(-1, len(ACTIONS))


class AgentPlayer:
    """Asks an agent for its action; all but the attributes belongs to the game's thread.

    Attributes:
        epsilon: share of random actions, 0 to 1; any thread may set it.
        trace: Q-values of late.
        decision: the last one, None before the first and after a jump.
        made_for: whether the engine has exact memory, and the ROM; its preprocessor fits no other game.
        name: its run and checkpoint, for people.
        mark: tells its decisions from those of others.
    """

    def __init__(self, agent: AgentLike, seed: int, made_for: tuple[bool, Rom], name: str = "agent") -> None:
        self.epsilon = 0.0
        self.trace = Trace()
        self.decision: Decision | None = None
        self.made_for = made_for
        self.name = name
        self.mark = object()
        self._agent = agent
        self._random = np.random.default_rng(seed)
        self._frames = 0

    def jump(self) -> None:
        """Play goes on from another moment: what was seen before does not count."""
        self.decision = None
        self.trace.clear()

    def settle(self, snapshot: Snapshot) -> None:
        """After a jump, begin anew with this frame; AgentError when the agent cannot."""
        if self.decision is None:
            self._see(partial(self._agent.reset, snapshot))

    def watch(self, snapshot: Snapshot, buttons: int) -> None:
        """One frame was played, by whomever, with these buttons; AgentError when the agent cannot go on."""
        self._frames += 1
        if self._frames == FRAMES_PER_STEP:
            self._see(partial(self._agent.observe, snapshot, nearest_action(buttons)))

    @property
    def buttons(self) -> int:
        """The controller byte of its decision."""
        return 0 if self.decision is None else ACTIONS[self.decision.action].buttons

    def _see(self, look: Callable[[], None]) -> None:
        self._frames = 0
        try:
            look()
            q_values = np.array(self._agent.q_values(), np.float32)
            stack = np.array(self._agent.stack)  # the agent goes on writing into its own
            last_action = self._agent.last_action
        except Exception as error:  # whatever it is, the game goes on without the agent
            raise AgentError(str(error)) from error
        is_random = self.epsilon > 0 and self._random.random() < self.epsilon
        action = int(self._random.integers(len(ACTIONS))) if is_random else int(q_values.argmax())
        self.decision = Decision(q_values, action, is_random, stack, last_action, self.mark)
        self.trace.add(q_values)
