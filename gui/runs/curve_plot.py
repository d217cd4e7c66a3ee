"""One chart of the chosen runs: their curves, a legend, and a read-out at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from core.runs.curves.metrics import axis_label
from gui.kit.plots import line_width
from gui.kit.style import CURVE_COLOURS, is_dashed
from gui.kit.tooltip import put_tip_beside
from gui.kit.widgets import fill_combo, make_label
from gui.runs.model import RunsModel
from gui.runs.scanner import Curve, Curves

if TYPE_CHECKING:
    from gui.runs.curve_cursor import CurveCursor
    from gui.runs.curve_legend import CurveLegend

_DATA_MS = 250  # between redraws for new data: four times a second at most
_VIEW_MS = 30  # between redraws while the view moves
_BAND_OPACITY = 50  # of 255
_RAW_OPACITY = 45  # of 255
_GAP = 8  # logical pixels around the legend
_KEYS = "Drag to move, wheel to zoom. By keys: arrows, Home and End move the cursor; + and - zoom"
_NOTHING = "Choose a run above to see its curves."


class CurvePlot(QWidget):
    """pyqtgraph is imported when it is first shown.

    Attributes:
        items: pyqtgraph's lines, in the order of the curves.
        plot: pyqtgraph's plot, None before it was shown.
        is_log: whether y is logarithmic.
    """

    def __init__(self, runs: RunsModel, chart: int = 0, parent: QWidget | None = None) -> None:
        """``chart`` is the number of the chart."""
        super().__init__(parent)
        self.runs, self._chart = runs, chart
        self.items: list[Any] = []
        self.plot: Any = None
        self._cursor: CurveCursor | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Curves")
        self.setToolTip(_KEYS)
        put_tip_beside(self)
        self.empty = make_label(_NOTHING, "quiet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._behind: list[list[Any]] = []  # of each line: the one before smoothing, the band and its edges
        self._legend: CurveLegend | None = None
        self.is_log = False
        self._fresh = QTimer(self, interval=_DATA_MS, singleShot=True)
        self._moved = QTimer(self, interval=_VIEW_MS, singleShot=True)
        self._fresh.timeout.connect(self.redraw)
        self._moved.timeout.connect(self._thin_out)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.metric_box = QComboBox()
        self.metric_box.setAccessibleName(f"What chart {chart + 1} shows")
        self.metric_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.metric_box.setMinimumContentsLength(12)
        self.metric_box.setMaxVisibleItems(30)
        self.metric_box.activated.connect(lambda place: runs.set_metric(runs.metrics()[place], self._chart))
        self._column.addWidget(self.metric_box)
        self._column.addWidget(self.empty)
        self.runs.order_changed.connect(self._offer)
        self._offer()
        for signal in (runs.curves_changed, runs.chosen_changed, runs.order_changed):
            signal.connect(self._soon)
        self.runs.hidden_changed.connect(self._hide_some)

    @property
    def read_out(self) -> str:
        """What the box at the cursor says, "" while it is not shown."""
        return "" if self._cursor is None else self._cursor.read_out

    def _offer(self) -> None:
        """What there is to choose from, where there are several charts; of a single one that stands above it."""
        runs = self.runs
        self.metric_box.setVisible(runs.is_overview)
        if runs.is_overview and self._chart < len(runs.metrics_drawn):
            metrics, drawn = runs.metrics(), runs.metrics_drawn[self._chart]
            fill_combo(self.metric_box, [(metric.label, None) for metric in metrics])
            self.metric_box.setCurrentIndex(metrics.index(drawn) if drawn in metrics else -1)
            self.metric_box.setToolTip(drawn.tip)

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

        from gui.kit.number_axis import number_axes

        self.plot = pyqtgraph.PlotWidget(axisItems=number_axes())
        self.plot.setMinimumHeight(80)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.showGrid(x=True, y=True, alpha=0.15)
        self.plot.getAxis("left").setWidth(62)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setStyle(maxTickLevel=0)  # lines of the grid were most of the time of painting
        self.plot.getAxis("bottom").setStyle(
            hideOverlappingLabels=False
        )  # the last one reaches into the room on the right
        from gui.runs.curve_cursor import CurveCursor
        from gui.runs.curve_legend import CurveLegend

        self._legend = CurveLegend(self.runs.switch)
        self._legend.setParentItem(item)
        self._legend.anchor((1, 0), (1, 0), (-_GAP, _GAP))
        self._cursor = CurveCursor(self.plot, lambda: self.seen, lambda: self.drawn.order.query)
        item.getViewBox().sigXRangeChanged.connect(lambda *_: self._moved.isActive() or self._moved.start())
        self._column.addWidget(self.plot, 1)
        self._dress()

    def _dress(self) -> None:
        colours = self.palette()
        self.plot.setBackground(colours.base().color())
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(colours.mid().color())
            axis.setTextPen(QColor(colours.placeholderText().color()))
        base = QColor(colours.base().color())
        base.setAlpha(215)
        if self._legend is not None:
            self._legend.dress(colours)
        assert self._cursor is not None
        self._cursor.dress(colours, base)
        self.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The name of the axis has another room."""
        super().resizeEvent(event)
        if self.plot is not None and event.oldSize().height() != event.size().height():
            QTimer.singleShot(0, self, self._name_axes)  # once the plot has its new height

    # Drawing

    def _soon(self) -> None:
        if self.plot is not None and self.isVisible() and not self._fresh.isActive():
            self._fresh.start()

    @property
    def curves(self) -> tuple[Curve, ...]:
        """Those of the newest order; none while the chosen runs have none."""
        return self.drawn.items if self.runs.chosen else ()

    @property
    def drawn(self) -> Curves:
        """What this chart shows, or would."""
        return self.runs.curves_of(self._chart)

    @property
    def seen(self) -> tuple[Curve, ...]:
        """The curves that are not hidden."""
        return tuple(curve for curve in self.curves if curve.label not in self.runs.hidden)

    def redraw(self) -> None:
        """Show the curves anew: lines that stay get new points, others come and go."""
        if self.plot is None:
            return
        curves = self.curves
        if [self._style(curve) for curve in curves] != [item.opts["style"] for item in self.items]:
            self._make_items(curves)
        self._show_legend(curves)
        self._name_axes()
        self._thin_out()
        if curves:
            self.plot.getPlotItem().getViewBox().updateAutoRange()  # at once, not with the next painting
        self.empty.setText(self._why_empty())
        self.empty.setVisible(not curves)
        self.plot.setVisible(bool(curves))
        if self._cursor is not None:
            self._cursor.read_again()

    def _style(self, curve: Curve) -> tuple[Any, ...]:
        kinds = bool(len(curve.line.low)), curve.raw is not None, self.runs.is_overview
        return curve.label, curve.colour, *kinds, self.is_log, self.palette().base().color().name()

    def _why_empty(self) -> str:
        drawn = self.drawn
        if not self.runs.chosen:
            return _NOTHING
        if drawn.order.query is not None and drawn.missing:
            return f"{', '.join(drawn.missing[:3])}: nothing to draw of “{drawn.order.query.metric.title}” yet."
        return "reading …"

    def _make_items(self, curves: tuple[Curve, ...]) -> None:
        for item in (*self.items, *(thing for things in self._behind for thing in things)):
            self.plot.removeItem(item)
        self._behind = [self._make_behind(curve) for curve in curves]
        self.items = [self._make_line(curve) for curve in curves]
        room = max(_GAP, self.fontMetrics().horizontalAdvance("200,000") // 2)  # for half of the last number
        if self._legend is not None:
            self._legend.show_lines([curve.label for curve in curves], self.items)
            if not self.runs.is_overview:
                room += int(self._legend.boundingRect().width()) + _GAP if curves else 0
        self.plot.getPlotItem().layout.setContentsMargins(2, _GAP, room, 0)
        self._hide_some()

    def _show_legend(self, curves: tuple[Curve, ...]) -> None:
        """Small charts have no room beside the lines; what the first one shows too is told above all of them."""
        mine, first = ([(line.label, line.colour) for line in lines] for lines in (curves, self.runs.curves.items))
        if self._legend is not None:
            self._legend.setVisible(bool(mine) and not (self.runs.is_overview and mine == first))

    def _make_line(self, curve: Curve, opacity: int = 255) -> Any:
        """No antialiasing, solid where it can be: pyqtgraph's fast path."""
        import pyqtgraph

        colour = QColor(CURVE_COLOURS[curve.colour % len(CURVE_COLOURS)])
        colour.setAlpha(opacity)
        style = Qt.PenStyle.DashLine if is_dashed(curve.colour) else Qt.PenStyle.SolidLine
        item = self.plot.plot(pen=pyqtgraph.mkPen(colour, width=line_width(self), style=style))
        item.setDownsampling(auto=True, method="peak")
        item.setClipToView(True)
        item.opts["style"] = self._style(curve)
        return item

    def _make_behind(self, curve: Curve) -> list[Any]:
        """The edges of the band and the band, or the line before it was smoothed, or nothing."""
        import pyqtgraph

        if curve.raw is not None:
            return [self._make_line(curve, _RAW_OPACITY)]
        if not len(curve.line.low):
            return []
        edges = [pyqtgraph.PlotDataItem(pen=pyqtgraph.mkPen(None)) for _ in range(2)]
        veil = QColor(CURVE_COLOURS[curve.colour % len(CURVE_COLOURS)])
        veil.setAlpha(_BAND_OPACITY)
        things = [*edges, pyqtgraph.FillBetweenItem(*edges, brush=pyqtgraph.mkBrush(veil))]
        for thing in things:
            self.plot.addItem(thing)
        return things

    def _hide_some(self) -> None:
        """Show what is not hidden."""
        hidden = self.runs.hidden
        for curve, item, behind in zip(self.curves, self.items, self._behind, strict=False):
            for thing in (item, *behind):
                thing.setVisible(curve.label not in hidden)
        if self._legend is not None:
            self._legend.fade(hidden)
        if self._cursor is not None:
            self._cursor.read_again()

    def _name_axes(self) -> None:
        query = self.drawn.order.query
        if query is not None:
            small = self.runs.is_overview
            self.plot.setLabel("bottom", axis_label(query.axis, query.metric.kind))
            self.plot.showLabel("bottom", not small or query.axis != self.runs.axis)  # told above all charts
            room = self.plot.height() - self.plot.getAxis("bottom").height() - 2 * _GAP
            label = self.fontMetrics().elidedText(query.metric.label, Qt.TextElideMode.ElideRight, round(room))
            self.plot.setLabel("left", "" if small else label)

    def _thin_out(self) -> None:
        """Give each line the points that the view can show."""
        styles = [item.opts["style"] for item in self.items]
        if self.plot is None or styles != [self._style(curve) for curve in self.curves]:
            return  # the lines follow in a moment
        (low, high), _ = self.plot.viewRange()
        points = max(self.plot.width(), 200)
        for item, behind, curve in zip(self.items, self._behind, self.curves, strict=True):
            line = curve.line
            item.setData(*self._drawable(*curve.pyramid.view(low, high, points)))
            if curve.raw is not None:
                behind[0].setData(*self._drawable(*curve.raw.view(low, high, points)))
            elif behind:
                behind[0].setData(*self._drawable(line.x, line.low, keep=True))
                behind[1].setData(*self._drawable(line.x, line.high, keep=True))

    def _drawable(self, x: Any, y: Any, keep: bool = False) -> tuple[Any, Any]:
        """Without values that a logarithmic axis has no place for; a band's edge keeps them, as its smallest."""
        if not self.is_log:
            return x, y
        usable = y > 0
        if keep and usable.any():
            return x, np.maximum(y, y[usable].min())
        return x[usable], y[usable]

    def set_log(self, on: bool) -> None:
        """Logarithmic y, or not."""
        self.is_log = on
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

    def forget_cursor(self) -> None:
        """Read nothing out."""
        if self._cursor is not None:
            self._cursor.point_at(None)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse has gone, and what it read out with it."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self.forget_cursor()

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
        self.forget_cursor()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line around the plot while it has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().highlight(), 2))
            painter.drawRect(self.rect())
