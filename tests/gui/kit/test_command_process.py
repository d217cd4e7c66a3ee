"""What commands say, in the pieces in which it comes; all are asked to end before any is waited for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.kit.command_process import CommandProcess
from gui.kit.worker import Workers

SLOW = 60_000  # ms; a busy machine may take its time

POLITE = """
import pathlib, signal, sys, threading
mine, others = map(pathlib.Path, sys.argv[1:3])
def end(*_):
    mine.with_suffix(".asked").touch()
    while not others.with_suffix(".asked").exists():
        threading.Event().wait(0.01)
    mine.with_suffix(".ended").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("1/2 [00:01<00:01", file=sys.stderr, flush=True)
while True:
    threading.Event().wait(0.05)
"""
_SENTENCE = "main.py: --data: «pénalité» — there is no such folder"
STUBBORN = POLITE.replace("SIGTERM, end", "SIGTERM, signal.SIG_IGN")


def started(
    workers: Workers, words: list[tuple[str, str]], qtbot: QtBot, folder: Path, program: str
) -> list[CommandProcess]:
    script = folder / "script.py"
    script.write_text(program)
    made = [CommandProcess(workers) for _ in words]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gui.kit.command_process.MAIN", script)
        for process, (mine, others) in zip(made, words, strict=True):
            process.start(mine, [str(folder / mine), str(folder / others)])
    qtbot.waitUntil(lambda: all(process.done for process in made), timeout=SLOW)
    return made


def test_all_are_asked_before_any_is_waited_for(qtbot: QtBot, tmp_path: Path) -> None:
    workers = Workers(lambda sentence: None)
    made = started(workers, [("a", "b"), ("b", "a")], qtbot, tmp_path, POLITE)
    said: list[object] = []
    for process in made:
        process.changed.connect(lambda: said.append("changed"))
    assert workers.close(SLOW / 1000)
    assert (tmp_path / "a.ended").exists() and (tmp_path / "b.ended").exists()
    assert not said


def test_one_that_does_not_end_is_killed(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gui.kit.worker._LAST_SECONDS", SLOW / 1000)
    workers = Workers(lambda sentence: None)
    started(workers, [("a", "a")], qtbot, tmp_path, STUBBORN)
    assert workers.close(0.1)
    assert not (tmp_path / "a.ended").exists()


class InPieces:
    """A process whose output comes byte by byte."""

    def __init__(self, text: str) -> None:
        self._bytes = [bytes([byte]) for byte in text.encode()]

    def readAllStandardError(self) -> InPieces:
        return self

    def data(self) -> bytes:
        return self._bytes.pop(0) if self._bytes else b""


def test_a_letter_may_come_in_two_pieces(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    command = CommandProcess(Workers(lambda sentence: None))
    process = InPieces(_SENTENCE)
    monkeypatch.setattr(command, "_process", process)
    for _ in _SENTENCE.encode():
        command._listen()
    assert command._notes == _SENTENCE
