"""Keys that the user changes: the rules, the editor, and everything that shows or obeys them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.errors import InputError
from core.game.emulator import A
from gui.keys.default_keys import TABLE, shortcut
from gui.keys.draft import KeyDraft
from gui.keys.editor import KeyEditor
from gui.keys.keymap import Keymap
from gui.keys.rules import conflicts, objection, usable
from gui.kit.preferences import Preferences
from gui.window.main_window import MainWindow

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


def keys_with(**changes: list[str]) -> dict[str, tuple[str, ...] | list[str]]:
    """The table's keys but for some; ids with _ for -."""
    named = {id.replace("_", "-"): keys for id, keys in changes.items()}
    return {id: named.get(id, item.keys) for id, item in TABLE.items()}


# Rules


@pytest.mark.parametrize(
    ("id", "key", "words"),
    [
        ("open", "O", "“Open ROM…” (Game) works everywhere"),
        ("open", "Ctrl+Shift+P", ""),
        ("open", "Shift+F11", ""),
        ("pause", "Ctrl+P", ""),
        ("pause", "Esc", "Esc always gives the keyboard back"),
        ("release", "Q", "Esc always gives the keyboard back"),
        ("turbo", "Tab", ""),
        ("turbo", "Shift+T", "“Turbo” (Speed) is held down"),
        ("arrows-a", "Shift+X", "“A (jump)” (Controller: Arrows, X and Z) is held down"),
        ("arrows-a", "Tab", ""),
        ("label-brush", "Tab", "Tab moves between controls and tabs"),
        ("open", "Ctrl+Tab", "Ctrl+Tab moves between controls and tabs"),
        ("pause", "Alt+G", "Alt+G belongs to menus and buttons"),
    ],
)
def test_which_keys_an_entry_may_have(id: str, key: str, words: str) -> None:
    told = objection(shortcut(id), key)
    assert told.startswith(words) if words else told == ""


def test_a_conflict_names_both_and_where_they_stand() -> None:
    [clash] = conflicts(keys_with(pause=["V"]))
    assert clash.sentence == (
        "V would mean both “Pause” (Game) and “Classes over the picture” (View): change one of them."
    )


def test_one_key_may_mean_one_thing_in_each_view() -> None:
    assert conflicts(keys_with(pause=["E"])) == [], "the eraser of the Label tab"
    assert conflicts(keys_with(arrows_a=["K"])) == [], "a button of the other preset"
    assert [c.key for c in conflicts(keys_with(film=["Ctrl+S"]))] == ["Ctrl+S"], "works everywhere, so there too"
    clashes = conflicts(keys_with(pause=["S"]))
    assert [{c.first.id, c.second.id} for c in clashes] == [{"pause", "arrows-select"}, {"pause", "wasd-down"}]


@pytest.mark.parametrize(
    ("stored", "lost"),
    [
        ({"pause": ["Ctrl+J", "Space"], "open": []}, []),
        ({"overlay": ["H"], "gaze": ["V"]}, []),
        ({"pause": "Space"}, ["Pause"]),
        ({"pause": ["nonsense"]}, ["Pause"]),
        ({"pause": ["A, B"]}, ["Pause"]),
        ({"pause": [3]}, ["Pause"]),
        ({"pause": ["M", "M"]}, ["Pause"]),
        ({"pause": ["M", "N", "O", "Q"]}, ["Pause"]),
        ({"open": ["O"]}, ["Open ROM…"]),
        ({"release": []}, ["Release the keyboard"]),
        ({"of-yesterday": ["M"], "pause": ["M"]}, ["of-yesterday"]),
        ({"pause": ["V"], "swap": ["M"]}, ["Pause"]),
        ({"pause": ["M"], "swap": ["M"], "gaze": ["N"]}, ["Pause", "Take over, hand back"]),
    ],
)
def test_what_of_a_remembered_setting_is_used(stored: dict[str, object], lost: list[str]) -> None:
    changes, told = usable(stored)
    names = {id: TABLE[id].text if id in TABLE else id for id in stored}
    assert sorted(names[id] for id in stored if id not in changes) == sorted(lost)
    assert all(f"“{name}”" in told for name in lost) and bool(told) == bool(lost)
    assert conflicts({id: changes.get(id, item.keys) for id, item in TABLE.items()}) == []


def test_a_long_list_of_lost_keys_is_cut_short() -> None:
    assert "and 2 more cannot be used" in usable(dict.fromkeys("abcde", 1))[1]


