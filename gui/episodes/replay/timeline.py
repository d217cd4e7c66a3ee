"""The timeline of an episode: Q-values, rewards and Mario's place over time. A click or a drag goes to that moment."""

from __future__ import annotations

from math import floor, log10
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.game.env.actions import ACTIONS
from gui.episodes.replay.replay import ReplayModel
from gui.kit.clock import NES_RATE
from gui.kit.plots import add_line, dress_plot, make_plot
from gui.kit.tooltip import put_tip_beside

_REFRESH = 120  # ms between two drawings while the timeline grows
_BEST, _CHOSEN, _REWARD, _PLACE = "#3a9bd8", "#e69f00", "#009e73", "#cc79a7"
_ROWS = {"Q": ("best", "chosen"), "reward": ("reward",), "x": ("x",)}
_COLOURS = {"best": _BEST, "chosen": _CHOSEN, "reward": _REWARD, "x": _PLACE}
_WORDS = {"best": "highest", "chosen": "of the action taken"}
_TIP = (
    f"Over the seconds of the episode: <font color='{_BEST}'>the highest Q-value</font> of the agent that is asked, "
    f"and <font color='{_CHOSEN}'>that of the action which was taken</font>; the paper's reward of each agent step "
    "(4 frames); Mario's position in the level, pixels. A click or a drag goes to that moment."
)
_LABEL = 13  # logical pixels that a number on an axis needs
_AXIS = 46  # logical pixels


def tick_spacing(low: float, high: float, size: float) -> list[tuple[float, float]]:
    """One level of ticks, 1, 2 or 5 times a power of ten apart, so that their numbers do not touch.

    Args:
        low, high: values at the axis's ends.
        size: its length, logical pixels.

    Returns:
        Distance of the ticks and where they begin, as pyqtgraph wants it.
    """
    least = max((high - low) * _LABEL / max(size, 1.0), 1e-9)
    power = 10.0 ** floor(log10(least))
    return [(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9)), 0.0)]


