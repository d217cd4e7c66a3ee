"""Random actions: how many, and how long each is held."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.ddqn import DdqnConfig
from core.ddqn.exploration import LONGEST_REPEAT, EpsilonSchedule, Explorer

GREEDY = 7  # an action that none of the random ones is


def played(explorer: Explorer, games: int, steps: int, epsilon: float) -> np.ndarray:
    """Actions of some steps, ints (steps, games); ``GREEDY`` where none was random."""
    return np.stack([explorer.choose(lambda: np.full(games, GREEDY), epsilon) for _ in range(steps)])


def test_the_papers_schedule_is_geometric() -> None:
    schedule = EpsilonSchedule.of(DdqnConfig())
    assert schedule.at(0) == 1.0
    assert schedule.at(40_000) == pytest.approx(0.999975**40_000)
    assert schedule.at(10**6) == 0.02


def test_a_straight_line() -> None:
    schedule = EpsilonSchedule.of(DdqnConfig(epsilon_decay=1.0, epsilon_steps=1000, epsilon_end=0.1))
    assert [schedule.at(step) for step in (0, 500, 1000, 5000)] == pytest.approx([1.0, 0.55, 0.1, 0.1])


def test_a_share_that_begins_below_its_end_does_not_rise() -> None:
    schedule = EpsilonSchedule.of(DdqnConfig(epsilon_decay=1.0, epsilon_steps=1000, epsilon_start=0.01))
    assert [schedule.at(step) for step in (0, 500, 2000)] == [0.01] * 3


@pytest.mark.parametrize("exponent", [0.0, 2.0])
@pytest.mark.parametrize("epsilon", [0.02, 0.3, 0.9])
def test_epsilon_is_the_share_of_random_steps(exponent: float, epsilon: float) -> None:
    """Over 400,000 steps, whether random actions are held or not."""
    explorer = Explorer(200, 5, exponent, np.random.default_rng(5))
    actions = played(explorer, 200, 2000, epsilon)
    random = actions != GREEDY
    assert random[200:].mean() == pytest.approx(epsilon, rel=0.08)
    counts = np.bincount(actions[random], minlength=5)
    assert counts.min() > 0.8 * counts.max(), "each action as often as the others"


@given(st.integers(0, 2**32 - 1))
def test_actions_are_held_and_not_for_ever(seed: int) -> None:
    explorer = Explorer(3, 5, 1.1, np.random.default_rng(seed))
    actions, lefts = [], []
    for _ in range(60):
        actions.append(explorer.choose(lambda: np.full(3, GREEDY), 0.4))
        lefts.append(explorer.left.copy())
        assert ((explorer.left >= 0) & (explorer.left < LONGEST_REPEAT)).all()
    for step in range(59):
        held = lefts[step] > 0
        np.testing.assert_array_equal(actions[step + 1][held], actions[step][held])


def test_nothing_is_held_without_an_exponent() -> None:
    explorer = Explorer(4, 5, 0.0, np.random.default_rng(0))
    played(explorer, 4, 50, 0.5)
    assert not explorer.left.any()


def test_the_network_is_not_asked_when_all_are_random() -> None:
    explorer = Explorer(4, 5, 0.0, np.random.default_rng(0))

    def ask() -> np.ndarray:
        raise AssertionError("asked")

    assert set(explorer.choose(ask, 1.0)) <= set(range(5))


def test_without_epsilon_all_are_greedy() -> None:
    assert (played(Explorer(4, 5, 2.0, np.random.default_rng(0)), 4, 50, 0.0) == GREEDY).all()


def test_an_episodes_end_lets_go() -> None:
    explorer = Explorer(2, 5, 1.1, np.random.default_rng(1))
    while not explorer.left.all():
        explorer.choose(lambda: np.full(2, GREEDY), 0.9)
    explorer.end_episode(0)
    assert explorer.left[0] == 0 and explorer.left[1] > 0
    assert explorer.choose(lambda: np.full(2, GREEDY), 0.0)[0] == GREEDY
