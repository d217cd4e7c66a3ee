"""How menus draw the boxes before their entries: Fusion's are as dark as a dark menu."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QMenu, QProxyStyle, QStyle, QStyleOption, QWidget

_BOX, _DOT = QStyle.PrimitiveElement.PE_IndicatorCheckBox, QStyle.PrimitiveElement.PE_IndicatorRadioButton
_ROUND = 3.0  # logical pixels


class MenuStyle(QProxyStyle):
    """Fusion with boxes that are seen, in light and dark; for menus only, since it is asked in Python."""

    def __init__(self, icon_size: int | None = None) -> None:
        """``icon_size`` is that of the entries' icons, logical pixels; None as everywhere."""
        super().__init__("Fusion")
        self._icon_size = icon_size

    def pixelMetric(self, metric: QStyle.PixelMetric, *about: object) -> int:
        """The size of icons."""
        if metric == QStyle.PixelMetric.PM_SmallIconSize and self._icon_size is not None:
            return self._icon_size
        return super().pixelMetric(metric, *about)  # type: ignore[arg-type]

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """An outline in the colour of quiet text, filled when it is ticked."""
        if element not in (_BOX, _DOT) or not isinstance(widget, QMenu):
            super().drawPrimitive(element, option, painter, widget)
            return
        colours = option.palette
        is_on = bool(option.state & QStyle.StateFlag.State_On)
        box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        round_ = box.height() / 2 if element == _DOT else _ROUND
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.highlight() if is_on else colours.placeholderText(), 1.0))
        painter.setBrush(colours.highlight() if is_on else colours.base())
        painter.drawRoundedRect(box, round_, round_)
        if is_on:
            painter.setPen(QPen(colours.highlightedText(), 1.6))
            if element == _BOX:
                marks = ((0.25, 0.52), (0.43, 0.7), (0.76, 0.32))
                points = [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in marks]
                painter.drawPolyline(points)
            else:
                painter.setBrush(colours.highlightedText())
                painter.drawEllipse(box.center(), box.width() / 6, box.height() / 6)
        painter.restore()
