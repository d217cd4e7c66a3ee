"""Statistics of few seeds: the seed is the unit, intervals come from resampling seeds, tests are exact.

Scores are float arrays (seeds,) of an arm, or (seeds, levels) where an arm was played on several; seeds are resampled
for each level by itself (stratified), as Agarwal et al. 2021 ("Deep Reinforcement Learning at the Edge of the
Statistical Precipice") do it, and intervals are those of the percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import stats

RESAMPLES = 20_000
LEVEL = 0.95
_EXACT = 500_000  # arrangements up to which a test goes through all of them: 10 against 10 has 184,756
_COUNTED = 200  # runs of both arms up to which SciPy counts the exact distribution in no time
_BLOCK = 2_000  # resamples made at once
_DIGITS = 10  # behind the point, of scores: shares, and pixels of some thousands
NOISE = 1e-9
"""What floats that should be equal differ by at the most."""

Scores: TypeAlias = npt.NDArray[np.float64]
Statistic: TypeAlias = Callable[[Scores], Scores]
"""From resampled scores, (resamples, seeds, levels), to a figure of each, (resamples,)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval.

    Attributes:
        value: of the scores as they are.
        low, high: the interval of ``LEVEL``; both NaN where one seed says nothing about others.
    """

    value: float
    low: float
    high: float


def mean(scores: Scores) -> Scores:
    """Mean over seeds and levels, (…, seeds, levels) to (…)."""
    return scores.mean(axis=(-2, -1))


def interquartile_mean(scores: Scores) -> Scores:
    """Mean of the middle half over seeds and levels together, (…, seeds, levels) to (…).

    A quarter of the scores, rounded down, is cut off at each end (Agarwal et al. 2021, section 4.3).
    """
    together = np.sort(scores.reshape(*scores.shape[:-2], -1), axis=-1)
    cut = together.shape[-1] // 4
    kept = together[..., cut : together.shape[-1] - cut]
    result: Scores = kept.mean(axis=-1)
    return result


def estimate(scores: npt.ArrayLike, statistic: Statistic = mean, seed: int = 0) -> Estimate:
    """A figure of an arm with its bootstrap interval.

    Args:
        scores: (seeds,) or (seeds, levels), finite.
        statistic: what is estimated.
        seed: of the resampling: the same figures give the same interval.

    Raises:
        ValueError: there are no scores, or some are not finite.
    """
    table = _table(scores)
    found = np.concatenate([statistic(block) for block in _resampled(table, np.random.default_rng(seed))])
    return _estimate(float(statistic(table)), found, len(table) > 1)


def difference(
    one: npt.ArrayLike, other: npt.ArrayLike, statistic: Statistic = mean, seed: int = 0, *, is_paired: bool = False
) -> Estimate:
    """By how much an arm's figure is above another's; the seeds of both are resampled, each by themselves.

    Of pairs, rows of one seed at the same place in both, it is the figure of their differences; pairs are resampled.
    """
    first, second = _table(one), _table(other)
    if is_paired:
        return estimate(first - second, statistic, seed)
    rng = np.random.default_rng(seed)
    pairs = zip(_resampled(first, rng), _resampled(second, rng), strict=True)
    found = np.concatenate([statistic(a) - statistic(b) for a, b in pairs])
    value = float(statistic(first) - statistic(second))
    return _estimate(value, found, min(len(first), len(second)) > 1)


def probability_of_improvement(
    one: npt.ArrayLike, other: npt.ArrayLike, seed: int = 0, *, is_paired: bool = False
) -> Estimate:
    """How likely a run of an arm is better than a run of another, ties half; a mean over levels (Agarwal et al. 2021).

    Without resampling it is the Mann-Whitney statistic over the number of pairs. Where rows at the same place in both
    are pairs, it is how likely a run is better than the other one of its pair.
    """
    first, second = _table(one), _table(other)
    if is_paired:
        return estimate(_wins(first - second), seed=seed)
    rng = np.random.default_rng(seed)
    pairs = zip(_resampled(first, rng), _resampled(second, rng), strict=True)
    found = np.concatenate([_superiority(a, b) for a, b in pairs])
    return _estimate(float(_superiority(first, second)), found, min(len(first), len(second)) > 1)


def mann_whitney(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Two-sided p value that runs of two arms, (seeds,), are alike (Mann and Whitney 1947).

    Without ties it is the exact distribution of the statistic. With ties all arrangements are gone through where there
    are at most half a million of them, otherwise so many drawn at random with a fixed seed; it is twice the smaller
    tail. 1 where an arm has one seed only.
    """
    first, second = (_table(scores)[:, 0] for scores in (one, other))
    if min(len(first), len(second)) < 2:
        return 1.0
    if len(np.unique(np.concatenate((first, second)))) == len(first) + len(second) <= _COUNTED:
        return float(stats.mannwhitneyu(first, second, method="exact").pvalue)
    return _by_arrangements(tuple(first.tolist()), tuple(second.tolist()))


