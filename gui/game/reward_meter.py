"""The paper's reward of what is being played, step by step, whoever plays."""

from __future__ import annotations

from core.frame import Memory
from core.game import memory as ram
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.reward import PAPER_REWARD, REWARD_PARTS, RewardParts
from core.game.memory import GameVariables

SHOWN_PARTS = tuple(name for name in REWARD_PARTS if getattr(PAPER_REWARD, name))
"""Parts that can be other than 0."""


class RewardMeter:
    """Cuts play into agent steps (4 frames) and rewards each as ``MarioEnv`` would."""

    def __init__(self) -> None:
        self.parts: RewardParts | None = None
        self.total = 0.0
        self._before: GameVariables | None = None
        self._frames = 0
        self._was_dead = False

    def restart(self, memory: Memory) -> None:
        """Play goes on from another moment: a step begins here."""
        self.parts = None
        self.total = 0.0
        self._before = ram.read_variables(memory)
        self._frames = 0
        self._was_dead = ram.is_dead(memory)

    def add(self, memory: Memory) -> None:
        """One frame was played; every fourth one completes a step."""
        self._frames += 1
        if self._frames < FRAMES_PER_STEP:
            return
        after, dead = ram.read_variables(memory), ram.is_dead(memory)
        if self._before is not None:
            self.parts = PAPER_REWARD.parts(self._before, after, died=dead and not self._was_dead)
            self.total += self.parts.total
        self._before, self._frames, self._was_dead = after, 0, dead