class _Overlay(QWidget):
    """Lies over the plots: takes the mouse, and draws the line at the moment shown, so that no plot is drawn anew."""

    def __init__(self, timeline: TimelineView, replay: ReplayModel) -> None:
        super().__init__(timeline)
        self._timeline, self._replay = timeline, replay
        self.setToolTip(_TIP)
        put_tip_beside(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, and what each plot is of."""
        painter = QPainter(self)
        painter.setPen(self.palette().placeholderText().color())
        metrics = painter.fontMetrics()
        for name, top in self._timeline.tops().items():
            left, baseline = _AXIS + 6.0, top + metrics.ascent() + 2.0
            words = [name, *(_WORDS[curve] for curve in _ROWS[name] if len(_ROWS[name]) > 1)]
            ground = self.palette().base().color()
            ground.setAlpha(200)
            width = sum(metrics.horizontalAdvance(f"{word}  ") for word in words)
            painter.fillRect(QRectF(left - 2, top + 2, width, metrics.height()), ground)
            painter.drawText(QPointF(left, baseline), name)
            for curve in _ROWS[name] if len(_ROWS[name]) > 1 else ():  # a legend
                left += metrics.horizontalAdvance(f"{name}  ")
                painter.setPen(QColor(_COLOURS[curve]))
                name = _WORDS[curve]
                painter.drawText(QPointF(left, baseline), name)
            painter.setPen(self.palette().placeholderText().color())
        place = self._timeline.place_of(self._replay.frame)
        if place is not None:
            painter.fillRect(QRectF(place - 0.5, 0, 1.5, self.height()), self.palette().windowText())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the moment that was clicked on."""
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while its left button is down."""
        frame = self._timeline.frame_at(event.position().x())
        if frame is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._replay.play(False)
            self._replay.seek(frame)


class TimelineView(QWidget):
    """Three plots over one axis of seconds.

    Signals:
        moved: ``span`` has changed.

    Attributes:
        curves: pyqtgraph's curves by name ("best", "chosen", "reward", "x"); none before it was shown.
        overlay: what takes the mouse; the slider does by keys what a click does here.
    """

    moved = Signal()

    def __init__(self, replay: ReplayModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replay = replay
        self.curves: dict[str, Any] = {}
        self._plots: list[Any] = []
        self._soon = QTimer(self, interval=_REFRESH, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self.setAccessibleName("Timeline of the episode")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.overlay = _Overlay(self, replay)
        replay.opened.connect(self.refresh)
        replay.timeline_grew.connect(self._grow)
        for signal in (replay.moment_changed, replay.changed):
            signal.connect(self.overlay.update)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plots, the first time: pyqtgraph is imported here."""
        super().showEvent(event)
        if not self._plots:
            self._make()
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overlay covers everything."""
        self.overlay.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _make(self) -> None:
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        for name, curves in _ROWS.items():
            is_last = name == "x"
            plot = make_plot(_AXIS, 18 if is_last else 3)
            left = plot.getAxis("left")
            left.tickSpacing = tick_spacing
            left.setStyle(maxTickLevel=0, textFillLimits=[(0, 0.5)])
            plot.getAxis("bottom").setStyle(showValues=is_last)
            for curve in curves:
                self.curves[curve] = add_line(plot, _COLOURS[curve])
            layout.addWidget(plot, 21 if is_last else 15)
            self._plots.append(plot)
        self._plots[0].getViewBox().sigResized.connect(lambda *_: self.moved.emit())
        self.overlay.raise_()
        self._dress()

    def _dress(self) -> None:
        for plot in self._plots:
            dress_plot(plot, self.palette())

    # Drawing

    def _grow(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Draw what is known of the timeline."""
        if not self._plots or not self.isVisible():
            return
        replay = self._replay
        for name, values in self._values().items():
            shown = np.isfinite(values)
            seconds = np.array([step.frame for step in replay.steps], float) / NES_RATE
            self.curves[name].setData(seconds[shown], values[shown])
        for plot, names in zip(self._plots, _ROWS.values(), strict=True):
            plot.setXRange(0, max(replay.frames, 1) / NES_RATE, padding=0)
            has_values = any(self.curves[name].xData is not None and len(self.curves[name].xData) for name in names)
            plot.getAxis("left").setStyle(showValues=has_values)  # numbers of an empty plot mean nothing
        self._plots[-1].getAxis("bottom").setStyle(showValues=replay.recording is not None)
        self.overlay.update()

    def _values(self) -> dict[str, np.ndarray]:
        """The curves by name, NaN where there is nothing to draw."""
        replay = self._replay
        steps, recording = replay.steps, replay.recording
        q_values = np.array([step.q_values for step in steps], float).reshape(-1, len(ACTIONS))
        taken = np.full(len(steps), np.nan)
        actions = [] if recording is None else recording.chosen()
        for number, action in enumerate(actions[: len(steps)]):
            if action >= 0:
                taken[number] = q_values[number, action]
        return {
            "best": q_values.max(axis=1) if steps else taken,
            "chosen": taken,
            "reward": np.array([step.reward for step in steps], float),
            "x": np.array([step.x for step in steps], float),
        }

    # Frames and pixels

    @property
    def _is_laid_out(self) -> bool:
        return bool(self._plots) and self._plots[-1].y() > self._plots[0].y()

    def tops(self) -> dict[str, int]:
        """Where each plot begins, logical pixels from above; nothing before they were laid out."""
        if not self._is_laid_out:
            return {}
        return {name: plot.y() for name, plot in zip(_ROWS, self._plots, strict=False)}

    def span(self) -> tuple[int, int]:
        """Where the first frame and the last one are, logical pixels from the left; (0, 0) before it was shown."""
        if not self._plots:
            return 0, 0
        plot = self._plots[0]
        area = plot.getViewBox().sceneBoundingRect()
        return plot.mapFromScene(area.topLeft()).x(), plot.mapFromScene(area.topRight()).x()

    def place_of(self, frame: int) -> float | None:
        """Where a frame is, logical pixels from the left; None while there is nothing."""
        if not self._is_laid_out or self._replay.recording is None:
            return None
        plot = self._plots[0]
        scene = plot.getViewBox().mapViewToScene(QPointF(frame / NES_RATE, 0))
        return float(plot.mapFromScene(scene).x())

    def frame_at(self, left: float) -> int | None:
        """The frame at a place."""
        if not self._plots or self._replay.recording is None:
            return None
        plot = self._plots[0]
        return round(plot.getViewBox().mapSceneToView(plot.mapToScene(round(left), 0)).x() * NES_RATE)
