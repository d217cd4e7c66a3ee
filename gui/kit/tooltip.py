"""Tooltips of large widgets, beside what they explain: Qt's own would cover it, for they appear at the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

_GAP = 4  # logical pixels between a widget and its tooltip


def put_tip_beside(widget: QWidget) -> None:
    """Have a widget's tooltip below it, or above where the screen ends."""
    widget.installEventFilter(_Beside(widget))


class _Beside(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the tooltip, and move it out of the way."""
        if not isinstance(event, QHelpEvent) or event.type() != QEvent.Type.ToolTip:
            return False
        widget = self.parent()
        if not isinstance(widget, QWidget) or not widget.toolTip():
            return False
        QToolTip.showText(event.globalPos(), widget.toolTip(), widget)
        tip = next(
            (one for one in QApplication.topLevelWidgets() if one.inherits("QTipLabel") and one.isVisible()), None
        )
        if tip is not None:
            top = widget.mapToGlobal(QPoint(0, 0)).y()
            below, above = top + widget.height() + _GAP, top - tip.height() - _GAP
            fits = below + tip.height() <= widget.screen().availableGeometry().bottom()
            tip.move(tip.x(), below if fits else max(above, widget.screen().availableGeometry().top()))
        return True
