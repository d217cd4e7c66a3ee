"""pyqtgraph in the house's style. It is imported when a plot is first shown: the window opens without it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

_AXIS = 46  # logical pixels for the numbers of the left axis
_BOTTOM = 18


def make_plot(left: int = _AXIS, bottom: int = _BOTTOM) -> Any:
    """A plot without menu and buttons, which the mouse does not move.

    Args:
        left, bottom: room of the axes, logical pixels.
    """
    import pyqtgraph

    from gui.kit.number_axis import number_axes

    plot = pyqtgraph.PlotWidget(axisItems=number_axes())
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(False, False)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.hideButtons()
    plot.getPlotItem().layout.setContentsMargins(0, 2, 14, 0)  # room for half of the last number
    plot.getAxis("left").setWidth(left)
    plot.getAxis("left").setStyle(hideOverlappingLabels=True)
    plot.getAxis("bottom").setHeight(bottom)
    return plot


def add_line(plot: Any, colour: str) -> Any:
    """A curve without antialiasing: pyqtgraph's fast path."""
    import pyqtgraph

    return plot.plot(pen=pyqtgraph.mkPen(colour, width=line_width(plot)), connect="finite")


def line_width(widget: QWidget) -> int:
    """Of a line one logical pixel wide, in the device pixels that pyqtgraph counts in."""
    return max(round(widget.devicePixelRatioF()), 1)


def dress_plot(plot: Any, palette: QPalette) -> None:
    """Background and axes in the palette's colours."""
    plot.setBackground(palette.base().color())
    for side in ("left", "bottom"):
        plot.getAxis(side).setPen(palette.mid().color())
        plot.getAxis(side).setTextPen(palette.placeholderText().color())
