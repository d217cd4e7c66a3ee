"""The benchmark of the window gives its rows; times are not judged here."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks import app
from core.errors import RunError


def test_rows(tmp_path: Path) -> None:
    rows = app.run(seconds=1.0, runs=tmp_path, starts=1, trains=False)
    assert {row.section for row in rows} == {"app"}
    by_name = {row.name: row for row in rows}
    assert len(by_name) == 6
    median, worst = rows[0].ours, rows[1].ours
    assert median is not None
    assert worst is not None
    assert 0 < median <= worst
    assert "no network" in rows[0].note and "agent ddqn-fcn-1" in rows[0].note
    assert all(row.ratio is None and row.unit for row in rows)
    start = by_name["from the command to the window"].ours
    assert start is not None
    assert start > 0


def test_a_window_that_cannot_come_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nowhere")
    with pytest.raises(RunError, match="the window ended with status"):
        app.run(seconds=1, starts=1)


def test_what_the_window_takes_from_a_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    speeds = iter([100.0, 80.0, 110.0, 99.0, 90.0, 90.0])  # without and with the window in turn

    class Training:
        def __init__(self, folder: Path) -> None:
            assert folder == tmp_path

        def __enter__(self) -> Training:
            return self

        def __exit__(self, *_: object) -> None:
            assert next(speeds, None) is None, "it ends when all is measured"

        def speed(self, seconds: float) -> float:
            assert seconds == 7
            return next(speeds)

    played = dict.fromkeys(("median_ms", "p99_ms", "longest_ms", "game_rate", "frames", "dropped", "growth_mb"), 5.0)
    words = {"size": "", "platform": "", "network": "", "agent": "", "seconds": 7}
    monkeypatch.setattr(app, "LowPriorityTraining", Training)
    monkeypatch.setattr(app, "ask_child", lambda *_, **__: played | words)
    monkeypatch.setattr(app, "_paused_window", lambda folder: nullcontext())
    *rows, last = app._rows_beside_training(tmp_path, 7)
    assert len(rows) == 5 and all("beside a training" in row.name for row in rows)
    assert (last.ours, last.other, last.ratio) == (90.0, 100.0, 0.9)
