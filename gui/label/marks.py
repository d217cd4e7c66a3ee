"""Marks over the frame that is being labelled: the grid of tiles, a box, the brush's outline."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from core.dataset.editing.tile_grid import Grid
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.pictures.zoom_view import ZoomView

_GRID = QColor(255, 255, 255, 90)
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
