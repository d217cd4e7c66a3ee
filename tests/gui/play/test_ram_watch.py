"""The named addresses of the work RAM are told as they are, live, on both engines."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.frame import MEMORY_SIZE
from core.game import memory as ram
from gui.play.ram_watch import WATCHED
from gui.window.main_window import MainWindow
from tests.gui.conftest import choose_from, click_tab, settle


def told(window: MainWindow) -> dict[str, str]:
    """Values by address, as they are shown."""
    table = window.play.ram
    rows = ([table.item(row, column).text() for column in range(3)] for row in range(table.rowCount()))
    return {address: value for address, _, value in rows}


@pytest.mark.parametrize("engine", ["stable-retro", "nes-py"])
def test_it_follows_the_game(window: MainWindow, qtbot: QtBot, engine: str) -> None:
    game, preview = window.workbench.game, window.workbench.preview
    if game.state.engine != engine:
        choose_from(window.play.controls.engine, engine)
        qtbot.waitUntil(lambda: game.state.engine == engine, timeout=20_000)
    click_tab(window, "RAM")
    window.grid.setFocus()
    for _ in range(2):
        QTest.keyPress(window.grid, Qt.Key.Key_Right)
        for _ in range(20):
            QTest.keyClick(window.grid, Qt.Key.Key_Period)
        settle(window, qtbot)
        assert preview.shot is not None
        variables = preview.shot.variables
        x = variables.x
        expected = {"$0086": f"{x % 256:02X}   {x % 256:3}", "$07F8": f"{variables.time:03}"}
        qtbot.waitUntil(lambda expected=expected: told(window).items() >= expected.items())
        assert told(window)["$000E"].split() == ["08", "8"]
    preview.numbers_due.emit()  # as classes have it that come after their frame
    assert window.play.ram.item(5, 2).foreground() == window.palette().link(), "it has changed"
    assert window.grid.hasFocus()


def test_every_line_is_told(window: MainWindow) -> None:
    """Any byte can be shown, and each address stands there once."""
    assert len({line.address for line in WATCHED}) == len(WATCHED)
    for value in (0, 9, 10, 255):
        texts = [line.text(np.full(MEMORY_SIZE, value, np.uint8)) for line in WATCHED]
        assert all(texts)
    named = {value for name, value in vars(ram).items() if name.isupper() and type(value) is int and value > 11}
    tables = {ram.SPRITE_TABLE, ram.PICTURE_QUEUE, ram.PICTURE_QUEUE_2, ram.PICTURE_QUEUE_IN_USE, ram.BLOCK_BUFFER}
    assert named - tables == {line.address for line in WATCHED}, "all that have a name, but for tables"
