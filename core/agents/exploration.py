"""How the share of random actions falls while an agent learns."""

from __future__ import annotations

from dataclasses import dataclass

from core.agent_config import DdqnConfig


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
        """A run's schedule."""
        return cls(config.epsilon_start, config.epsilon_end, config.epsilon_decay, config.epsilon_steps)

    def at(self, step: int) -> float:
        """Epsilon after so many agent steps."""
        if self.decay < 1.0:
            return max(self.end, self.start * self.decay**step)
        share = min(step / self.steps, 1.0)
        return self.start + (self.end - self.start) * share
