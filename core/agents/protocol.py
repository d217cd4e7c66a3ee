"""The evaluations' protocol in the game's terms: environments and starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.agents.episode import EpisodeStart
from core.config.evaluate import EvaluateConfig
from core.game.env.reward import PAPER_REWARD
from core.game.level import parse_levels
from core.level_search.starts import Start


def environment_settings(config: EvaluateConfig) -> dict[str, Any]:
    """Arguments of ``MarioEnv`` and ``make_agent_env`` that the protocol decides on."""
    return {
        "sticky": config.sticky,
        "max_noops": config.max_noops,
        "stall_limit_steps": config.stall_limit_steps,
        "stall_terminates": False,
        "reward": PAPER_REWARD,
    }


def plan_starts(
    config: EvaluateConfig, *, deterministic: bool, places: Sequence[Start] | None = None
) -> list[EpisodeStart]:
    """The episodes to play, levels (or their places) in turn.

    Each is drawn from the seed and its own number, so asking for more episodes adds to the same ones; where nothing is
    left to chance, each number of no-ops is played once.

    Args:
        config: the protocol.
        deterministic: whether nothing is left to chance.
        places: where episodes begin; None for the start of each level.
    """
    levels = [str(level) for level in parse_levels(config.level)]
    begins = [(level, b"") for level in levels] if places is None else [(place.level, place.state) for place in places]
    if deterministic:
        count = min(config.episodes, config.max_noops + 1)
        spread = np.linspace(0, config.max_noops, count).round().astype(int).tolist()
        pairs = enumerate((noops, begin) for noops in spread for begin in begins)
        return [EpisodeStart(number, noops, config.seed, *begin) for number, (noops, begin) in pairs]
    starts = []
    for number in range(config.episodes * len(begins)):
        rng = np.random.default_rng([config.seed, number])
        noops, seed = int(rng.integers(config.max_noops + 1)), int(rng.integers(2**31))
        starts.append(EpisodeStart(number, noops, seed, *begins[number % len(begins)]))
    return starts
