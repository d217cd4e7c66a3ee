"""The evaluation during a training: greedy episodes with starts and sticky actions of their own."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.ddqn.training.rollout import QValues, Rollout, TrainingEpisode
from core.game.level import parse_levels


@dataclass(frozen=True, slots=True)
class GreedyEvaluation:
    """What the greedy episodes gave.

    Attributes:
        x: where each ended, pixels.
        flags: how many reached the goal.
        mean_progress: mean of the greatest progress of each, 0 to 1.
        mean_paper_return: mean of the undiscounted sums of the paper's rewards.
    """

    x: list[int]
    flags: int
    mean_progress: float
    mean_paper_return: float

    @property
    def mean_x(self) -> float:
        """Mean of x, pixels."""
        return statistics.fmean(self.x)

    @property
    def rank(self) -> tuple[int, float]:
        """The best checkpoint has the most flags, then the highest mean progress; the later among equals."""
        return self.flags, self.mean_progress

    @property
    def median_x(self) -> float:
        """Median of x, pixels."""
        return statistics.median(self.x)


def training_protocol(config: DdqnConfig) -> EvaluateConfig:
    """How a run's evaluations play."""
    return EvaluateConfig.during_training(config.level, len(parse_levels(config.level)), config.evaluate_episodes)


class GreedyEvaluator:
    """Plays with each evaluation's network, from the same seeds again and again.

    A game's first episode begins alike each time. How long Mario waits before later ones depends on what was drawn in
    the ones before, and so on how the network played.
    """

    def __init__(self, rollout: Rollout, protocol: EvaluateConfig) -> None:
        """Join games and how they play.

        Args:
            rollout: games made with the protocol's settings, levels in turn, only the evaluation's.
            protocol: its episodes are shared among the games.
        """
        self._rollout, self._seed = rollout, protocol.seed
        count, total = rollout.envs.num_envs, protocol.episodes * len(parse_levels(protocol.level))
        self._each = -(-total // count)
        self._quotas = [min(max(total - game * self._each, 0), self._each) for game in range(count)]

    def evaluate(self, q_values: QValues) -> GreedyEvaluation:
        """Play; each game counts its first episodes only, so that short ones are not counted more often.

        A game's seed tells which level it begins with: one goes on where the game before it stops.
        """
        left = list(self._quotas)
        episodes: list[TrainingEpisode] = []
        self._rollout.reset([self._seed + game * self._each for game in range(len(left))])
        while any(left):
            self._rollout.begin(self._rollout.choose(q_values, 0.0))
            for episode in self._rollout.finish().episodes:
                if left[episode.environment]:
                    left[episode.environment] -= 1
                    episodes.append(episode)
        return GreedyEvaluation(
            [episode.x for episode in episodes],
            sum(episode.flag for episode in episodes),
            statistics.fmean(episode.progress for episode in episodes),
            statistics.fmean(episode.total for episode in episodes),
        )

    def close(self) -> None:
        """Stop the games."""
        self._rollout.close()
