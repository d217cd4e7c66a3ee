"""What can go wrong while labelling: each is said once, and no stroke is lost."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from core.classes import COIN, MARIO
from core.dataset.autosave.journal import Journal
from core.dataset.autosave.recovery import recover
from core.dataset.editing.annotation import Annotation
from core.dataset.frozen_frame import FrozenFrame
from core.dataset.person_labels import LOCK_WAIT
from core.dataset.store import DataSet
from core.frame import ClassMap, Snapshot
from gui.label.target import target_of_frozen
from gui.window.main_window import MainWindow
from tests.core.dataset.conftest import random_stack
from tests.gui.label.label_help import (
    LEFT,
    at,
    browser,
    class_map,
    click,
    differs,
    draw,
    editor,
    idle,
    kept,
    key,
    make_set,
    model,
    open_set,
    saved,
)

Key = Qt.Key
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of three stacks."""
    return make_set(tmp_path / "set")


@pytest.fixture
def labels(make_window: MakeWindow, qtbot: QtBot, folder: Path) -> MainWindow:
    """A window without a game that labels the data set."""
    window = make_window(start=False)
    open_set(window, qtbot, folder)
    return window


def shown(window: MainWindow) -> str:
    banner = window.label.banner
    return banner.text.text() if banner.isVisible() else ""


def test_closing_in_the_middle_of_a_stroke_keeps_it(labels: MainWindow, folder: Path) -> None:
    key(labels, Key.Key_8)
    QTest.mousePress(labels.canvas, LEFT, pos=at(labels, (100, 100)))
    QTest.mouseMove(labels.canvas, at(labels, (120, 100)))
    drawn = class_map(labels)
    labels.close()
    assert np.array_equal(kept(folder, 0), drawn)
    assert not list(labels.workbench.label.editor.journals.glob("*.journal"))


def test_another_tab_in_the_middle_of_a_stroke_ends_it(labels: MainWindow, qtbot: QtBot, folder: Path) -> None:
    QTest.mousePress(labels.canvas, LEFT, pos=at(labels, (100, 100)))
    labels.tabs.show_page(labels.play)
    saved(labels, qtbot)
    assert editor(labels).annotation.undo_count == 1  # type: ignore[union-attr]
    assert np.array_equal(kept(folder, 0), class_map(labels))


