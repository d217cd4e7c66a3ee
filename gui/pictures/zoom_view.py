"""A widget with the frame at a whole-number scale in device pixels, which can be zoomed and moved."""

from __future__ import annotations

from math import ceil, floor

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH

MAX_ZOOM = 12  # times, in logical pixels
_MARGIN = 4  # logical pixels around the picture when it fits
_SEEN = 32  # logical pixels of the picture that stay in sight however far it is moved


class ZoomView(QWidget):
    """Where each pixel of the frame lies; what is painted there is up to a subclass.

    Signals:
        zoomed: the scale or the place of the picture changed.

    Attributes:
        scale: device pixels per pixel of the frame.
        corner: of the picture, device pixels from the widget's.
        fits: whether the scale follows the widget's size, as it does until the user zooms.
    """

    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = 1
        self.corner = QPoint(0, 0)
        self.fits = True
        self._seen_ratio = 0.0
        self.setMinimumSize(FRAME_WIDTH + 2 * _MARGIN, FRAME_HEIGHT + 2 * _MARGIN)

    def sizeHint(self) -> QSize:
        """Two times the frame."""
        return QSize(2 * FRAME_WIDTH + 2 * _MARGIN, 2 * FRAME_HEIGHT + 2 * _MARGIN)

    @property
    def ratio(self) -> float:
        """Device pixels per logical one."""
        return self.devicePixelRatioF()

    @property
    def zoom(self) -> float:
        """Logical pixels per pixel of the frame."""
        return self.scale / self.ratio

    def target(self) -> QRectF:
        """The picture's rectangle in logical coordinates, its corner on a device pixel of the window."""
        ratio = self.ratio
        origin = self.mapTo(self.window(), QPoint(0, 0))
        left = ceil(origin.x() * ratio + self.corner.x() - 1e-6) / ratio - origin.x()
        top = ceil(origin.y() * ratio + self.corner.y() - 1e-6) / ratio - origin.y()
        return QRectF(left, top, FRAME_WIDTH * self.scale / ratio, FRAME_HEIGHT * self.scale / ratio)

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a point of the frame lies on the widget; whole numbers are corners of pixels."""
        target = self.target()
        return QPointF(target.x() + x * self.zoom, target.y() + y * self.zoom)

    def pixel_at(self, point: QPointF) -> tuple[int, int]:
        """Column and row of the pixel under a point of the widget, which may lie outside the frame."""
        target = self.target()
        return floor((point.x() - target.x()) / self.zoom), floor((point.y() - target.y()) / self.zoom)

    def area(self, left: float, top: float, right: float, bottom: float) -> QRect:
        """The widget's pixels that some of the frame's cover, with room for a line around them."""
        return QRectF(self.place_of(left, top), self.place_of(right, bottom)).toAlignedRect().adjusted(-2, -2, 2, 2)

    @property
    def _most(self) -> int:
        return floor(MAX_ZOOM * self.ratio)

    def fit(self) -> None:
        """The largest scale at which the whole frame is seen, in the middle."""
        ratio, room = self.ratio, 2 * _MARGIN
        across = floor((self.width() - room) * ratio / FRAME_WIDTH)
        down = floor((self.height() - room) * ratio / FRAME_HEIGHT)
        self.fits = True
        self.set_view(min(max(min(across, down), 1), self._most), None)

    def zoom_by(self, steps: int, around: QPointF | None = None) -> None:
        """Larger or smaller by whole steps; the pixel under a point (the middle by default) stays where it is."""
        point = around if around is not None else QPointF(self.rect().center())
        scale = min(max(self.scale + steps, 1), self._most)
        if scale == self.scale:
            return
        target = self.target()
        x, y = (point.x() - target.x()) / self.zoom, (point.y() - target.y()) / self.zoom
        ratio = self.ratio
        corner = QPoint(round(point.x() * ratio - x * scale), round(point.y() * ratio - y * scale))
        self.fits = False
        self.set_view(scale, corner)

    def set_view(self, scale: int, corner: QPoint | None) -> None:
        """Scale and corner of the picture, device pixels; in the middle without a corner, always partly in sight."""
        ratio = self.ratio
        width, height = floor(self.width() * ratio), floor(self.height() * ratio)
        wide, high, seen = FRAME_WIDTH * scale, FRAME_HEIGHT * scale, floor(_SEEN * ratio)
        if corner is None:
            corner = QPoint((width - wide) // 2, (height - high) // 2)
        x = min(max(corner.x(), seen - wide), width - seen)
        y = min(max(corner.y(), seen - high), height - seen)
        self.scale, self.corner, self._seen_ratio = scale, QPoint(x, y), ratio
        self.update()
        self.zoomed.emit()

    def follow_ratio(self) -> None:
        """Another screen, with other device pixels: fit again, or keep the zoom and what is in the middle."""
        ratio, before = self.ratio, self._seen_ratio or self.ratio
        if self.fits:
            self.fit()
            return
        scale = min(max(round(self.scale * ratio / before), 1), self._most)
        grown = scale / self.scale
        middle = QPointF(self.width() / 2, self.height() / 2)
        corner = middle * ratio - (middle * before - QPointF(self.corner)) * grown
        self.set_view(scale, corner.toPoint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the picture in sight."""
        if self.fits:
            self.fit()
        else:
            self.set_view(self.scale, self.corner)
