"""How much two agents side by side expect: the highest Q-value of each over the last ten seconds of the game."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import TRACE
from gui.kit.style import CURVE_COLOURS, number_font

_LEAST, _MOST = 56, 130  # logical pixels
_LEFT, _RIGHT, _EDGE = 112, 34, 6
_LEAST_RANGE = 1e-3
_TIP = (
    "The highest Q-value of each over the last 10 seconds of the game: what it expects of the rewards still to come. "
    "Agents that were trained with other rewards expect other numbers; the line of one that has ended stays"
)


class MatchCurve(QWidget):
    """Draws the traces of both sides."""

    def __init__(self, match: MatchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match = match
        self.setFont(number_font(self))
        self.setMinimumHeight(_LEAST)
        self.setMaximumHeight(_MOST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Highest Q-values of late")
        self.setToolTip(_TIP)
        match.stepped.connect(self.update)

    def sizeHint(self) -> QSize:
        """Low and wide."""
        return QSize(600, _LEAST)

    def curves(self) -> list[QPolygonF]:
        """A line for each side, from the oldest step to the newest; the newest is at the right."""
        best = [side.lately.max(axis=1, initial=-np.inf) for side in self._match.sides]
        low, high = self._range(best)
        inside = self._inside()
        lines = []
        for values in best:
            x = inside.right() - inside.width() * np.arange(len(values))[::-1] / (TRACE - 1)
            y = inside.bottom() - inside.height() * (values - low) / (high - low)
            lines.append(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)]))
        return lines

    def _inside(self) -> QRectF:
        return QRectF(_LEFT, _EDGE, self.width() - _LEFT - _RIGHT, self.height() - 2 * _EDGE)

    @staticmethod
    def _range(best: list[np.ndarray]) -> tuple[float, float]:
        values = np.concatenate(best)
        if not len(values):
            return 0.0, 1.0
        low, high = float(values.min()), float(values.max())
        return low, max(high, low + _LEAST_RANGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, ends of the scale, lines."""
        painter, colours, inside = QPainter(self), self.palette(), self._inside()
        painter.fillRect(self.rect(), colours.base())
        painter.setPen(colours.placeholderText().color())
        sides = self._match.sides
        low, high = self._range([side.lately.max(axis=1, initial=-np.inf) for side in sides])
        right = Qt.AlignmentFlag.AlignRight
        has_values = any(side.trace for side in sides)
        for value, top in ((high, 0.0), (low, self.height() - 16.0)) if has_values else ():
            text = f"{value:.1f}".replace("-", "−")
            painter.drawText(QRectF(0, top, _LEFT - 6, 16), right | Qt.AlignmentFlag.AlignVCenter, text)
        painter.drawText(QRectF(6, 0, _LEFT, self.height()), Qt.AlignmentFlag.AlignVCenter, "highest Q")
        painter.drawText(QRectF(inside.right() + 4, 0, _RIGHT, self.height()), Qt.AlignmentFlag.AlignVCenter, "now")
        painter.fillRect(QRectF(inside.left(), 2, 1, self.height() - 4), colours.mid())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line, colour in zip(self.curves(), CURVE_COLOURS, strict=False):
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawPolyline(line)
