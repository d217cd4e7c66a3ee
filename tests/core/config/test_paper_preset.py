"""The preset ``paper`` is what Bélignon (2020) says: every number of docs/decisions/paper-settings.md."""

from __future__ import annotations

from typing import Any

import pytest

from core.config.ddqn import DdqnConfig
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP

COMMON: dict[str, Any] = {
    "level": "1-1",
    "episodes": 10_000,
    "steps": 0,
    "environments": 1,
    "overlap": "no",
    "gamma": 0.9,
    "learning_rate": 0.00025,
    "learning_rate_end": 0.0,
    "loss": "huber",
    "epsilon_start": 1.0,
    "epsilon_end": 0.02,
    "epsilon_decay": 0.999975,
    "epsilon_repeat": 0.0,
    "target_every_steps": 10_000,
    "target_tau": 0.0,
    "warm_up_steps": 10_000,
    "n_step": 1,
    "reward_scale": 1.0,
    "reward_death": -300.0,
    "reward_clock": -1.0,
    "reward_progress": 1.0,
    "reward_progress_by": "step",
    "reward_score": 1 / 25,
    "reward_pixel": 0.0,
    "reward_goal": 0.0,
    "reward_stall": 0.0,
    "sticky": 0.0,
    "max_noops": 0,
    "training_stall_steps": 0,
    "start_share": 0.0,
    "last_action": "no",
    "feature_pooling": "no",
}
OWN: dict[str, dict[str, Any]] = {
    "gray": {"replay_steps": 100_000, "batch_size": 32, "update_every_steps": 4},
    "segmented": {"replay_steps": 100_000, "batch_size": 32, "update_every_steps": 4, "labels": "sprites"},
    "fcn": {
        "replay_steps": 50_000,
        "batch_size": 128,
        "update_every_steps": 16,
        "encoder": "saved_agents/fcn-paper-small",
        "features": "raw",
    },
}


@pytest.mark.parametrize("observation", OWN)
def test_every_setting_is_the_papers(observation: str) -> None:
    config = DdqnConfig.of({"preset": "paper", "observation": observation})
    expected = COMMON | OWN[observation]
    assert {name: getattr(config, name) for name in expected} == expected
    assert config.batch_size / config.update_every_steps == 8, "the same ratio for all"


def test_five_actions_are_held_for_four_frames() -> None:
    assert (len(ACTIONS), FRAMES_PER_STEP) == (5, 4)
