"""The curves of runs: read while they grow, smoothed, and runs of one kind gathered into mean and band over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.runs.curves.growing_table import GrowingTable
from core.runs.curves.metrics import AXIS_COLUMNS, EVALUATIONS, HOUR, LEARNING, Axis, Metric
from core.runs.curves.smoothing import Smoothing, smooth

Array = npt.NDArray[np.float64]
Band = Literal["range", "interval"]

GRID_POINTS = 400  # of the mean over several runs
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120)
"""Student's t, two-sided 95%, for 1 degree of freedom and more."""
_T_LARGE = 2.11  # for more than that: a little too wide rather than too narrow
_EMPTY = np.empty(0)


@dataclass(frozen=True, slots=True)
class CurveQuery:
    """How runs shall be drawn.

    Attributes:
        figure: what.
        axis: over what.
        window: rows over which it is smoothed; 1 for not at all.
        smoothing: "mean" of the last ones or "exponential".
    """

    metric: Metric
    axis: Axis = "episodes"
    window: int = 1
    smoothing: Smoothing = "mean"


@dataclass(frozen=True, slots=True)
class Line:
    """A curve, with a band around it where it is a mean over runs.

    Attributes:
        x, y: float64 (N,); x does not fall, nothing is NaN.
        low, high: float64 (N,) of the band; empty without one.
        raw: float64 (N,), the values before they were smoothed; empty where ``y`` is them, or a mean over runs.
        runs: how many it was made of.
    """

    x: Array
    y: Array
    low: Array = field(default_factory=lambda: _EMPTY)
    high: Array = field(default_factory=lambda: _EMPTY)
    raw: Array = field(default_factory=lambda: _EMPTY)
    runs: int = 1


class RunCurves:
    """The CSV files of one run folder, and lines made from them.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tables: dict[str, GrowingTable] = {}

    def table(self, file: str) -> GrowingTable:
        """One of its files."""
        return self._tables.setdefault(file, GrowingTable(self.path / file))

    def header(self, file: str) -> tuple[str, ...]:
        """Columns of one of its files; empty without the file."""
        table = self.table(file)
        table.read(())
        return table.columns

    def read(self, metric: Metric, axis: Axis, is_cancelled: Callable[[], bool] = lambda: False) -> int:
        """Bring what a figure needs up to date; a number that changes whenever its lines do."""
        table = self.table(metric.file)
        x = AXIS_COLUMNS.get(metric.file, {}).get(axis, "")
        table.read({*metric.columns, x, metric.where} - {""}, is_cancelled)
        version = table.version
        if (metric.file, axis) == (EVALUATIONS, "episodes"):
            steps = self.table(LEARNING)
            steps.read({"step", "episodes"}, is_cancelled)
            version += steps.version
        return version

    def lines(self, query: CurveQuery) -> list[Line | None]:
        """A line for each column of the figure, from what was read; None where there is nothing to draw."""
        metric, table = query.metric, self.table(query.metric.file)
        x = self._axis(metric.file, query.axis, table)
        counts = table.column(metric.where) == 1 if metric.where else np.ones(table.rows, bool)
        return [self._line(x, table.column(name), counts, query) for name in metric.columns]

    def _axis(self, file: str, axis: Axis, table: GrowingTable) -> Array:
        name = AXIS_COLUMNS.get(file, {}).get(axis, "")
        if not name:  # rows of a file that the table of figures does not know, one by one
            return np.arange(1.0, table.rows + 1)
        x = table.column(name)
        if axis == "hours":
            return x / HOUR
        if (file, axis) == (EVALUATIONS, "episodes"):
            steps = self.table(LEARNING)
            known = steps.column("step")
            return np.interp(x, known, steps.column("episodes")) if len(known) else np.full(len(x), np.nan)
        return x

    @staticmethod
    def _line(x: Array, y: Array, counts: npt.NDArray[np.bool_], query: CurveQuery) -> Line | None:
        usable = counts & np.isfinite(x) & np.isfinite(y)
        x, y = x[usable], y[usable]
        if not len(x):
            return None
        window = max(query.window, query.metric.window)
        smoothed = smooth(y, window, query.smoothing)
        return Line(np.maximum.accumulate(x), smoothed, raw=y if window > 1 else _EMPTY)


def gather(lines: Sequence[Line], band: Band) -> Line | None:
    """Mean over several runs on one grid of x, as far as all of them have come; None where they share no x.

    Args:
        lines: of each run.
        band: "range" from the lowest to the highest run, or "interval", where the mean of many such runs lies with 95%
            (Student's t: the values of runs that differ by their seed only are taken to be normal). With few seeds
            the interval is wide, and that is the truth; the range is what was seen, and no more.
    """
    if len(lines) == 1:
        return lines[0]
    start, end = max(line.x[0] for line in lines), min(line.x[-1] for line in lines)
    if start > end:
        return None
    points = min(GRID_POINTS, max(len(line.x) for line in lines))
    grid = np.linspace(start, end, max(points, 2)) if end > start else np.array([start])
    values = np.stack([np.interp(grid, line.x, line.y) for line in lines])
    mean = values.mean(0)
    if band == "range":
        return Line(grid, mean, values.min(0), values.max(0), runs=len(lines))
    freedom = len(lines) - 1
    t = _T[freedom - 1] if freedom <= len(_T) else _T_LARGE
    half = t * values.std(0, ddof=1) / np.sqrt(len(lines))
    return Line(grid, mean, mean - half, mean + half, runs=len(lines))
