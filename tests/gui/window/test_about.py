"""The About box tells what a report of a fault needs, and nothing private."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core import __version__
from core.game.rom import ROM_SHA1
from gui.window.about import AboutBox
from gui.window.main_window import MainWindow


def opened(window: MainWindow) -> AboutBox:
    """The box, opened from the menu."""
    window.actions_by_id["about"].trigger()
    return window.about


def test_it_tells_versions_engine_rom_licences_and_how_to_cite(window: MainWindow) -> None:
    text = opened(window).text.toPlainText()
    assert f"Mario workbench {__version__}" in " ".join(text.split())
    for name in ("keras", "pyqtgraph", "PySide6-Essentials", "onnxruntime", "numpy", "stable-retro", "gymnasium"):
        assert name in text and importlib.metadata.version(name) in text
    assert "tensorflow" in text
    assert platform.python_version() in text
    assert window.workbench.game.state.engine in text
    assert ROM_SHA1 in text and "Super Mario Bros. (Europe) (Rev A)" in text
    assert "MIT licence" in text and "LGPL" in text and "GPL" in text
    assert "Bélignon" in text


def test_the_report_for_a_fault_is_text_without_anything_private(window: MainWindow) -> None:
    box = opened(window)
    QTest.mouseClick(box.copy, Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert report.splitlines()[0].startswith(f"Mario workbench: {__version__}")
    assert f"keras {importlib.metadata.version('keras')}" in report
    assert f"Engine: {window.workbench.game.state.engine}" in report
    assert str(Path.home()) not in report
    assert platform.node() not in report
    assert str(Path(__file__).parents[3]) not in report


def test_without_a_game_it_says_so(make_window: Callable[..., MainWindow]) -> None:
    text = opened(make_window(start=False)).text.toPlainText()
    assert "none is running" in text and "none is open" in text


def test_it_is_worked_by_keys(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    box = opened(make_window(start=False))
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    box.copy.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(box.copy, Qt.Key.Key_Return)
    assert box.copy.text() == "Copied"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()
