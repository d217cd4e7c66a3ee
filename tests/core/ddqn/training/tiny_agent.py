"""Trainings of agents, shrunk: everything happens several times within some hundred agent steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.ddqn import DdqnConfig
from core.ddqn.training.loop import DdqnLoop
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder
from core.runs.run_log import read_rows

LOGS = ("episodes.csv", "learning.csv", "evaluations.csv")
TIME_COLUMNS = ("wall_time", "steps_per_second")


def tiny_config(**changes: Any) -> DdqnConfig:
    """A deterministic run of 600 agent steps whose replay wraps."""
    values = {
        "deterministic": "yes",
        "environments": 1,
        "steps": 600,
        "episodes": 0,
        "replay_steps": 400,
        "warm_up_steps": 100,
        "batch_size": 8,
        "update_every_steps": 16,
        "target_every_steps": 160,
        "n_step": 3,
        "sticky": 0.1,
        "max_noops": 30,
        "training_stall_steps": 20,
        "epsilon_repeat": 2.0,
        "checkpoint_every_steps": 130,
        "evaluate_every_steps": 250,
        "evaluate_episodes": 1,
        "last_action": "yes",
        "random_shifts": "yes" if changes.get("observation", "gray") == "gray" else "no",
        "overlap": "yes",
    }
    return DdqnConfig(**{**values, **changes})


def at_step(patch: pytest.MonkeyPatch, step: int, action: Callable[[DdqnLoop], None]) -> None:
    """Do something in the middle of a training, before the step after that one."""
    iterate = DdqnLoop.iterate
    done = False

    def watched(self: DdqnLoop) -> None:
        nonlocal done
        if not done and self.position.step >= step:
            done = True
            action(self)
        iterate(self)

    patch.setattr(DdqnLoop, "iterate", watched)


def timeless_rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each curve, columns of time aside."""
    return {
        name: [{k: v for k, v in row.items() if k not in TIME_COLUMNS} for row in read_rows(folder / name)]
        for name in LOGS
    }


def assert_equal_runs(ours: RunFolder, other: RunFolder) -> None:
    """Equal curves, equal best networks, and equal last checkpoints to the bit."""
    assert timeless_rows(ours.path) == timeless_rows(other.path)
    assert ours.weights_path.read_bytes() == other.weights_path.read_bytes()
    first, second = (load_checkpoint(run.checkpoints.paths()[-1]) for run in (ours, other))
    assert first.arrays.keys() == second.arrays.keys()
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name], err_msg=name)
