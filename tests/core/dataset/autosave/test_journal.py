"""The autosave journal: kill -9, cut files, full disks, and two windows."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.classes import GROUND, MARIO
from core.dataset.autosave.journal import Journal
from core.dataset.autosave.recovery import Found, recover
from core.dataset.editing.annotation import Annotation
from core.errors import RunError
from tests.core.dataset.autosave.journal_worker import change, new_annotation

ROOT = Path(__file__).parents[4]


def _fresh(folder: Path) -> tuple[Annotation, Journal]:
    annotation = new_annotation(0)
    journal = Journal(folder, annotation, {"data": "caf\udce9", "number": 12})  # a folder's name that is no UTF-8
    annotation.listener = journal.record
    return annotation, journal


def _the_one(folder: Path) -> Found:
    recovery = recover(folder)
    assert recovery.problems == [] and len(recovery.found) == 1
    return recovery.found[0]


def _crash(journal: Journal) -> None:
    """What the end of a process does: files and locks are let go, and nothing else happens."""
    journal._let_go(remove=False)


# ---- kill -9


def test_killed_at_a_random_moment_at_most_the_last_stroke_is_lost(tmp_path: Path) -> None:
    rng = np.random.default_rng()
    processes = []
    for seed in range(4):
        command = [
            sys.executable,
            "-m",
            "tests.core.dataset.autosave.journal_worker",
            str(tmp_path / str(seed)),
            str(seed),
        ]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT))
    for seed, process in enumerate(processes):
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"begin\n")
        process.stdin.flush()
        for _ in range(int(rng.integers(1, 60))):
            process.stdout.readline()
        process.kill()
        said = [int(line) for line in process.communicate()[0].split()]
        last = max(said, default=0)
        found = _the_one(tmp_path / str(seed))
        expected, states = new_annotation(seed), []
        for number in range(found.unsaved):
            change(expected, seed, number)
            states.append(expected.class_map.copy())
        assert found.unsaved in (last + 1, last + 2) or not said
        np.testing.assert_array_equal(found.annotation.class_map, expected.class_map)
        np.testing.assert_array_equal(found.annotation.frame, expected.frame)
        assert found.annotation.undo_count == expected.undo_count and found.about == {"seed": seed}
        found.discard()
        assert list((tmp_path / str(seed)).iterdir()) == []


# ---- what is kept and what goes


def test_a_frame_that_is_only_looked_at_writes_nothing(tmp_path: Path) -> None:
    _, journal = _fresh(tmp_path / "journals")
    journal.mark_saved()
    journal.close()
    assert list(tmp_path.iterdir()) == [] and recover(tmp_path / "journals").found == []


def test_a_saved_frame_leaves_nothing(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.fill(3, 3, MARIO)
    assert journal.path.exists()
    annotation.mark_saved()
    journal.mark_saved()
    journal.close()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_killed_after_saving_there_is_nothing_to_offer(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.fill(3, 3, MARIO)
    annotation.mark_saved()
    journal.mark_saved()
    _crash(journal)
    assert journal.path.exists()
    assert recover(tmp_path).found == [] and list(tmp_path.iterdir()) == []


def test_undo_beyond_what_was_saved_is_offered_with_its_strokes(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    start = annotation.class_map.copy()
    annotation.rectangle(0, 0, 9, 9, MARIO)
    annotation.rectangle(50, 50, 59, 59, GROUND)
    annotation.mark_saved()
    journal.mark_saved()
    annotation.undo()
    _crash(journal)
    found = _the_one(tmp_path)
    assert found.unsaved == 1 and found.about == {"data": "caf\udce9", "number": 12} and found.annotation.is_dirty
    np.testing.assert_array_equal(found.annotation.class_map, annotation.class_map)
    np.testing.assert_array_equal(found.annotation.automatic, annotation.automatic)
    found.annotation.redo()
    assert not found.annotation.is_dirty, "that is what was saved"
    while found.annotation.undo() is not None:
        pass
    np.testing.assert_array_equal(found.annotation.class_map, start)
    found.discard()


def test_the_window_closed_in_the_middle_of_a_stroke_keeps_it(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.begin(GROUND)
    annotation.brush_to(100, 100, 20)
    journal.close()
    found = _the_one(tmp_path)
    np.testing.assert_array_equal(found.annotation.class_map, annotation.class_map)
    assert found.unsaved == 1
    found.discard()


def test_what_was_found_goes_on_in_the_same_file(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.rectangle(0, 0, 9, 9, MARIO)
    _crash(journal)
    with journal.path.open("ab") as file:
        file.write(b"S\x00\x01half a record")
    found = _the_one(tmp_path)
    again = found.resume()
    found.annotation.listener = again.record
    found.annotation.rectangle(50, 50, 59, 59, GROUND)
    found.annotation.undo()
    found.annotation.undo()
    found.annotation.redo()
    _crash(again)
    last = _the_one(tmp_path)
    np.testing.assert_array_equal(last.annotation.class_map, annotation.class_map)
    assert (last.annotation.undo_count, last.annotation.redo_count, last.unsaved) == (1, 1, 5)
    last.leave()
    _the_one(tmp_path).discard()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_in_use_is_not_offered_to_another_window(tmp_path: Path) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.fill(3, 3, MARIO)
    assert recover(tmp_path).found == []
    annotation.fill(3, 3, GROUND)
    _crash(journal)
    found = _the_one(tmp_path)
    assert recover(tmp_path).found == [], "the first window asks just now"
    found.discard()


def test_the_newest_comes_first(tmp_path: Path) -> None:
    for number in range(3):
        annotation = new_annotation(number)
        journal = Journal(tmp_path, annotation, {"number": number})
        annotation.listener = journal.record
        annotation.rectangle(0, 0, number, 1, MARIO)
        _crash(journal)
        os.utime(journal.path, (1_000_000 + number, 1_000_000 + number))
    recovery = recover(tmp_path)
    assert [found.about["number"] for found in recovery.found] == [2, 1, 0]
    for found in recovery.found:
        found.discard()


def test_a_journal_begins_before_the_first_stroke(tmp_path: Path) -> None:
    annotation = new_annotation(0)
    annotation.rectangle(0, 0, 9, 9, MARIO)
    with pytest.raises(ValueError, match="before the first stroke"):
        Journal(tmp_path, annotation, {})


def test_an_undo_of_what_was_drawn_before_the_journal_began_is_recovered(tmp_path: Path) -> None:
    before = new_annotation(0)
    start = before.class_map.copy()
    before.rectangle(0, 0, 9, 9, MARIO)
    before.rectangle(20, 20, 29, 29, MARIO)
    annotation = Annotation(before.class_map, automatic=before.automatic, frame=before.frame)
    annotation.go_on_with(before.history)
    journal = Journal(tmp_path, annotation, {})
    annotation.listener = journal.record
    assert not annotation.is_dirty
    annotation.undo()
    annotation.undo()
    annotation.redo()
    annotation.rectangle(5, 5, 9, 9, GROUND)
    annotation.undo()
    annotation.undo()
    assert np.array_equal(annotation.class_map, start)
    _crash(journal)
    (found,) = recover(tmp_path).found
    assert np.array_equal(found.annotation.class_map, start)
    found.discard()


# ---- damage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[np.ndarray]]:
    """A journal of small maps, and the class map after each of its changes."""
    folder = tmp_path_factory.mktemp("whole")
    annotation = Annotation(np.zeros((84, 84), np.uint8))
    journal = Journal(folder, annotation, {})
    annotation.listener = journal.record
    states = [annotation.class_map.copy()]
    for number in range(6):
        annotation.undo() if number == 4 else annotation.rectangle(number, 0, number, 9, 1 + number)
        states.append(annotation.class_map.copy())
    data = journal.path.read_bytes()
    journal.discard()
    return data, states


@settings(max_examples=30)
@given(share=st.floats(0, 1), flip=st.none() | st.integers(1, 255))
def test_cut_or_changed_anywhere_it_gives_an_earlier_state_or_says_so(
    tmp_path_factory: pytest.TempPathFactory,
    whole: tuple[bytes, list[np.ndarray]],
    share: float,
    flip: int | None,
) -> None:
    data, states = whole
    place = int(share * (len(data) - 1))
    changed = data[:place] if flip is None else data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "a.journal").write_bytes(changed)
    recovery = recover(folder)
    if recovery.problems:
        assert len(recovery.problems) == 1 and str(folder / "a.journal") in recovery.problems[0]
        assert (folder / "a.journal").read_bytes() == changed and recovery.found == []
    for found in recovery.found:
        np.testing.assert_array_equal(found.annotation.class_map, states[found.unsaved])
        found.discard()


def test_a_file_that_is_no_journal_is_named_and_left(tmp_path: Path) -> None:
    (tmp_path / "a.journal").write_text("hello")
    recovery = recover(tmp_path)
    assert recovery.found == [] and "this is not an autosave journal" in recovery.problems[0]
    assert (tmp_path / "a.journal").read_text() == "hello"


def test_killed_while_its_first_stroke_was_written(tmp_path: Path) -> None:
    (tmp_path / "a.lock").touch()
    (tmp_path / ".a.journal.123.tmp").write_bytes(b"half")
    recovery = recover(tmp_path)
    assert recovery.found == [] and recovery.problems == [] and list(tmp_path.iterdir()) == []


# ---- a full disk


def test_a_full_disk_is_told_and_costs_nothing_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotation, journal = _fresh(tmp_path)
    annotation.rectangle(0, 0, 9, 9, MARIO)
    kept = journal.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)  # the stroke was written, in part or whole
        for column in (50, 80):
            with pytest.raises(RunError, match="autosave journal.*No space left on device.*make room"):
                annotation.rectangle(column, 50, column + 9, 59, GROUND)
    assert journal.path.read_bytes() == kept
    assert annotation.undo_count == 3 and annotation.pick(55, 55) == GROUND == annotation.pick(85, 55)
    annotation.rectangle(200, 200, 210, 210, MARIO)
    _crash(journal)
    found = _the_one(tmp_path)
    assert found.unsaved == 4
    np.testing.assert_array_equal(found.annotation.class_map, annotation.class_map)
    found.discard()


def test_a_folder_that_cannot_be_made_is_told_and_closing_is_safe(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    annotation, journal = _fresh(tmp_path / "file")
    with pytest.raises(RunError, match="cannot be kept in the autosave journal"):
        annotation.fill(3, 3, MARIO)
    assert annotation.undo_count == 1
    journal.close()
    assert (tmp_path / "file").read_text() == "mine"
