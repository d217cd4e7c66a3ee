"""What is found before a training starts: what cannot work, and what it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.collect import CollectConfig
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.ddqn.preflight import Preflight, preflight, q_network_bytes
from core.ddqn.replay_buffer import needed_bytes
from core.ddqn.training.q_network import build_q_network
from core.runs.commands import continued
from core.runs.run_folder import RunFolder
from tests.agent_runs import ENCODER
from tests.core.fcn.training.tiny_data import make_tiny_data


@pytest.mark.parametrize("item_shape", [(84, 84), (21, 21, 32), (14, 15, 8)])
def test_the_size_of_the_q_network_is_that_of_keras(item_shape: tuple[int, ...]) -> None:
    assert q_network_bytes(item_shape) == 4 * build_q_network(item_shape).count_params()


def test_an_agents_memory_holds_its_replay(tmp_path: Path) -> None:
    small, large = (
        preflight(DdqnConfig(replay_steps=steps, observation="fcn", encoder=str(ENCODER)), tmp_path / "not" / "made")
        for steps in (1000, 101_000)
    )
    assert small.problems == {} and small.refusal == ""
    assert large.memory - small.memory == needed_bytes(101_000, 4, (21, 21, 32)) - needed_bytes(1000, 4, (21, 21, 32))
    assert large.disk > small.disk > 0 and small.free_disk > 0


def test_what_cannot_work_is_named_by_its_field(tmp_path: Path) -> None:
    wrong = preflight(DdqnConfig(level="9-9", observation="fcn", encoder=str(tmp_path)), tmp_path)
    assert set(wrong.problems) == {"level", "encoder"} and wrong.refusal.startswith("level: ")
    wrong = preflight(FcnConfig(architecture="fcn_f4-k3_s2_d", data="", initial=str(tmp_path)), tmp_path)
    assert set(wrong.problems) == {"architecture", "data", "initial"}
    with pytest.raises(TypeError):
        preflight(CollectConfig(), tmp_path)


def test_a_network_needs_its_frames(tmp_path: Path) -> None:
    data = str(make_tiny_data(tmp_path / "data"))
    plain, full = (preflight(FcnConfig(data=data, augmentation=how), tmp_path) for how in ("none", "full"))
    assert plain.problems == {} and full.memory - plain.memory == 12 * (2 * 224 * 240 - 4 * 84 * 84)
    following = continued(RunFolder.open(ENCODER).config(FcnConfig), ENCODER, Path(data))
    assert preflight(following, tmp_path).problems == {}


def test_what_does_not_fit_is_refused() -> None:
    config = DdqnConfig()
    assert "needs 3.00 GB of memory and 2.00 GB are free" in Preflight(config, {}, 3 * 10**9, 2 * 10**9).refusal
    assert "of disk" in Preflight(config, {}, 0, 1, 3 * 10**9, 2).refusal
    assert Preflight(config, {}, 1, 1, 1, 1).refusal == ""
