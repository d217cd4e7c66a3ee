"""Rates, rows and their table; no time is asserted."""

from __future__ import annotations

import itertools
import json
import platform

import pytest

from benchmarks import command
from benchmarks import rows as rows_module
from benchmarks.rows import Row, alone, faster, machine_row, rate, table


def test_rate_is_calls_a_second_of_the_best_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves 0.25 s whenever it is read: a round of 1 s has three calls in it."""
    clock = itertools.count(0, 0.25)
    monkeypatch.setattr(rows_module.time, "perf_counter", lambda: float(next(clock)))
    calls: list[None] = []
    assert rate(lambda: calls.append(None), 3.0) == 3.0
    assert len(calls) == 1 + 3 * 3


def test_rate_calls_a_slow_function_at_least_once_a_round() -> None:
    calls: list[None] = []
    assert rate(lambda: calls.append(None), 0.0) > 0
    assert len(calls) == 4


def test_ratio_is_ours_over_the_other() -> None:
    row = faster("engine", "a frame", 2000.0, 400.0, "frames/s", "bare")
    assert row == Row("engine", "a frame", 2000.0, 400.0, 5.0, "frames/s", "bare")
    assert alone("engine", "save", 12.0, "µs").ratio is None


def test_table_is_aligned_with_ratios_first() -> None:
    lines = table([faster("engine", "a frame", 2547.2, 364.0, "frames/s"), alone("fcn", "save", 12.345, "µs")]).split(
        "\n"
    )
    assert lines[0].split() == ["ratio", "ours", "other", "unit", "section", "what", "note"]
    assert lines[1].split() == ["7.00x", "2,547", "364", "frames/s", "engine", "a", "frame"]
    assert lines[2].split() == ["12.3", "µs", "fcn", "save"]
    assert len({line.index(word) for line, word in zip(lines, ("section", "engine", "fcn"), strict=True)}) == 1


def test_machine_is_its_processor_and_no_more() -> None:
    row = machine_row()
    assert row.section == "machine"
    assert "cores" in row.name
    assert row.ours is row.other is row.ratio is None
    assert platform.node() not in row.name + row.note


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sections that were measured, each with one row and some words on stdout."""
    names: list[str] = []

    class Section:
        def __init__(self, module: str) -> None:
            self.name = module.removeprefix("benchmarks.")

        def run(self) -> list[Row]:
            names.append(self.name)
            print("a library's notice")
            return [faster(self.name, "a thing", 3.0, 2.0, "frames/s")]

    monkeypatch.setattr(command.importlib, "import_module", Section)
    return names


def test_json_has_a_row_a_measurement_and_one_on_the_machine(
    capfd: pytest.CaptureFixture[str], measured: list[str]
) -> None:
    assert command.main(["--benchmark", "fcn", "engine", "--json"]) == 0
    assert measured == ["engine", "fcn"]
    out, err = capfd.readouterr()
    assert [line for line in err.splitlines() if line.startswith("measuring")] == [
        "measuring engine, section 1 of 2 …",
        "measuring fcn, section 2 of 2 …",
    ]
    document = json.loads(out)
    assert [row["section"] for row in document] == ["engine", "fcn", "machine"]
    assert set(document[0]) == {"section", "name", "ours", "other", "ratio", "unit", "note"}
    assert (document[0]["ours"], document[0]["other"], document[0]["ratio"]) == (3.0, 2.0, 1.5)


def test_all_sections_are_measured_unless_named(capsys: pytest.CaptureFixture[str], measured: list[str]) -> None:
    assert command.main(["--benchmark"]) == 0
    assert measured == list(command.SECTIONS)
    assert "1.50x" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--benchmark", "speed"], "--benchmark: 'speed' is not a section; the sections are engine, environment"),
        (["--benchmark", "--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_a_mistake_has_status_2(
    capsys: pytest.CaptureFixture[str], measured: list[str], argv: list[str], message: str
) -> None:
    assert command.main(argv) == 2
    assert message in capsys.readouterr().err
    assert not measured
