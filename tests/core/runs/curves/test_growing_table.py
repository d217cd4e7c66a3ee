"""A CSV that grows is read line by line, cut with it, and never wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.curves.growing_table import GrowingTable
from core.runs.run_log import RunLog

COLUMNS = ("step", "level", "x", "loss")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "learning.csv"


def fill(log: RunLog, steps: range) -> None:
    for step in steps:
        log.append({"step": step, "level": "1-1", "x": step * 2, "loss": step / 3 if step % 2 else None})


def test_it_grows_with_the_file(path: Path) -> None:
    log = RunLog(path, COLUMNS)
    table = GrowingTable(path)
    assert table.read(["step"]) and table.columns == COLUMNS and table.rows == 0
    for end in (3, 4, 40):
        fill(log, range(table.rows, end))
        assert table.read(["step", "loss"])
        assert table.column("step").tolist() == list(range(end))
        assert not table.read(["step"])
    expected = [step / 3 if step % 2 else np.nan for step in range(40)]
    assert np.array_equal(table.column("loss"), expected, equal_nan=True)
    assert table.read(["x"])  # one that was not asked for before
    assert table.column("x").tolist() == [2.0 * step for step in range(40)]
    assert len(table.column("step")) == 40


def test_half_a_line_waits_for_its_end(path: Path) -> None:
    path.write_text("step,x\n1,10\n2,2")
    table = GrowingTable(path)
    table.read(["x"])
    assert table.column("x").tolist() == [10]
    with path.open("a") as file:
        file.write("5\n")
    table.read(["x"])
    assert table.column("x").tolist() == [10, 25]


@pytest.mark.parametrize("kept", [0, 3, 9])
@pytest.mark.parametrize("grown", [0, 4, 30])
def test_rows_that_a_resume_cuts_are_forgotten(path: Path, kept: int, grown: int) -> None:
    log = RunLog(path, COLUMNS)
    fill(log, range(10))
    table = GrowingTable(path)
    table.read(["x"])
    log.keep(kept)  # a new file in the old one's place
    fill(log, range(100, 100 + grown))
    assert table.read(["x"])
    expected = [*range(kept), *range(100, 100 + grown)]
    assert table.column("x").tolist() == [2.0 * step for step in expected]


@pytest.mark.parametrize("text", ["step,x\n1,10\n", "step,x\n1,10\n2,20\n9,99\n9,98\n"])
def test_a_file_written_over_in_place_is_read_anew(path: Path, text: str) -> None:
    path.write_text("step,x\n1,10\n2,20\n3,30\n")
    table = GrowingTable(path)
    table.read(["x"])
    with path.open("r+") as file:  # the same file, so neither its number nor (the second time) its size tell
        file.write(text)
        file.truncate()
    assert table.read(["x"])
    assert table.column("x").tolist() == [float(line.split(",")[1]) for line in text.splitlines()[1:]]


def test_a_file_that_goes_away_and_comes_back_with_other_columns(path: Path) -> None:
    table = GrowingTable(path)
    assert not table.read(["x"]) and len(table.column("x")) == 0
    path.write_text("step,x\n1,10\n")
    assert table.read(["x"]) and table.column("x").tolist() == [10]
    path.unlink()
    assert table.read(["x"]) and table.rows == 0 and table.columns == ()
    path.write_text("step,y\n1,7\n")
    assert table.read(["x", "y"])
    assert table.column("y").tolist() == [7] and np.isnan(table.column("x")).all()


def test_damaged_lines_are_left_out_and_words_are_no_numbers(path: Path) -> None:
    path.write_bytes(b'step,x\n1,10\n2\n3,30,300\n4,"4,0"\n\xff\xfe,50\n6,\x0060\n,\n8,inf\n')
    table = GrowingTable(path)
    table.read(["step", "x"])
    assert table.damaged == 2
    assert np.array_equal(table.column("step"), [1, 4, np.nan, 6, np.nan, 8], equal_nan=True)
    assert np.array_equal(table.column("x"), [10, np.nan, 50, 60, np.nan, np.inf], equal_nan=True)


def test_reading_can_be_broken_off_and_taken_up(path: Path) -> None:
    lines = [f"{step},{step / 7!r}\n" for step in range(60_000)]  # more than one portion
    path.write_text("step,x\n" + "".join(lines))
    table, asked = GrowingTable(path), iter([False, True])
    table.read(["x"], lambda: next(asked))
    assert 0 < table.rows < len(lines)
    table.read(["x"])
    assert np.array_equal(table.column("x"), np.arange(len(lines)) / 7)


@given(rows=st.lists(st.tuples(*[st.none() | st.floats(allow_nan=False)] * 3), max_size=12), cut=st.integers(0, 400))
def test_any_floats_come_back_whatever_portion_was_there_first(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float | None, ...]], cut: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    log = RunLog(path, ("a", "b", "c"))
    for row in rows:
        log.append(dict(zip("abc", row, strict=True)))
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    table = GrowingTable(path)
    table.read("abc")
    with path.open("ab") as file:
        file.write(whole[cut:])
    table.read("abc")
    for place, name in enumerate("abc"):
        expected = [np.nan if row[place] is None else row[place] for row in rows]
        assert np.array_equal(table.column(name), expected, equal_nan=True)
