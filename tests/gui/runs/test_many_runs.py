"""Ten thousand runs in the folder: all are listed, sorted, chosen and filtered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.config.ddqn import DdqnConfig
from core.files import write_json
from core.runs.run_folder import RunFolder, Status
from gui.runs.model import DRAWN_RUNS
from gui.runs.page import RunsPage
from gui.window.main_window import MainWindow

COUNT = 10_000
_PATIENCE = 100_000  # ms that a busy machine may need

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten thousand folders with the same two files, which are links, so that they are made in a second."""
    made = tmp_path / "runs"
    template = RunFolder(tmp_path / "template")
    template.path.mkdir()
    write_json(template.path / "config.json", DdqnConfig().to_json())
    template.write_status(Status("done", 1, 1.0, 1.0))
    made.mkdir()
    for number in range(COUNT):
        path = f"{made}/run-{number:05d}"
        os.mkdir(path)  # noqa: PTH102  # twice as fast
        for name in ("config.json", "status.json"):
            os.link(template.path / name, f"{path}/{name}")
    return made


def test_ten_thousand_runs(make_window: Callable[..., MainWindow], qtbot: QtBot, folder: Path) -> None:
    window = make_window(start=False, agents=(folder,))
    window.tabs.show_page(window.runs)
    page: RunsPage = window.runs
    model, words, count = page.table.model, page.table.words, page.table.count
    qtbot.waitUntil(lambda: count.text() == "10,000 runs", timeout=_PATIENCE)
    header = page.table.view.horizontalHeader()
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, header.height() // 2))
    assert [model.index(row, 0).data() for row in (0, COUNT - 1)] == ["run-00000", "run-09999"]
    page.table.view.setFocus()
    QTest.keyClick(page.table.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert f"no more than {DRAWN_RUNS} at a time" in page.details.facts.text()
    assert page.details.discard.text() == "Move 10,000 to trash"
    words.setFocus()
    QTest.keyClicks(words, "0777")
    assert count.text() == "11 of 10,000 runs"