def test_a_full_disk_is_told_once_and_saving_tried_again(
    labels: MainWindow, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.label.editor._RETRY_INTERVAL", 30)
    attempts = []
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.parent.name != "masks_person":
            return write(path, data)  # the journal lies on another disk
        attempts.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    told: list[str] = []
    editor(labels).changed.connect(lambda: told.append(editor(labels).problem))
    draw(labels, [(100, 100)])
    qtbot.waitUntil(lambda: len(attempts) > 2, timeout=10_000)
    assert "No space left" in shown(labels)
    assert len(set(told) - {""}) == 1
    key(labels, Key.Key_8)
    draw(labels, [(50, 50)])
    drawn = class_map(labels)
    monkeypatch.setattr(Path, "write_bytes", write)
    saved(labels, qtbot)
    assert shown(labels) == ""
    assert np.array_equal(kept(folder, 0), drawn)


def test_a_full_disk_under_journal_and_data_set_keeps_the_frame_open(
    labels: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    before = class_map(labels)
    draw(labels, [(100, 100)])
    assert differs(labels, before), "the stroke is seen"
    drawn = class_map(labels)
    key(labels, Key.Key_D)
    assert browser(labels).number == 0, "the frame stays, for its strokes are nowhere else"
    assert np.array_equal(class_map(labels), drawn)
    assert "No space left" in shown(labels)
    questions: list[str] = []

    def cancel(*words: object) -> QMessageBox.StandardButton:
        questions.append(str(words[2]))
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "question", cancel)
    labels.close()
    assert labels.isVisible()
    assert len(questions) == 1
    assert "No space left" in questions[0]
    monkeypatch.undo()
    key(labels, Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert editor(labels).is_saved


def test_labels_that_another_program_changed_are_not_written_over(
    labels: MainWindow, qtbot: QtBot, folder: Path
) -> None:
    theirs = np.full((224, 240), COIN, np.uint8)
    DataSet.open(folder).write_person_mask(0, theirs)
    draw(labels, [(100, 100)])
    qtbot.waitUntil(lambda: editor(labels).has_conflict, timeout=10_000)
    assert "another program" in shown(labels)
    assert np.array_equal(kept(folder, 0), theirs)
    mine = class_map(labels)
    click(labels, "label-keep")
    assert np.array_equal(kept(folder, 0), mine)
    assert shown(labels) == ""
    DataSet.open(folder).write_person_mask(0, theirs)
    draw(labels, [(20, 100)])
    qtbot.waitUntil(lambda: editor(labels).has_conflict, timeout=10_000)
    click(labels, "label-theirs")
    assert np.array_equal(class_map(labels), theirs)
    assert np.array_equal(kept(folder, 0), theirs)
    assert shown(labels) == ""


def test_while_another_window_saves_this_one_stands_still_for_a_moment_only(
    labels: MainWindow, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.label.editor._RETRY_INTERVAL", 30)
    waits: list[float] = []
    acquire = FileLock.acquire

    def note(lock: FileLock, timeout: float, **named: Any) -> Any:
        if Path(lock.lock_file).parent == masks:  # and not of a journal
            waits.append(timeout)
        return acquire(lock, timeout, **named)

    masks = folder / "masks_person"
    masks.mkdir()
    with FileLock(masks / ".lock"), monkeypatch.context() as patch:
        patch.setattr(FileLock, "acquire", note)
        draw(labels, [(100, 100)])
        qtbot.waitUntil(lambda: len(waits) > 1, timeout=10_000)
        assert "another window saves labels here" in shown(labels)
        assert 0 <= max(waits) < LOCK_WAIT / 10
    saved(labels, qtbot)
    assert np.array_equal(kept(folder, 0), class_map(labels)) and shown(labels) == ""


def test_frames_that_another_program_added_are_seen(labels: MainWindow, qtbot: QtBot, folder: Path) -> None:
    key(labels, Key.Key_D)
    with DataSet.open(folder, writable=True) as data:
        data.append_stack(*random_stack(9))
    labels.tabs.show_page(labels.play)
    labels.tabs.show_page(labels.label)
    idle(labels, qtbot)
    assert "of 16" in labels.label.bar.place.text()
    assert browser(labels).number == 1


def test_a_data_set_that_vanished(labels: MainWindow, qtbot: QtBot, folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    browser(labels).reload_if_changed()
    idle(labels, qtbot)
    assert browser(labels).list is None
    assert "there is no such data set" in shown(labels)
    click(labels, "label-dismiss")
    assert shown(labels) == ""


def test_a_mask_of_the_wrong_size_is_named_and_passed_by(labels: MainWindow, folder: Path) -> None:
    path = folder / "masks_person" / "000001.png"
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(np.zeros((84, 84), np.uint8)).save(path)
    key(labels, Key.Key_D)
    assert "000001.png" in shown(labels)
    assert "84 x 84" in shown(labels)
    assert editor(labels).target is None
    key(labels, Key.Key_D)
    assert browser(labels).number == 2
    assert shown(labels) == ""
    path.unlink()
    key(labels, Key.Key_A)
    assert editor(labels).target is not None


def test_a_folder_without_a_data_set(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window(start=False)
    window.tabs.show_page(window.label)
    model(window).open_folder(tmp_path)
    idle(window, qtbot)
    assert "holds no data set" in shown(window)
    assert window.label.bar.place.text() == ""


def test_without_a_game_nothing_can_be_frozen(make_window: MakeWindow) -> None:
    window = make_window(start=False)
    window.tabs.show_page(window.label)
    assert not window.actions_by_id["label-freeze"].isEnabled()
    model(window).freeze()
    assert "no game runs" in shown(window)


def leave_work(window: MainWindow, folder: Path) -> ClassMap:
    """What a killed program leaves: a journal with a stroke that is in no data set."""
    data = DataSet.open(folder)
    record = data.records()[2]
    frame, mask = data.read(record)
    annotation = Annotation(mask, frame=frame)
    about = {"data": str(folder), "number": record.number, "level": record.level, "x": record.x}
    journal = Journal(editor(window).journals, annotation, about)
    annotation.listener = journal.record
    annotation.rectangle(10, 10, 20, 20, MARIO)
    annotation.rectangle(40, 40, 50, 50, COIN)
    journal.close()
    return annotation.class_map.copy()


def test_work_of_a_killed_program_is_offered_at_the_start(make_window: MakeWindow, qtbot: QtBot, folder: Path) -> None:
    window = make_window(start=False)
    drawn = leave_work(window, folder)
    window.tabs.show_page(window.label)
    model(window).start()
    assert "2 strokes" in shown(window)
    click(window, "label-take-up")
    qtbot.waitUntil(lambda: editor(window).target is not None, timeout=10_000)
    assert np.array_equal(class_map(window), drawn)
    saved(window, qtbot)
    idle(window, qtbot)
    assert shown(window) == ""
    assert np.array_equal(kept(folder, 2), drawn)
    assert browser(window).list is not None
    key(window, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (class_map(window) == COIN).sum() < (drawn == COIN).sum(), "its strokes can be undone"


def test_offered_work_can_wait(make_window: MakeWindow, folder: Path) -> None:
    window = make_window(start=False)
    leave_work(window, folder)
    window.tabs.show_page(window.label)
    model(window).start()
    click(window, "label-later")
    assert shown(window) == ""
    window.close()
    assert len(recover(editor(window).journals).found) == 1, "the next start offers it again"


def test_offered_work_can_be_thrown_away(make_window: MakeWindow, folder: Path) -> None:
    window = make_window(start=False)
    leave_work(window, folder)
    window.tabs.show_page(window.label)
    model(window).start()
    click(window, "label-discard")
    assert shown(window) == ""
    assert not list(editor(window).journals.glob("*.journal"))


def test_work_whose_data_set_is_gone_is_kept(make_window: MakeWindow, qtbot: QtBot, folder: Path) -> None:
    window = make_window(start=False)
    leave_work(window, folder)
    folder.rename(folder.with_name("moved"))
    window.tabs.show_page(window.label)
    model(window).start()
    click(window, "label-take-up")
    idle(window, qtbot)
    assert "there is no such data set" in shown(window)
    assert list(editor(window).journals.glob("*.journal"))


def test_a_frozen_frame_that_was_left_is_offered_again(make_window: MakeWindow, qtbot: QtBot, folder: Path) -> None:
    window = make_window(start=False)
    window.tabs.show_page(window.label)
    frames, masks, _ = random_stack(5)
    frozen_frame = FrozenFrame(tuple(map(Snapshot, frames)), (40, 41, 42, 43), 77, "1-1", "stable-retro", bytes(77))
    editor(window).begin_target(target_of_frozen(frozen_frame, masks, "exact", "exact", editor(window).journals))
    window.canvas.setFocus()
    draw(window, [(100, 100)])
    drawn = class_map(window)
    open_set(window, qtbot, folder)
    browser(window).show(0)
    assert "1 stroke on 1-1, frame 77" in shown(window)
    click(window, "label-take-up")
    idle(window, qtbot)
    assert np.array_equal(class_map(window), drawn)
    click(window, "label-add")
    qtbot.waitUntil(lambda: browser(window).number == 15, timeout=10_000)
    row = json.loads((folder / "index.jsonl").read_text().splitlines()[-1])
    assert (row["level"], row["labelled_by"], row["action_log"]) == ("1-1", "exact", "action_logs/000003.bin")
    assert np.array_equal(kept(folder, 15), drawn)


def test_an_unfinished_collection_is_not_added_to(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    with DataSet.create(folder, {"config": {"stacks": 4}}) as data:
        data.append_stack(*random_stack(0))
    window = make_window(start=False)
    open_set(window, qtbot, folder)
    frames, masks, _ = random_stack(5)
    frozen_frame = FrozenFrame(tuple(map(Snapshot, frames)), (40, 41, 42, 43), 77, "1-1", "stable-retro")
    editor(window).begin_target(target_of_frozen(frozen_frame, masks, "exact", "exact", editor(window).journals))
    draw(window, [(100, 100)])
    drawn = class_map(window)
    model(window).add()
    idle(window, qtbot)
    assert "its collection is not finished" in shown(window)
    assert np.array_equal(class_map(window), drawn)
    assert len(DataSet.open(folder)) == 4


def test_strokes_without_a_frame_do_nothing(make_window: MakeWindow) -> None:
    window = make_window(start=False)
    window.tabs.show_page(window.label)
    strokes = editor(window)
    draw(window, [(10, 10), (20, 20)])
    for code in (Key.Key_Delete, Key.Key_Z, Key.Key_Y, Key.Key_S):
        key(window, code, Qt.KeyboardModifier.ControlModifier)
    for code in (Key.Key_D, Key.Key_N, Key.Key_Escape):
        key(window, code)
    assert strokes.target is None
    assert strokes.is_saved
