"""pyqtgraph in the house's style. It is imported when a plot is first shown: the window opens without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

_AXIS = 46  # logical pixels for the numbers of the left axis
_BOTTOM = 18


def make_plot(left: int = _AXIS, bottom: int = _BOTTOM) -> Any:
    """A plot without menu and buttons, which the mouse does not move.

    Args:
        left, bottom: room of the axes, logical pixels.
    """
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
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
    """A curve of width 1 without antialiasing: pyqtgraph's fast path."""
    import pyqtgraph

    return plot.plot(pen=pyqtgraph.mkPen(colour, width=1), connect="finite")


def dress_plot(plot: Any, palette: QPalette) -> None:
    """Background and axes in the palette's colours."""
    plot.setBackground(palette.base().color())
    for side in ("left", "bottom"):
        plot.getAxis(side).setPen(palette.mid().color())
        plot.getAxis(side).setTextPen(palette.placeholderText().color())


class TracePlot(QWidget):
    """Lines over the last seconds, the newest value at the right.

    Attributes:
        lines: pyqtgraph's curves; none before it was shown.
    """

    def __init__(self, colours: Sequence[str], seconds: float, parent: QWidget | None = None, title: str = "") -> None:
        """A line for each colour; ``title`` stands beside the values."""
        super().__init__(parent)
        self.lines: list[Any] = []
        self._colours, self._seconds, self._title = colours, seconds, title
        self._plot: Any = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    def refresh(self) -> None:
        """Draw the newest values; called when it is shown."""

    def draw(self, values: Sequence[npt.NDArray[Any]], per_second: float) -> None:
        """Show values, oldest first, of each line; nothing before it was shown."""
        for line, of_line in zip(self.lines, values, strict=False):
            line.setData((np.arange(len(of_line)) - len(of_line) + 1) / per_second, of_line)

    @property
    def is_seen(self) -> bool:
        """Whether drawing is worth it."""
        return self._plot is not None and self.isVisible()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plot, the first time."""
        super().showEvent(event)
        if self._plot is None:
            self._make()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            dress_plot(self._plot, self.palette())

    def _make(self) -> None:
        self._plot = make_plot()
        self._plot.setXRange(-self._seconds, 0, padding=0)
        bottom, half = self._plot.getAxis("bottom"), -self._seconds / 2
        bottom.setTicks([[(2 * half, f"{2 * half:g} s"), (half, f"{half:g} s"), (0, "now")]])
        bottom.setStyle(hideOverlappingLabels=False)
        if self._title:
            self._plot.setLabel("left", self._title)
        self._plot.setToolTip(self.toolTip())
        self.lines = [add_line(self._plot, colour) for colour in self._colours]
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        dress_plot(self._plot, self.palette())
