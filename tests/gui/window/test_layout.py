"""The window's size: remembered, within the screen, and never a reason not to open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QScreen

from gui.kit.preferences import Preferences
from gui.window.main_window import FIRST_SIZE, MainWindow


@pytest.mark.parametrize("size", ["hello", 7, None, [1, 2], QSize(0, 0)])
@pytest.mark.parametrize("splitter", ["a, b", ["a", "b"], "7", [1, 2, 3], [-5, 5], [0, 0], None])
def test_damaged_settings_are_as_none(settings: Preferences, size: object, splitter: object) -> None:
    settings.store.setValue("window/size", size)
    settings.store.setValue("window/splitter", splitter)
    assert settings.window_size is None
    assert settings.splitter_sizes == []


def test_the_window_opens_with_damaged_settings(settings: Preferences, make_window: Callable[..., MainWindow]) -> None:
    settings.store.setValue("window/size", "hello")
    settings.store.setValue("window/splitter", "a, b")
    window = make_window(start=False)
    assert window.isVisible() and window.width() <= FIRST_SIZE[0]


def test_size_and_splitter_come_back(settings: Preferences) -> None:
    settings.keep_layout(QSize(1000, 700), [700, 300])
    settings.keep_layout(None, [600, 400])
    assert settings.window_size == QSize(1000, 700) and settings.splitter_sizes == [600, 400]


def test_it_opens_within_a_small_screen(
    settings: Preferences, make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1920 x 1200 at 200%, with a bar of the desktop."""
    monkeypatch.setattr(QScreen, "availableGeometry", lambda self: QRect(0, 0, 960, 560))
    settings.keep_layout(QSize(1280, 720), [900, 300])
    window = make_window(start=False)
    assert window.width() <= 960 and window.height() < 560
    window.reset_layout()
    assert window.width() <= 960 and window.height() < 560
