"""What is found before an agent's training starts: what cannot work, and what it needs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from core.config.ddqn import DdqnConfig
from core.ddqn.preflight import encoder_bytes, preflight, q_network_bytes
from core.ddqn.replay_buffer import needed_bytes
from core.ddqn.training.q_network import build_q_network
from tests.agent_runs import ENCODER


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"last_action": "yes"},
        {"feature_pooling": "yes"},
        {"features": "raw"},
        {"layer_norm": "yes"},
        {"dueling": "yes", "layer_norm": "yes"},
        {"hidden_units": 1024, "dueling": "yes"},
    ],
)
@pytest.mark.parametrize("item_shape", [(84, 84), (21, 21, 32), (14, 15, 8)])
def test_the_size_of_the_q_network_is_that_of_keras(item_shape: tuple[int, ...], changes: dict[str, Any]) -> None:
    config = DdqnConfig(**changes)
    assert q_network_bytes(item_shape, config) == 4 * build_q_network(item_shape, config).count_params()


def test_an_encoder_that_learns_is_part_of_the_network_and_its_replay_keeps_pictures(tmp_path: Path) -> None:
    frozen = DdqnConfig(observation="fcn", encoder=str(ENCODER))
    learning = dataclasses.replace(frozen, encoder_frozen="no")
    network = build_q_network((84, 84, 3), learning).count_params()
    assert 4 * network == q_network_bytes((21, 21, 32), frozen) + encoder_bytes(ENCODER)
    one, other = preflight(frozen, tmp_path), preflight(learning, tmp_path)
    assert other.problems == {}
    assert other.memory - one.memory == needed_bytes(100_000, 1, (84, 84, 3)) - needed_bytes(100_000, 1, (21, 21, 32))


def test_an_agents_memory_holds_its_replay(tmp_path: Path) -> None:
    small, large = (
        preflight(DdqnConfig(replay_steps=steps, observation="fcn", encoder=str(ENCODER)), tmp_path / "not" / "made")
        for steps in (1000, 101_000)
    )
    assert small.problems == {} and small.refusal == ""
    assert large.memory - small.memory == needed_bytes(101_000, 1, (21, 21, 32)) - needed_bytes(1000, 1, (21, 21, 32))
    assert large.disk > small.disk > 0 and small.free_disk > 0


def test_what_cannot_work_is_named_by_its_field(tmp_path: Path) -> None:
    folder = str(tmp_path)
    wrong = preflight(DdqnConfig(level="9-9", observation="fcn", encoder=folder, initial=folder), tmp_path)
    assert set(wrong.problems) == {"level", "encoder", "initial"} and wrong.refusal.startswith("level: ")


def test_games_hold_something_before_they_are_learned_from(tmp_path: Path) -> None:
    """Eight games have played five steps at step 40, and transitions over five need six, at step 48."""
    early = {"environments": 8, "n_step": 5, "update_every_steps": 1}
    found = preflight(DdqnConfig(warm_up_steps=39, **early), tmp_path)  # type: ignore[arg-type]
    assert (
        found.refusal == "warm_up_steps: give 40 or more; before that 8 games with n_step 5 hold nothing to learn from"
    )
    assert not preflight(DdqnConfig(warm_up_steps=40, **early), tmp_path).problems  # type: ignore[arg-type]
