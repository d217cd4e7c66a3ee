"""The runs as the window knows them: which there are, which are chosen, and their curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.runs.commands import TRAINABLE
from core.runs.curves.curves import Band, CurveQuery
from core.runs.curves.metrics import EVALUATIONS, KIND_NAMES, METRICS, Axis, Metric, other_metrics, overview
from core.runs.curves.smoothing import Smoothing
from core.runs.index import Changes, RunInfo, setting_names
from core.runs.notes import Notes
from gui.kit.background import Background
from gui.kit.preferences import Preferences
from gui.kit.style import CURVE_COLOURS
from gui.runs.scanner import Chosen, Curves, Order, RunScanner

DRAWN_RUNS = 24  # more lines than that cannot be told apart
_COLLECT_MS = 150  # changes that come within so long are shown together
_COLLECT_FIRST_MS = 600  # while all runs are found for the first time: each time, thousands of rows may be sorted anew


class RunsModel(QObject):
    """Knows what the scanner found; the window's thread only. The folders are scanned from the first show on.

    Signals:
        changed: runs were found, changed or went away; ``runs`` is up to date.
        chosen_changed: ``chosen``, or what was noted about those.
        choice_wanted: the folder of a run that the table shall choose.
        order_changed: what is drawn, axis, smoothing, gathering, how many charts.
        curves_changed: the curves of a chart are new.
        hidden_changed: ``hidden``.

    Attributes:
        unwritten: notes that are on their way to the disk, by run folder: a look at the disk knows older ones.
        folders: where runs lie; new ones come into the last.
        runs: by folder.
        is_complete: whether all folders were scanned at least once.
        chosen: folders of the chosen runs, in the order of the table.
        charts: the curves of the chosen ones, by the number of the chart.
        hidden: labels of curves that are not to be seen for now.
    """

    changed = Signal()
    chosen_changed = Signal()
    choice_wanted = Signal(object)
    order_changed = Signal()
    curves_changed = Signal()
    hidden_changed = Signal()

    def __init__(self, preferences: Preferences, folders: Sequence[Path], background: Background) -> None:
        super().__init__()
        self.folders = tuple(folders)
        self.unwritten: dict[Path, Notes] = {}
        self.runs: dict[Path, RunInfo] = {}
        self.is_complete = False
        self.chosen: tuple[Path, ...] = ()
        self.charts: dict[int, Curves] = {}
        self.hidden: set[str] = set()
        self._colours: dict[Path, int] = {}
        self._wanted: Path | None = None
        self._preferences = preferences
        self._metrics: dict[str, Metric] = {}
        self._overviews: dict[str, tuple[Metric, ...]] = {}
        self._axis: Axis = "episodes"
        self._gathers, self._band = False, "range"
        self._is_overview = False
        in_window = background.in_window
        self._scanner = RunScanner(
            background.workers, self.folders, in_window(self._keep), in_window(self._keep_curves),
            in_window(self._keep_pass),
        )  # fmt: skip
        self._collect = QTimer(self, singleShot=True)
        self._collect.timeout.connect(self._tell)

    # Life

    def start(self) -> None:
        """Begin to scan the folders; a second time nothing happens."""
        self._scanner.start()

    def close(self) -> None:
        """Show nothing more."""
        self._collect.stop()

    def scan(self) -> None:
        """Scan the folders at once."""
        self._scanner.look()

    # What there is

    def _keep(self, changes: Changes) -> None:
        is_first = not self.runs
        for info in changes.changed:
            self.runs[info.path] = replace(info, notes=self.unwritten.get(info.path, info.notes))
        for path in changes.gone:
            self.runs.pop(path, None)
        if not self._collect.isActive():
            self._collect.start(_COLLECT_MS if self.is_complete else 0 if is_first else _COLLECT_FIRST_MS)

    def _tell(self) -> None:
        self.changed.emit()
        self._give_wanted()
        left = tuple(path for path in self.chosen if path in self.runs)
        if left != self.chosen:
            self.choose(left)
        elif self.chosen:
            self._give_order()
            self.chosen_changed.emit()

    def _keep_pass(self) -> None:
        if not self.is_complete:
            self.is_complete = True
            self._collect.stop()
            self._tell()

    @property
    def columns(self) -> tuple[str, ...]:
        """The settings that have a column in the table."""
        kept = self._preferences.get("run_columns")
        names = {name for kind in KIND_NAMES for name in setting_names(kind)}
        return tuple(name for name in kept if name in names)

    def set_columns(self, names: Sequence[str]) -> None:
        """Give columns to these settings; it is remembered."""
        self._preferences.set("run_columns", list(names))

    def set_notes(self, run: RunInfo, notes: Notes) -> None:
        """The notes of a run were changed."""
        if run.path in self.runs:  # it may be in the trash by now
            self.runs[run.path] = replace(self.runs[run.path], notes=notes)
            self._tell()

    def choose(self, paths: Sequence[Path]) -> None:
        """Show these runs."""
        chosen = tuple(path for path in paths if path in self.runs)
        if chosen != self.chosen:
            self.chosen = chosen
            self._give_order()
            self.chosen_changed.emit()
            self.order_changed.emit()

    def choose_soon(self, path: Path) -> None:
        """Show this run, as soon as it was found."""
        self._wanted = path.resolve()
        self._give_wanted()
        self.scan()

    def _give_wanted(self) -> None:
        wanted = self._wanted
        found = next((path for path in self.runs if path.resolve() == wanted), None) if wanted is not None else None
        if found is not None:
            self._wanted = None
            self.choice_wanted.emit(found)

    @property
    def chosen_runs(self) -> list[RunInfo]:
        """The chosen runs."""
        return [self.runs[path] for path in self.chosen if path in self.runs]

    # Curves

    @property
    def curves(self) -> Curves:
        """Those of the first chart."""
        return self.curves_of(0)

    def curves_of(self, chart: int) -> Curves:
        """Those of one chart."""
        return self.charts.get(chart, Curves(Order(chart=chart)))

    @property
    def kind(self) -> str:
        """Of the first chosen run that has curves; "ddqn" without any."""
        kinds = (self.runs[path].kind for path in self.chosen if path in self.runs)
        return next((kind for kind in kinds if kind in TRAINABLE), "ddqn")

    def metrics(self) -> list[Metric]:
        """What can be drawn of the chosen runs."""
        kind = self.kind
        known = [metric for metric in METRICS if metric.kind == kind]
        return known + other_metrics(kind, self.curves.headers if self._fits(kind) else {})

    def _fits(self, kind: str) -> bool:
        runs = self.curves.order.runs
        return bool(runs) and runs[0].kind == kind

    @property
    def metric(self) -> Metric:
        """What is drawn."""
        kind = self.kind
        return self._metrics.get(kind) or next(metric for metric in METRICS if metric.kind == kind)

    @property
    def is_overview(self) -> bool:
        """Whether four charts are drawn in place of one."""
        return self._is_overview

    @property
    def metrics_drawn(self) -> tuple[Metric, ...]:
        """What the charts show, each."""
        return self._overviews.get(self.kind, overview(self.kind)) if self._is_overview else (self.metric,)

    @property
    def axis(self) -> Axis:
        """Over what; episodes where a figure has no such axis."""
        return self._axis_of(self.metrics_drawn[0])

    def _axis_of(self, metric: Metric) -> Axis:
        return self._axis if self._axis in metric.axes else metric.axes[0]

    @property
    def window(self) -> int:
        """Rows that are smoothed over, of what the first chart shows."""
        return self._window_of(self.metrics_drawn[0])

    def _window_of(self, metric: Metric) -> int:
        return max(1, int(self._preferences.get(_window_name(metric))))

    @property
    def smoothing(self) -> Smoothing:
        """How."""
        return "exponential" if self._preferences.get("curve_smoothing") == "exponential" else "mean"

    @property
    def gathers(self) -> bool:
        """Whether runs that differ by their seed only are shown as mean and band."""
        return self._gathers

    @property
    def band(self) -> Band:
        """What the band is."""
        return "interval" if self._band == "interval" else "range"

    def set_metric(self, metric: Metric, chart: int = 0) -> None:
        """Draw something else; of four charts, in that one."""
        if self._is_overview:
            drawn = list(self.metrics_drawn)
            drawn[chart] = metric
            self._overviews[metric.kind] = tuple(drawn)
        else:
            self._metrics[metric.kind] = metric
        self._change_order()

    def set_overview(self, on: bool) -> None:
        """Draw four charts, or one."""
        self._is_overview = on
        self._change_order()

    def switch(self, label: str) -> None:
        """Hide a curve, or show it again."""
        self.hidden ^= {label}
        self.hidden_changed.emit()

    def set_axis(self, axis: Axis) -> None:
        """Draw over something else."""
        self._axis = axis
        self._change_order()

    def set_smoothing(self, window: int, how: Smoothing) -> None:
        """Smooth otherwise; it is remembered."""
        for name in {_window_name(metric) for metric in self.metrics_drawn}:
            self._preferences.set(name, window)
        self._preferences.set("curve_smoothing", how)
        self._change_order()

    def set_gathering(self, on: bool, band: Band) -> None:
        """Show mean and band, or each run."""
        self._gathers, self._band = on, band
        self._change_order()

    def _change_order(self) -> None:
        self._give_order()
        self.order_changed.emit()

    def _give_order(self) -> None:
        kind = self.kind
        runs = [run for run in self.chosen_runs if run.kind == kind][:DRAWN_RUNS]
        names = Counter(run.name for run in runs)
        colours = self._colours_of([run.path for run in runs])
        chosen = tuple(
            Chosen(
                run.path, run.name if names[run.name] == 1 else run.long_name, run.kind, run.group, colours[run.path]
            )
            for run in runs
        )
        queries = [
            CurveQuery(metric, self._axis_of(metric), self._window_of(metric), self.smoothing)
            for metric in self.metrics_drawn
        ]
        self._scanner.order(
            [Order(chosen, query, self._gathers, self.band, chart) for chart, query in enumerate(queries)]
        )

    def _colours_of(self, paths: Sequence[Path]) -> dict[Path, int]:
        """The numbers of the colours of the runs that are drawn: a run keeps its own as long as there are enough.

        Which one it gets goes by its age among all runs, so that it has the same at the next start, and whatever was
        chosen before it, unless another one that was drawn has that.
        """
        fresh = [path for path in paths if path not in self._colours]
        ages = sorted(self.runs, key=lambda path: (self.runs[path].begun, str(path))) if fresh else []
        plain = len(CURVE_COLOURS)  # beyond these lines are dashed
        for path in paths:
            if path not in self._colours:
                taken = set(self._colours.values())
                if len(taken) >= DRAWN_RUNS:  # one that was drawn before gives its colour away
                    taken = {self._colours[other] for other in paths if other in self._colours}
                first = ages.index(path) if path in self.runs else 0
                numbers = [*((first + place) % plain for place in range(plain)), *range(plain, DRAWN_RUNS)]
                colour = next(number for number in numbers if number not in taken)
                self._colours = {other: number for other, number in self._colours.items() if number != colour}
                self._colours[path] = colour
        return {path: self._colours[path] for path in paths}

    def _keep_curves(self, curves: Curves) -> None:
        chart = curves.order.chart
        had = self.curves_of(chart).headers
        self.charts[chart] = curves
        if chart == 0 and curves.headers != had:
            self.order_changed.emit()
        self.curves_changed.emit()


def _window_name(metric: Metric) -> str:
    """The preference that keeps its window: evaluations are few, as a network's epochs and a mapping's rows."""
    if metric.kind != "ddqn":
        return "curve_window_network"
    return "curve_window_evaluations" if metric.file == EVALUATIONS else "curve_window"