@lru_cache  # most of a second of ten against ten, and who follows an experiment asks again and again
def _by_arrangements(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Of the sum of ranks, which differs from the statistic by a constant; scipy's own test ranks each arrangement."""
    ranks = np.split(stats.rankdata(first + second), [len(first)])
    found = stats.permutation_test(
        ranks,
        lambda one, _, axis: one.sum(axis=axis),
        vectorized=True,
        n_resamples=_EXACT,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def signed_rank(differences: npt.ArrayLike) -> float:
    """Two-sided p value that pairs of runs, of which these are the differences (pairs,), are alike (Wilcoxon 1945).

    Pairs without a difference are left out. All signs of the others are gone through, ties included, where there are at
    most half a million of them (18 pairs), otherwise so many drawn at random with a fixed seed; it is twice the smaller
    tail. 1 where fewer than two pairs are left.
    """
    method = stats.PermutationMethod(n_resamples=_EXACT, rng=np.random.default_rng(0))
    apart = _table(differences)[:, 0]
    apart = apart[apart != 0]
    return float(stats.wilcoxon(apart, method=method).pvalue) if len(apart) > 1 else 1.0


def least_p(one: int, other: int, *, is_paired: bool = False) -> float:
    """The smallest p that the exact tests above can give for so many runs of two arms, or as many pairs; 1 for one.

    Twice the share of the one arrangement (or signing) that lies farthest out, without ties.
    """
    fewest = min(one, other)
    if fewest < 2:
        return 1.0
    return 2.0 / (2**fewest if is_paired else math.comb(one + other, one))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p values of a family of tests, by name in the same order (Holm 1979): each at least its own."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = min(max(highest, (len(p_values) - place) * p), 1.0)
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of the runs that have not got there yet, over time (Kaplan and Meier 1958).

    Attributes:
        times: at which the share falls, ascending.
        shares: from each of them on.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def median(self) -> float | None:
        """When half of the runs were there; None when fewer ever were."""
        return next((time for time, share in zip(self.times, self.shares, strict=True) if share <= 0.5 + NOISE), None)


def survival(times: Sequence[float], is_there: Sequence[bool]) -> Survival:
    """The curve of an arm.

    Args:
        times: when each run got there, or when it ended without.
        is_there: which of the two it was.
    """
    curve = stats.ecdf(_censored(times, is_there)).sf
    falls = np.diff(np.concatenate([[1.0], curve.probabilities])) < 0
    return Survival(tuple(map(float, curve.quantiles[falls])), tuple(map(float, curve.probabilities[falls])))


def logrank(one: tuple[Sequence[float], Sequence[bool]], other: tuple[Sequence[float], Sequence[bool]]) -> float:
    """Two-sided p value that two arms, each as for ``survival``, get there alike (Mantel 1966); 1 when nobody does."""
    if not any(one[1]) and not any(other[1]):
        return 1.0
    with np.errstate(invalid="ignore"):
        p = float(stats.logrank(_censored(*one), _censored(*other)).pvalue)
    return 1.0 if np.isnan(p) else p  # where nobody was left to be compared with


def profile(scores: npt.ArrayLike, thresholds: npt.ArrayLike, seed: int = 0) -> list[Estimate]:
    """Share of the runs above each threshold, with its interval (a performance profile, Agarwal et al. 2021)."""
    return [
        estimate(scores, lambda table, least=float(least): (table > least).mean(axis=(-2, -1)), seed)  # type: ignore[misc]
        for least in np.asarray(thresholds, float)
    ]


def _table(scores: npt.ArrayLike) -> Scores:
    """Scores as (seeds, levels), without the noise of sums of floats, which would part equal ones."""
    table: Scores = np.asarray(scores, np.float64).round(_DIGITS)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise ValueError("scores must be finite numbers, a row a seed, and there must be some")
    return table


def _resampled(table: Scores, rng: np.random.Generator) -> list[Scores]:
    """``RESAMPLES`` tables of seeds drawn with replacement for each level, in blocks (…, seeds, levels)."""
    seeds, levels = table.shape
    blocks = []
    for begin in range(0, RESAMPLES, _BLOCK):
        rows = rng.integers(seeds, size=(min(_BLOCK, RESAMPLES - begin), seeds, levels))
        blocks.append(np.take_along_axis(table[None], rows, axis=1))
    return blocks


def _superiority(one: Scores, other: Scores) -> Scores:
    """Share of pairs in which the first is higher, ties half: (…, seeds, levels) each to (…)."""
    result: Scores = _wins(one[..., :, None, :] - other[..., None, :, :]).mean(axis=(-3, -2, -1))
    return result


def _wins(ahead: Scores) -> Scores:
    """1 where a run is ahead, a half where it is neither."""
    result: Scores = (ahead > 0) + 0.5 * (ahead == 0)
    return result


def _estimate(value: float, resampled: Scores, is_spread: bool) -> Estimate:
    if not is_spread:
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))


def _censored(times: Sequence[float], is_there: Sequence[bool]) -> stats.CensoredData:
    return stats.CensoredData.right_censored(np.asarray(times, float), ~np.asarray(is_there, bool))
