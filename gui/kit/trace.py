"""Lines over the last seconds, drawn several times a second beside the game: plainly, so that they cost little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from core.wording import with_minus
from gui.kit.style import number_font

_LEFT = 46  # logical pixels for the numbers of the left axis
_BOTTOM = 18
_TITLE = 16  # for the words beside them
_RIGHT = 14  # room for half of the last word
_TOP = 4
_LEAST_RANGE = 1e-6  # of the values
_PAD = 0.06  # of the range, above and below
_MOST_TICKS = 4
_TICK = 15  # logical pixels that a number needs

Values = npt.NDArray[Any]


class TraceView(QWidget):
    """A line for each colour, the newest value at the right.

    Attributes:
        values: what the lines show, oldest first, one array each; all empty at first.
    """

    def __init__(self, colours: Sequence[str], seconds: float, parent: QWidget | None = None, title: str = "") -> None:
        """Lines over so many seconds; ``title`` stands beside the values."""
        super().__init__(parent)
        self.values: list[Values] = [np.empty(0, np.float32)] * len(colours)
        self._colours = [QColor(colour) for colour in colours]
        self._seconds, self._title, self._per_second = seconds, title, 1.0
        self.setFont(number_font(self))

    def refresh(self) -> None:
        """Draw the newest values; called when it is shown."""

    def draw(self, values: Sequence[Values], per_second: float) -> None:
        """Show values, oldest first, of each line: so many a second; what is not finite is left out."""
        self.values, self._per_second = list(values), per_second
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up: what nobody sees is not drawn."""
        super().showEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes and lines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        left = _LEFT + (_TITLE if self._title else 0)
        area = QRectF(left, _TOP, self.width() - left - _RIGHT, self.height() - _TOP - _BOTTOM)
        if area.width() <= 0 or area.height() <= 0:
            return
        low, high = _bounds(self.values)
        self._paint_axes(painter, area, low, high)
        painter.setClipRect(area)
        for colour, values in zip(self._colours, self.values, strict=False):
            painter.setPen(QPen(colour, 1))
            x = area.right() - (len(values) - 1 - np.arange(len(values))) / self._per_second * (
                area.width() / self._seconds
            )
            y = area.bottom() - (values - low) / (high - low) * area.height()
            for part in _finite_parts(values):
                painter.drawPolyline([QPointF(*at) for at in zip(x[part].tolist(), y[part].tolist(), strict=True)])
        if self._title and not self.shows_title(area.height()):
            self._paint_title_inside(painter, area)

    def shows_title(self, height: float) -> bool:
        """Whether there is a title and a curve of this height, logical pixels, has room for all of it beside it."""
        return bool(self._title) and self.fontMetrics().horizontalAdvance(self._title) <= height

    def _paint_axes(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        colours = self.palette()
        painter.setPen(colours.mid().color())
        painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(colours.placeholderText().color())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, text in ticks(low, high, most=max(min(int(area.height() / _TICK), _MOST_TICKS), 2)):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            painter.drawLine(QPointF(area.left() - 3, y), QPointF(area.left(), y))
            painter.drawText(QRectF(area.left() - _LEFT, y - 8, _LEFT - 6, 16), right, text)
        for share, text in ((0.0, f"−{self._seconds:g} s"), (0.5, f"−{self._seconds / 2:g} s"), (1.0, "now")):
            x = area.left() + share * area.width()
            painter.drawText(QRectF(x - 30, area.bottom() + 1, 60, _BOTTOM), Qt.AlignmentFlag.AlignCenter, text)
        if self.shows_title(area.height()):
            painter.save()
            painter.translate(0, area.bottom())
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, area.height(), _TITLE), Qt.AlignmentFlag.AlignCenter, self._title)
            painter.restore()

    def _paint_title_inside(self, painter: QPainter, area: QRectF) -> None:
        """In the corner, over the lines, where there is no room beside them."""
        metrics = painter.fontMetrics()
        box = QRectF(area.left() + 1, area.top(), metrics.horizontalAdvance(self._title) + 8, metrics.height())
        painter.fillRect(box, self.palette().base())
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._title)


def ticks(low: float, high: float, most: int = _MOST_TICKS) -> list[tuple[float, str]]:
    """Round values between two, at least one and at most so many, as numbers and as text."""
    step = 10.0 ** floor(log10(high - low))
    steps = (factor * step for factor in (0.1, 0.2, 0.5, 1, 2, 5, 10))
    step = next(one for one in steps if floor(high / one) - ceil(low / one) < most)
    digits = max(-floor(log10(step) + 1e-9), 0)
    numbers = [step * place for place in range(ceil(low / step), floor(high / step) + 1)]
    return [(number, with_minus(f"{number:.{digits}f}")) for number in numbers]


def _bounds(lines: Sequence[Values]) -> tuple[float, float]:
    """Least and greatest of all values, with a little room."""
    finite = [values[np.isfinite(values)] for values in lines]
    present = [values for values in finite if len(values)]
    if not present:
        return 0.0, 1.0
    low, high = min(float(values.min()) for values in present), max(float(values.max()) for values in present)
    room = max((high - low) * _PAD, _LEAST_RANGE, abs(high) * _LEAST_RANGE)
    return low - room, high + room


def _finite_parts(values: Values) -> Iterator[slice]:
    """The stretches of finite values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], np.isfinite(values), [False])).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        yield slice(start, end)
