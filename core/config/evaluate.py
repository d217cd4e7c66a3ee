"""The settings of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from core.config.fields import Config, setting


@dataclass(frozen=True)
class EvaluateConfig(Config):
    """Measuring how good an agent is (``--evaluate``)."""

    kind = "evaluate"

    episodes: int = setting(31, "episodes to play", unit="episodes", low=1, high=100_000)
    sticky: float = setting(
        0.0,
        "chance at each frame that the buttons before are held once more",
        low=0.0,
        high=1.0,
    )
    level: str = setting("1-1", "level to play")
    labels: str = setting(
        "trained",
        "who segments for a segmented agent; trained for the one of its training",
        choices=("trained", "exact", "sprites"),
    )
    epsilon: float = setting(0.0, "share of random actions", low=0.0, high=1.0)
    seed: int = setting(1, "seed of starts, sticky actions and random actions", low=0, high=2**31 - 1)
    max_noops: int = setting(
        30,
        "episodes begin after 0 to so many frames without buttons",
        unit="frames",
        low=0,
        high=255,
        source="Mnih et al. 2015",
        flag=False,
    )
    stall_limit_steps: int = setting(
        250, "an episode ends after so many without progress", unit="agent steps", low=1, high=10**6, flag=False
    )
