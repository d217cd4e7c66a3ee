"""Plans: what they say, in which order they run, and how their mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.experiment.plan import Plan, read_plan

PLAN = """
version = 1
name = "small"

[settings.ddqn]
preset = "fast"
steps = 2_000

[[arms]]
name = "gray"
group = "E1"
seeds = [3, 4, 5]

[[arms]]
name = "fcn"
group = "E1"
seeds = [3, 4]
settings = { observation = "fcn", encoder = "nets/small", n_step = 1 }

[[arms]]
name = "network"
kind = "fcn"
seeds = [1]
settings = { data = "data/small", epochs = 2 }
"""


def plan_of(folder: Path, text: str) -> Plan:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


def test_settings_are_the_presets_then_the_shared_then_the_arms(tmp_path: Path) -> None:
    trials = {trial.name: trial.config for trial in plan_of(tmp_path, PLAN).trials()}
    gray, fcn, network = trials["gray-4"], trials["fcn-3"], trials["network-1"]
    assert isinstance(gray, DdqnConfig) and (gray.seed, gray.steps, gray.n_step, gray.observation) == (
        4,
        2000,
        5,
        "gray",
    )
    assert isinstance(fcn, DdqnConfig) and (fcn.n_step, fcn.encoder) == (1, (tmp_path / "nets/small").as_posix())
    assert isinstance(network, FcnConfig) and network.data == (tmp_path / "data/small").as_posix()


def test_a_group_runs_a_seed_of_each_arm_in_turn(tmp_path: Path) -> None:
    names = [trial.name for trial in plan_of(tmp_path, PLAN).trials()]
    assert names == ["gray-3", "fcn-3", "gray-4", "fcn-4", "gray-5", "network-1"]


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PLAN)
    assert plan.digest == plan_of(tmp_path, PLAN).digest != plan_of(tmp_path, PLAN + "\n").digest
    assert len(plan.digest) == 64


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("version = 1", "version = 2", "version is 2"),
        ("version = 1", "version = 1\nspeed = 3", "unknown field 'speed'"),
        ('name = "small"', 'name = "a/b"', "name is 'a/b'; a name of at most 64 letters"),
        ('name = "small"', "", "name is missing"),
        ("[settings.ddqn]", "[settings.dqn]", "settings: unknown field 'dqn'"),
        ("steps = 2_000", "stepz = 2_000", "arm gray: unknown field 'stepz'"),
        ("steps = 2_000", "steps = -1", "arm gray: steps"),
        ('preset = "fast"', 'preset = "quick"', "arm gray: preset"),
        ('preset = "fast"', "preset = ['fast']", "arm gray: preset"),
        ("seeds = [3, 4, 5]", "seeds = []", "arm 1: seeds is []"),
        ("seeds = [3, 4, 5]", "seeds = [3, 3]", "arm gray: seeds has 3 twice"),
        ("seeds = [3, 4, 5]", "seeds = [3]\nsettings = { seed = 4 }", "arm gray: settings has seed"),
        ("seeds = [3, 4, 5]", "seeds = [3]\nkind = 'ppo'", "arm 1: kind is 'ppo'"),
        ('name = "fcn"', 'name = "Gray"', "arms gray and Gray would share the run Gray-3"),
        ('name = "fcn"', 'name = "fcn', "cannot be read as TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in PLAN
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, PLAN.replace(old, new, 1))
    assert named in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "plan.toml"))


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_plan(tmp_path / "none.toml")
