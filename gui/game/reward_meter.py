"""The paper's reward of what is being played, step by step, whoever plays."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from core.frame import Memory
from core.game import memory as ram
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.reward import PAPER_REWARD, REWARD_PARTS, RewardParts
from core.game.memory import GameVariables
from gui.game.rewind import LIMIT

SHOWN_PARTS = tuple(name for name in REWARD_PARTS if getattr(PAPER_REWARD, name))
"""Parts that can be other than 0."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the meter shows at a frame, and where its step began."""

    before: GameVariables
    was_dead: bool
    frames: int = 0
    parts: RewardParts | None = None
    total: float = 0.0


class RewardMeter:
    """Cuts play into agent steps (4 frames) and rewards each as ``MarioEnv`` would.

    It has a reading for each frame, so that it goes back with the game.
    """

    def __init__(self) -> None:
        self._readings: deque[_Reading] = deque(maxlen=LIMIT + 1)

    @property
    def parts(self) -> RewardParts | None:
        """Of the last whole step, None before there is one."""
        return self._readings[-1].parts if self._readings else None

    @property
    def total(self) -> float:
        """The return so far."""
        return self._readings[-1].total if self._readings else 0.0

    def total_at(self, memory: Memory) -> float:
        """The return so far, with what of a step was played already; ``memory`` is that of the last frame."""
        last = self._readings[-1]
        return last.total + (self._reward(last, memory).total if last.frames else 0.0)

    def restart(self, memory: Memory, total: float = 0.0) -> None:
        """Play goes on from another moment, up to which the return was ``total``: a step begins here."""
        self._readings.append(_Reading(ram.read_variables(memory), ram.is_dead(memory), total=float(total)))

    def add(self, memory: Memory) -> None:
        """One frame was played; every fourth one completes a step."""
        last = self._readings[-1]
        if last.frames + 1 < FRAMES_PER_STEP:
            self._readings.append(replace(last, frames=last.frames + 1))
            return
        parts = self._reward(last, memory)
        after, dead = ram.read_variables(memory), ram.is_dead(memory)
        self._readings.append(_Reading(after, dead, parts=parts, total=last.total + parts.total))

    @staticmethod
    def _reward(last: _Reading, memory: Memory) -> RewardParts:
        died = ram.is_dead(memory) and not last.was_dead
        return PAPER_REWARD.parts(last.before, ram.read_variables(memory), died=died)

    def back(self, frames: int) -> None:
        """So many frames, or jumps between them, were taken back; the rewind buffer keeps no more than there are."""
        for _ in range(min(frames, len(self._readings) - 1)):
            self._readings.pop()
