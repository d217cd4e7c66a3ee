"""Marks over the frame that is being labelled: the grid of tiles, a box, the brush's outline, an open shape."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.dataset.editing.tile_grid import Grid
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.pictures.zoom_view import ZoomView

_GRID = QColor(255, 255, 255, 90)
_HANDLE = 7  # logical pixels, the side of a corner's square
_FILL = 110  # alpha of an open shape
_OUTSIDE, _INSIDE = QColor(0, 0, 0, 170), QColor(255, 255, 255)


def paint_grid(painter: QPainter, view: ZoomView, grid: Grid) -> None:
    """Lines of one device pixel between the tiles."""
    thin, target = 1 / view.ratio, view.target()
    for column in grid.columns(FRAME_WIDTH):
        painter.fillRect(QRectF(view.place_of(column, 0).x(), target.y(), thin, target.height()), _GRID)
    for row in grid.rows(FRAME_HEIGHT):
        painter.fillRect(QRectF(target.x(), view.place_of(0, row).y(), target.width(), thin), _GRID)


def paint_box(painter: QPainter, view: ZoomView, left: int, top: int, right: int, bottom: int) -> None:
    """The outline of a rectangle of the frame."""
    sides = ((left, top, right, top), (left, bottom, right, bottom), (left, top, left, bottom))
    paint_lines(painter, view, [*sides, (right, top, right, bottom)])


def paint_lines(painter: QPainter, view: ZoomView, lines: Sequence[tuple[int, int, int, int]]) -> None:
    """Black with a white line inside, so that it is seen on any colour; ends are corners of pixels."""
    thin = 1 / view.ratio
    for width, colour in ((3 * thin, _OUTSIDE), (thin, _INSIDE)):
        for x0, y0, x1, y1 in lines:
            place = QRectF(view.place_of(x0, y0), view.place_of(x1, y1))
            side = width / 2
            painter.fillRect(place.adjusted(-side, -side, side, side), colour)


def paint_shape(
    painter: QPainter, view: ZoomView, corners: Sequence[tuple[int, int]], colour: QColor, *, handles: int
) -> None:
    """An open polygon or lasso: a line from corner to corner, and what it would cover in the colour of the class.

    Args:
        painter: of the view.
        view: where the frame lies.
        corners: pixels (x, y) of the frame, the one under the mouse last.
        colour: of the class.
        handles: how many of the corners have a square, the first one a larger one: a click there closes.
    """
    points = [view.place_of(x + 0.5, y + 0.5) for x, y in corners]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), _FILL))
    painter.drawPolygon(QPolygonF(points))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for width, line in ((3, _OUTSIDE), (1, _INSIDE)):
        painter.setPen(QPen(line, width))
        painter.drawPolyline(QPolygonF(points))
    painter.setPen(QPen(_OUTSIDE, 1))
    painter.setBrush(_INSIDE)
    for place, point in enumerate(points[:handles]):
        side = _HANDLE if place else _HANDLE + 3
        painter.drawRect(QRectF(point - QPointF(side / 2, side / 2), point + QPointF(side / 2, side / 2)))
    painter.restore()
