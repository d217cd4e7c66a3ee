"""The table of keys is free of clashes and is what menus and help show."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from gui.main_window import MainWindow
from gui.panels.help_page import help_html
from gui.shortcuts import BUTTON_NAMES, PRESETS, SHORTCUTS, duplicates, tooltip
from gui.views.view_grid import key_bindings


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_means_two_things(preset: str) -> None:
    assert duplicates(preset) == []


@pytest.mark.parametrize("scope", ["game", "label"])
@pytest.mark.parametrize("preset", PRESETS)
def test_no_two_names_of_one_key(preset: str, scope: str) -> None:
    names = [key for item in SHORTCUTS if item.scope in ("window", scope) for key in item.keys]
    names += list(PRESETS[preset]) if scope == "game" else []
    sequences = [QKeySequence(name).toString() for name in names]
    assert all(sequences)
    assert len(set(sequences)) == len(sequences)


def test_a_clash_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "clash", {"F5": 1, "Space": 2})
    assert duplicates("clash") == ["F5", "Space"]


def test_ids_are_unique() -> None:
    ids = [item.id for item in SHORTCUTS]
    assert len(set(ids)) == len(ids)


def test_bare_keys_belong_to_the_game() -> None:
    for item in SHORTCUTS:
        if item.scope == "window":
            for key in item.keys:
                assert key.startswith(("Ctrl+", "Alt+", "Shift+F", "F")) or key == "?", item.id


@pytest.mark.parametrize("preset", PRESETS)
def test_every_button_has_a_key(preset: str) -> None:
    assert set(key_bindings(preset).values()) == set(BUTTON_NAMES)


@pytest.mark.parametrize("preset", PRESETS)
def test_help_page_tells_every_key(preset: str) -> None:
    page = help_html(preset)
    for item in SHORTCUTS:
        if "/" not in item.menu:
            for key in item.keys:
                assert QKeySequence(key).toString().replace("&", "&amp;") in page, item.id
    for key in PRESETS[preset]:
        assert key in page


def test_every_entry_is_an_action_in_its_menu(window: MainWindow) -> None:
    shown = {action.objectName() for menu in window.menus.values() for action in menu.actions()}
    wanted = {item.id for item in SHORTCUTS if item.kind != "hold"}
    assert wanted <= shown
    for item in SHORTCUTS:
        if item.kind != "hold":
            action = window.actions_by_id[item.id]
            assert [key.toString() for key in action.shortcuts()] == [QKeySequence(key).toString() for key in item.keys]
            assert action.toolTip() == tooltip(item.id)


def test_menus_hold_nothing_empty(window: MainWindow) -> None:
    for menu in window.menuBar().findChildren(QMenu):
        assert menu.actions(), menu.title()
