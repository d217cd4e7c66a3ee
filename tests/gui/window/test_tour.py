"""The tour of a first start: it points at real things, goes away for good, and leaves the game its keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gui.app
from core.game.emulator import RIGHT
from gui.kit.preferences import Preferences
from gui.window.main_window import MainWindow
from gui.window.tour import TourNote
from tests.gui.conftest import settle

Key = Qt.Key


def note(window: MainWindow) -> TourNote:
    """The note that is shown."""
    assert window.tour.note is not None and window.tour.note.isVisible()
    return window.tour.note


def beside(window: MainWindow) -> tuple[QRect, QRect]:
    """Where the note is, and the place it is about, in the window."""
    widget, part = window.tour._steps[window.tour.place].place()
    return note(window).geometry(), QRect(widget.mapTo(window, part.topLeft()), part.size())


@pytest.fixture
def toured(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window on the tour's first note."""
    window.actions_by_id["tour"].trigger()
    qtbot.waitUntil(lambda: note(window).next.hasFocus())
    return window


def test_it_comes_only_when_it_is_offered(window: MainWindow) -> None:
    assert not window.tour.is_on


def test_each_note_stands_beside_its_place(toured: MainWindow) -> None:
    titles = []
    for number in range(1, 6):
        titles.append(note(toured).title.text())
        assert note(toured).count.text() == f"{number} of 5"
        where, place = beside(toured)
        assert toured.rect().contains(where)
        assert not where.intersects(place)
        assert toured.tour.ring is not None
        assert toured.tour.ring.geometry().contains(place & toured.rect())
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Return)
    assert titles == ["Play", "Label", "Episodes", "Train", "Watch"]
    assert not toured.tour.is_on
    assert toured.workbench.preferences.get("tour_done") is True


@pytest.mark.parametrize("by", ["Esc in the note", "Esc in the game", "Skip"])
def test_skipped_once_it_is_not_offered_again(toured: MainWindow, qtbot: QtBot, by: str) -> None:
    if by == "Skip":
        QTest.mouseClick(note(toured).skip, Qt.MouseButton.LeftButton)
    else:
        if by == "Esc in the game":
            toured.grid.setFocus()
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Escape)
    assert not toured.tour.is_on
    toured.tour.offer()
    toured.workbench.game.set_paused(False)
    picture = toured.workbench.preview.picture
    qtbot.waitUntil(lambda: toured.workbench.preview.picture is not picture)
    assert not toured.tour.is_on


def test_after_it_the_game_has_the_keyboard(toured: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(note(toured).next, Key.Key_Escape)
    qtbot.waitUntil(toured.grid.hasFocus)


def test_keys_of_the_controller_go_to_the_game_at_once(toured: MainWindow) -> None:
    QTest.keyPress(note(toured).next, Key.Key_Right)
    assert toured.grid.hasFocus()
    assert toured.workbench.game.controller.held == RIGHT
    QTest.keyRelease(toured.grid, Key.Key_Right)
    assert toured.workbench.game.controller.held == 0
    assert toured.tour.is_on, "and the note stays"


def test_it_follows_the_size_of_the_window(toured: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(note(toured).next, Key.Key_Return)
    for _ in range(3):
        QTest.keyClick(note(toured).next, Key.Key_Space)
    before = note(toured).pos()
    toured.resize(toured.width() + 200, toured.height() + 100)
    qtbot.waitUntil(lambda: note(toured).pos() != before)
    where, place = beside(toured)
    assert toured.rect().contains(where) and not where.intersects(place)


def test_it_names_the_keys_in_force(toured: MainWindow) -> None:
    assert "X jumps" in note(toured).text.text()
    QTest.keyClick(note(toured).next, Key.Key_Return)
    assert "(Ctrl+F)" in note(toured).text.text()


def test_called_from_another_tab_it_goes_to_play(toured: MainWindow) -> None:
    QTest.keyClick(note(toured).next, Key.Key_Escape)
    toured.tabs.show_page(toured.runs)
    toured.actions_by_id["tour"].trigger()
    assert toured.tabs.page is toured.play
    assert note(toured).title.text() == "Play"


def test_the_first_start_offers_it(
    make_window: Callable[..., MainWindow], settings: Preferences, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_window(**_options: object) -> MainWindow:
        opened.append(make_window())
        return opened[0]

    monkeypatch.setattr(gui.app, "open_window", open_window)
    monkeypatch.setattr(gui.app, "handle_stop_signals", lambda *_: {})
    monkeypatch.setattr(QApplication, "exec", lambda *_: 0)
    assert gui.app.main() == 0
    assert not opened[0].tour.is_on, "not before the game is seen"
    qtbot.waitUntil(lambda: opened[0].tour.is_on, timeout=10_000)
    assert settings.get("tour_done") is False
    game = opened[0].workbench.game
    qtbot.waitUntil(lambda: game.state.paused)
    QTest.mouseClick(note(opened[0]).skip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not game.state.paused)


@pytest.mark.parametrize("was_paused", [True, False])
def test_the_game_waits_while_it_is_on(window: MainWindow, qtbot: QtBot, was_paused: bool) -> None:
    game = window.workbench.game
    game.set_paused(was_paused)
    qtbot.waitUntil(lambda: game.state.paused == was_paused)
    window.actions_by_id["tour"].trigger()
    qtbot.waitUntil(lambda: game.state.paused)
    QTest.keyClick(note(window).next, Key.Key_Escape)
    settle(window, qtbot)
    assert game.state.paused == was_paused


def test_a_key_of_the_controller_lets_it_go_on(window: MainWindow, qtbot: QtBot) -> None:
    game = window.workbench.game
    game.set_paused(False)
    qtbot.waitUntil(lambda: not game.state.paused)
    window.actions_by_id["tour"].trigger()
    qtbot.waitUntil(lambda: game.state.paused)
    QTest.keyClick(note(window).next, Key.Key_Right)
    qtbot.waitUntil(lambda: not game.state.paused)
    QTest.keyClick(window.grid, Key.Key_Space)
    qtbot.waitUntil(lambda: game.state.paused)
    QTest.keyClick(window.grid, Key.Key_Escape)
    settle(window, qtbot)
    assert not window.tour.is_on and game.state.paused, "whoever paused since wants it so"
