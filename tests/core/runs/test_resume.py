"""Which runs can go on: asked by the trainer and by the window, before anything is changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from core.config.collect import CollectConfig
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.errors import InputError
from core.files import write_json
from core.runs.commands import Machine
from core.runs.resume import EVENTS_NAME, begun_with, check_resume, longer, steps_to_extend
from core.runs.run_folder import CONFIG_NAME, RunFolder, State, Status


def make(path: Path, config: Config, state: State, step: int | None) -> RunFolder:
    run = RunFolder.create(path, config)
    run.write_status(Status(state, os.getpid(), time.time(), 0.5))
    if step is not None:
        run.checkpoints.save_last(step, {"a": np.zeros(1)}, {})
    return run


@pytest.mark.parametrize(
    ("command", "threads"),
    [
        (["main.py", "--train", "ddqn", "--threads", "2", "--run", "run"], 2),
        (["main.py", "--threads=3"], 3),
        (["main.py", "--threads"], 0),
        (["main.py", "--threads", "many"], 0),
        ("--threads 2", 0),
        (None, 0),
    ],
)
def test_a_run_goes_on_as_it_began(tmp_path: Path, command: object, threads: int) -> None:
    run = make(tmp_path / "run", DdqnConfig(), "stopped", 40)
    write_json(run.path / "provenance.json", {"command": command})
    assert begun_with(run) == Machine(threads)
    (run.path / EVENTS_NAME).mkdir()
    assert begun_with(run) == Machine(threads, tensorboard=True)
    (run.path / "provenance.json").write_text("{")
    assert begun_with(run) == Machine(tensorboard=True)


@pytest.mark.parametrize(
    ("config", "state", "step", "refusal"),
    [
        (FcnConfig(), "stopped", 40, ""),
        (FcnConfig(), "failed", None, ""),  # before its first checkpoint: it begins again
        (FcnConfig(), "stopped", None, "its full checkpoints are not here"),
        (FcnConfig(), "done", 40, "there is nothing to resume; --initial starts from its weights"),
        (DdqnConfig(), "stopped", 40, ""),
        (DdqnConfig(), "done", 40, ""),
        (DdqnConfig(), "done", None, "its full checkpoints are not here"),
        (CollectConfig(), "stopped", 40, "a run of kind 'collect' is not trained here; only fcn, ddqn, mapping are"),
    ],
)
def test_a_run_that_cannot_go_on_is_refused(
    tmp_path: Path, config: Config, state: State, step: int | None, refusal: str
) -> None:
    run = make(tmp_path / "run", config, state, step)
    if not refusal:
        check_resume(run)
        return
    with pytest.raises(InputError, match=refusal) as told:
        check_resume(run)
    assert str(told.value).startswith(f"{run.path}: ")


def test_a_run_with_a_retired_field_does_not_go_on(tmp_path: Path) -> None:
    run = make(tmp_path / "run", DdqnConfig(), "stopped", 40)
    write_json(run.path / CONFIG_NAME, {**run.config_values(), "priority": 0.6})
    assert run.config(DdqnConfig) == DdqnConfig()  # it can be looked at
    with pytest.raises(InputError, match="config.json: priority is no longer there"):
        check_resume(run)


def test_only_an_agent_that_is_done_can_be_made_longer(tmp_path: Path) -> None:
    assert steps_to_extend(make(tmp_path / "a", DdqnConfig(), "done", 600)) == 600
    assert steps_to_extend(make(tmp_path / "b", DdqnConfig(), "stopped", 600)) is None
    assert steps_to_extend(make(tmp_path / "c", DdqnConfig(), "done", None)) is None
    assert steps_to_extend(make(tmp_path / "d", FcnConfig(), "done", 600)) is None
    assert longer(900) == {"steps": 900, "episodes": 0}
