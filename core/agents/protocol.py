"""The evaluations' protocol in the game's terms: environments and starts."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.agents.episode import EpisodeStart
from core.config.evaluate import EvaluateConfig
from core.game.env.reward import PAPER_REWARD
from core.game.level import parse_levels


def environment_settings(config: EvaluateConfig) -> dict[str, Any]:
    """Arguments of ``MarioEnv`` and ``make_agent_env`` that the protocol decides on."""
    return {
        "sticky": config.sticky,
        "max_noops": config.max_noops,
        "stall_limit_steps": config.stall_limit_steps,
        "stall_terminates": False,
        "reward": PAPER_REWARD,
    }


def plan_starts(config: EvaluateConfig, *, deterministic: bool) -> list[EpisodeStart]:
    """The episodes to play, levels in turn.

    Each is drawn from the seed and its own number, so asking for more episodes adds to the same ones; where nothing is
    left to chance, each number of no-ops is played once.
    """
    levels = [str(level) for level in parse_levels(config.level)]
    if deterministic:
        count = min(config.episodes, config.max_noops + 1)
        spread = np.linspace(0, config.max_noops, count).round().astype(int).tolist()
        pairs = [(level, noops) for noops in spread for level in levels]
        return [EpisodeStart(number, noops, config.seed, level) for number, (level, noops) in enumerate(pairs)]
    starts = []
    for number in range(config.episodes * len(levels)):
        rng = np.random.default_rng([config.seed, number])
        noops, seed = int(rng.integers(config.max_noops + 1)), int(rng.integers(2**31))
        starts.append(EpisodeStart(number, noops, seed, levels[number % len(levels)]))
    return starts
