"""What was begun keeps the settings that it was begun with, whatever an amended plan says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import InputError
from core.experiment.begun import check_begun
from core.experiment.plan import Plan, TrialEvaluation
from core.experiment.plan_file import read_plan
from tests.core.experiment.rival_plan import RIVAL

EXPERIMENTS = Path(__file__).resolve().parents[3] / "experiments"


def plan_of(folder: Path, text: str) -> Plan:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            "seed = 101",
            "seed = 103",
            "sticky-kept-000160000: this evaluation was played with seed 101, and the plan has",
        ),
        ("episodes = 100, sticky = 0.25", "episodes = 100, sticky = 0.1", "with sticky 0.25, and the plan has 0.1"),
        ("episodes = 100,", "episodes = 50,", "with episodes 100, and the plan has 50 for it"),
        ('level = "1-1-dark", episodes', 'level = "2-1", episodes', "with level 1-1-dark, and the plan has 2-1 for it"),
        ("places = 25, limit", "places = 20, limit", "with places 25, and the plan has 20 for it"),
        ("hidden_units = 1_024", "hidden_units = 2_048", "gray-large-21: this run was begun with hidden_units 1024"),
        (
            'encoder = "../saved_agents/fcn-84" }\n\n# ---- E5',
            'encoder = "../saved_agents/other" }\n\n# ---- E5',
            "fcn-21: this run was begun with encoder fcn-84 from elsewhere, and the plan has other from elsewhere",
        ),
        (
            'data = "../data/paper"',
            'data = "../data/more"',
            "begun with data paper from elsewhere, and the plan has more",
        ),
        (
            'seeds = [21, 22, 23]\nsettings = { observation = "gray", hidden_units',
            'seeds = [21, 22]\nsettings = { observation = "gray", hidden_units',
            "gray-large-23: this was begun by the plan, which has gray-large-23 no more; put it back",
        ),
        (
            'checkpoints = ["kept-000160000", "kept-000180000", "last"]',
            'checkpoints = ["last"]',
            "which has gray-21/evaluations/sticky-kept-000160000 no more",
        ),
        (
            'name = "under-1-2"\nabout = "Underground."\narms = ["gray", ',
            'name = "under-1-2"\nabout = "Underground."\narms = [',
            "which has gray-21/evaluations/under-1-2-last no more",
        ),
    ],
)
def test_what_was_begun_cannot_change(tmp_path: Path, old: str, new: str, named: str) -> None:
    """With the runs of the study and changes of its plan."""
    text = (EXPERIMENTS / "transfer.toml").read_text(encoding="utf-8")
    assert old in text
    check_begun(plan_of(tmp_path, text), EXPERIMENTS / "transfer")
    with pytest.raises(InputError, match=named):
        check_begun(plan_of(tmp_path, text.replace(old, new)), EXPERIMENTS / "transfer")


def test_nor_can_the_mapping_that_agents_saw_through(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, RIVAL)
    task = next(t for t in plan.tasks() if isinstance(t, TrialEvaluation) and t.config.mapping)
    path = task.path(tmp_path / "runs")
    path.mkdir(parents=True)
    document = {name: value for name, value in task.config.to_json().items() if name not in ("version", "kind")}
    for mapping, planned in ((f"../../../{task.needs[-1]}", ""), ("../../../other-1", "other-1"), ("", "none")):
        (path / "evaluation.json").write_text(json.dumps({**document, "mapping": mapping}))
        if not planned:
            check_begun(plan, tmp_path / "runs")
            continue
        with pytest.raises(InputError, match=f"with mapping {planned}, and the plan has {task.needs[-1]} for it"):
            check_begun(plan, tmp_path / "runs")
