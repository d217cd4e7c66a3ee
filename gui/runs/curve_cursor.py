"""The line over the curves that follows the mouse or the keyboard, and the box that reads them out."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette

from core.runs.curves.curves import CurveQuery
from core.runs.curves.metrics import axis_label
from core.wording import with_minus
from gui.kit.style import CURVE_COLOURS
from gui.runs.scanner import Curve, value_at

_PARTS = 100  # steps of the cursor across the view
_LARGE_STEP = 10
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)
_ZOOM = {Qt.Key.Key_Plus: 0.5, Qt.Key.Key_Equal: 0.5, Qt.Key.Key_Minus: 2.0}
_KEYS = {*_STEPS, *_ENDS, *_ZOOM, Qt.Key.Key_Escape}


class CurveCursor:
    """Lies in a plot.

    Attributes:
        x: where it is, in the axis's own unit; None while it is not shown.
        read_out: what the box says, "" while it is not shown.
    """

    def __init__(
        self, plot: Any, curves: Callable[[], Sequence[Curve]], query: Callable[[], CurveQuery | None]
    ) -> None:
        """``plot`` is a pyqtgraph ``PlotWidget``; ``curves`` tells what it shows, and ``query`` of what, over what."""
        self.x: float | None = None
        self.read_out = ""
        self._plot, self._curves, self._query = plot, curves, query
        self._text = ""
        self._line = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._box = pyqtgraph.TextItem(anchor=(0, 0))
        for thing in (self._line, self._box):
            thing.setZValue(100)
            thing.hide()
            plot.addItem(thing, ignoreBounds=True)
        plot.scene().sigMouseMoved.connect(self._follow_mouse)

    def dress(self, colours: QPalette, ground: QColor) -> None:
        """Follow light and dark; ``ground`` is behind the box's text."""
        self._text = colours.text().color().name()
        self._line.setPen(pyqtgraph.mkPen(colours.placeholderText().color(), width=1))
        self._box.fill = pyqtgraph.mkBrush(ground)
        self._box.border = pyqtgraph.mkPen(colours.mid().color())

    def _follow_mouse(self, place: QPointF) -> None:
        box = self._plot.getPlotItem().getViewBox()
        self.point_at(box.mapSceneToView(place).x() if box.sceneBoundingRect().contains(place) else None)

    def point_at(self, x: float | None) -> None:
        """Read the curves out at this place; None hides the cursor."""
        self.x = x if self._curves() else None
        self.read_out = ""
        for thing in (self._line, self._box):
            thing.setVisible(self.x is not None)
        if x is None:
            return
        found = [(curve, value) for curve in self._curves() if (value := value_at(curve.line, x)) is not None]
        if not found:
            self._box.hide()
            return
        self._line.setPos(x)
        self.read_out = self._describe(x, found)
        self._box.setHtml(self._rich(self.read_out.split("\n"), [curve for curve, _ in found]))
        (left, right), (_, top) = self._plot.viewRange()
        self._box.setAnchor((1.0 if x > (left + right) / 2 else 0.0, 0.0))
        self._box.setPos(x, top)

    def read_again(self) -> None:
        """The curves are other ones."""
        if self.x is not None:
            self.point_at(self.x)

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key is for: arrows move, with Shift in larger steps, Home and End, + and - zoom, Esc hides."""
        key = Qt.Key(event.key())
        if not self._curves() or key not in _KEYS:
            return False
        (left, right), _ = self._plot.viewRange()
        lines = [curve.line.x for curve in self._curves() if len(curve.line.x)]
        left = max(left, min((float(x[0]) for x in lines), default=left))  # beside the curves there is nothing to read
        right = min(right, max((float(x[-1]) for x in lines), default=right))
        x = (left + right) / 2 if self.x is None else self.x
        if key in _ZOOM:
            self._plot.getPlotItem().getViewBox().scaleBy(x=_ZOOM[key], center=QPointF(x, 0.0))
        elif key in _ENDS:
            x = (left, right)[_ENDS.index(key)]
        elif key in _STEPS and self.x is not None:
            large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            x += _STEPS[key] * (_LARGE_STEP if large else 1) * (right - left) / _PARTS
        self.point_at(None if key == Qt.Key.Key_Escape else min(max(x, left), right))
        return True

    def _describe(self, x: float, found: list[tuple[Curve, tuple[float, float]]]) -> str:
        query = self._query()
        assert query is not None
        over, unit = axis_label(query.axis, query.metric.kind), query.metric.unit
        at = f"{found[0][1][0]:,.2f}" if query.axis == "hours" else f"{round(found[0][1][0]):,}"
        lines = [f"{at} {over}"]
        lines += [f"{curve.label}: {number(value)} {unit}".rstrip() for curve, (_, value) in found]
        return "\n".join(lines)

    def _rich(self, lines: list[str], curves: list[Curve]) -> str:
        colours = [self._text]
        colours += [CURVE_COLOURS[curve.colour % len(CURVE_COLOURS)] for curve in curves]
        rows = (f'<span style="color:{c}">{html.escape(t)}</span>' for c, t in zip(colours, lines, strict=True))
        return "<br>".join(rows)


def number(value: float) -> str:
    """Four digits that count, thousands apart: "1,234", "0.01234", "1.2e-05"."""
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size >= 3:
        return with_minus(f"{value:,.0f}")
    return with_minus(f"{value:.{3 - size}f}" if size > -4 else f"{value:.3g}")
