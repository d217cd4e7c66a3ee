"""The benchmark of the window gives its rows; times are not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import app
from core.errors import RunError


def test_rows(tmp_path: Path) -> None:
    rows = app.run(seconds=1.5, runs=tmp_path, starts=1)
    assert {row.section for row in rows} == {"app"}
    by_name = {row.name: row for row in rows}
    assert len(by_name) == 6
    median, worst = rows[0].ours, rows[1].ours
    assert median is not None
    assert worst is not None
    assert 0 < median <= worst
    assert "no network" in rows[0].note
    assert all(row.ratio is None and row.unit for row in rows)
    start = by_name["from the command to the window"].ours
    assert start is not None
    assert start > 0


def test_a_window_that_cannot_come_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nowhere")
    with pytest.raises(RunError, match="the window ended with status"):
        app.run(seconds=1, starts=1)
