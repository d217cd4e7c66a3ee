"""What ``--experiment`` tells of its tasks: a line a trial, and evaluations only where something is to be seen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli.experiment import _table, experiment_parser, run_experiment
from core.experiment.plan_file import read_plan
from core.experiment.record import fix_plan, make_folder
from core.experiment.runner import TaskReport, TaskState, look

PLAN = """
version = 1
name = "small"
[settings.ddqn]
steps = 2000
[[arms]]
name = "gray"
seeds = [1, 2]
settings = { observation = "gray" }
[[evaluations]]
name = "dark"
settings = { level = "1-1-dark" }
[[evaluations]]
name = "light"
settings = { level = "1-1" }
"""


def test_a_trial_has_a_line_and_an_evaluation_only_where_it_ended_before_it_was_done(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    reports = look(read_plan(tmp_path / "plan.toml"), tmp_path / "runs", None)

    def told(**states: tuple[TaskState, int]) -> list[str]:
        names = {name.replace("_", "-"): state for name, state in states.items()}

        def with_state(report: TaskReport) -> TaskReport:
            state, tries = names.get(report.task.name.replace("/evaluations/", "-"), ("waiting", 0))
            error = "unlucky" if tries else ""
            return replace(report, state=state, progress=float(state == "done"), tries=tries, error=error)

        return _table([with_state(report) for report in reports]).splitlines()

    assert told() == [
        "gray-1  waiting   0%; 0 of 2 evaluations",
        "gray-2  waiting   0%; 0 of 2 evaluations",
        "6 tasks: 0 done, 0 running, 0 failed",
    ]
    once = told(
        gray_1=("done", 0), gray_1_dark_last=("done", 1), gray_1_light_last=("waiting", 1), gray_2=("failed", 3)
    )
    assert once == [
        "gray-1        done 100%; 1 of 2 evaluations",
        "  light-last  waiting   0% (unlucky)",
        "gray-2        failed   0% (unlucky); 0 of 2 evaluations",
        "6 tasks: 2 done, 0 running, 1 failed",
    ]


def test_a_dry_run_of_a_plan_that_was_changed_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, runs = tmp_path / "plan.toml", tmp_path / "runs"
    path.write_text(PLAN, encoding="utf-8")
    make_folder(runs)
    fix_plan(runs, read_plan(path))
    words = ["--experiment", str(path), "--runs", str(runs), "--dry-run"]
    run_experiment(experiment_parser([]).parse_args(words))
    assert "notice" not in capsys.readouterr().err
    path.write_text(PLAN.replace("steps = 2000", "steps = 3000"), encoding="utf-8")
    run_experiment(experiment_parser([]).parse_args(words))
    assert re.search(
        r"notice: .*: the plan was changed after its first run \(- steps = 2000; \+ steps = 3000\); running it "
        "needs --amend",
        capsys.readouterr().err,
    )
