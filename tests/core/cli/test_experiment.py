"""What ``--experiment`` tells of its tasks: a line a trial, and evaluations only where something is to be seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.cli.experiment import _table
from core.experiment.plan_file import read_plan
from core.experiment.runner import TaskReport, look

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


def test_a_trial_has_a_line_and_an_evaluation_only_where_it_runs_or_failed_by_itself(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    reports = look(read_plan(tmp_path / "plan.toml"), tmp_path / "runs", None)

    def told(**states: str) -> list[str]:
        names = {name.replace("_", "-"): state for name, state in states.items()}

        def with_state(report: TaskReport) -> TaskReport:
            state = names.get(report.task.name.replace("/evaluations/", "-"), "waiting")
            error = "unlucky" if state == "failed" else ""
            return replace(report, state=state, progress=float(state == "done"), error=error)  # type: ignore[arg-type]

        return _table([with_state(report) for report in reports]).splitlines()

    assert told() == [
        "gray-1  waiting   0%; 0 of 2 evaluations",
        "gray-2  waiting   0%; 0 of 2 evaluations",
        "6 tasks: 0 done, 0 running, 0 failed",
    ]
    assert told(gray_1="done", gray_1_dark_last="done", gray_1_light_last="running", gray_2="failed") == [
        "gray-1        done 100%; 1 of 2 evaluations",
        "  light-last  running   0%",
        "gray-2        failed   0% (unlucky); 0 of 2 evaluations",
        "6 tasks: 2 done, 1 running, 1 failed",
    ]
    after_it = told(gray_1="failed", gray_1_dark_last="failed", gray_2="done", gray_2_dark_last="failed")
    assert [line.split()[0] for line in after_it[:-1]] == ["gray-1", "gray-2", "dark-last"], (
        "what needs it says no more"
    )
