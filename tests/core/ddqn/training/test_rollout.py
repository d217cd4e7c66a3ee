"""Several games side by side: what is remembered of each step is what was seen and done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest

from core.config.evaluate import EvaluateConfig
from core.ddqn.training.evaluator import GreedyEvaluator
from core.ddqn.training.rollout import Played, Rollout, TrainingEpisode, make_games
from tests.core.ddqn.training.tiny_agent import tiny_config

GAMES = 2
CONFIG = tiny_config(deterministic="no", environments=GAMES, observation="segmented", training_stall_steps=15)


@pytest.fixture(scope="module")
def rollout() -> Iterator[Rollout]:
    with closing(Rollout(make_games(CONFIG, GAMES), None, np.random.default_rng(2), 2.0)) as made:
        yield made


def always_right(stacks: np.ndarray, last_actions: np.ndarray) -> np.ndarray:
    """Q-values that like the second action: float32 (N, 5)."""
    return np.tile(np.float32([0, 1, 0, 0, 0]), (len(stacks), 1))


def play(rollout: Rollout, steps: int, epsilon: float = 0.5) -> list[Played]:
    found = []
    for _ in range(steps):
        rollout.begin(rollout.choose(always_right, epsilon))
        found.append(rollout.finish())
    return found


def test_steps_follow_each_other(rollout: Rollout) -> None:
    rollout.reset(4)
    steps = play(rollout, 120)
    ended = 0
    for before, after in pairwise(steps):
        over = before.terminated | before.truncated
        ended += over.sum()
        np.testing.assert_array_equal(after.items[~over], before.last_items[~over])
    assert ended >= 4
    assert all(played.items.shape == (GAMES, 84, 84) and played.items.dtype == np.uint8 for played in steps)


def test_a_stack_ends_with_the_newest_frame_and_begins_with_its_episode(rollout: Rollout) -> None:
    rollout.reset(4)
    history: list[list[np.ndarray]] = [[rollout._items[i]] for i in range(GAMES)]
    for _ in range(60):
        (played,) = play(rollout, 1)
        for i in range(GAMES):
            over = played.terminated[i] or played.truncated[i]
            history[i] = [rollout._items[i]] if over else [*history[i], rollout._items[i]]
            expected = ([history[i][0]] * 3 + history[i])[-4:]
            np.testing.assert_array_equal(rollout.stack.stacks[i], np.stack(expected))


def test_an_episode_sums_its_rewards(rollout: Rollout) -> None:
    rollout.reset(4)
    totals, lengths = np.zeros(GAMES), np.zeros(GAMES, int)
    episodes: list[TrainingEpisode] = []
    for played in play(rollout, 150):
        totals += played.rewards
        lengths += 1
        for episode in played.episodes:
            i = episode.environment
            assert episode.total == pytest.approx(totals[i])
            assert episode.length == lengths[i]
            assert episode.dead == played.terminated[i] and episode.level == "1-1" and episode.from_start
            totals[i], lengths[i] = 0.0, 0
            episodes.append(episode)
    assert {episode.environment for episode in episodes} == set(range(GAMES))


def test_what_is_saved_goes_on_alike(rollout: Rollout) -> None:
    rollout.reset(9)
    play(rollout, 30)
    arrays = {name: array.copy() for name, array in rollout.arrays().items()}
    state = {**rollout.state(), "episodes": [dict(parts) for parts in rollout.state()["episodes"]]}
    first = play(rollout, 80)
    rollout.restore(arrays, state)
    second = play(rollout, 80)
    for ours, other in zip(first, second, strict=True):
        for name in ("items", "actions", "rewards", "terminated", "truncated", "last_items"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(other, name), err_msg=name)
        assert ours.episodes == other.episodes


def test_the_same_network_is_always_judged_alike(rollout: Rollout) -> None:
    evaluator = GreedyEvaluator(rollout, EvaluateConfig(episodes=3))
    first, second = evaluator.evaluate(always_right), evaluator.evaluate(always_right)
    assert first == second
    assert len(first.x) == 3, "two of one game, one of the other"
    assert 0 < first.mean_progress < 1
    assert first.mean_x == np.mean(first.x) and first.median_x == np.median(first.x)
