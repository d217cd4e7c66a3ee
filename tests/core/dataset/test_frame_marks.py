"""Marks of frames: kept beside the data set, and those in the trash are left out when it is read."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core.dataset.frame_marks import MARKS_NAME, read_marks, set_mark
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from tests.core.dataset.conftest import random_stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with DataSet.create(tmp_path / "set", {"config": {}}) as data:
        data.append_stack(*random_stack(0))
    return tmp_path / "set"


def test_a_frame_has_one_mark_or_none(folder: Path) -> None:
    assert read_marks(folder) == {}
    set_mark(folder, 1, "done")
    set_mark(folder, 2, "doubtful")
    assert set_mark(folder, 1, "doubtful") == read_marks(folder) == {1: "doubtful", 2: "doubtful"}
    set_mark(folder, 2, None)
    assert read_marks(folder) == {1: "doubtful"}


def test_the_trash_is_left_out_and_can_be_restored(folder: Path) -> None:
    rows = (folder / "index.jsonl").read_bytes()
    set_mark(folder, 1, "trash")
    with DataSet.open(folder, writable=True) as data:
        assert [record.number for record in data.records()] == [0, 2, 3]
        assert [record.number for record in data.records(with_trash=True)] == [0, 1, 2, 3]
        assert len(data.load()[0]) == 3
        data.append_stack(*random_stack(1))
    assert (folder / "index.jsonl").read_bytes().startswith(rows)
    set_mark(folder, 1, None)
    assert [record.number for record in DataSet.open(folder).records()] == list(range(8))


@pytest.mark.parametrize("text", ["{", "[]", '{"done": 3}', '{"trash": [true]}', '{"doubtful": [-1]}'])
def test_a_damaged_file_of_marks_is_named_and_kept(folder: Path, text: str) -> None:
    (folder / MARKS_NAME).write_text(text)
    for attempt in (DataSet.open, lambda folder: set_mark(folder, 0, "done")):
        with pytest.raises(InputError, match=MARKS_NAME):
            attempt(folder)
    assert (folder / MARKS_NAME).read_text() == text


def test_a_folder_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def acquire(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", acquire)
    with pytest.raises(RunError, match=r"cannot be written \(Permission denied\); the mark is not kept"):
        set_mark(folder, 0, "trash")
