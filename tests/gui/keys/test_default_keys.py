"""The table of keys is free of clashes and is what menus and help show."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from gui.keys.default_keys import BUTTON_NAMES, CONTROLLER, PRESETS, SHORTCUTS, TABLE
from gui.keys.help_page import help_html
from gui.keys.keymap import Keymap
from gui.keys.rules import FIXED, MAX_KEYS, canonical, conflicts, objection
from gui.kit.preferences import Preferences
from gui.window.main_window import MainWindow


def test_no_key_means_two_things() -> None:
    assert conflicts({id: item.keys for id, item in TABLE.items()}) == []


def test_the_table_keeps_its_own_rules() -> None:
    for item in TABLE.values():
        assert len(item.keys) <= MAX_KEYS
        assert [canonical(key) for key in item.keys] == list(item.keys)
        assert item.id in FIXED or not any(objection(item, key) for key in item.keys), item.id


def test_ids_are_unique() -> None:
    assert len(TABLE) == len(SHORTCUTS) + len(CONTROLLER)


def test_bare_keys_belong_to_the_game() -> None:
    for item in SHORTCUTS:
        if item.scope == "window":
            for key in item.keys:
                assert key.startswith(("Ctrl+", "Alt+", "Shift+F", "F")) or key == "?", item.id


@pytest.mark.parametrize("preset", PRESETS)
def test_every_button_has_a_key(settings: Preferences, preset: str) -> None:
    keys = Keymap(settings)
    keys.set_preset(preset)
    assert set(keys.buttons().values()) == set(BUTTON_NAMES)


@pytest.mark.parametrize("preset", PRESETS)
def test_help_page_tells_every_key(settings: Preferences, preset: str) -> None:
    page = help_html(preset, Keymap(settings))
    for item in SHORTCUTS:
        if "/" not in item.menu:
            for key in item.keys:
                assert QKeySequence(key).toString().replace("&", "&amp;") in page, item.id
    for keys in PRESETS[preset].values():
        assert " or ".join(keys) in page


def test_every_entry_is_an_action_in_its_menu(window: MainWindow) -> None:
    shown = {action.objectName() for menu in window.menus.values() for action in menu.actions()}
    wanted = {item.id for item in SHORTCUTS if item.kind != "hold"}
    assert wanted <= shown
    for item in SHORTCUTS:
        if item.kind != "hold":
            action = window.actions_by_id[item.id]
            assert [key.toString() for key in action.shortcuts()] == [QKeySequence(key).toString() for key in item.keys]
            assert action.toolTip() == window.workbench.keys.tooltip(item.id)


def test_menus_hold_nothing_empty(window: MainWindow) -> None:
    for menu in window.menuBar().findChildren(QMenu):
        assert menu.actions(), menu.title()
