"""What commands say, in the pieces in which it comes."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.kit.command_process import CommandProcess

_SENTENCE = "main.py: --data: «pénalité» — there is no such folder"


class InPieces:
    """A process whose output comes byte by byte."""

    def __init__(self, text: str) -> None:
        self._bytes = [bytes([byte]) for byte in text.encode()]

    def readAllStandardError(self) -> InPieces:
        return self

    def data(self) -> bytes:
        return self._bytes.pop(0) if self._bytes else b""


def test_a_letter_may_come_in_two_pieces(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    command = CommandProcess()
    process = InPieces(_SENTENCE)
    monkeypatch.setattr(command, "_process", process)
    for _ in _SENTENCE.encode():
        command._listen()
    assert command._notes == _SENTENCE
