"""A picture at a whole-number scale in device pixels, as large as fits, or words in its place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.pictures.images import image_of

_EMPTY = QColor(30, 34, 48)
_TEXT = QColor(200, 206, 220)


class PictureView(QWidget):
    """Draws what it is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._array: npt.NDArray[np.uint32] | None = None
        self._words = ""
        self.setMinimumSize(FRAME_WIDTH, FRAME_HEIGHT)

    def draw(self, array: npt.NDArray[np.uint32] | None, words: str = "") -> None:
        """Draw a picture, uint32 (224, 240) of ARGB, or where there is none, words."""
        self._array, self._words = array, words
        self.update()

    def target(self) -> QRectF:
        """Where the picture is, logical coordinates, its corner on a device pixel."""
        ratio = self.devicePixelRatioF()
        scale = max(int(min(self.width() * ratio // FRAME_WIDTH, self.height() * ratio // FRAME_HEIGHT)), 1)
        width, height = scale * FRAME_WIDTH / ratio, scale * FRAME_HEIGHT / ratio
        origin = self.mapTo(self.window(), QPoint(0, 0))
        left = round((origin.x() + (self.width() - width) / 2) * ratio) / ratio - origin.x()
        return QRectF(left, round(origin.y() * ratio) / ratio - origin.y(), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        self.paint_picture(painter, self.target())

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw the picture, or the words, into a rectangle."""
        if self._array is not None:
            painter.drawImage(target, image_of(self._array))
            return
        painter.fillRect(target, _EMPTY)
        painter.setPen(_TEXT)
        inside = target.adjusted(16, 16, -16, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
