"""Lines of runs: which rows count, over what, smoothed how; and their mean over seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.ddqn.training.log import EPISODE_COLUMNS, EVALUATION_COLUMNS, LEARNING_COLUMNS
from core.fcn.training.loop import COLUMNS as EPOCH_COLUMNS
from core.mapping.training.loop import COLUMNS as UPDATE_COLUMNS
from core.runs.commands import TRAINABLE
from core.runs.curves.curves import CurveQuery, Line, RunCurves, gather
from core.runs.curves.metrics import (
    AXIS_COLUMNS,
    EPISODES,
    EPOCHS,
    EVALUATIONS,
    LEARNING,
    METRICS,
    SHARE_WINDOW,
    UPDATES,
    Metric,
    axis_label,
    csv_files,
    other_metrics,
)
from core.runs.run_log import RunLog, read_rows

ROOT = Path(__file__).resolve().parents[4]
HEADERS = {
    EPISODES: EPISODE_COLUMNS,
    LEARNING: LEARNING_COLUMNS,
    EVALUATIONS: EVALUATION_COLUMNS,
    EPOCHS: EPOCH_COLUMNS,
    UPDATES: UPDATE_COLUMNS,
}


def metric(title: str, kind: str = "ddqn") -> Metric:
    return next(item for item in METRICS if (item.title, item.kind) == (title, kind))


def line(curves: RunCurves, query: CurveQuery, place: int = 0) -> Line:
    curves.read(query.metric, query.axis)
    found = curves.lines(query)[place]
    assert found is not None
    return found


@pytest.fixture
def agent(tmp_path: Path) -> RunCurves:
    """Ten episodes, every other one from the start; two rows of learning; two evaluations."""
    episodes, learning = RunLog(tmp_path / EPISODES, EPISODE_COLUMNS), RunLog(tmp_path / LEARNING, LEARNING_COLUMNS)
    for number in range(1, 11):
        row = {"episode": number, "step": number * 100, "wall_time": number * 360.0, "level": "1-1"}
        episodes.append({**row, "from_start": number % 2, "x": number * 10, "flag": int(number > 5)})
    for step, done in ((1000, 10), (2000, 30)):
        learning.append({"step": step, "episodes": done, "wall_time": step * 1.8, "loss": None if step < 2000 else 4})
    evaluations = RunLog(tmp_path / EVALUATIONS, EVALUATION_COLUMNS)
    for step in (1000, 1500):
        evaluations.append({"step": step, "wall_time": step, "episodes": 5, "mean_x": step / 10})
    return RunCurves(tmp_path)


def test_every_figure_is_a_column_that_training_writes() -> None:
    for item in METRICS:
        assert set(item.columns) <= set(HEADERS[item.file]), item
        assert not item.where or item.where in HEADERS[item.file]
        assert not item.labels or len(item.labels) == len(item.columns)
        assert item.file in csv_files(item.kind)
        for axis in item.axes:
            assert AXIS_COLUMNS[item.file][axis] in HEADERS[item.file]
    for kind in TRAINABLE:
        assert other_metrics(kind, {file: HEADERS[file] for file in csv_files(kind)}) == []


def test_x_position_is_of_episodes_from_the_start(agent: RunCurves) -> None:
    found = line(agent, CurveQuery(metric("x position"), "episodes"))
    assert found.x.tolist() == [1, 3, 5, 7, 9] and found.y.tolist() == [10, 30, 50, 70, 90]
    found = line(agent, CurveQuery(metric("x position, all episodes"), "steps"))
    assert found.x.tolist() == [number * 100 for number in range(1, 11)]
    found = line(agent, CurveQuery(metric("x position"), "hours", window=2))
    assert found.x == pytest.approx(np.array([0.1, 0.3, 0.5, 0.7, 0.9])) and found.y.tolist() == [10, 20, 40, 60, 80]


def test_goal_reached_is_a_share_even_without_smoothing(agent: RunCurves) -> None:
    item = metric("Goal reached")
    assert item.window == SHARE_WINDOW
    assert line(agent, CurveQuery(item)).y == pytest.approx(np.array([0, 0, 0, 1 / 4, 2 / 5]))


def test_evaluations_lie_at_the_episode_of_their_step(agent: RunCurves) -> None:
    found = line(agent, CurveQuery(metric("Evaluations: mean x"), "episodes"))
    assert found.x.tolist() == [10, 20] and found.y.tolist() == [100, 150]


def test_rows_without_a_value_are_left_out(agent: RunCurves) -> None:
    assert line(agent, CurveQuery(metric("Loss"), "steps")).x.tolist() == [2000]
    agent.read(metric("Q-value"), "steps")
    assert agent.lines(CurveQuery(metric("Q-value"), "steps")) == [None]


def test_a_real_network_run_and_its_classes() -> None:
    curves = RunCurves(ROOT / "saved_agents" / "fcn-84")
    item = metric("IoU of every class", "fcn")
    curves.read(item, "hours")
    rows = read_rows(curves.path / EPOCHS)
    for name, column, found in zip(item.labels, item.columns, curves.lines(CurveQuery(item, "hours")), strict=True):
        expected = [row[column] for row in rows if row[column] is not None]
        assert found is not None and found.y.tolist() == expected, name
    assert found.x[-1] == rows[-1]["wall_time"] / 3600  # type: ignore[operator]
    assert [axis_label(axis, "fcn") for axis in item.axes] == ["epochs", "hours of training"]


def test_unknown_columns_can_be_drawn(tmp_path: Path) -> None:
    (tmp_path / LEARNING).write_text("step,wall_time,episodes,entropy\n10,1,1,0.5\n20,2,2,0.25\n")
    curves = RunCurves(tmp_path)
    found = other_metrics("ddqn", {file: curves.header(file) for file in csv_files("ddqn")})
    assert [(item.title, item.file) for item in found] == [("entropy", LEARNING)]
    assert line(curves, CurveQuery(found[0], "steps")).y.tolist() == [0.5, 0.25]


def test_a_folder_that_goes_away_has_no_lines(agent: RunCurves) -> None:
    query = CurveQuery(metric("x position"))
    before = agent.read(query.metric, query.axis)
    (agent.path / EPISODES).unlink()
    assert agent.read(query.metric, query.axis) != before
    assert agent.lines(query) == [None]


def test_mean_and_range_over_seeds_as_far_as_all_have_come() -> None:
    one = Line(np.array([0.0, 10.0, 20.0]), np.array([0.0, 10.0, 20.0]))
    two = Line(np.array([5.0, 15.0]), np.array([15.0, 25.0]))
    found = gather([one, two], "range")
    assert found is not None and found.runs == 2
    assert (found.x[0], found.x[-1]) == (5, 15)
    assert found.y == pytest.approx(found.x + 5) and found.low == pytest.approx(found.x)
    assert found.high == pytest.approx(found.x + 10)
    assert gather([one], "range") is one
    assert gather([one, replace(two, x=two.x + 100)], "range") is None


def test_the_interval_of_the_mean_is_students() -> None:
    values = np.array([1.0, 2.0, 4.0])
    lines = [Line(np.array([0.0, 1.0]), np.full(2, value)) for value in values]
    found = gather(lines, "interval")
    assert found is not None
    half = 4.303 * values.std(ddof=1) / np.sqrt(3)  # t of 2 degrees of freedom, two-sided 95%
    assert found.low == pytest.approx(np.full(len(found.x), values.mean() - half))
    assert found.high == pytest.approx(np.full(len(found.x), values.mean() + half))
