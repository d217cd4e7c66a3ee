"""Every key of the table does what the table says, pressed in the real window; held ones have tests of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import gui.window.main_window
from gui.keys.default_keys import SHORTCUTS
from gui.window.main_window import MainWindow

PRESSED = [item for item in SHORTCUTS if item.kind != "hold" and item.keys]


def test_every_key_reaches_what_it_is_for(
    make_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    make_actions = gui.window.main_window.make_actions

    def with_notes(window: Any, views: Any, handlers: Any, keys: Any) -> Any:
        return make_actions(window, views, {id: partial(_note, called, id) for id in handlers}, keys)

    monkeypatch.setattr(gui.window.main_window, "make_actions", with_notes)
    window = make_window(start=False, complete=True)
    for action in window.actions_by_id.values():
        action.setEnabled(True)  # whether a game or a frame is there is not what is asked here
    for scope in ("label", "game"):
        page, view = (window.label, window.canvas) if scope == "label" else (window.play, window.grid)
        window.tabs.show_page(page)
        view.setFocus()
        qtbot.waitUntil(view.hasFocus)
        for item in PRESSED:
            if item.scope not in (scope, "window"):
                continue
            for key in item.keys:
                called.clear()
                QTest.keySequence(view, QKeySequence(key))
                assert called == [item.id], f"{key} in the {scope} view"


def _note(called: list[str], id: str, *_: object) -> None:
    called.append(id)
