"""Statistics of few seeds: cases whose answers are known by hand, and those of rliable on the same scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.experiment.statistics import (
    difference,
    estimate,
    holm,
    interquartile_mean,
    least_p,
    logrank,
    mann_whitney,
    mean,
    probability_of_improvement,
    profile,
    signed_rank,
    survival,
)

# Made with numpy.random.default_rng(5): normal(0.7, 0.15, (10, 3)) and normal(0.55, 0.2, (8, 3)), rounded.
ONE = [
    [0.58, 0.501, 0.663], [0.763, 0.87, 0.716], [0.617, 0.582, 0.812], [0.945, 0.741, 0.515], [0.556, 0.94, 0.73],
    [0.44, 0.687, 0.526], [0.606, 0.627, 0.593], [0.783, 0.691, 0.612], [0.761, 0.824, 0.454], [0.661, 0.553, 0.674],
]  # fmt: skip
OTHER = [
    [0.292, 0.554, 0.542], [0.489, 0.34, 0.471], [0.332, 0.279, 0.595], [0.328, 0.784, 0.693], [0.15, 0.604, 0.33],
    [0.557, 0.559, 0.152], [0.503, 0.499, 0.742], [0.314, 0.698, 0.33],
]  # fmt: skip
few = st.lists(st.integers(0, 9), min_size=2, max_size=5)


@pytest.mark.parametrize(
    ("scores", "iqm", "iqm_interval", "average", "mean_interval"),
    [
        (ONE, 0.6588125, (0.608625, 0.710875), 0.66743333, (0.62283333, 0.7131)),
        (OTHER, 0.45883333, (0.37958125, 0.54216667), 0.46404167, (0.39920833, 0.52716667)),
    ],
)
def test_aggregates_and_intervals_are_those_of_rliable(
    scores: list[list[float]],
    iqm: float,
    iqm_interval: tuple[float, float],
    average: float,
    mean_interval: tuple[float, float],
) -> None:
    """rliable 1.2.0, get_interval_estimates with 50,000 resamples; intervals differ by chance in the third digit."""
    for statistic, value, interval in ((interquartile_mean, iqm, iqm_interval), (mean, average, mean_interval)):
        found = estimate(scores, statistic)
        assert found.value == pytest.approx(value, abs=1e-7)
        assert (found.low, found.high) == pytest.approx(interval, abs=0.005)


def test_the_probability_of_improvement_is_that_of_rliable() -> None:
    found = probability_of_improvement(ONE, OTHER)
    assert found.value == pytest.approx(0.8)
    assert (found.low, found.high) == pytest.approx((0.67083333, 0.90833333), abs=0.02)


def test_the_profile_is_that_of_rliable() -> None:
    found = profile(ONE, [0.3, 0.5, 0.7, 0.9])
    assert [one.value for one in found] == pytest.approx([1.0, 28 / 30, 11 / 30, 2 / 30])
    assert [one.low for one in found] == pytest.approx([1.0, 0.83333333, 0.2, 0.0], abs=0.04)
    assert [one.high for one in found] == pytest.approx([1.0, 1.0, 0.53333333, 0.16666667], abs=0.04)


def test_the_middle_half() -> None:
    assert estimate([1.0, 2.0, 3.0, 100.0], interquartile_mean).value == 2.5
    assert estimate([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 900.0], interquartile_mean).value == 3.5


def test_one_seed_says_nothing_about_others() -> None:
    alone = estimate([3.0])
    assert alone.value == 3.0 and math.isnan(alone.low) and math.isnan(alone.high)
    assert math.isnan(difference([3.0], [1.0, 2.0]).low)


def test_the_same_scores_give_the_same_interval_and_equal_seeds_none() -> None:
    assert estimate([1.0, 5.0, 2.0]) == estimate([1.0, 5.0, 2.0])
    same = estimate([4.0, 4.0, 4.0])
    assert (same.low, same.value, same.high) == (4.0, 4.0, 4.0)
    apart = difference([4.0, 4.0], [1.0, 1.0])
    assert (apart.low, apart.value, apart.high) == (3.0, 3.0, 3.0)


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """200 experiments of ten seeds; the bootstrap of so few is known to be a little narrow."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        found = estimate(rng.normal(size=10))
        held += found.low <= 0 <= found.high
    assert 170 <= held <= 198


