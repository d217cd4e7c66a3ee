"""The page of settings: each entry is a menu's too, and both agree, whichever is used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox
from pytestqt.qtbot import QtBot

from gui.window.main_window import MainWindow


def choose(box: QComboBox, text: str) -> None:
    box.setFocus()
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_settings_and_menus_agree(
    make_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    preferences = window.workbench.preferences
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = window.settings
    assert page.isVisible()
    choose(page.boxes["Controller keys"], window.choices.presets["wasd"].text())
    assert (preferences.get("preset"), window.choices.presets["wasd"].isChecked()) == ("wasd", True)
    choose(page.boxes["Appearance"], "Dark")
    assert preferences.get("appearance") == "dark"
    window.choices.appearances["light"].trigger()
    assert page.boxes["Appearance"].currentText() == "Light"
    choose(page.boxes["Views in a recording"], window.choices.recorded["raw"].text())
    assert preferences.get("filmed_views") == "raw"
    switch = page.switches["fit-views"]
    assert isinstance(switch, QCheckBox) and not switch.isChecked()
    switch.click()
    assert window.actions_by_id["fit-views"].isChecked() and switch.isChecked()
    window.actions_by_id["fit-views"].trigger()
    assert not switch.isChecked()
    page.seed.setFocus()
    page.seed.selectAll()
    QTest.keyClicks(page.seed, "77")
    QTest.keyClick(page.seed, Qt.Key.Key_Return)
    assert preferences.get("seed") == 77
    page.close()
    window.workbench.game.set_seed(5)  # as Game > Seed does
    window.actions_by_id["settings"].trigger()
    assert page.isVisible() and window.settings is page and page.seed.value() == 5
    monkeypatch.setattr(window.workbench.game, "set_seed", lambda seed: pytest.fail("nobody has changed it"))
    page.seed.setFocus()
    QTest.keyClick(page.seed, Qt.Key.Key_Return)
    assert preferences.get("seed") == 5
