"""The benchmark of the window gives its rows; times are not judged here."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks import app
from benchmarks.progress import Progress
from core.errors import RunError


def test_rows(tmp_path: Path) -> None:
    rows = app.run(seconds=1.0, runs=tmp_path, starts=1, trains=False)
    assert {row.section for row in rows} == {"app"}
    by_name = {row.name: row for row in rows}
    assert len(by_name) == 8
    median, worst = rows[0].ours, rows[1].ours
    assert median is not None
    assert worst is not None
    assert 0 < median <= worst
    painted, classes = (by_name[f"frames of {what}"].ours for what in ("the game painted", "the views of classes"))
    assert painted is not None and classes is not None
    assert painted > 0 and classes > 0
    assert "network fcn-native" in rows[0].note and "agent ddqn-fcn-1" in rows[0].note
    assert all(row.ratio is None and row.unit for row in rows)
    start = by_name["from the command to the window"].ours
    assert start is not None
    assert start > 0


def test_a_window_that_cannot_come_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nowhere")
    with pytest.raises(RunError, match="the window ended with status"):
        app.run(seconds=1, starts=1)


def test_what_the_window_takes_from_a_training(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    speeds = iter([100.0, 80.0, 70.0, 110.0, 99.0, 88.0, 90.0, 90.0, 85.0])  # without the window, paused, played
    opened: list[str] = []

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

    numbers = ("median_ms", "p99_ms", "longest_ms", "game_rate", "painted_rate", "class_rate", "frames", "dropped",
               "growth_mb")  # fmt: skip
    played = dict.fromkeys(numbers, 5.0)
    words = {"size": "", "platform": "", "network": "", "agent": "", "seconds": 7}
    monkeypatch.setattr(app, "LowPriorityTraining", Training)
    monkeypatch.setattr(app, "ask_child", lambda *_, **__: played | words)
    monkeypatch.setattr(app, "_open_window", lambda folder, how: nullcontext(opened.append(how)))
    *rows, paused, playing = app._rows_beside_training(tmp_path, 7, Progress("app", 11))
    assert len(rows) == 7 and all("beside a training" in row.name for row in rows)
    assert opened == ["paused", "played"] * 3
    assert (paused.ours, paused.other, paused.ratio) == (90.0, 100.0, 0.9)
    assert (playing.ours, playing.other, playing.ratio) == (85.0, 100.0, 0.85)
    told = capsys.readouterr().err.splitlines()
    assert [line.partition(",")[0] for line in told] == [f"app: {n} of 11" for n in range(1, 12)]
    assert told[-1] == "app: 11 of 11, the training, window open and game played, turn 3 of 3, 7 s …"
