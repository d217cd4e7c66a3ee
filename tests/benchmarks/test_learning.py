"""The table of how fast agents learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning import area, learned
from core.config.ddqn import DdqnConfig
from core.ddqn.training.log import EPISODE_COLUMNS, EVALUATION_COLUMNS
from core.errors import InputError
from core.runs.curves.curves import Line
from core.runs.curves.metrics import EPISODES, EVALUATIONS
from core.runs.run_folder import RunFolder
from core.runs.run_log import RunLog


def test_the_area_is_a_mean_height_over_steps_not_over_episodes() -> None:
    assert area(Line(np.array([0.0, 10.0]), np.array([0.0, 8.0]))) == pytest.approx(4.0)
    steps = np.array([0.0, 90.0, 90.0, 91.0, 100.0])  # many short episodes late weigh no more for being many
    assert area(Line(steps, np.array([10.0, 10.0, 20.0, 20.0, 20.0]))) == pytest.approx(11.0, rel=1e-3)
    assert area(Line(np.array([5.0]), np.array([7.0]))) == 7.0


def test_a_run_is_summed_up(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    RunFolder.create(folder, DdqnConfig(observation="segmented", seed=3, steps=4000))
    episodes, evaluations = RunLog(folder / EPISODES, EPISODE_COLUMNS), RunLog(folder / EVALUATIONS, EVALUATION_COLUMNS)
    with pytest.raises(InputError, match="at least one evaluation"):
        learned(folder)
    for number in range(1, 201):  # x rises by 20 an episode; episodes along the level do not count
        row = {"episode": number, "step": number * 20, "wall_time": number * 6.0, "x": number * 20}
        episodes.append({**row, "from_start": 1})
    episodes.append({"episode": 201, "step": 4000, "wall_time": 1200.0, "x": 9000, "from_start": 0})
    for step, mean_x, flags in ((1000, 950.0, 0), (2000, 900.0, 1), (3000, 900.0, 1)):  # flags count before x
        evaluations.append({"step": step, "mean_x": mean_x, "flags": flags})
    found = learned(folder)
    assert (found.best_x, found.best_step, found.last_x) == (900.0, 3000, 900.0)
    for step, mean_x, progress in ((4000, 100.0, 0.9), (5000, 990.0, 0.8)):  # an area on, x is small
        evaluations.append({"step": step, "mean_x": mean_x, "mean_progress": progress, "flags": 1})
    found = learned(folder)
    assert (found.best_x, found.best_step, found.last_x) == (100.0, 4000, 990.0)
    assert (found.observation, found.seed, found.steps, found.minutes) == ("segmented", 3, 4000, 20.0)
    # The mean of the last 50 values up to episode n is 20 * (n - 24.5), so 2,000 is passed at n = 125.
    assert (found.good_episodes, found.good_steps) == (125, 2500)
