"""What else the command line can do, in the window: data sets are collected, files are segmented; real processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.config.collect import CollectConfig
from core.dataset.store import DataSet
from core.frame import FRAME_SHAPE
from core.game.rom import Rom
from gui.datasets.collect import CollectDialog
from gui.datasets.segment import SegmentDialog
from gui.kit.command_process import CommandProcess
from gui.kit.worker import Workers
from gui.window.main_window import MainWindow

SLOW = 120_000

pytestmark = pytest.mark.timeout(300)


def click(widget: QWidget) -> None:
    assert widget.isVisible() and widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_into(line: QWidget, text: str) -> None:
    editor = line if isinstance(line, QLineEdit) else line.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)


@pytest.fixture
def collect(window: MainWindow, tmp_path: Path) -> CollectDialog:
    """The form, opened from the Train tab."""
    window.workbench.preferences.set("label_data", str(tmp_path / "data" / "labels"))
    window.tabs.show_page(window.train)
    click(window.train.form.page.collect)
    assert window.collect.isVisible()
    type_into(window.collect.folder, str(tmp_path / "data" / "mine"))
    type_into(window.collect.page.rows["agent"].editor, "right-and-jump")
    window.collect.page.more.setChecked(True)
    type_into(window.collect.page.rows["search_steps"].editor, "0")
    return window.collect


def test_a_data_set_is_collected_and_trained_on(window: MainWindow, collect: CollectDialog, qtbot: QtBot) -> None:
    type_into(collect.page.rows["stacks"].editor, "3")
    words = f"python main.py --collect {collect.path} --stacks 3 --agent right-and-jump --override search_steps=0"
    assert collect.bar.command.toPlainText() == words
    click(collect.bar.go)
    assert collect.bar.progress.isVisible() and not collect.page.isEnabled()
    qtbot.waitUntil(lambda: bool(collect.bar.result.text() or collect.bar.problem.text()), timeout=SLOW)
    assert "4 stacks of 4 frames (2 train, 1 validation, 1 test)" in collect.bar.result.text()
    with DataSet.open(collect.path) as data:
        assert len(data) == 16
        assert data.about["config"]["agent"] == "right-and-jump"
    assert not collect.bar.go.isEnabled()  # there is nothing left to do
    click(collect.train)
    assert window.tabs.page is window.train and not collect.isVisible()
    assert window.train.form.config().data == str(collect.path)  # type: ignore[attr-defined]
    window.actions_by_id["collect"].trigger()
    click(collect.label)
    qtbot.waitUntil(lambda: window.workbench.label.browser.list is not None, timeout=SLOW)
    assert window.workbench.label.data_folder == collect.path


def test_a_stopped_collection_is_whole_and_goes_on(window: MainWindow, collect: CollectDialog, qtbot: QtBot) -> None:
    process = window.workbench.collecting
    type_into(collect.page.rows["stacks"].editor, "5000")
    click(collect.bar.go)
    qtbot.waitUntil(lambda: process.done >= 2 or bool(process.problem), timeout=SLOW)
    assert not process.problem
    click(collect.bar.stop)
    assert not collect.bar.stop.isEnabled()
    qtbot.waitUntil(lambda: not process.is_running, timeout=SLOW)
    assert "is whole" in collect.bar.result.text()
    with DataSet.open(collect.path) as data:
        before = len(data)
        assert before >= 8 and before % 4 == 0
    assert collect.bar.go.text() == "Go on"
    type_into(collect.page.rows["stacks"].editor, "4999")
    click(collect.bar.go)
    qtbot.waitUntil(lambda: bool(process.problem), timeout=SLOW)
    assert "it was begun with stacks 5000, not 4999; name another folder" in collect.bar.problem.text()
    type_into(collect.page.rows["stacks"].editor, "5000")
    assert not collect.bar.problem.isVisible()
    click(collect.bar.go)
    qtbot.waitUntil(lambda: process.done > before // 4 or bool(process.problem), timeout=SLOW)
    assert not process.problem
    window.close()
    with DataSet.open(collect.path) as data:
        assert len(data) > before


def test_a_form_that_cannot_be_used_says_why(collect: CollectDialog, tmp_path: Path) -> None:
    levels = collect.page.rows["levels"]
    type_into(levels.editor, "9-1")
    assert collect.bar.problem.text() == "Fix what is marked: Levels"
    assert "9-1 does not exist" in levels.problem.text()
    assert not collect.bar.go.isEnabled()
    type_into(levels.editor, "1-2")
    assert collect.bar.go.isEnabled()
    type_into(collect.page.rows["stacks"].editor, "1")
    assert collect.bar.problem.text() == "Fix what is marked: Stacks"
    type_into(collect.page.rows["stacks"].editor, "10")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("mine")
    type_into(collect.folder, str(tmp_path / "notes"))
    assert collect.bar.problem.text().endswith("notes is there and holds something else; name a new folder")
    type_into(collect.folder, " ")
    assert collect.bar.problem.text() == "Name the data set's folder"
    assert set(collect.page.rows) == set(CollectConfig().to_json()) - {"version", "kind"}


@pytest.fixture
def segment(window: MainWindow) -> SegmentDialog:
    """The form, from the menu."""
    window.actions_by_id["segment"].trigger()
    return window.segment


def test_files_are_segmented(window: MainWindow, segment: SegmentDialog, tmp_path: Path, qtbot: QtBot) -> None:
    assert segment.bar.problem.text() == "Choose a folder of PNGs, or a .npy file"
    np.save(tmp_path / "frames.npy", np.zeros((3, *FRAME_SHAPE), np.uint8))
    type_into(segment.source, str(tmp_path / "frames.npy"))
    assert segment.out.text() == str(tmp_path / "frames-classes.npy")
    assert [segment.segmenter.itemText(i) for i in range(3)] == ["sprites", "known-84", "known-native"]
    click(segment.bar.go)
    qtbot.waitUntil(lambda: bool(segment.bar.result.text() or window.workbench.segmenting.problem), timeout=SLOW)
    assert segment.bar.result.text() == f"The class maps are in {tmp_path / 'frames-classes.npy'}."
    assert np.load(tmp_path / "frames-classes.npy").shape == (3, 224, 240)
    assert not segment.bar.go.isEnabled()
    type_into(segment.out, str(tmp_path / "frames.npy"))
    assert segment.bar.problem.text().endswith("frames.npy is there already; name a new folder or file")


def test_files_that_cannot_be_segmented(
    window: MainWindow, segment: SegmentDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    type_into(segment.source, str(tmp_path / "none.npy"))
    assert segment.bar.problem.text().startswith(f"{tmp_path / 'none.npy'} does not exist")
    (tmp_path / "empty").mkdir()
    type_into(segment.source, str(tmp_path / "empty"))
    click(segment.bar.go)
    qtbot.waitUntil(lambda: bool(window.workbench.segmenting.problem), timeout=SLOW)
    assert segment.bar.problem.text() == f"{tmp_path / 'empty'} holds no PNG files"
    assert segment.bar.go.isVisible()


def test_a_cancelled_command_leaves_nothing(tmp_path: Path, qtbot: QtBot, rom: Rom) -> None:
    shape = (20_000, *FRAME_SHAPE)
    np.lib.format.open_memmap(tmp_path / "frames.npy", "w+", np.uint8, shape)  # a hole: it takes no room on the disk
    process = CommandProcess(Workers(lambda sentence: None))
    out = tmp_path / "maps.npy"
    process.start("frames", ["--segment", str(tmp_path / "frames.npy"), "--segmenter", "sprites", "--out", str(out)])
    qtbot.waitUntil(lambda: process.done > 0 or bool(process.problem), timeout=SLOW)
    assert process.progress("frames").startswith("frames: ") and process.total == 20_000
    assert list(tmp_path.glob(".maps*"))
    process.cancel()
    qtbot.waitUntil(lambda: not process.is_running, timeout=SLOW)
    assert process.problem == ""
    assert [path.name for path in tmp_path.iterdir()] == ["frames.npy"]
