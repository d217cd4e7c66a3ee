"""Q-values over the last ten seconds of the game."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.agents.catalog import AgentCatalog
from gui.game.agent_player import STEPS_PER_SECOND, TRACE_SECONDS
from gui.kit.style import ACTION_COLOURS
from gui.live.preview import Preview

_HEIGHT = 84  # logical pixels


class QCurve(QWidget):
    """A curve for each action, in the colours of the bars; pyqtgraph is imported when it is first shown.

    Attributes:
        curves: pyqtgraph's curves in the order of the actions; none before it was shown.
    """

    def __init__(self, preview: Preview, agents: AgentCatalog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._agents = agents
        self.curves: list[Any] = []
        self._plot: Any = None
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("Q-values of late")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        preview.numbers_due.connect(self.refresh)
        agents.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plot, the first time."""
        super().showEvent(event)
        if self._plot is None:
            self._make_plot()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _make_plot(self) -> None:
        import pyqtgraph

        self._plot = pyqtgraph.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setXRange(-TRACE_SECONDS, 0, padding=0)
        left, bottom = self._plot.getAxis("left"), self._plot.getAxis("bottom")
        left.setWidth(40)
        self._plot.getPlotItem().layout.setContentsMargins(0, 2, 14, 0)  # room for half of "now"
        left.setStyle(hideOverlappingLabels=True)
        bottom.setHeight(18)
        half = -TRACE_SECONDS / 2
        bottom.setTicks([[(2 * half, f"{2 * half:g} s"), (half, f"{half:g} s"), (0, "now")]])
        bottom.setStyle(hideOverlappingLabels=False)
        self._plot.setToolTip("Q-values of the last 10 seconds of the game, in the colours of the bars")
        for colour in ACTION_COLOURS:  # lines of width 1 without antialiasing: pyqtgraph's fast path
            self.curves.append(self._plot.plot(pen=pyqtgraph.mkPen(colour, width=1), skipFiniteCheck=True))
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._dress()

    def _dress(self) -> None:
        if self._plot is None:
            return
        colours = self.palette()
        self._plot.setBackground(colours.base().color())
        quiet = QColor(colours.placeholderText().color())
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(colours.mid().color())
            axis.setTextPen(quiet)

    def refresh(self) -> None:
        """Draw the trace of the agent that sits beside the controller."""
        if self._plot is None or not self.isVisible():
            return
        opened = self._agents.opened
        values = np.empty((0, len(self.curves)), np.float32) if opened is None else opened.agent_player.trace.values()
        seconds = (np.arange(len(values)) - len(values) + 1) / STEPS_PER_SECOND
        for curve, column in zip(self.curves, values.T, strict=True):
            curve.setData(seconds, column)
