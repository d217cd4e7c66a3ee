"""Keys are told apart by their place: other alphabets, and Shift that is let go first."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent

from core.game.emulator import A, B
from gui.keys.physical import HeldKeys, physical_key
from gui.window.main_window import MainWindow

_OFFSET = 0 if sys.platform == "win32" else 8
_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_X, _Z, _POINT = 0x2D + _OFFSET, 0x2C + _OFFSET, 0x34 + _OFFSET
_CHE, _YA, _CHI = 0x427, 0x42F, 0x3A7  # what the keys X and Z write in Russian, and X in Greek


def key(kind: QEvent.Type, code: int, scan: int, modifiers: Qt.KeyboardModifier = _NONE, text: str = "") -> QKeyEvent:
    return QKeyEvent(kind, code, modifiers, scan, 0, 0, text)


@pytest.mark.parametrize(("code", "scan", "latin"), [(_CHE, _X, "X"), (_YA, _Z, "Z"), (_CHI, _X, "X")])
def test_a_letter_of_another_alphabet_is_the_key_in_its_place(code: int, scan: int, latin: str) -> None:
    assert physical_key(key(QEvent.Type.KeyPress, code, scan)) == ord(latin)


def test_latin_letters_and_keys_without_letters_are_themselves() -> None:
    assert physical_key(key(QEvent.Type.KeyPress, Qt.Key.Key_Y, _Z)) == Qt.Key.Key_Y  # a German keyboard's Z
    assert physical_key(key(QEvent.Type.KeyPress, Qt.Key.Key_Left, 113)) == Qt.Key.Key_Left


def test_a_key_comes_up_as_it_went_down() -> None:
    held = HeldKeys()
    assert held.press(key(QEvent.Type.KeyPress, Qt.Key.Key_Greater, _POINT, _SHIFT)) == Qt.Key.Key_Greater
    assert held.release(key(QEvent.Type.KeyRelease, Qt.Key.Key_Period, _POINT)) == Qt.Key.Key_Greater


def test_the_game_hears_cyrillic_keys(window: MainWindow) -> None:
    controller = window.workbench.game.controller
    for code, scan, button in ((_CHE, _X, A), (_YA, _Z, B)):
        QCoreApplication.sendEvent(window.grid, key(QEvent.Type.KeyPress, code, scan))
        assert controller.held == button
        QCoreApplication.sendEvent(window.grid, key(QEvent.Type.KeyRelease, code, scan))
        assert controller.held == 0


def test_jump_on_a_sign_does_not_stick(window: MainWindow) -> None:
    keys, controller = window.workbench.keys, window.workbench.game.controller
    table = {id: keys.keys(id) for id in _all_ids()}
    keys.save({**table, "advance": ("\\",), "arrows-a": (".",)})
    QCoreApplication.sendEvent(window.grid, key(QEvent.Type.KeyPress, Qt.Key.Key_Period, _POINT))
    assert controller.held == A
    QCoreApplication.sendEvent(window.grid, key(QEvent.Type.KeyRelease, Qt.Key.Key_Greater, _POINT, _SHIFT))
    assert controller.held == 0


def _all_ids() -> list[str]:
    from gui.keys.default_keys import TABLE

    return list(TABLE)
