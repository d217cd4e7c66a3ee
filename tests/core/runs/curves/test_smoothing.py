"""Means against their definitions; a thinned line keeps its extremes and its ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.curves.smoothing import Pyramid, exponential_mean, moving_mean, smooth

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@given(NUMBERS, st.integers(2, 80))
def test_moving_mean_is_the_mean_of_the_last_ones(values: np.ndarray, window: int) -> None:
    expected = [values[max(0, end - window) : end].mean() for end in range(1, len(values) + 1)]
    assert moving_mean(values, window) == pytest.approx(np.array(expected), abs=1e-6)


@given(NUMBERS, st.integers(2, 2000))
def test_exponential_mean_weighs_by_age(values: np.ndarray, window: int) -> None:
    factor = 1 - 2 / (window + 1)
    expected = []
    for end in range(1, len(values) + 1):
        weights = factor ** np.arange(end)[::-1]
        expected.append((values[:end] * weights).sum() / weights.sum())
    assert exponential_mean(values, window) == pytest.approx(np.array(expected), abs=1e-5)


def test_long_curves_are_smoothed_in_blocks_without_a_seam() -> None:
    values = np.sin(np.arange(5000) / 50)
    state, weight, expected = 0.0, 0.0, []
    for value in values:
        state, weight = state / 3 + value, weight / 3 + 1
        expected.append(state / weight)
    assert exponential_mean(values, 2) == pytest.approx(np.array(expected), abs=1e-12)


def test_no_smoothing_and_no_values() -> None:
    values = np.array([3.0, 1.0])
    assert smooth(values, 1, "mean") is values and smooth(values, 1, "exponential") is values
    assert len(smooth(np.empty(0), 5, "mean")) == len(smooth(np.empty(0), 5, "exponential")) == 0


@pytest.mark.parametrize("count", [1, 511, 512, 513, 10_000, 300_001])
def test_a_thinned_line_keeps_ends_extremes_and_order(count: int) -> None:
    rng = np.random.default_rng(count)
    x, y = np.cumsum(rng.random(count)), rng.normal(size=count)
    spike = count // 3
    y[spike] = 1000.0
    pyramid = Pyramid(x, y)
    for low, high in ((x[0], x[-1]), (x[spike] - 5, x[spike] + 5), (-10.0, -5.0), (x[-1] + 1, x[-1] + 2)):
        shown_x, shown_y = pyramid.view(low, high, 200)
        assert (np.diff(shown_x) >= 0).all()
        assert (shown_x[0], shown_x[-1]) == (x[0], x[-1])
        assert shown_y.max() == y.max() and shown_y.min() == y.min()
        assert len(shown_x) <= 200 * 4 + 2 * 512 + 2
    shown_x, shown_y = pyramid.view(x[spike] - 5, x[spike] + 5, 200)
    near = (x >= x[spike] - 5) & (x <= x[spike] + 5)
    assert set(x[near]) <= set(shown_x)  # zoomed in, every point is there


@given(st.integers(1, 3000), st.floats(0, 1), st.floats(0, 1), st.integers(1, 50))
def test_every_shown_point_is_one_of_the_line(count: int, first: float, second: float, points: int) -> None:
    x = np.arange(count, dtype=float)
    pyramid = Pyramid(x, -x)
    shown_x, shown_y = pyramid.view(min(first, second) * count, max(first, second) * count, points)
    assert np.array_equal(shown_y, -shown_x) and (np.diff(shown_x) > 0).all()