def test_a_conflict_cannot_be_saved(settings: Preferences) -> None:
    keymap = Keymap(settings)
    draft = KeyDraft(keymap)
    assert draft.put("pause", 0, "V") == ""
    with pytest.raises(InputError, match="“Pause” .* “Classes over the picture”"):
        draft.save()
    assert keymap.keys("pause") == ("Space", "P")
    assert settings.get("keys") == {}


def test_only_what_differs_from_the_table_is_remembered(settings: Preferences) -> None:
    draft = KeyDraft(Keymap(settings))
    draft.put("pause", 1, "M")
    draft.clear("swap", 0)
    draft.put("open", 5, "Ctrl+J")  # the next free place at most
    draft.put("gaze", 0, "M")
    draft.reset("gaze")
    draft.save()
    assert settings.get("keys") == {"pause": ["Space", "M"], "swap": [], "open": ["Ctrl+O", "Ctrl+J"]}
    again = Keymap(settings)
    assert (again.keys("pause"), again.keys("swap"), again.problem) == (("Space", "M"), (), "")


@pytest.mark.parametrize("rubbish", ["{", "[1]", '"x"'])
def test_a_damaged_setting_is_told_once(settings: Preferences, rubbish: str) -> None:
    settings.store.setValue("app/keys", rubbish)
    keymap = Keymap(settings)
    assert "cannot be read" in keymap.problem
    assert keymap.keys("pause") == ("Space", "P")
    assert Keymap(settings).problem == ""


# The window


@pytest.fixture
def quiet_window(make_window: object) -> MainWindow:
    """A window in which no game begins."""
    made = make_window(start=False)  # type: ignore[operator]
    assert isinstance(made, MainWindow)
    return made


def editor(window: MainWindow) -> KeyEditor:
    """The editor, opened from the menu."""
    window.actions_by_id["edit-keys"].trigger()
    return window.key_editor


def choose(shown: KeyEditor, id: str, place: int = 0) -> QWidget:
    """Click on a key's cell; the widget that mouse events of the table go to."""
    table = shown.table
    cell = table.cell(table.rows[id], 1 + place)
    table.scrollToItem(cell)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualItemRect(cell).center())
    return table.viewport()


