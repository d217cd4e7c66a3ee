"""The benchmark of many runs and a long curve: the folders that it makes, and its rows; times are not judged here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import curves
from core.runs.curves.curves import CurveQuery, RunCurves
from core.runs.curves.metrics import METRICS
from core.runs.index import RunIndex


def test_rows_come_from_folders_that_are_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["first_s", "all_s", "curve_s", "smooth_s", "zoom_median_ms", "zoom_p99_ms"]
    names += [f"{what}_block_ms" for what in ("all", "sort", "filter", "curve", "smooth")]
    listed: list[str] = []

    def ask(module: str, what: str, *words: str, folder: Path) -> dict[str, Any]:
        index = RunIndex([folder / "runs"])
        for _ in index.scan():
            pass
        listed.extend(sorted(run.name for run in index.runs.values() if run.state == "done" and not run.problem))
        long = RunCurves(folder / "runs" / "large")
        query = CurveQuery(METRICS[0], "episodes", 1, "mean")
        long.read(query.metric, query.axis)
        (line,) = long.lines(query)
        assert line is not None and len(line.x) == 2000
        return {name: float(number) for number, name in enumerate(names, 1)}

    monkeypatch.setattr(curves, "ask_child", ask)
    rows = curves.run(runs=3, rows=2000)
    assert listed == ["large", "run-00001", "run-00002"]
    assert {row.section for row in rows} == {"curves"}
    assert sorted(row.ours or 0 for row in rows) == [float(number) for number in range(1, len(names) + 1)]
