"""The evaluation during a training: greedy episodes with starts and sticky actions of their own."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from core.ddqn.training.rollout import QValues, Rollout, TrainingEpisode

STICKY = 0.25  # Machado et al. 2018: an agent that only knows one sequence by heart should not look good
MAX_NOOPS = 30  # frames, Mnih et al. 2015
STALL_LIMIT_STEPS = 100  # agent steps without progress: a greedy agent that is stuck stays so
SEED = 1_000_003  # far from any seed that a training draws its games from


@dataclass(frozen=True, slots=True)
class GreedyEvaluation:
    """What the greedy episodes gave.

    Attributes:
        x: where each ended, pixels.
        flags: how many reached the goal.
        mean_return: mean of the undiscounted, unscaled returns.
    """

    x: list[int]
    flags: int
    mean_return: float

    @property
    def mean_x(self) -> float:
        """Mean of x, pixels."""
        return statistics.fmean(self.x)

    @property
    def rank(self) -> tuple[int, float]:
        """The best checkpoint is the one with the most flags, then with the highest mean x; the later among equals."""
        return self.flags, self.mean_x

    @property
    def median_x(self) -> float:
        """Median of x, pixels."""
        return statistics.median(self.x)


class GreedyEvaluator:
    """Plays the same starts again and again, with each evaluation's network."""

    def __init__(self, rollout: Rollout, episodes: int) -> None:
        """Join games and their number.

        Args:
            rollout: games with ``STICKY``, ``MAX_NOOPS`` and ``STALL_LIMIT_STEPS``, only the evaluation's.
            episodes: to play, shared evenly among the games (rounded up).
        """
        self._rollout = rollout
        self._each = -(-episodes // rollout.envs.num_envs)

    def evaluate(self, q_values: QValues) -> GreedyEvaluation:
        """Play; each game counts its first episodes only, so that short ones are not counted more often."""
        counts = [0] * self._rollout.envs.num_envs
        episodes: list[TrainingEpisode] = []
        self._rollout.reset(SEED)
        while min(counts) < self._each:
            self._rollout.begin(self._rollout.choose(q_values, 0.0))
            for episode in self._rollout.finish().episodes:
                if counts[episode.environment] < self._each:
                    counts[episode.environment] += 1
                    episodes.append(episode)
        returns = statistics.fmean(episode.total for episode in episodes)
        return GreedyEvaluation([episode.x for episode in episodes], sum(episode.flag for episode in episodes), returns)

    def close(self) -> None:
        """Stop the games."""
        self._rollout.close()
