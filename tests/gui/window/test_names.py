"""What can have the keyboard has a name that a screen reader can say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QTabWidget, QWidget

from gui.window.main_window import MainWindow

BOXES = (QComboBox, QAbstractSpinBox)
PARTS = ("play", "label", "episodes", "train", "runs", "collect", "segment", "settings", "experiment")


def nameless(part: QWidget) -> list[str]:
    """What Tab leads to in a part, and has neither a name of its own nor a label before it."""
    fields = [one for one in part.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [
        f"{one!r} {one.toolTip()}"
        for one in fields
        if not isinstance(one, QTabWidget) and not is_of_box(one) and not has_name(one)  # a tab has its own name
    ]


def is_of_box(widget: QWidget) -> bool:
    """Whether it is the line or the list of a box, which has the name."""
    return isinstance(widget.parent(), BOXES) or isinstance(widget.window().parent(), BOXES)


def has_name(widget: QWidget) -> bool:
    """Whether a screen reader can say what it is; a box that says what is chosen in it does not say that."""
    reader = QAccessible.queryAccessibleInterface(widget)
    if widget.accessibleName() or reader.relations(QAccessible.RelationFlag.Label):
        return True
    return not isinstance(widget, BOXES) and bool(reader.text(QAccessible.Text.Name))


@pytest.mark.parametrize("name", PARTS)
def test_every_field_has_a_name(make_window: Callable[..., MainWindow], name: str) -> None:
    part = getattr(make_window(start=False), name)
    assert part.findChildren(QWidget)
    assert not nameless(part), "\n".join(nameless(part))
