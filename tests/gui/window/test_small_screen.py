"""At 1280 x 720 logical pixels nothing is cut off, on any tab, light or dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QScrollArea, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.episodes.replay.timeline import tick_spacing
from gui.window.main_window import MainWindow
from tests.gui.window.test_by_keys import PAGES, show

SMALL = QSize(1280, 720)
MARGIN = 8  # logical pixels around a button's text


@pytest.mark.parametrize("look", ["light", "dark"])
def test_nothing_is_cut_off(make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, look: str) -> None:
    window = make_window()
    window.choose_appearance(look)
    window.resize(SMALL)
    qtbot.waitUntil(lambda: window.workbench.preview.picture is not None, timeout=10_000)
    for name in PAGES:
        page = show(window, name)
        assert window.size() == SMALL, f"{name} does not fit"
        assert scroll_areas(page)
        for area in scroll_areas(page):
            bars = area.horizontalScrollBar(), area.verticalScrollBar()
            assert [bar.maximum() for bar in bars] == [0, 0], f"{name} does not fit"
        for widget in page.findChildren(QWidget):
            if widget.isVisible():
                assert needed_width(widget) <= widget.width(), f"{name}: {widget} {widget.toolTip()}"


def scroll_areas(page: QWidget) -> list[QScrollArea]:
    """Those that a page lies in."""
    found, widget = [], page.parentWidget()
    while widget is not None:
        if isinstance(widget, QScrollArea):
            found.append(widget)
        widget = widget.parentWidget()
    return found


def needed_width(widget: QWidget) -> int:
    """Of a text that must be seen whole, logical pixels; 0 for anything else."""
    if isinstance(widget, QLabel):
        is_free = widget.wordWrap() or not widget.text()
        return 0 if is_free else widget.minimumSizeHint().width()
    if isinstance(widget, QComboBox):
        return widget.minimumSizeHint().width()
    icon_only = Qt.ToolButtonStyle.ToolButtonIconOnly
    is_icon = isinstance(widget, QToolButton) and widget.toolButtonStyle() == icon_only and not widget.icon().isNull()
    if isinstance(widget, QAbstractButton) and widget.text() and not is_icon:
        return widget.fontMetrics().horizontalAdvance(widget.text()) + MARGIN
    return 0


@pytest.mark.parametrize(
    ("low", "high", "size"), [(0, 722, 30), (-8, 20, 40), (0, 0.001, 35), (0, 1e6, 400), (3, 3, 30)]
)
def test_numbers_on_a_low_axis_do_not_touch(low: float, high: float, size: float) -> None:
    [(distance, begin)] = tick_spacing(low, high, size)
    assert begin == 0 and distance > 0
    assert high == low or distance / (high - low) * size >= 12.9, "logical pixels between two numbers"
    assert f"{distance:e}"[0] in "125" and float(f"{distance:.0e}") == pytest.approx(distance)
