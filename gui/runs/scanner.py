"""A worker that looks through the folders of runs once a second and reads the curves of the chosen ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
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
BAND_NAMES: dict[Band, str] = {"range": "min to max", "interval": "95% interval of the mean"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A run whose curves are wanted.

    Attributes:
        path: its folder.
        label: its name.
        kind: of run.
        group: runs with an equal one may be gathered.
    """

    path: Path
    label: str
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Order:
    """What curves are wanted.

    Attributes:
        runs: in the order of their colours.
        query: figure, axis, smoothing; None for none.
        gathers: whether runs of one group become their mean.
        band: around the mean.
    """

    runs: tuple[Chosen, ...] = ()
    query: CurveQuery | None = None
    gathers: bool = False
    band: Band = "range"


@dataclass(frozen=True, slots=True)
class Curve:
    """One line on the screen.

    Attributes:
        label: in the legend.
        line: its points, and its band if it has one.
        pyramid: the same, thinned out.
        colour: which one of the curves' colours.
    """

    label: str
    line: Line
    pyramid: Pyramid = field(repr=False)
    colour: int


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
        self._order = Order()
        self._drawn: tuple[Order, tuple[int, ...]] | None = None
        self._curves: dict[Path, RunCurves] = {}
        self._pyramids: dict[tuple[Path, int], tuple[object, Line, Pyramid]] = {}
        self._worker = workers.make("runs", self._scan)

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def order(self, order: Order) -> None:
        """Want other curves, from now on."""
        self._order = order
        self._worker.post(self._draw, "curves")

    def look(self) -> None:
        """Look through the folders at once."""
        self._worker.tick_soon()

    # In the thread

    def _scan(self) -> float:
        begun = time.thread_time()
        for changes in self.index.scan([run.path for run in self._order.runs]):
            if self._worker.is_closing:
                break
            if changes.changed or changes.gone:
                self._on_changes(changes)
            self._draw()
        self._on_pass()
        return max(INTERVAL, (time.thread_time() - begun) * _REST)

    def _draw(self) -> None:
        """Bring the wanted curves up to date, and tell if they differ."""
        order = self._order
        if order.query is None or self._worker.is_closing:
            return
        for path in set(self._curves) - {run.path for run in order.runs}:
            del self._curves[path]
        self._pyramids = {key: value for key, value in self._pyramids.items() if key[0] in self._curves}
        versions = tuple(self._read(run.path, order.query) for run in order.runs)
        if self._drawn == (order, versions) or self._worker.is_closing:
            return
        lines = [self._lines(run.path, order.query, version) for run, version in zip(order.runs, versions, strict=True)]
        self._drawn = (order, versions)
        missing = tuple(run.label for run, of_run in zip(order.runs, lines, strict=True) if not any(of_run))
        items = self._gathered(order, lines) if order.gathers else self._single(order, lines)
        self._on_curves(Curves(order, tuple(items), missing, self._headers(order)))

    def _read(self, path: Path, query: CurveQuery) -> int:
        curves = self._curves.setdefault(path, RunCurves(path))
        return curves.read(query.metric, query.axis, lambda: self._worker.is_closing)

    def _lines(self, path: Path, query: CurveQuery, version: int) -> list[Line | None]:
        made: list[Line | None] = []
        key = (query, version)
        kept = [self._pyramids.get((path, place)) for place in range(len(query.metric.columns))]
        if all(item is not None and item[0] == key for item in kept):
            return [item[1] for item in kept if item is not None]
        for place, line in enumerate(self._curves[path].lines(query)):
            made.append(line)
            self._pyramids.pop((path, place), None)
            if line is not None:
                self._pyramids[path, place] = (key, line, Pyramid(line.x, line.y))
        return made

    def _single(self, order: Order, lines: list[list[Line | None]]) -> list[Curve]:
        assert order.query is not None
        metric, several = order.query.metric, len(order.runs) > 1
        return [
            Curve(
                _label(run.label if several else "", metric, place) or run.label,
                line,
                self._pyramids[run.path, place][2],
                _colour(number, place, metric, several),
            )
            for number, (run, of_run) in enumerate(zip(order.runs, lines, strict=True))
            for place, line in enumerate(of_run)
            if line is not None
        ]

    def _gathered(self, order: Order, lines: list[list[Line | None]]) -> list[Curve]:
        assert order.query is not None
        metric, items = order.query.metric, []
        groups = list(dict.fromkeys(run.group for run in order.runs))
        for number, group in enumerate(groups):
            members = [place for place, run in enumerate(order.runs) if run.group == group]
            label = order.runs[members[0]].label
            for place in range(len(metric.columns)):
                found = [line for member in members if (line := lines[member][place]) is not None]
                mean = gather(found, order.band) if found else None
                if mean is None:
                    continue
                if mean.runs > 1:
                    label = f"{order.runs[members[0]].label} and {mean.runs - 1} more, {BAND_NAMES[order.band]}"
                several = len(groups) > 1
                text = _label(label if several or len(metric.columns) == 1 else "", metric, place)
                items.append(Curve(text, mean, Pyramid(mean.x, mean.y), _colour(number, place, metric, several)))
        return items

    def _headers(self, order: Order) -> dict[str, tuple[str, ...]]:
        if not order.runs:
            return {}
        run = order.runs[0]
        return {file: self._curves[run.path].header(file) for file in csv_files(run.kind)}


def _label(run: str, metric: Metric, place: int) -> str:
    column = metric.labels[place] if metric.labels else ""
    return f"{run}: {column}" if run and column else run or column


def _colour(run: int, place: int, metric: Metric, several: bool) -> int:
    """Runs differ by their colours; the lines of one run alone do."""
    return run * len(metric.columns) + place if several else place if len(metric.columns) > 1 else run


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
    return replace(line, x=cut(line.x), y=cut(line.y), low=cut(line.low), high=cut(line.high))
