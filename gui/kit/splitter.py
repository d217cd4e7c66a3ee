"""A splitter as every tab has it: a thin line that the mouse drags, and the arrow keys once Tab has come to it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

_STEP = 16  # logical pixels
_LARGE_STEP = 96
_THIN, _THICK = 1, 3


class Splitter(QSplitter):
    """No part of it can be dragged away altogether."""

    def __init__(self, orientation: Qt.Orientation, *widgets: QWidget) -> None:
        super().__init__(orientation)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(_THIN)
        for widget in widgets:
            self.addWidget(widget)

    def createHandle(self) -> QSplitterHandle:
        """One that takes the keyboard."""
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Border between two parts")
        self.setToolTip("Drag it; or Tab to it and press the arrow keys, with Shift for larger steps")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by the arrows along its way."""
        is_across = self.orientation() == Qt.Orientation.Horizontal
        back, on = (Qt.Key.Key_Left, Qt.Key.Key_Right) if is_across else (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() not in (back, on):
            super().keyPressEvent(event)
            return
        step = _LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        place = self.x() if is_across else self.y()
        self.moveSplitter(place + (step if event.key() == on else -step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line as ever; in the colour of what is chosen while it has the keyboard."""
        if self.hasFocus():
            QPainter(self).fillRect(event.rect(), self.palette().highlight())
        else:
            super().paintEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Thick enough to be seen."""
        self.splitter().setHandleWidth(_THICK)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Thin again."""
        self.splitter().setHandleWidth(_THIN)
        super().focusOutEvent(event)
