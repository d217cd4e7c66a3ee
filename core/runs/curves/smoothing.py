"""Curves made readable: smoothed over the last values, and thinned out to what a screen can show."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Smoothing = Literal["mean", "exponential"]

_DEEPEST = 1e100  # a block of the exponential mean ends before its oldest weight falls below 1 / this
_FACTOR = 4  # points of one level of a pyramid that become a pair of the next
_FEW = 512  # points that need no coarser level


def moving_mean(values: Array, window: int) -> Array:
    """Mean of the last ``window`` values, of fewer at the beginning; float64 (N,) to (N,)."""
    if window <= 1 or not len(values):
        return values
    # Sums of what differs from the first value: large values with small changes keep their digits.
    sums = np.concatenate([[0.0], np.cumsum(values - values[0])])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - window, 0)
    return values[0] + (sums[ends] - sums[starts]) / (ends - starts)


def exponential_mean(values: Array, window: int) -> Array:
    """Mean of all values so far with weights that fall by ``1 - 2 / (window + 1)`` a step; float64 (N,) to (N,).

    The weights add up to 1 from the first value on, so the first value does not weigh more than the others (as in
    TensorBoard, and pandas' ``ewm(span=window)``). About as smooth as a moving mean over ``window`` values.
    """
    if window <= 1 or not len(values):
        return values
    factor = 1.0 - 2.0 / (window + 1.0)
    size = max(1, min(len(values), int(np.log(_DEEPEST) / -np.log(factor))))
    powers = factor ** np.arange(size + 1)
    total, result = 0.0, np.empty_like(values)
    for start in range(0, len(values), size):
        part = values[start : start + size]
        sums = np.cumsum(part / powers[: len(part)]) * powers[: len(part)] + total * powers[1 : len(part) + 1]
        result[start : start + size] = sums
        total = float(sums[-1])
    steps = np.arange(1, len(values) + 1)
    return result * (1.0 - factor) / -np.expm1(steps * np.log(factor))


def smooth(values: Array, window: int, how: Smoothing) -> Array:
    """One of the two means over about ``window`` values; 1 leaves them as they are."""
    return moving_mean(values, window) if how == "mean" else exponential_mean(values, window)


class Pyramid:
    """A line with ever coarser copies that keep its lowest and highest points, so that any part is thinned out fast.

    Attributes:
        x, y: the line, float64 (N,); x does not fall, nothing is NaN.
    """

    def __init__(self, x: Array, y: Array) -> None:
        self.x, self.y = x, y
        self._levels = [(x, y)]
        while len(self._levels[-1][0]) > _FEW:
            self._levels.append(_coarser(*self._levels[-1], _FACTOR))

    def __len__(self) -> int:
        return len(self.x)

    def view(self, low: float, high: float, points: int) -> tuple[Array, Array]:
        """The line for a screen: fine between two x, coarse outside, so that its ends stay where they are.

        Args:
            low, high: the part that is looked at.
            points: about how many of it are wanted; up to four times as many may come.
        """
        coarse_x, coarse_y = self._levels[-1]
        x, y = self._levels[0]
        for x, y in self._levels:  # noqa: B007  # the level where it ends is the one that is shown
            first, last = int(np.searchsorted(x, low)), int(np.searchsorted(x, high, "right"))
            if last - first <= points * _FACTOR:
                break
        first, last = max(first - 1, 0), min(last + 1, len(x))  # the lines to the points just outside
        if x is coarse_x or first >= last:
            return coarse_x, coarse_y
        before = int(np.searchsorted(coarse_x, x[first]))
        after = int(np.searchsorted(coarse_x, x[last - 1], "right"))
        return (
            np.concatenate([coarse_x[:before], x[first:last], coarse_x[after:]]),
            np.concatenate([coarse_y[:before], y[first:last], coarse_y[after:]]),
        )


def _coarser(x: Array, y: Array, factor: int) -> tuple[Array, Array]:
    """Of each ``2 * factor`` points the lowest and the highest, in the order in which they come; the ends stay."""
    size = 2 * factor
    whole = len(y) // size * size
    blocks = y[:whole].reshape(-1, size)
    places = np.sort(np.stack([blocks.argmin(1), blocks.argmax(1)], 1), 1)
    places += np.arange(0, whole, size)[:, None]
    picked = np.unique(np.concatenate([[0], places.ravel(), np.arange(whole, len(y)), [len(y) - 1]]))
    return x[picked], y[picked]