@pytest.mark.parametrize("scores", [[], [[]], [math.nan, 1.0], [math.inf], [[[1.0]]]])
def test_scores_that_are_none(scores: list[object]) -> None:
    with pytest.raises(ValueError, match="scores must be finite numbers"):
        estimate(scores)  # type: ignore[arg-type]


def test_exact_tests_known_by_hand() -> None:
    assert mann_whitney([4.0, 5.0, 6.0], [1.0, 2.0, 3.0]) == pytest.approx(2 / 20)  # of 20 arrangements the two ends
    assert mann_whitney(range(5, 10), range(5)) == pytest.approx(2 / 252)
    assert mann_whitney([1.0, 1.0], [1.0, 1.0]) == 1.0 and mann_whitney([9.0], [1.0, 2.0]) == 1.0


@given(few, few)
def test_the_test_goes_through_all_arrangements_ties_included(one: list[int], other: list[int]) -> None:
    together, size = one + other, len(one)

    def wins(places: tuple[int, ...]) -> float:
        first = [together[place] for place in places]
        second = [value for place, value in enumerate(together) if place not in places]
        return sum((a > b) + 0.5 * (a == b) for a in first for b in second)

    found = [wins(places) for places in combinations(range(len(together)), size)]
    observed = wins(tuple(range(size)))
    tails = sum(one >= observed for one in found), sum(one <= observed for one in found)
    expected = min(2 * min(tails) / len(found), 1.0)
    assert mann_whitney(one, other) == pytest.approx(expected)
    assert mann_whitney(other, one) == pytest.approx(expected)


def test_the_exact_distribution_is_that_of_all_arrangements() -> None:
    """Ten against ten without ties, which are not gone through one by one, and with one tie, which are."""
    ours, theirs = list(range(0, 20, 2)), list(range(7, 27, 2))
    places = sum(2 * (a > b) + (a == b) for a in ours for b in theirs)
    counts = [1] + [0] * 100  # arrangements by how often a run of the first is ahead: Mann and Whitney's recurrence
    for size in range(1, 11):
        for total in range(100, 10 + size - 1, -1):
            counts[total] -= counts[total - 10 - size]
        for total in range(size, 101):
            counts[total] += counts[total - size]
    tail = sum(counts[: places // 2 + 1]) / math.comb(20, 10)
    assert mann_whitney(ours, theirs) == pytest.approx(2 * tail)
    assert mann_whitney(ours, [*theirs[:-1], 18.0]) == pytest.approx(mann_whitney(ours, theirs), rel=0.5)


def test_sums_of_floats_do_not_part_what_is_equal() -> None:
    """Shares as they come, less a margin, and pairs of them: the same in tenths has ties."""
    ours, theirs = [1.0, 0.9, 1.0, 0.9, 1.0], [0.7, 0.6, 0.7, 0.6, 0.7]
    assert mann_whitney([one - 0.3 for one in ours], theirs) == mann_whitney([7, 6, 7, 6, 7], [7, 6, 7, 6, 7]) == 1.0
    ours, theirs = [0.9, 0.8, 1.0, 0.6, 0.7, 0.9], [0.6, 0.7, 0.7, 0.7, 0.8, 0.5]
    pairs = [one - other for one, other in zip(ours, theirs, strict=True)]
    assert signed_rank(pairs) == signed_rank([3, 1, 3, -1, -1, 4]) == pytest.approx(0.21875)


def test_pairs_known_by_hand() -> None:
    """Among them Darwin's 15 pairs of crossed and self-fertilized plants (Fisher 1935), on which the test is taught."""
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert signed_rank(darwin) == pytest.approx(0.0413, abs=5e-5)
    assert signed_rank([1.0, 2.0, 3.0]) == pytest.approx(2 / 8) and signed_rank([0.0, 0.0, 5.0]) == 1.0
    one, other = [3.0, 10.0, 8.0], [1.0, 10.0, 9.0]
    assert difference(one, other, is_paired=True).value == pytest.approx(1 / 3)
    assert probability_of_improvement(one, other, is_paired=True).value == 0.5


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=8))
def test_the_test_of_pairs_goes_through_all_signs_ties_included(differences: list[int]) -> None:
    apart = [one for one in differences if one]
    if len(apart) < 2:
        assert signed_rank(differences) == 1.0
        return
    sizes = [abs(one) for one in apart]
    ranks = [sum(other < one for other in sizes) + (sizes.count(one) + 1) / 2 for one in sizes]

    def above(signs: Sequence[bool]) -> float:
        return sum(rank for rank, is_ahead in zip(ranks, signs, strict=True) if is_ahead)

    found = [above(signs) for signs in product((False, True), repeat=len(apart))]
    observed = above([one > 0 for one in apart])
    tails = sum(one >= observed for one in found), sum(one <= observed for one in found)
    assert signed_rank(differences) == pytest.approx(min(2 * min(tails) / len(found), 1.0))
    assert signed_rank([-one for one in differences]) == pytest.approx(signed_rank(differences))


