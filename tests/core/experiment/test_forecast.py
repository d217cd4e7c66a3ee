"""What will be in the way of a plan is told before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.experiment import experiment_parser, run_experiment
from core.errors import InputError
from core.experiment.forecast import obstacles
from core.experiment.plan_file import read_plan
from core.experiment.runner import look

PLAN = """
version = 1
name = "wrong"
[[arms]]
name = "right"
seeds = [1, 2]
[[arms]]
name = "level"
seeds = [1, 2]
settings = { level = "9-9" }
[[arms]]
name = "encoder"
seeds = [1]
settings = { observation = "fcn", encoder = "no/such" }
[[arms]]
name = "network"
kind = "fcn"
seeds = [1]
settings = { architecture = "nonsense", data = "no/data" }
[[arms]]
name = "linked"
seeds = [1]
settings = { observation = "fcn", encoder = "@network-1" }
[[arms]]
name = "fork"
seeds = [1]
settings = { observation = "fcn", initial = "@linked" }
[[evaluations]]
name = "mapped"
arms = ["right"]
seeds = [1]
settings = { mapping = "no/mapping" }
"""


def test_what_cannot_begin_is_told_by_trial_and_field(tmp_path: Path) -> None:
    path, runs = tmp_path / "plan.toml", tmp_path / "runs"
    path.write_text(PLAN, encoding="utf-8")
    plan = read_plan(path)
    found = obstacles(look(plan, runs, None), runs)
    assert list(found) == ["right-1/evaluations/mapped-last", "level-1", "encoder-1", "network-1"]
    assert found["level-1"] == "level: level 9-9 does not exist; levels are 1-1 to 8-4"
    for name, begin in (("encoder-1", "encoder: "), ("network-1", "architecture: "), (next(iter(found)), "mapping: ")):
        assert found[name].startswith(begin) and "no" in found[name]
    parse = experiment_parser(()).parse_args
    dry = run_experiment(parse(["--experiment", str(path), "--runs", str(runs), "--dry-run"]))
    assert dry["obstacles"] == found
    with pytest.raises(
        InputError, match="plan.toml: right-1/evaluations/mapped-last cannot begin: mapping: .*no/mapping"
    ):
        run_experiment(parse(["--experiment", str(path), "--runs", str(runs)]))
    assert not runs.exists(), "nothing was begun"
