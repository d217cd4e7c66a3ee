"""Evaluations during a training: which episodes count, and what comes of them."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from core.config.evaluate import EvaluateConfig
from core.ddqn.training.evaluator import GreedyEvaluation, GreedyEvaluator, training_protocol
from core.ddqn.training.rollout import Rollout, TrainingEpisode
from tests.core.ddqn.training.tiny_agent import tiny_config


class FakeRollout:
    """Games that end an episode at every step, the levels in turn from the seed on, as ``DrawnStarts`` has them."""

    def __init__(self, games: int, levels: tuple[str, ...]) -> None:
        self.envs = SimpleNamespace(num_envs=games)
        self.levels, self.turns, self.greedy = levels, [0] * games, True

    def reset(self, seeds: list[int]) -> None:
        self.turns = list(seeds)

    def choose(self, q_values: object, epsilon: float) -> None:
        self.greedy &= epsilon == 0.0

    def begin(self, actions: object) -> None: ...

    def finish(self) -> SimpleNamespace:
        episodes = []
        for game, turn in enumerate(self.turns):
            level = self.levels[turn % len(self.levels)]
            flag = game == 0
            parts = {"progress": 10.0 * game}
            progress = 1.0 if flag else 0.5
            episodes.append(TrainingEpisode(game, level, x=turn % 100, progress=progress, flag=flag, parts=parts))
            self.turns[game] += 1
        return SimpleNamespace(episodes=episodes)


def _play(games: int, level: str, episodes: int) -> tuple[FakeRollout, GreedyEvaluation, Counter[str]]:
    rollout = FakeRollout(games, tuple(level.split(",")))
    played: Counter[str] = Counter()
    evaluator = GreedyEvaluator(cast(Rollout, rollout), EvaluateConfig(level=level, episodes=episodes))
    finish = rollout.finish

    def noted() -> Any:
        result = finish()
        result.episodes = [e for e in result.episodes if counts[e.environment] < evaluator._quotas[e.environment]]
        for episode in result.episodes:
            counts[episode.environment] += 1
            played[episode.level] += 1
        return result

    counts: Counter[int] = Counter()
    rollout.finish = noted  # type: ignore[method-assign]
    return rollout, evaluator.evaluate(lambda stacks, actions: np.zeros((1, 5), np.float32)), played


@pytest.mark.parametrize("games", [1, 2, 5])
@pytest.mark.parametrize(("level", "episodes"), [("1-1", 10), ("1-1,1-2,1-3", 4), ("1-1,1-2,1-3,1-4,2-1,2-2,2-3", 1)])
def test_every_level_is_played_equally_often(games: int, level: str, episodes: int) -> None:
    rollout, result, played = _play(games, level, episodes)
    assert set(played.values()) == {episodes} and len(played) == level.count(",") + 1
    assert len(result.x) == sum(played.values()) and rollout.greedy


def test_figures() -> None:
    _, result, _ = _play(2, "1-1", 4)
    assert (result.flags, result.mean_progress, result.mean_paper_return) == (2, 0.75, 5.0)


def test_flags_count_before_progress() -> None:
    def rank(flags: int, progress: float) -> tuple[int, float]:
        return GreedyEvaluation([3000, 100], flags, progress, 0.0).rank

    assert rank(1, 0.2) > rank(0, 0.9) and rank(1, 0.3) > rank(1, 0.2)


def test_a_run_s_evaluations_have_the_protocol_s_limit_not_the_training_s() -> None:
    protocol = training_protocol(tiny_config(training_stall_steps=20, level="1-1,1-2", evaluate_episodes=3))
    assert (protocol.stall_limit_steps, protocol.level, protocol.episodes) == (250, "1-1,1-2", 2)
