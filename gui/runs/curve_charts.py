"""The charts of the chosen runs: one, or four at once."""

from __future__ import annotations

import html

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui.kit.file_dialogs import FileDialogs
from gui.kit.style import CURVE_COLOURS, is_dashed
from gui.runs.curve_export import EXPORT_KINDS, export_of
from gui.runs.curve_plot import CurvePlot
from gui.runs.model import RunsModel

_COLUMNS = 2


class CurveCharts(QWidget):
    """The first chart is always there; where there are more, what the lines of all stand for is told above them.

    Signals:
        failed: one sentence on what could not be done.
        export_wanted: a file's path, and what writes it there, in any thread.

    Attributes:
        plots: the charts made so far.
    """

    failed = Signal(str)
    export_wanted = Signal(object, object)

    def __init__(self, runs: RunsModel, files: FileDialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs, self._files = runs, files
        self.plots = [CurvePlot(runs)]
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setToolTip("Click on a name to hide its lines, or to show them again")
        self.legend.linkActivated.connect(lambda place: runs.switch(self.plots[0].curves[int(place)].label))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(6, 0, 8, 4)
        self._grid.setSpacing(4)
        self._grid.addWidget(self.legend, 0, 0, 1, _COLUMNS)
        self._grid.addWidget(self.plots[0], 1, 0)
        self._grid.setRowStretch(1, 1)
        runs.order_changed.connect(self._refresh)
        for signal in (runs.order_changed, runs.curves_changed, runs.hidden_changed):
            signal.connect(self._tell_names)
        self._tell_names()

    @property
    def shown(self) -> list[CurvePlot]:
        """The charts that are to be seen."""
        return self.plots[: len(self._runs.metrics_drawn)]

    def _refresh(self) -> None:
        while len(self.plots) < len(self._runs.metrics_drawn):
            plot = CurvePlot(self._runs, len(self.plots))
            row, column = divmod(len(self.plots), _COLUMNS)
            self._grid.addWidget(plot, 1 + row, column)
            self.plots.append(plot)
            plot.set_log(self.plots[0].is_log)
        for place, plot in enumerate(self.plots):
            plot.setVisible(place < len(self.shown))
        self._grid.setRowStretch(2, int(self._runs.is_overview))  # an empty row takes no room

    def _tell_names(self) -> None:
        self.legend.setVisible(self._runs.is_overview)
        names = []
        for place, curve in enumerate(self.plots[0].curves):
            is_hidden = curve.label in self._runs.hidden
            name = self.palette().mid().color().name() if is_hidden else self.palette().text().color().name()
            line = CURVE_COLOURS[curve.colour % len(CURVE_COLOURS)]
            names.append(
                f'<a href="{place}" style="text-decoration: none; color: {name}">'
                f'<span style="color: {line}">{"╌" if is_dashed(curve.colour) else "━"}</span>&nbsp;'
                f"{html.escape(curve.label).replace(' ', '&nbsp;')}</a>"
            )
        self.legend.setText("&emsp; ".join(names))

    def set_log(self, on: bool) -> None:
        """Logarithmic y, or not."""
        for plot in self.plots:
            plot.set_log(on)

    def view_all(self) -> None:
        """Everything in view."""
        for plot in self.plots:
            plot.view_all()

    def export(self, what: str) -> None:
        """Ask where to, and save what is shown as "png", "svg" or "csv": a file for each chart."""
        plots = [plot for plot in self.shown if plot.curves]
        if not plots:
            self.failed.emit("there is no curve to export; choose a run")
            return
        path = self._files.save(self, "Export curves", f"curves.{what}", EXPORT_KINDS[what])
        if path is None:
            return
        for plot in plots:
            query = plot.drawn.order.query
            assert query is not None
            plot.forget_cursor()
            words = query.metric.title.lower().replace("'", "").replace(",", "").replace(" ", "-")
            own = path if len(plots) == 1 else path.with_stem(f"{path.stem}-{words}")
            self.export_wanted.emit(own, export_of(what, plot.plot, plot.seen, query))
