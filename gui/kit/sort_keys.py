"""Sorting a table by keys: what a click on a heading does, for those without a mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView

TIP = "Left and Right choose a column, Ctrl+Up and Ctrl+Down sort by it"
_ORDERS = {Qt.Key.Key_Up: Qt.SortOrder.AscendingOrder, Qt.Key.Key_Down: Qt.SortOrder.DescendingOrder}


class SortKeys(QObject):
    """Watches the keys of a table; Tab goes on to the next control, as everywhere."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        view.setTabKeyNavigation(False)
        view.setToolTip(TIP)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Sort by the column of the current cell."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            order = _ORDERS.get(Qt.Key(event.key()))
            if order is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._view.sortByColumn(max(self._view.currentIndex().column(), 0), order)
                return True
        return super().eventFilter(watched, event)
