"""Random actions while an agent learns: how their share falls, and how long each is held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.config.ddqn import DdqnConfig

LONGEST_REPEAT = 20  # agent steps; a full jump takes about 10


@dataclass(frozen=True, slots=True)
class EpsilonSchedule:
    """Epsilon by agent step: geometric, as in Bélignon (2020), or a straight line, as in Mnih et al. (2015).

    Attributes:
        start, end: the share of random actions at step 0, and what it never falls below.
        decay: factor for each agent step; 1 for the straight line.
        steps: agent steps in which the line falls.
    """

    start: float
    end: float
    decay: float
    steps: int

    @classmethod
    def of(cls, config: DdqnConfig) -> EpsilonSchedule:
        """A run's schedule; one that begins below its end stays where it is."""
        end = min(config.epsilon_end, config.epsilon_start)
        return cls(config.epsilon_start, end, config.epsilon_decay, config.epsilon_steps)

    def at(self, step: int) -> float:
        """Epsilon after so many agent steps."""
        if self.decay < 1.0:
            return max(self.end, self.start * self.decay**step)
        share = min(step / self.steps, 1.0)
        return self.start + (self.end - self.start) * share


class Explorer:
    """Epsilon-greedy actions for several games; random ones may be held for a while (Dabney et al. 2021, "ez-greedy").

    With an exponent, a random action is held for a number of steps drawn from a zeta distribution, cut at
    ``LONGEST_REPEAT``, and begins so much less often that epsilon stays the share of random steps: single random steps
    never make the long jump that a high pipe takes.

    Attributes:
        left: steps that each game's random action is still held, int64 (N,).
        held: that action, int64 (N,).
    """

    def __init__(self, count: int, actions: int, exponent: float, rng: np.random.Generator) -> None:
        """Set up.

        Args:
            count: games.
            actions: to choose from.
            exponent: of the zeta distribution, above 1; 0 holds random actions for one step.
            rng: draws everything.
        """
        self.left = np.zeros(count, np.int64)
        self.held = np.zeros(count, np.int64)
        self._actions, self._rng = actions, rng
        lengths = np.arange(1, LONGEST_REPEAT + 1) if exponent else np.ones(1)
        shares = lengths**-exponent / np.sum(lengths**-exponent)
        self._lengths, self._below = lengths.astype(np.int64), np.cumsum(shares)
        self._mean = float(np.sum(lengths * shares))

    def choose(self, greedy: Callable[[], npt.NDArray[np.int64]], epsilon: float) -> npt.NDArray[np.int64]:
        """Actions (N,); ``greedy`` is asked for its own unless all are random."""
        count = len(self.left)
        begin = epsilon / (self._mean * (1 - epsilon) + epsilon)
        begins = (self._rng.random(count) < begin) & (self.left == 0)
        actions = self._rng.integers(self._actions, size=count)
        drawn = np.minimum(np.searchsorted(self._below, self._rng.random(count)), len(self._lengths) - 1)
        self.held = np.where(begins, actions, self.held)
        self.left = np.where(begins, self._lengths[drawn], self.left)
        random = self.left > 0
        self.left = np.maximum(self.left - 1, 0)
        return self.held.copy() if random.all() else np.where(random, self.held, greedy())

    def end_episode(self, index: int) -> None:
        """A game began anew: what was held there is let go."""
        self.left[index] = 0
