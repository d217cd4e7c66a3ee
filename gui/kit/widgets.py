"""Small widgets in the house's style, and what is done to widgets in many places."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFontDatabase, QHelpEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QPlainTextEdit, QScrollArea, QToolTip, QVBoxLayout, QWidget

_FEW_LETTERS = 6


def make_label(text: str = "", style: str = "", *, wraps: bool = False, selectable: bool = False) -> QLabel:
    """A label; ``style`` is its name in the style sheet ("quiet", "problem", "heading")."""
    made = QLabel(text)
    made.setObjectName(style)
    made.setWordWrap(wraps)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def label_for(text: str, field: QWidget) -> QLabel:
    """The label of a field beside it, by which screen readers name it too."""
    made = QLabel(text)
    made.setBuddy(field)
    return made


def takes_select_all(event: QEvent) -> bool:
    """Take Ctrl+A before the window does, which shows all classes with it; whether it was that."""
    is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
    if is_asked and event.matches(QKeySequence.StandardKey.SelectAll):  # type: ignore[attr-defined]
        event.accept()
        return True
    return False


class ReadOnlyText(QPlainTextEdit):
    """What a program says, in a font of equal widths, to be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))

    def event(self, event: QEvent) -> bool:
        """Ctrl+A selects here, as in texts that can be edited."""
        return takes_select_all(event) or super().event(event)


class ElidedLabel(QLabel):
    """One line of plain text with "…" where it does not fit; its tooltip then begins with the whole of it."""

    def __init__(self, text: str = "", *, is_name: bool = False) -> None:
        """A name is bold, and keeps its end, in which names differ."""
        super().__init__(text)
        self._mode = Qt.TextElideMode.ElideMiddle if is_name else Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        if is_name:
            font = self.font()
            font.setBold(True)
            self.setFont(font)

    @property
    def is_elided(self) -> bool:
        """Whether not all of it is seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * _FEW_LETTERS, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much as there is room for."""
        room = self.contentsRect()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        painter.drawText(room, self.alignment(), text)

    def event(self, event: QEvent) -> bool:
        """Its own tooltip tells what is cut."""
        if event.type() == QEvent.Type.ToolTip and self.is_elided:
            assert isinstance(event, QHelpEvent)
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, (self.text(), self.toolTip()))), self)
            return True
        return super().event(event)


def show_text(shown: QLabel, text: str) -> None:
    """Show a sentence, or no label at all without one."""
    shown.setText(text)
    shown.setVisible(bool(text))


def scrolled(page: QWidget) -> QScrollArea:
    """A page that scrolls up and down where it does not fit; it follows the field that has the keyboard."""
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def padded(widget: QWidget, left: int, top: int, right: int, bottom: int) -> QWidget:
    """A widget with room around it, logical pixels."""
    outer = QWidget()
    column = QVBoxLayout(outer)
    column.setContentsMargins(left, top, right, bottom)
    column.addWidget(widget)
    return outer


def limit_rows(box: QComboBox, rows: int = 16) -> None:
    """Let a long list open with so many rows and a bar to scroll; the style would show all of it, past the screen."""
    box.setMaxVisibleItems(rows)
    box.setStyleSheet("QComboBox { combobox-popup: 0; }")


def fill_combo(box: QComboBox, items: Iterable[tuple[str, object]], chosen: object = None) -> None:
    """Give a list its entries, texts with data, and choose one by its data; tells nobody, and keeps what is there.

    Args:
        box: the list.
        items: texts and data.
        chosen: the data to choose; with None the choice stays where it is.
    """
    wanted = list(items)
    with QSignalBlocker(box):
        if wanted != [(box.itemText(i), box.itemData(i)) for i in range(box.count())]:
            box.clear()
            for text, data in wanted:
                box.addItem(text, data)
        if chosen is not None:
            box.setCurrentIndex(box.findData(chosen))