def press(shown: KeyEditor, id: str, place: int, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """Give an entry a key as a user does: click, Enter, the key."""
    choose(shown, id, place)
    QTest.keyClick(shown.table, Key.Key_Return)
    assert shown.table.waiting is not None
    QTest.keyClick(shown.table, key, modifier)


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_changed_keys_act_at_once_everywhere(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["help"].trigger()
    shown = editor(window)
    press(shown, "pause", 0, Key.Key_M)
    press(shown, "screenshot", 1, Key.Key_J, CTRL)
    press(shown, "arrows-a", 0, Key.Key_Tab)
    press(shown, "turbo", 0, Key.Key_Q)
    press(shown, "swap", 0, Key.Key_Y)
    assert window.workbench.keys.keys("pause") == ("Space", "P"), "nothing is in force before Save"
    click(shown.save)
    action = window.actions_by_id["pause"]
    assert [key.toString() for key in action.shortcuts()] == ["M", "P"]
    assert action.toolTip() == "Pause, or go on (M or P)"
    assert window.play.controls.player.toolTip().endswith("(Y)")
    assert window.help is not None
    page = window.help.text.toPlainText()
    assert "M or P" in page and "F12 or Ctrl+J" in page and "hold Q" in page
    window.help.close()
    qtbot.waitUntil(lambda: window.help is None)
    window.activateWindow()
    window.grid.setFocus()
    qtbot.waitUntil(window.grid.hasFocus)
    QTest.keyClick(window.grid, Key.Key_M)
    qtbot.waitUntil(lambda: not window.workbench.game.state.paused)
    QTest.keyClick(window.grid, Key.Key_P)
    qtbot.waitUntil(lambda: window.workbench.game.state.paused)
    QTest.keyPress(window.grid, Key.Key_Tab)
    assert window.workbench.game.controller.held == A
    QTest.keyRelease(window.grid, Key.Key_Tab)
    assert window.grid.hasFocus()
    QTest.keyPress(window.grid, Key.Key_X)
    assert window.workbench.game.controller.held == 0
    assert Keymap(window.workbench.preferences).keys("arrows-a") == ("Tab",), "it survives a restart"


def test_a_conflict_is_told_at_once_and_can_be_mended(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "pause", 0, Key.Key_V)
    assert "“Pause” (Game) and “Classes over the picture” (View)" in shown.told.text()
    assert shown.told.objectName() == "problem"
    assert not shown.save.isEnabled()
    choose(shown, "overlay")
    QTest.keyClick(shown.table, Key.Key_Delete)
    assert shown.told.objectName() == "quiet"
    click(shown.save)
    assert quiet_window.workbench.keys.keys("overlay") == ()
    assert quiet_window.actions_by_id["overlay"].shortcuts() == []


def test_what_cannot_be_a_key_is_told(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "open", 0, Key.Key_O)
    assert "works everywhere" in shown.told.text()
    assert shown.draft.keys["open"] == ["Ctrl+O"]
    choose(shown, "open")
    assert "Double-click" in shown.told.text()


def test_esc_leaves_a_key_as_it_is_and_a_modifier_alone_is_none(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "pause", 0, Key.Key_Shift, SHIFT)
    assert shown.table.waiting == ("pause", 0)
    assert shown.table.cell(shown.table.rows["pause"], 1).text() == "press a key …"
    QTest.keyClick(shown.table, Key.Key_Escape)
    assert shown.table.waiting is None
    assert shown.draft.keys["pause"] == ["Space", "P"]
    assert shown.isVisible()


def test_esc_is_never_given_away(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    choose(shown, "release")
    QTest.keyClick(shown.table, Key.Key_Return)
    assert shown.table.waiting is None
    assert not shown.change.isEnabled()


def test_reset_and_reset_all(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "pause", 0, Key.Key_M)
    press(shown, "swap", 0, Key.Key_Y)
    click(shown.save)
    shown = editor(quiet_window)
    choose(shown, "pause")
    click(shown.reset)
    assert shown.draft.keys["pause"] == ["Space", "P"]
    click(shown.reset_all)
    assert not shown.reset_all.isEnabled()
    click(shown.save)
    assert quiet_window.workbench.preferences.get("keys") == {}
    assert quiet_window.workbench.keys.keys("swap") == ("T",)


def test_cancel_changes_nothing(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "pause", 0, Key.Key_M)
    shown.reject()
    assert quiet_window.workbench.preferences.get("keys") == {}


def test_the_filter_finds_actions_menus_and_keys(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    table = shown.table
    QTest.keyClicks(shown.words, "ctrl+o")
    assert [id for id, row in table.rows.items() if not table.isRowHidden(row)] == ["open"]
    assert table.current == ("open", 0)
    shown.words.setText("speed")
    found = {id for id, row in table.rows.items() if not table.isRowHidden(row)}
    assert found == {"slower", "faster", "normal", "turbo"}
    shown.words.setText("nothing like this")
    assert table.current is None
    assert not shown.change.isEnabled()


def test_the_editor_is_worked_by_keys_alone(quiet_window: MainWindow, qtbot: QtBot) -> None:
    shown = editor(quiet_window)
    table = shown.table
    qtbot.waitUntil(table.hasFocus)
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right, Key.Key_Return, Key.Key_F):
        QTest.keyClick(table, key)
    assert shown.draft.keys["arrows-up"] == ["Up", "F"]
    QTest.keyClick(table, Key.Key_Tab)
    assert not table.hasFocus(), "Tab moves on while no cell waits"


def test_keys_of_the_label_tab_follow(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    press(shown, "label-class-4", 0, Key.Key_J)
    press(shown, "label-pan", 0, Key.Key_M)
    press(shown, "label-freeze", 0, Key.Key_J, CTRL)
    click(shown.save)
    window = quiet_window
    assert window.label.classes.rows[4].key == "J"
    assert window.label.classes.rows[4].toolTip().endswith("(J)")
    window.tabs.show_page(window.label)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Key.Key_J)
    assert window.workbench.label.editor.tools.class_id == 4
    QTest.keyPress(window.canvas, Key.Key_M)
    assert window.canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    QTest.keyRelease(window.canvas, Key.Key_M)


def test_lost_keys_are_told_when_the_window_opens(
    make_window: object, settings: Preferences, qtbot: QtBot, tmp_path: Path
) -> None:
    settings.set("keys", {"pause": ["V"]})
    window = make_window(start=False)  # type: ignore[operator]
    with qtbot.waitSignal(
        window.workbench.notices.told, check_params_cb=lambda text: "“Pause” (Game) cannot be used" in text
    ):
        window.workbench.start(tmp_path / "none.nes")


def test_a_double_click_waits_and_a_click_elsewhere_leaves_it(quiet_window: MainWindow) -> None:
    shown = editor(quiet_window)
    viewport = choose(shown, "pause")
    centre = shown.table.visualItemRect(shown.table.cell(shown.table.rows["pause"], 1)).center()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=centre)
    assert shown.table.waiting == ("pause", 0)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=centre + QPoint(0, 40))
    assert shown.table.waiting is None
