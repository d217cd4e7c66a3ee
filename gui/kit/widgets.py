"""Small widgets in the house's style, and what is done to widgets in many places."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget


def make_label(text: str = "", style: str = "", *, wraps: bool = False, selectable: bool = False) -> QLabel:
    """A label; ``style`` is its name in the style sheet ("quiet", "problem", "heading")."""
    made = QLabel(text)
    made.setObjectName(style)
    made.setWordWrap(wraps)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


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
