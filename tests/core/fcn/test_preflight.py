"""What is found before a network's training starts."""

from __future__ import annotations

from pathlib import Path

from core.config.fcn import FcnConfig
from core.fcn.preflight import preflight
from core.runs.commands import continued
from core.runs.run_folder import RunFolder
from tests.agent_runs import ENCODER
from tests.core.fcn.training.tiny_data import make_tiny_data


def test_what_cannot_work_is_named_by_its_field(tmp_path: Path) -> None:
    wrong = preflight(FcnConfig(architecture="fcn_f4-k3_s2_d", data="", initial=str(tmp_path)), tmp_path)
    assert set(wrong.problems) == {"architecture", "data", "initial"} and wrong.refusal.startswith("architecture: ")


def test_a_network_needs_its_frames(tmp_path: Path) -> None:
    data = str(make_tiny_data(tmp_path / "data"))
    plain, full = (preflight(FcnConfig(data=data, augmentation=how), tmp_path) for how in ("none", "full"))
    assert plain.problems == {} and full.memory - plain.memory == 12 * (2 * 224 * 240 - 4 * 84 * 84)
    following = continued(RunFolder.open(ENCODER).config(FcnConfig), ENCODER, Path(data))
    assert preflight(following, tmp_path).problems == {}


def test_levels_that_the_data_lack_are_named(tmp_path: Path) -> None:
    data = str(make_tiny_data(tmp_path / "data", (4, 1, 1), ("1-1", "1-2")))
    assert preflight(FcnConfig(data=data, levels="1-1"), tmp_path).problems == {}
    for levels, message in (
        ("1-1,8-4", "no frames of 8-4 for training; choose others or all"),
        ("1-2", "no frames of 1-2 for validation; choose more levels or all"),
        ("9-9", "9-9"),
    ):
        problems = preflight(FcnConfig(data=data, levels=levels), tmp_path).problems
        assert set(problems) == {"levels"} and message in problems["levels"]
