"""The reward of an agent step, and its parts.

Bélignon (2020): -300 on death; -1 for each second of game time; +1 if x grew by at least 2 since the last frame; +1 per
25 points scored. Where the paper is silent, this is read as follows:

- "The last frame" has two readings. Here it is the last one that the agent saw: x is compared over one agent step (4
  emulator frames), so walking already earns the +1 and nothing earns more than +1. With ``by_frame`` it is the last
  emulator frame, and a step earns what its four do: in the European revision running (3 pixels a frame) +4, walking
  (1.75, so 2 in three frames of four) +3; in the World revision running (2.5) +4, walking (1.5) +2.
- A second is one tick of the game's clock (20 emulator frames in the European revision, 24 in the World revision:
  ``core.game.rom``). A clock that is set anew costs and earns nothing.
- Points are rewarded by the fraction (every score in the game is a multiple of 50 until the level is over, so it is a
  whole number anyway). Nothing is paid for the flag itself: its points are counted only after the episode has ended.
- Death, by whatever cause, is paid once, on the step that ends the episode, together with that step's other parts.
- Nothing is clipped or scaled here; that is an agent's affair.

Three weights are not the paper's and are 0 by default: for each pixel that x grew, for reaching the goal, and for a
stall that terminates the episode.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.game.memory import GameVariables


@dataclass(frozen=True, slots=True)
class RewardParts:
    """What one agent step was worth; the reward is the sum."""

    death: float
    clock: float
    progress: float
    score: float
    goal: float

    @property
    def total(self) -> float:
        """The reward."""
        return self.death + self.clock + self.progress + self.score + self.goal


REWARD_PARTS: tuple[str, ...] = ("death", "clock", "progress", "score", "goal")
NO_REWARD = RewardParts(0.0, 0.0, 0.0, 0.0, 0.0)
_MOST_PIXELS = 16  # that Mario moves in a step (running, he makes 12 or less); x grows by more where the area changes


@dataclass(frozen=True, slots=True)
class RewardRule:
    """The weights of the parts; the defaults are the paper's.

    Attributes:
        death: on the step in which Mario dies.
        clock: for each second of game time gone by.
        progress: when x grew by ``progress_pixels`` or more in the step.
        progress_pixels: pixels of the level.
        score: for each point scored.
        pixel: for each pixel that x grew in the step; part of "progress". A jump of x where the area changes is none.
        goal: on the step in which the flagpole or the axe is reached.
        stall: on the step in which an episode terminates because Mario made no progress; part of "death".
        by_frame: whether ``progress`` is earned by each emulator frame in which x grew so much, not once a step.
    """

    death: float = -300.0
    clock: float = -1.0
    progress: float = 1.0
    progress_pixels: int = 2
    score: float = 1 / 25
    pixel: float = 0.0
    goal: float = 0.0
    stall: float = 0.0
    by_frame: bool = False

    def parts(
        self,
        before: GameVariables,
        after: GameVariables,
        *,
        died: bool,
        reached_goal: bool = False,
        stalled: bool = False,
        frames_ahead: int = 0,
    ) -> RewardParts:
        """The parts for a step between two moments; ``frames_ahead`` of its frames made progress (for ``by_frame``)."""
        grown = after.x - before.x
        return RewardParts(
            death=(self.death if died else 0.0) + (self.stall if stalled else 0.0),
            clock=self.clock * max(before.time - after.time, 0) + 0.0,  # not -0.0
            progress=self.progress * (frames_ahead if self.by_frame else grown >= self.progress_pixels)
            + (self.pixel * grown if 0 < grown <= _MOST_PIXELS else 0.0),
            score=self.score * max(after.score - before.score, 0),
            goal=self.goal if reached_goal else 0.0,
        )


PAPER_REWARD = RewardRule()
