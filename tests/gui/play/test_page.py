"""Playing in the window, through real key and mouse events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from core.game.emulator import LEFT, RIGHT, START, A, B
from gui.game.play import Shot
from gui.window.main_window import MainWindow
from tests.gui.conftest import settle

Key = Qt.Key


def shot(window: MainWindow) -> Shot:
    picture = window.workbench.preview.picture
    assert picture is not None
    return picture.shot


def tap(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press and release a key while the game has the keyboard, and wait for what it does."""
    QTest.keyClick(window.grid, key, modifier)
    settle(window, qtbot)


def send(window: MainWindow, kind: QEvent.Type, key: Qt.Key, repeat: bool = False) -> None:
    """One key event, as the window system would send it, also a repeated one."""
    QApplication.sendEvent(window.grid, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeat))


def test_space_pauses_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    before = shot(window).frame
    QTest.keyClick(window.grid, Key.Key_Space)
    qtbot.waitUntil(lambda: not window.workbench.game.state.paused and shot(window).frame > before + 5)
    QTest.keyClick(window.grid, Key.Key_P)
    qtbot.waitUntil(lambda: window.workbench.game.state.paused)
    settle(window, qtbot)
    stopped = shot(window).frame
    settle(window, qtbot)
    assert shot(window).frame == stopped


