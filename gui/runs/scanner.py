"""A worker that looks through the folders of runs once a second and reads the curves of the chosen ones."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.runs.curves.curves import Band, CurveQuery, Line, RunCurves, gather
from core.runs.curves.metrics import Metric, csv_files
from core.runs.curves.smoothing import Pyramid
from core.runs.index import Changes, RunIndex
from gui.kit.worker import Workers

INTERVAL = 1.0  # seconds between looks
_REST = 9.0  # a look is followed by a pause so many times as long as the processor time that it took
BAND_NAMES: dict[Band, str] = {"range": "min-max", "interval": "95% interval"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A run whose curves are wanted.

    Attributes:
        path: its folder.
        label: its name.
        kind: of run.
        group: runs with an equal one may be gathered.
        colour: number of its colour, whatever else is chosen.
    """

    path: Path
    label: str
    kind: str
    group: str
    colour: int


@dataclass(frozen=True, slots=True)
class Order:
    """What curves are wanted.

    Attributes:
        runs: in the order of the table.
        query: figure, axis, smoothing; None for none.
        gathers: whether runs of one group become their mean.
        band: around the mean.
        chart: which of the charts it is for.
    """

    runs: tuple[Chosen, ...] = ()
    query: CurveQuery | None = None
    gathers: bool = False
    band: Band = "range"
    chart: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """One line on the screen.

    Attributes:
        label: in the legend.
        line: its points, and its band if it has one.
        pyramid: the same, thinned out.
        colour: which one of the curves' colours.
        raw: the same before it was smoothed, for a faint line behind it; None where there is nothing to see.
    """

    label: str
    line: Line
    pyramid: Pyramid = field(repr=False)
    colour: int
    raw: Pyramid | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Curves:
    """What an order gave.

    Attributes:
        order: as it was given.
        items: the lines.
        missing: labels of runs that have nothing of this figure.
        headers: columns of the CSV files of the first run, by file.
    """

    order: Order
    items: tuple[Curve, ...] = ()
    missing: tuple[str, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class RunScanner:
    """The worker; callbacks are called by it.

    Attributes:
        index: what lies in the folders.
    """

    def __init__(
        self,
        workers: Workers,
        folders: Sequence[Path],
        on_changes: Callable[[Changes], object],
        on_curves: Callable[[Curves], object],
        on_pass: Callable[[], object],
    ) -> None:
        """It does not look yet.

        Args:
            workers: where it belongs to.
            folders: of runs.
            on_changes: gets what a portion of a look found, if anything.
            on_curves: gets curves when they differ from those before.
            on_pass: called after each look through all folders.
        """
        self.index = RunIndex(folders)
        self._on_changes, self._on_curves, self._on_pass = on_changes, on_curves, on_pass
        self._orders: tuple[Order, ...] = ()
        self._drawn: dict[int, tuple[Order, tuple[int, ...]]] = {}
        self._curves: dict[Path, RunCurves] = {}
        self._lines: dict[tuple[Path, CurveQuery], tuple[int, list[_Drawn | None]]] = {}
        self._worker = workers.make("runs", self._scan)

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def order(self, orders: Sequence[Order]) -> None:
        """Want other curves, from now on: an order for each chart."""
        self._orders = tuple(orders)
        self._worker.post(self._draw, "curves")

    def look(self) -> None:
        """Look through the folders at once."""
        self._worker.tick_soon()

    # In the thread

    def _scan(self) -> float:
        begun = time.thread_time()
        for changes in self.index.scan([run.path for order in self._orders for run in order.runs]):
            if self._worker.is_closing:
                break
            if changes.changed or changes.gone:
                self._on_changes(changes)
            self._draw()
        self._on_pass()
        return max(INTERVAL, (time.thread_time() - begun) * _REST)

    def _draw(self) -> None:
        """Bring the wanted curves up to date, and tell which differ."""
        orders = self._orders
        wanted = {run.path for order in orders for run in order.runs}
        self._curves = {path: curves for path, curves in self._curves.items() if path in wanted}
        asked = {(run.path, order.query) for order in orders for run in order.runs}
        self._lines = {key: value for key, value in self._lines.items() if key in asked}
        self._drawn = {order.chart: self._drawn[order.chart] for order in orders if order.chart in self._drawn}
        for order in orders:
            if order.query is not None and not self._worker.is_closing:
                self._draw_chart(order, order.query)

    def _draw_chart(self, order: Order, query: CurveQuery) -> None:
        versions = tuple(self._read(run.path, query) for run in order.runs)
        if self._drawn.get(order.chart) == (order, versions) or self._worker.is_closing:
            return
        lines = [self._lines_of(run.path, query, version) for run, version in zip(order.runs, versions, strict=True)]
        self._drawn[order.chart] = (order, versions)
        missing = tuple(run.label for run, of_run in zip(order.runs, lines, strict=True) if not any(of_run))
        items = _gathered(order, query.metric, lines) if order.gathers else _single(order, query.metric, lines)
        self._on_curves(Curves(order, tuple(items), missing, self._headers(order)))

    def _read(self, path: Path, query: CurveQuery) -> int:
        curves = self._curves.setdefault(path, RunCurves(path))
        return curves.read(query.metric, query.axis, lambda: self._worker.is_closing)

    def _lines_of(self, path: Path, query: CurveQuery, version: int) -> list[_Drawn | None]:
        known = self._lines.get((path, query))
        if known is None or known[0] != version:
            known = version, [None if line is None else _Drawn(line) for line in self._curves[path].lines(query)]
            self._lines[path, query] = known
        return known[1]

    def _headers(self, order: Order) -> dict[str, tuple[str, ...]]:
        if not order.runs:
            return {}
        run = order.runs[0]
        return {file: self._curves[run.path].header(file) for file in csv_files(run.kind)}


class _Drawn:
    """A line, thinned out."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.pyramid = Pyramid(line.x, line.y)
        self.raw = Pyramid(line.x, line.raw) if len(line.raw) else None


def _single(order: Order, metric: Metric, lines: Sequence[Sequence[_Drawn | None]]) -> Iterator[Curve]:
    """A curve for each line of each run."""
    several = len(order.runs) > 1
    for run, of_run in zip(order.runs, lines, strict=True):
        for place, drawn in enumerate(of_run):
            if drawn is not None:
                label = _label(run.label if several else "", metric, place) or run.label
                raw = drawn.raw if metric.window == 1 else None  # of shares there are only 0 and 1
                yield Curve(label, drawn.line, drawn.pyramid, _colour(run, place, metric, several), raw)


def _gathered(order: Order, metric: Metric, lines: Sequence[Sequence[_Drawn | None]]) -> Iterator[Curve]:
    """A mean and a band for each line of each group of runs."""
    groups = list(dict.fromkeys(run.group for run in order.runs))
    several = len(groups) > 1
    for group in groups:
        members = [place for place, run in enumerate(order.runs) if run.group == group]
        runs = [order.runs[member] for member in members]
        for place in range(len(metric.columns)):
            found = [drawn.line for member in members if (drawn := lines[member][place]) is not None]
            mean = gather(found, order.band) if found else None
            if mean is None:
                continue
            label = runs[0].label
            if mean.runs > 1:
                name = _common_name([run.label for run in runs])
                label = f"{name}, {mean.runs} seeds, mean and {BAND_NAMES[order.band]}"
            text = _label(label if several or len(metric.columns) == 1 else "", metric, place)
            first = min(runs, key=lambda run: run.colour)
            yield Curve(text, mean, Pyramid(mean.x, mean.y), _colour(first, place, metric, several))


def _common_name(labels: Sequence[str]) -> str:
    """What the names of runs have in common before their seeds: "ddqn-fcn" of ddqn-fcn-1 and ddqn-fcn-2."""
    alike = os.path.commonprefix(list(labels))  # noqa: RUF071  # of names, not of folders
    return alike.rstrip("0123456789").rstrip("-_. ") or labels[0]


def _label(run: str, metric: Metric, place: int) -> str:
    column = metric.labels[place] if metric.labels else ""
    return f"{run}: {column}" if run and column else run or column


def _colour(run: Chosen, place: int, metric: Metric, several: bool) -> int:
    """Runs differ by their colours; the lines of one run alone do."""
    if len(metric.columns) == 1:
        return run.colour
    return run.colour * len(metric.columns) + place if several else place


def value_at(line: Line, x: float) -> tuple[float, float] | None:
    """The point of a line that is nearest to an x, or None outside the line by more than a point."""
    if not len(line.x):
        return None
    after = int(np.searchsorted(line.x, x))
    near = [place for place in (after - 1, after) if 0 <= place < len(line.x)]
    place = min(near, key=lambda i: abs(line.x[i] - x))
    if (x > line.x[-1] or x < line.x[0]) and abs(line.x[place] - x) > 0.02 * max(line.x[-1] - line.x[0], 1e-9):
        return None
    return float(line.x[place]), float(line.y[place])


def within(line: Line, low: float, high: float) -> Line:
    """The part of a line between two x."""
    first, last = int(np.searchsorted(line.x, low)), int(np.searchsorted(line.x, high, "right"))
    cut: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] = lambda values: values[first:last]  # noqa: E731
    return replace(line, x=cut(line.x), y=cut(line.y), low=cut(line.low), high=cut(line.high), raw=cut(line.raw))
