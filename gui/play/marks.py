"""What can be drawn over the game's picture: the frame's number, and the controller with the buttons that are down."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from core.frame import FRAME_WIDTH
from core.game.emulator import DOWN, LEFT, RIGHT, SELECT, START, UP, A, B

_GAP = 4.0  # pixels of the frame, as all below
_PAD = (50.0, 21.0)
_LINE = 11.0  # height of the frame's number
_ARM = 5.0  # side of each of the five squares of the cross
_BEHIND = QColor(12, 14, 20, 225)
_UP, _DOWN = QColor(112, 118, 136), QColor(255, 196, 60)
_CROSS = {UP: (0, -1), LEFT: (-1, 0), RIGHT: (1, 0), DOWN: (0, 1)}  # squares from its middle
_BARS = {SELECT: 20.0, START: 26.5}
_ROUND = {B: 36.5, A: 44.0}


def paint_frame_number(painter: QPainter, target: QRectF, frame: int) -> None:
    """Frames since the level was entered, at the lower right of a picture in ``target``."""
    unit = target.width() / FRAME_WIDTH
    font = QFont(painter.font())
    font.setPixelSize(max(round(8 * unit), 8))
    font.setBold(True)
    painter.save()
    painter.setFont(font)
    text = f"{frame:,}"
    width = painter.fontMetrics().horizontalAdvance(text) + 6 * unit
    box = QRectF(target.right() - _GAP * unit - width, target.bottom() - (_GAP + _LINE) * unit, width, _LINE * unit)
    painter.fillRect(box, _BEHIND)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def paint_controller(painter: QPainter, target: QRectF, buttons: int) -> None:
    """The controller at the lower left of a picture in ``target``; buttons in this byte are lit."""
    unit = target.width() / FRAME_WIDTH
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(target.left() + _GAP * unit, target.bottom() - (_GAP + _PAD[1]) * unit)
    painter.scale(unit, unit)
    painter.fillRect(QRectF(0, 0, *_PAD), _BEHIND)
    painter.setPen(Qt.PenStyle.NoPen)
    middle = QPointF(3 + 1.5 * _ARM, _PAD[1] / 2)
    _square(painter, middle, (0, 0), _UP)
    for button, place in _CROSS.items():
        _square(painter, middle, place, _DOWN if buttons & button else _UP)
    for button, left in _BARS.items():
        painter.fillRect(QRectF(left, middle.y() + 1.5, 5, 2.5), _DOWN if buttons & button else _UP)
    painter.setPen(QPen(_BEHIND, 0.5))
    for button, x in _ROUND.items():
        painter.setBrush(_DOWN if buttons & button else _UP)
        painter.drawEllipse(QPointF(x, middle.y() + 2), 3.4, 3.4)
    painter.restore()


def _square(painter: QPainter, middle: QPointF, place: tuple[int, int], colour: QColor) -> None:
    corner = middle + QPointF(place[0] - 0.5, place[1] - 0.5) * _ARM
    painter.fillRect(QRectF(corner.x(), corner.y(), _ARM, _ARM), colour)