@pytest.mark.parametrize("key", [Key.Key_Period, Key.Key_Backslash, Key.Key_QuoteLeft])
def test_frame_advance(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    before = shot(window).frame
    tap(window, qtbot, key)
    assert shot(window).frame == before + 1
    assert window.workbench.game.state.paused


def test_frame_back_returns_to_the_same_picture(window: MainWindow, qtbot: QtBot) -> None:
    before = shot(window)
    tap(window, qtbot, Key.Key_Period)
    tap(window, qtbot, Key.Key_Period)
    tap(window, qtbot, Key.Key_Comma)
    tap(window, qtbot, Key.Key_Comma)
    assert shot(window).frame == before.frame
    assert np.array_equal(shot(window).snapshot.frame, before.snapshot.frame)
    assert shot(window).variables == before.variables


def test_holding_backspace_rewinds_and_a_tap_goes_one_back(window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(12):
        tap(window, qtbot, Key.Key_Period)
    before = shot(window).frame
    tap(window, qtbot, Key.Key_Backspace)
    assert before - 3 <= shot(window).frame < before
    before = shot(window).frame
    QTest.keyPress(window.grid, Key.Key_Backspace)
    qtbot.waitUntil(lambda: shot(window).frame <= before - 6)
    QTest.keyRelease(window.grid, Key.Key_Backspace)
    settle(window, qtbot)
    assert not window.workbench.game.state.rewinding
    assert window.workbench.game.state.paused, "it was paused before"


def test_rewinding_ends_at_the_oldest_frame(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyPress(window.grid, Key.Key_Backspace)
    qtbot.waitUntil(lambda: shot(window).frame == 0)
    QTest.keyRelease(window.grid, Key.Key_Backspace)
    settle(window, qtbot)
    assert not window.workbench.game.state.rewinding


def test_arrows_move_mario(window: MainWindow, qtbot: QtBot) -> None:
    start = shot(window).variables.x
    QTest.keyPress(window.grid, Key.Key_Right)
    QTest.keyPress(window.grid, Key.Key_Z)
    for _ in range(20):
        tap(window, qtbot, Key.Key_Period)
    assert shot(window).buttons == RIGHT | B
    assert shot(window).variables.x > start + 10
    QTest.keyPress(window.grid, Key.Key_Left)
    tap(window, qtbot, Key.Key_Period)
    tap(window, qtbot, Key.Key_Period)
    assert shot(window).buttons == B, "left and right are neutral"
    for key in (Key.Key_Left, Key.Key_Right, Key.Key_Z):
        QTest.keyRelease(window.grid, key)
    assert window.workbench.game.controller.held == 0


def test_auto_repeat_is_no_release(window: MainWindow) -> None:
    controller = window.workbench.game.controller
    send(window, QEvent.Type.KeyPress, Key.Key_Right)
    for _ in range(5):  # X11 repeats a held key as pairs
        send(window, QEvent.Type.KeyRelease, Key.Key_Right, repeat=True)
        assert controller.held == RIGHT
        send(window, QEvent.Type.KeyPress, Key.Key_Right, repeat=True)
    assert controller.held == RIGHT
    send(window, QEvent.Type.KeyRelease, Key.Key_Right)
    assert controller.held == 0


def test_an_auto_repeat_alone_is_no_press(window: MainWindow) -> None:
    send(window, QEvent.Type.KeyPress, Key.Key_X, repeat=True)
    assert window.workbench.game.controller.held == 0


def test_losing_the_focus_lets_go_of_all_keys(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyPress(window.grid, Key.Key_Right)
    QTest.keyPress(window.grid, Key.Key_X)
    assert window.workbench.game.controller.held == RIGHT | A
    window.play.scores.limit.setFocus()
    assert window.workbench.game.controller.held == 0
    assert window.workbench.game.controller.sample() == 0


def test_a_deactivated_window_lets_go_of_all_keys(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyPress(window.grid, Key.Key_Left)
    QTest.keyPress(window.grid, Key.Key_Tab)
    QTest.keyPress(window.grid, Key.Key_Backspace)
    assert window.workbench.game.controller.held == LEFT
    QApplication.sendEvent(window.grid, QEvent(QEvent.Type.WindowDeactivate))
    settle(window, qtbot)
    assert window.workbench.game.controller.held == 0
    qtbot.waitUntil(lambda: not window.workbench.game.state.rewinding)
    assert not window.workbench.game._thread.turbo


def test_escape_releases_the_keyboard_and_a_click_takes_it_back(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.grid.panels["raw"]
    game = window.statusBar().fields["game"]  # type: ignore[attr-defined]
    assert panel.note.text() == "paused; Space goes on", "else the keys seem to do nothing"
    assert game.text() == "game paused"
    QTest.keyClick(window.grid, Key.Key_Space)
    qtbot.waitUntil(lambda: not window.workbench.game.state.paused)
    assert panel.note.text() == "keys go to the game"
    qtbot.waitUntil(lambda: game.text().endswith("/s"))
    QTest.keyClick(window.grid, Key.Key_Return, delay=80)  # the game's own pause
    qtbot.waitUntil(lambda: panel.note.text() == "paused by Start; Return goes on")
    preview = window.workbench.preview
    qtbot.waitUntil(
        lambda: not preview.shot.snapshot.memory[0x0777], timeout=20_000
    )  # until then Start counts for nothing
    QTest.keyClick(window.grid, Key.Key_Return, delay=80)
    qtbot.waitUntil(lambda: panel.note.text() == "keys go to the game")
    QTest.keyClick(window.grid, Key.Key_Escape)
    assert not window.grid.hasFocus()
    assert window.isVisible()
    assert panel.note.text() == "click here to play"
    QTest.keyClick(window, Key.Key_X)
    assert window.workbench.game.controller.sample() == 0
    QTest.mouseClick(window.grid.panels["labels"].view, Qt.MouseButton.LeftButton)
    assert window.grid.hasFocus()


def test_wasd(window: MainWindow) -> None:
    window.choices.presets["wasd"].trigger()
    for key in (Key.Key_D, Key.Key_K, Key.Key_I):
        QTest.keyPress(window.grid, key)
    assert window.workbench.game.controller.held == RIGHT | A | START
    QTest.keyPress(window.grid, Key.Key_Right)
    assert window.workbench.game.controller.held == RIGHT | A | START
    assert window.workbench.preferences.get("preset") == "wasd"


def test_tab_is_turbo_while_held(window: MainWindow) -> None:
    game = window.workbench.game._thread
    QTest.keyPress(window.grid, Key.Key_Tab)
    assert game.turbo
    assert window.grid.hasFocus()
    QTest.keyRelease(window.grid, Key.Key_Tab)
    assert not game.turbo


def test_speeds(window: MainWindow) -> None:
    workbench, box = window.workbench, window.play.controls.speed
    seen = [workbench.game.speed]
    for _ in range(4):
        QTest.keyClick(window.grid, Key.Key_Equal)
        seen.append(workbench.game.speed)
    assert seen == [1.0, 2.0, 4.0, None, None]
    assert box.currentText() == "unlimited"
    for _ in range(6):
        QTest.keyClick(window.grid, Key.Key_Minus)
    assert workbench.game.speed == 0.25
    assert workbench.game._thread.speed == 0.25
    QTest.keyClick(window, Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert workbench.game.speed == 1.0


def test_unlimited_speed_drops_frames_and_nothing_else(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.game.set_speed(None)
    window.workbench.game.set_paused(False)
    before = shot(window).frame
    qtbot.waitUntil(lambda: shot(window).frame > before + 300, timeout=20_000)
    window.workbench.game.set_paused(True)
    settle(window, qtbot)
    picture = window.workbench.preview.picture
    assert picture is not None
    assert picture.shot.serial == window.workbench.game._thread.game.shot_count  # type: ignore[union-attr]


def test_slots_and_undo(window: MainWindow, qtbot: QtBot) -> None:
    shift = Qt.KeyboardModifier.ShiftModifier
    saved = shot(window)
    tap(window, qtbot, Key.Key_F10, shift)
    for _ in range(5):
        tap(window, qtbot, Key.Key_Period)
    later = shot(window)
    tap(window, qtbot, Key.Key_F10)
    assert np.array_equal(shot(window).snapshot.frame, saved.snapshot.frame)
    assert shot(window).variables == saved.variables
    tap(window, qtbot, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(shot(window).snapshot.frame, later.snapshot.frame)
    assert shot(window).frame == later.frame
    window.menus["State"].aboutToShow.emit()
    qtbot.waitUntil(lambda: "1-1" in window.actions_by_id["load-10"].text())
    load, save, empty = (window.actions_by_id[id] for id in ("load-10", "save-10", "save-1"))
    assert f"x {saved.variables.x}, time {saved.variables.time}, 20" in load.text() == save.text()
    thumbnail = load.icon().pixmap(200, 200).toImage()
    sky = saved.snapshot.frame[100, 100]
    assert thumbnail.pixelColor(thumbnail.width() // 2, thumbnail.height() // 2).getRgb()[:3] == tuple(sky)
    assert empty.text() == "Slot 1: empty" and empty.icon().isNull()


def test_an_empty_slot_is_told(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyClick(window.grid, Key.Key_F4)
    assert "slot 4 is empty" in told.args[0]
    assert "slot 4 is empty" in window.statusBar().currentMessage()


def test_choosing_a_level(window: MainWindow, qtbot: QtBot) -> None:
    by_day = shot(window).snapshot.frame[100, 100]
    choose(qtbot, window.play.controls.level, "4-2")
    settle(window, qtbot)
    assert (shot(window).variables.world, shot(window).variables.stage) == (4, 2)
    assert shot(window).frame == 0
    qtbot.waitUntil(lambda: window.workbench.preferences.get("level") == "4-2")
    choose(qtbot, window.play.controls.level, "1-1-dark")
    settle(window, qtbot)
    assert (shot(window).variables.world, shot(window).variables.stage) == (1, 1) and by_day.any()
    assert not shot(window).snapshot.frame[100, 100].any(), "by night it is black"
    window.play.controls.refresh()
    assert window.play.controls.level.currentText() == "1-1-dark"


def test_reset(window: MainWindow, qtbot: QtBot) -> None:
    tap(window, qtbot, Key.Key_Period)
    QTest.keyClick(window, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert shot(window).frame == 0
    assert window.workbench.game.state.paused


def test_the_random_agent_plays(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    QTest.keyPress(window.grid, Key.Key_Left)
    buttons = []
    for _ in range(40):
        tap(window, qtbot, Key.Key_Period)
        buttons.append(shot(window).buttons)
    assert all(not byte & LEFT for byte in buttons), "the person's keys do not count"
    assert len(set(buttons)) > 2
    assert window.play.controls.player.currentText() == "Random agent"
    choose(qtbot, window.play.controls.player, "Keyboard")
    QTest.keyPress(window.grid, Key.Key_Left)
    tap(window, qtbot, Key.Key_Period)
    assert shot(window).buttons == LEFT


def test_buttons_of_the_bar(window: MainWindow, qtbot: QtBot) -> None:
    before = shot(window).frame
    for name, moved in (("advance", 1), ("advance", 2), ("back", 1)):
        QTest.mouseClick(window.findChild(QToolButton, f"button-{name}"), Qt.MouseButton.LeftButton)
        settle(window, qtbot)
        assert shot(window).frame == before + moved
    rewind = window.findChild(QToolButton, "button-rewind")
    QTest.mousePress(rewind, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shot(window).frame < before)
    QTest.mouseRelease(rewind, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.workbench.game.state.rewinding)
    QTest.mouseClick(window.findChild(QToolButton, "button-pause"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.workbench.game.state.paused)


def test_screenshot(window: MainWindow, qtbot: QtBot) -> None:
    folder = Path(window.workbench.preferences.pictures)
    with qtbot.waitSignal(window.workbench.notices.told):
        QTest.keyClick(window, Key.Key_F12)
    (path,) = folder.iterdir()
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (3 * 480 + 8, 448)
    red, green, blue = (int(v) for v in shot(window).snapshot.frame[200, 100])
    assert picture.pixelColor(201, 401).getRgb()[:3] == (red, green, blue)


def test_a_screenshot_that_cannot_be_written_is_told(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "pictures").write_bytes(b"a file where the folder should be")
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyClick(window, Key.Key_F12)
    assert told.args[0].startswith("screenshot: ")


@pytest.mark.parametrize("kind", ["film", "film-gif"])
def test_a_mark_is_there_while_something_is_recorded(window: MainWindow, qtbot: QtBot, kind: str) -> None:
    mark = window.findChild(QToolButton, "recording")
    assert not mark.isVisible() and window.workbench.game.state.paused
    window.actions_by_id[kind].trigger()
    assert mark.isVisible()
    window.tabs.show_page(window.runs)
    assert mark.isVisible() and ("MP4" if kind == "film" else "GIF") in mark.toolTip()
    with qtbot.waitSignal(window.workbench.notices.told):
        QTest.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert not mark.isVisible() and not window.actions_by_id[kind].isChecked()


def test_the_game_is_told_of_where_it_is_seen(window: MainWindow) -> None:
    fields = window.status.fields
    window.status.clearMessage()
    for page in (window.label, window.episodes, window.train, window.runs):
        window.tabs.show_page(page)
        window.workbench.notices.tell("a sentence")
        window.status.clearMessage()
        assert [name for name, field in fields.items() if field.isVisible()] == ["game"]
        window.tabs.show_page(window.play)
        assert all(field.isVisible() for field in fields.values())


@pytest.mark.parametrize("is_wanted", [False, True])
@pytest.mark.parametrize("was_paused", [False, True])
def test_pausing_while_another_program_has_the_keyboard(
    window: MainWindow, qtbot: QtBot, is_wanted: bool, was_paused: bool
) -> None:
    game, application = window.workbench.game, QApplication.instance()
    assert isinstance(application, QApplication)
    assert not window.actions_by_id["focus-pause"].isChecked(), "off at first"
    if is_wanted:
        window.actions_by_id["focus-pause"].trigger()
    game.set_paused(was_paused)
    qtbot.waitUntil(lambda: game.state.paused == was_paused)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: game.state.paused == (was_paused or is_wanted))
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: game.state.paused == was_paused)


def test_full_screen(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    QTest.keyClick(window, Key.Key_F11)
    qtbot.waitUntil(lambda: not window.isFullScreen())


def test_nes_py_says_what_it_cannot_do(window: MainWindow, qtbot: QtBot) -> None:
    said: list[str] = []
    window.workbench.notices.told.connect(said.append)
    choose(qtbot, window.play.controls.engine, "nes-py")
    qtbot.waitUntil(lambda: window.workbench.game.state.engine == "nes-py", timeout=20_000)
    settle(window, qtbot)
    assert any("no rewind, no save slots, no exact labels" in text for text in said)
    assert not window.actions_by_id["back"].isEnabled()
    assert not window.actions_by_id["save-1"].isEnabled()
    assert "stable-retro" in window.actions_by_id["save-1"].toolTip()
    assert not window.play.controls.rewind.isEnabled()
    source = window.grid.panels["labels"].source
    assert source is not None
    assert source.currentText() == "sprites"
    assert window.workbench.preview.labels == "sprites"
    QTest.keyPress(window.grid, Key.Key_Right)
    QTest.keyClick(window.grid, Key.Key_Period)
    settle(window, qtbot)
    assert shot(window).buttons == RIGHT
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyPress(window.grid, Key.Key_Backspace)
    assert "stable-retro" in told.args[0]


def choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Choose an entry of a box: open its list, go to the line, press Return."""
    box.setFocus()
    box.showPopup()
    view = box.view()
    view.setCurrentIndex(box.model().index(box.findText(text), 0))
    QTest.keyClick(view, Key.Key_Return)
    QApplication.processEvents()
    box.window().activateWindow()  # the offscreen platform leaves the closed list the active window
    qtbot.waitUntil(box.window().grid.hasFocus)  # the keyboard stays with the game
