"""Pause, step, restart and speed of two agents side by side, and where along the level both are."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import NAMES
from gui.kit.style import CURVE_COLOURS, number_font
from gui.kit.tooltip import put_tip_beside
from gui.live.game_control import SPEED_NAMES, SPEEDS

_HEIGHT = 34  # logical pixels
_SIDE = 12
_RADIUS = 7.0
_LEAST = 3400  # pixels of the level: most levels' goals are before it
_TICKS = 400


class MatchControls(QWidget):
    """Three buttons, the speed, the track."""

    def __init__(self, match: MatchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match = match
        self.run, self.step, self.restart = QPushButton("Pause"), QPushButton("Step"), QPushButton("Restart")
        self.run.setMinimumWidth(self.run.fontMetrics().horizontalAdvance("Go on") + 34)
        self.run.setToolTip("Pause both, or go on")
        self.step.setToolTip("Pause, and play one agent step (4 frames) of both")
        self.restart.setToolTip("The same two from the same start")
        self.speed = QComboBox()
        self.speed.addItems([SPEED_NAMES[speed] for speed in SPEEDS])
        self.speed.setToolTip("Times the console's speed")
        self.track = MatchTrack(match)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.run, self.step, self.restart):
            row.addWidget(button)
        label = QLabel("Speed")
        label.setObjectName("quiet")
        label.setBuddy(self.speed)
        row.addWidget(label)
        row.addWidget(self.speed)
        row.addWidget(self.track, 1)
        match = match
        self.run.clicked.connect(lambda: match.play(not match.is_playing))
        self.step.clicked.connect(match.advance)
        self.restart.clicked.connect(match.restart)
        self.speed.activated.connect(lambda i: match.set_speed(SPEEDS[i]))
        match.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the match."""
        match = self._match
        self.run.setText("Pause" if match.is_playing else "Go on")
        for button in (self.run, self.step):
            button.setEnabled(match.can_play)
        self.restart.setEnabled(match.can_restart)
        self.speed.setCurrentIndex(SPEEDS.index(match.speed))


class MatchTrack(QWidget):
    """The level from left to right, with both on it."""

    def __init__(self, match: MatchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match = match
        self.setFont(number_font(self))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Where both are")
        self.setToolTip("Where both are along the level, pixels")
        put_tip_beside(self)
        match.stepped.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(500, _HEIGHT)

    def place_of(self, side: int) -> QPointF | None:
        """Where a side's mark is; None before the start."""
        step = self._match.sides[side].step
        return None if step is None else QPointF(self._at(step.x), _HEIGHT / 2 - 6 + 3 * (2 * side - 1))

    def _at(self, x: float) -> float:
        return _SIDE + (self.width() - 2 * _SIDE) * x / self._longest

    @property
    def _longest(self) -> float:
        steps = [side.step for side in self._match.sides]
        return max(_LEAST, *(1.03 * step.x for step in steps if step is not None), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, its marks and both."""
        painter, colours = QPainter(self), self.palette()
        middle = _HEIGHT / 2 - 6
        painter.fillRect(QRectF(_SIDE, middle, self.width() - 2 * _SIDE, 1), colours.mid())
        painter.setPen(colours.placeholderText().color())
        for x in range(0, int(self._longest) + 1, _TICKS):
            painter.fillRect(QRectF(self._at(x), middle - 3, 1, 7), colours.mid())
            where = QRectF(self._at(x) - 40, middle + 6, 80, 16)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, f"{x:,}")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side in (1, 0):
            place = self.place_of(side)
            if place is not None:
                painter.setPen(colours.window().color())
                painter.setBrush(QColor(CURVE_COLOURS[side]))
                painter.drawEllipse(place, _RADIUS, _RADIUS)
                painter.setPen(QColor("#ffffff"))
                box = QRectF(place.x() - _RADIUS, place.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, NAMES[side])
