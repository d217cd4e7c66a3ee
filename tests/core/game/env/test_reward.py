"""The paper's reward, part by part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame import MEMORY_SIZE
from core.game.env.reward import NO_REWARD, PAPER_REWARD, REWARD_PARTS, RewardParts, RewardRule
from core.game.memory import GameVariables, read_variables

_NOW = replace(read_variables(np.zeros(MEMORY_SIZE, np.uint8)), x=500, time=300, score=1000)


def _parts(died: bool = False, **after: int) -> RewardParts:
    return PAPER_REWARD.parts(_NOW, replace(_NOW, **after), died=died)


def test_nothing_happens() -> None:
    assert _parts() == RewardParts(0.0, 0.0, 0.0, 0.0, 0.0)
    assert str(_parts().clock) == "0.0"


def test_death() -> None:
    assert _parts(died=True) == RewardParts(-300.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("time", "value"), [(299, -1.0), (298, -2.0), (300, 0.0), (400, 0.0)])
def test_clock(time: int, value: float) -> None:
    assert _parts(time=time) == RewardParts(0.0, value, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("x", "value"), [(501, 0.0), (502, 1.0), (510, 1.0), (499, 0.0), (0, 0.0)])
def test_progress_needs_two_pixels_and_pays_one(x: int, value: float) -> None:
    assert _parts(x=x) == RewardParts(0.0, 0.0, value, 0.0, 0.0)


@pytest.mark.parametrize(("score", "value"), [(1025, 1.0), (1050, 2.0), (1200, 8.0), (0, 0.0)])
def test_score(score: int, value: float) -> None:
    assert _parts(score=score).score == pytest.approx(value)


@given(st.integers(0, 5000), st.integers(0, 999), st.integers(0, 999_999), st.booleans())
def test_the_reward_is_the_sum_of_its_parts(x: int, time: int, score: int, died: bool) -> None:
    parts = _parts(died, x=x, time=time, score=score)
    assert parts.total == pytest.approx(sum(getattr(parts, name) for name in REWARD_PARTS))


def test_other_weights() -> None:
    rule = RewardRule(death=-15.0, clock=-0.5, progress=2.0, progress_pixels=10, score=0.0)
    after: GameVariables = replace(_NOW, x=509, time=298, score=1200)
    assert rule.parts(_NOW, after, died=True) == RewardParts(-15.0, -1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("x", "value"), [(500, 0.0), (501, 0.5), (510, 6.0), (516, 9.0), (490, 0.0), (517, 1.0), (2600, 1.0)]
)
def test_pixels_count_as_progress_unless_the_area_changes(x: int, value: float) -> None:
    rule = RewardRule(pixel=0.5)
    assert rule.parts(_NOW, replace(_NOW, x=x), died=False).progress == pytest.approx(value)


def test_the_goal() -> None:
    assert RewardRule(goal=50.0).parts(_NOW, _NOW, died=False, reached_goal=True) == RewardParts(
        0.0, 0.0, 0.0, 0.0, 50.0
    )
    assert RewardRule(goal=50.0).parts(_NOW, _NOW, died=False) == NO_REWARD
    assert PAPER_REWARD.parts(_NOW, _NOW, died=False, reached_goal=True) == NO_REWARD, "the paper pays nothing"