def test_the_least_p_is_that_of_the_farthest_arrangement() -> None:
    assert least_p(3, 3) == pytest.approx(0.1) == pytest.approx(mann_whitney([4, 5, 6], [1, 2, 3]))
    assert least_p(10, 10) == pytest.approx(mann_whitney(range(10, 20), range(10)))
    assert least_p(3, 3, is_paired=True) == pytest.approx(0.25) == pytest.approx(signed_rank([1, 2, 3]))
    assert least_p(5, 2) == pytest.approx(mann_whitney([4, 5, 6, 7, 8], [1, 2]))
    assert least_p(1, 9) == least_p(1, 1, is_paired=True) == 1.0


def test_holm_known_by_hand() -> None:
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert list(found) == ["a", "b", "c", "d"] and holm({}) == {} and holm({"a": 0.9, "b": 0.8})["a"] == 1.0


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_holm_never_makes_a_value_smaller_and_keeps_their_order(p_values: dict[str, float]) -> None:
    found = holm(p_values)
    ordered = sorted(p_values, key=lambda name: p_values[name])
    assert all(p_values[name] <= found[name] <= 1 for name in p_values)
    assert [found[name] for name in ordered] == sorted(found.values())


def test_survival_known_by_hand() -> None:
    """Of five runs, two get there at 10 and 30, one ends at 20 without, two at 50."""
    curve = survival([10, 20, 30, 50, 50], [True, False, True, False, False])
    assert curve.times == (10.0, 30.0)
    assert curve.shares == pytest.approx((4 / 5, 4 / 5 * 2 / 3))
    assert curve.median is None
    assert survival([1, 2, 3], [True, True, True]).median == 2.0
    assert survival([5, 5], [False, False]).times == ()
    halves = survival([1, 1, 2, 2, 3, 5, 6, 6, 7, 7], [True] * 6 + [False] * 4)
    assert halves.median == 3.0, "4/5 x 3/4 x 5/6 is a half, in floats a little more"


def test_logrank() -> None:
    """The remission times of Freireich et al. 1963, on which the test is taught: chi-squared 16.79, p 4e-5."""
    treated = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    lapsed = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    control = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    p = logrank((treated, [bool(one) for one in lapsed]), (control, [True] * 21))
    assert p == pytest.approx(4.17e-5, rel=0.01)
    assert logrank(([5, 5], [False, False]), ([5], [False])) == 1.0
    assert logrank(([1000], [True]), ([1000], [True])) == 1.0, "one run each: nobody is left to be compared with"
