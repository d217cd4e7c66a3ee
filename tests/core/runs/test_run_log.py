"""Curves can be read while they grow, survive a crash, and are cut back on resume."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path

import pytest

from core.errors import InputError, RunError
from core.runs.curves.growing_table import GrowingTable
from core.runs.run_log import RunLog, read_rows

COLUMNS = ("epoch", "loss", "note")


@pytest.fixture
def log(tmp_path: Path) -> RunLog:
    log = RunLog(tmp_path / "epochs.csv", COLUMNS)
    log.append({"epoch": 1, "loss": 0.1, "note": "first, with a comma"})
    log.append({"epoch": 2, "loss": math.nan})
    return log


def test_rows_come_back(log: RunLog) -> None:
    assert read_rows(log.path) == [
        {"epoch": 1.0, "loss": 0.1, "note": "first, with a comma"},
        {"epoch": 2.0, "loss": None, "note": None},
    ]


def test_no_file_has_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.csv") == []


def test_floats_keep_every_digit(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "a.csv", ("value",))
    log.append({"value": 0.1 + 0.2})
    assert read_rows(log.path)[0]["value"] == 0.1 + 0.2


def test_a_row_that_is_being_written_is_left_out(log: RunLog) -> None:
    with log.path.open("a") as file:
        file.write("3,0.0")
    assert [row["epoch"] for row in read_rows(log.path)] == [1.0, 2.0]


@pytest.mark.parametrize("line", ["1,2,3,4,5,6,7,8", '"' + "x" * 200_000, "\0", "1"])
def test_a_damaged_line_does_not_end_reading(log: RunLog, line: str) -> None:
    log.append({"epoch": 3})
    with log.path.open("a") as file:
        file.write(f"{line}\n")
    assert read_rows(log.path)[2]["epoch"] == 3.0
    table = GrowingTable(log.path)
    table.read(["epoch"])
    assert table.column("epoch").tolist()[:3] == [1.0, 2.0, 3.0]


def test_a_half_row_of_a_crash_does_not_swallow_the_next(log: RunLog) -> None:
    with log.path.open("a") as file:
        file.write("3,0.0")
    RunLog(log.path, COLUMNS).append({"epoch": 3, "loss": 0.5})
    assert [row["epoch"] for row in read_rows(log.path)] == [1.0, 2.0, 3.0]


def test_a_column_of_an_older_program_stays_with_nothing_in_further_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    RunLog(path, ("step", "old")).append({"step": 1, "old": 5.0})
    RunLog(path, ("step", "new"), older=("old",)).append({"step": 2, "new": 7.0})
    assert read_rows(path) == [{"step": 1.0, "new": None, "old": 5.0}, {"step": 2.0, "new": 7.0, "old": None}]
    assert RunLog(tmp_path / "b.csv", ("step", "new"), older=("old",)).columns == ("step", "new")
    with pytest.raises(InputError, match="its columns are not those of this run"):
        RunLog(path, ("step", "new"))


def test_a_crash_before_the_header_is_whole_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("epo")
    RunLog(path, COLUMNS).append({"epoch": 1})
    assert [row["epoch"] for row in read_rows(path)] == [1.0]


def test_keep_cuts_the_rows_after(log: RunLog) -> None:
    log.keep(5)
    assert len(read_rows(log.path)) == 2
    log.keep(1)
    log.append({"epoch": 2, "loss": 0.25})
    assert [(row["epoch"], row["loss"]) for row in read_rows(log.path)] == [(1.0, 0.1), (2.0, 0.25)]


def test_other_columns_are_refused(log: RunLog) -> None:
    with pytest.raises(ValueError, match="no column for speed"):
        log.append({"epoch": 3, "speed": 1.0})
    with pytest.raises(InputError, match=r"epochs\.csv: its columns are not those of this run"):
        RunLog(log.path, ("epoch", "loss"))


def test_a_run_of_an_older_program_gets_the_columns_that_it_lacks(log: RunLog) -> None:
    wider = RunLog(log.path, ("epoch", "speed", "loss", "note"))
    wider.append({"epoch": 3, "speed": 2.5, "loss": 0.5})
    assert [(row["epoch"], row["speed"], row["loss"], row["note"]) for row in read_rows(log.path)] == [
        (1.0, None, 0.1, "first, with a comma"),
        (2.0, None, None, None),
        (3.0, 2.5, 0.5, None),
    ]


def test_a_full_disk_keeps_the_rows(log: RunLog, monkeypatch: pytest.MonkeyPatch) -> None:
    before = log.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"epochs\.csv: cannot be written \(No space left on device\)"):
        log.append({"epoch": 3, "loss": 0.0})
    assert log.path.read_bytes() == before
