"""The curves of the chosen runs, with a legend, a read-out at the cursor, and export."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from core.runs.curves.metrics import axis_label
from gui.kit.style import CURVE_COLOURS
from gui.runs.curve_export import EXPORT_KINDS, export_of
from gui.runs.model import RunsModel
from gui.runs.scanner import Curve

if TYPE_CHECKING:
    from gui.runs.curve_cursor import CurveCursor

_DATA_MS = 250  # between redraws for new data: four times a second at most
_VIEW_MS = 30  # between redraws while the view moves
_BAND_OPACITY = 50  # of 255
_GAP = 8  # logical pixels around the legend
_LABEL_LENGTH = 42  # characters of a label in the legend
_KEYS = "Drag to move, wheel to zoom. By keys: arrows, Home and End move the cursor; + and - zoom"
_NOTHING = "Choose a run above to see its curves."


class CurvePlot(QWidget):
    """pyqtgraph is imported when it is first shown.

    Signals:
        failed: one sentence on what could not be done.
        export_wanted: a file's path, and what writes it there, in any thread.

    Attributes:
        items: pyqtgraph's lines, in the order of the curves.
        plot: pyqtgraph's plot, None before it was shown.
    """

    failed = Signal(str)
    export_wanted = Signal(object, object)

    def __init__(self, runs: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = runs
        self.items: list[Any] = []
        self.plot: Any = None
        self._cursor: CurveCursor | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Curves")
        self.setToolTip(_KEYS)
        self.empty = QLabel(_NOTHING)
        self.empty.setObjectName("quiet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bands: list[Any] = []
        self._is_log = False
        self._fresh = QTimer(self, interval=_DATA_MS, singleShot=True)
        self._moved = QTimer(self, interval=_VIEW_MS, singleShot=True)
        self._fresh.timeout.connect(self.redraw)
        self._moved.timeout.connect(self._thin_out)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(6, 0, 8, 4)
        self._column.addWidget(self.empty)
        self.runs.curves_changed.connect(self._soon)
        self.runs.chosen_changed.connect(self._soon)
        self.runs.order_changed.connect(self._soon)

    @property
    def read_out(self) -> str:
        """What the box at the cursor says, "" while it is not shown."""
        return "" if self._cursor is None else self._cursor.read_out

    # Life

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plot, the first time."""
        super().showEvent(event)
        if self.plot is None:
            self._make_plot()
        self._soon()

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.plot is not None:
            self._dress()

    def _make_plot(self) -> None:
        import pyqtgraph

        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMinimumHeight(120)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.showGrid(x=True, y=True, alpha=0.15)
        self.plot.getAxis("left").setWidth(62)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
            self.plot.getAxis(side).setStyle(maxTickLevel=0)  # lines of the grid were most of the time of painting
        self._legend = pyqtgraph.LegendItem()
        self._legend.setParentItem(item)  # beside the lines, not over them
        self._legend.anchor((1, 0), (1, 0), (-_GAP, _GAP))
        item.legend = self._legend
        from gui.runs.curve_cursor import CurveCursor

        self._cursor = CurveCursor(self.plot, self.runs, lambda: self.curves)
        item.getViewBox().sigXRangeChanged.connect(lambda *_: self._moved.isActive() or self._moved.start())
        self._column.addWidget(self.plot, 1)
        self._dress()

    def _dress(self) -> None:
        import pyqtgraph

        colours = self.palette()
        self.plot.setBackground(colours.base().color())
        text = QColor(colours.text().color())
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(colours.mid().color())
            axis.setTextPen(QColor(colours.placeholderText().color()))
        base = QColor(colours.base().color())
        base.setAlpha(215)
        self._legend.setBrush(pyqtgraph.mkBrush(base))
        self._legend.setPen(pyqtgraph.mkPen(colours.mid().color()))
        self._legend.setLabelTextColor(text)
        assert self._cursor is not None
        self._cursor.dress(colours, base)
        self.redraw()

    # Drawing

    def _soon(self) -> None:
        if self.plot is not None and self.isVisible() and not self._fresh.isActive():
            self._fresh.start()

    @property
    def curves(self) -> tuple[Curve, ...]:
        """Those of the newest order; none while the chosen runs have none."""
        return self.runs.curves.items if self.runs.chosen else ()

    def redraw(self) -> None:
        """Show the curves anew: lines that stay get new points, others come and go."""
        if self.plot is None:
            return
        curves = self.curves
        if [self._style(curve) for curve in curves] != [item.opts["style"] for item in self.items]:
            self._make_items(curves)
        self._name_axes()
        self._thin_out()
        if curves:
            self.plot.getPlotItem().getViewBox().updateAutoRange()  # at once, not with the next painting
        self.empty.setText(self._why_empty())
        self.empty.setVisible(not curves)
        self.plot.setVisible(bool(curves))

    def _style(self, curve: Curve) -> tuple[Any, ...]:
        return curve.label, curve.colour, bool(len(curve.line.low)), self._is_log, self.palette().base().color().name()

    def _why_empty(self) -> str:
        runs = self.runs
        if not runs.chosen:
            return _NOTHING
        if runs.curves.order.runs and runs.curves.missing:
            return f"{', '.join(runs.curves.missing[:3])}: nothing to draw of “{runs.metric.title}” yet."
        return "reading …"

    def _make_items(self, curves: tuple[Curve, ...]) -> None:
        import pyqtgraph

        for item in (*self.items, *self._bands):
            self.plot.removeItem(item)
        self._legend.clear()
        self.items, self._bands = [], []
        for curve in curves:
            colour = QColor(CURVE_COLOURS[curve.colour % len(CURVE_COLOURS)])
            # Width 1, no antialiasing, solid where it can be: pyqtgraph's fast path.
            is_second = curve.colour // len(CURVE_COLOURS) % 2 == 1
            style = Qt.PenStyle.DashLine if is_second else Qt.PenStyle.SolidLine
            if len(curve.line.low):
                edges = [pyqtgraph.PlotDataItem(pen=pyqtgraph.mkPen(None)) for _ in range(2)]
                veil = QColor(colour)
                veil.setAlpha(_BAND_OPACITY)
                band = pyqtgraph.FillBetweenItem(*edges, brush=pyqtgraph.mkBrush(veil))
                for thing in (*edges, band):
                    self.plot.addItem(thing)
                    self._bands.append(thing)
            item = self.plot.plot(
                pen=pyqtgraph.mkPen(colour, width=1, style=style), name=html.escape(shortened(curve.label))
            )
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
            item.opts["style"] = self._style(curve)
            self.items.append(item)
        self._legend.updateSize()
        room = self._legend.boundingRect().width() + 2 * _GAP if curves else _GAP
        self.plot.getPlotItem().layout.setContentsMargins(2, _GAP, room, 0)

    def _name_axes(self) -> None:
        query = self.runs.curves.order.query
        if query is not None:
            self.plot.setLabel("bottom", axis_label(query.axis, query.metric.kind))
            self.plot.setLabel("left", query.metric.label)

    def _thin_out(self) -> None:
        """Give each line the points that the view can show."""
        if self.plot is None or len(self.items) != len(self.curves):
            return
        (low, high), _ = self.plot.viewRange()
        bands = iter(self._bands)
        for item, curve in zip(self.items, self.curves, strict=True):
            line = curve.line
            item.setData(*self._drawable(*curve.pyramid.view(low, high, max(self.plot.width(), 200))))
            if len(line.low):
                next(bands).setData(*self._drawable(line.x, line.low, keep=True))
                next(bands).setData(*self._drawable(line.x, line.high, keep=True))
                next(bands)

    def _drawable(self, x: Any, y: Any, keep: bool = False) -> tuple[Any, Any]:
        """Without values that a logarithmic axis has no place for; a band's edge keeps them, as its smallest."""
        if not self._is_log:
            return x, y
        usable = y > 0
        if keep and usable.any():
            return x, np.maximum(y, y[usable].min())
        return x[usable], y[usable]

    def set_log(self, on: bool) -> None:
        """Logarithmic y, or not."""
        self._is_log = on
        if self.plot is not None:
            self._make_items(())
            self.plot.setLogMode(False, on)
            self.plot.enableAutoRange()
            self.redraw()

    def view_all(self) -> None:
        """Everything in view."""
        if self.plot is not None:
            self.plot.enableAutoRange()
            self.redraw()

    # The cursor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The cursor has keys of its own."""
        if self._cursor is None or not self._cursor.take_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The mouse, or nobody, has the cursor now."""
        super().focusOutEvent(event)
        if self._cursor is not None:
            self._cursor.point_at(None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line around the plot while it has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().highlight(), 2))
            painter.drawRect(self.rect())

    # Export

    def export(self, what: str) -> None:
        """Ask where to, and save what is shown as "png", "svg" or "csv"."""
        curves, query = self.curves, self.runs.curves.order.query
        if not curves or query is None:
            self.failed.emit("there is no curve to export; choose a run")
            return
        name, _ = QFileDialog.getSaveFileName(self, "Export", f"curves.{what}", EXPORT_KINDS[what])
        if name:
            if self._cursor is not None:
                self._cursor.point_at(None)
            self.export_wanted.emit(Path(name), export_of(what, self.plot, curves, query))


def shortened(label: str) -> str:
    """A label that leaves room for the plot."""
    return label if len(label) <= _LABEL_LENGTH else f"{label[: _LABEL_LENGTH - 1]}…"
