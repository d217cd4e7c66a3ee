"""The course of an episode: Q-values, rewards and Mario's place over time. A click or a drag goes to that moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.clock import NES_RATE
from gui.session import Session

_REFRESH = 120  # ms between two drawings while the course grows
_BEST, _CHOSEN, _REWARD, _PLACE = "#3a9bd8", "#e69f00", "#009e73", "#cc79a7"
_ROWS = ("Q", "reward", "x")
_TIPS = {
    "Q": f"Q-values of the agent that is asked: <font color='{_BEST}'>the highest</font> and "
    f"<font color='{_CHOSEN}'>that of the action which was taken</font>",
    "reward": "the paper's reward of each agent step (4 frames)",
    "x": "Mario's position in the level, pixels",
}
_AXIS = 46  # logical pixels


class ScrubCourse(QWidget):
    """Three plots over one axis of seconds, with a line at the moment shown.

    Attributes:
        curves: pyqtgraph's curves by name ("best", "chosen", "reward", "x"); none before it was shown.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.curves: dict[str, Any] = {}
        self._plots: list[Any] = []
        self._cursors: list[Any] = []
        self._area: Any = None
        self._soon = QTimer(self, interval=_REFRESH, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self.setAccessibleName("Course of the episode")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        scrubber = session.past.scrubber
        scrubber.opened.connect(self.refresh)
        scrubber.course_grew.connect(self._grow)
        scrubber.moment_changed.connect(self._move_cursors)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plots, the first time: pyqtgraph is imported here."""
        super().showEvent(event)
        if self._area is None:
            self._make()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _make(self) -> None:
        import pyqtgraph

        self._area = pyqtgraph.GraphicsLayoutWidget()
        self._area.ci.layout.setContentsMargins(0, 2, 10, 0)
        self._area.ci.layout.setSpacing(2)
        for row, name in enumerate(_ROWS):
            self._plots.append(self._make_plot(pyqtgraph, row, name))
        q, reward, place = self._plots
        for name, plot, colour in (
            ("best", q, _BEST), ("chosen", q, _CHOSEN), ("reward", reward, _REWARD), ("x", place, _PLACE)
        ):  # fmt: skip
            self.curves[name] = plot.plot(pen=pyqtgraph.mkPen(colour, width=1), connect="finite")
        self._area.viewport().installEventFilter(self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._area)
        self._dress()

    def _make_plot(self, pyqtgraph: Any, row: int, name: str) -> Any:
        plot = self._area.addPlot(row=row, col=0)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.setLabel("left", name)
        plot.getAxis("left").setWidth(_AXIS)
        plot.getAxis("left").setStyle(hideOverlappingLabels=True, maxTickLevel=0)
        plot.setToolTip(_TIPS[name])
        if row:
            plot.setXLink(self._plots[0])
        if row < len(_ROWS) - 1:
            plot.hideAxis("bottom")
        else:
            plot.getAxis("bottom").setHeight(18)
        cursor = pyqtgraph.InfiniteLine(0, 90)
        cursor.setZValue(10)
        plot.addItem(cursor, ignoreBounds=True)
        self._cursors.append(cursor)
        return plot

    def _dress(self) -> None:
        if self._area is None:
            return
        colours = self.palette()
        self._area.setBackground(colours.base().color())
        quiet = QColor(colours.placeholderText().color())
        for plot, cursor in zip(self._plots, self._cursors, strict=True):
            cursor.setPen(colours.windowText().color())
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(colours.mid().color())
                plot.getAxis(side).setTextPen(quiet)

    # Drawing

    def _grow(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Draw what is known of the course."""
        if self._area is None or not self.isVisible():
            return
        scrubber = self.session.past.scrubber
        steps, recording = scrubber.steps, scrubber.recording
        seconds = np.array([step.frame for step in steps], float) / NES_RATE
        q_values = np.array([step.q_values for step in steps], float).reshape(len(steps), -1)
        chosen = np.full(len(steps), -1)
        if recording is not None:
            actions = np.array(recording.chosen()[: len(steps)], int)
            chosen[: len(actions)] = actions
        self.curves["x"].setData(seconds, np.array([step.x for step in steps], float))
        self.curves["reward"].setData(seconds, np.array([step.reward for step in steps], float))
        best = q_values.max(axis=1) if len(steps) else seconds
        taken = np.full(len(steps), np.nan)
        known = chosen >= 0
        if len(steps):
            taken[known] = q_values[known, chosen[known]]
        self.curves["best"].setData(seconds, best)
        self.curves["chosen"].setData(seconds, taken)
        self._plots[0].setXRange(0, max(scrubber.frames, 1) / NES_RATE, padding=0.005)
        self._move_cursors()

    def _move_cursors(self) -> None:
        past = self.session.past.scrubber.past
        for cursor in self._cursors:
            cursor.setValue(0 if past is None else past.frame / NES_RATE)

    # The mouse

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press or a drag with the left button goes to that moment."""
        if isinstance(event, QMouseEvent) and event.type() in (
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseMove,
            QEvent.Type.MouseButtonRelease,
        ):
            if event.buttons() & Qt.MouseButton.LeftButton:
                place = self._plots[0].vb.mapSceneToView(self._area.mapToScene(event.position().toPoint()))
                self.session.past.scrubber.play(False)
                self.session.past.scrubber.seek(round(place.x() * NES_RATE))
            return True
        return super().eventFilter(watched, event)
