"""How a greedy evaluation plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from core.config.fields import Config, setting

STICKY = 0.25
"""Chance of sticky actions where an agent is not to be taken for good that only knows one sequence by heart (Machado et
al. 2018)."""
DURING_TRAINING_SEED = 1_000_003
"""Of the evaluations during a training: far from any seed that a training draws its games from, or that people give."""


@dataclass(frozen=True)
class EvaluateConfig(Config):
    """The protocol of every greedy evaluation: of ``--evaluate``, of those during a training and at its end (which
    benchmarks read), of the window, and of two agents side by side.

    - *Starts.* Each episode begins where its level does, after 0 to ``max_noops`` frames without buttons; or, so that
      an obstacle at the beginning does not hide all that lies behind it, at ``places`` evenly along the level, found by
      a search that is the same for every player (``core.level_search.places``).
    - *Chance.* Sticky and random actions as the fields say, drawn from ``seed``. Without both, equal starts give equal
      episodes, so each number of no-ops is played once: then those are all the episodes that there are.
    - *Levels* take turns, so that all of them are played equally often, and the same ones by every network.
    - *End.* Death, the goal, ``limit_steps`` where there is that limit, or ``stall_limit_steps`` without progress. 250
      agent steps are 17 seconds. Of the 893 episodes that the evaluations of the shipped agents keep, 29 stood still
      for 100 steps or more and went on after all, one of them after 238, and 13 of those came to the flag: with a limit
      of 100, which evaluations during a training had, they would have counted as stuck.
    - *Figures.* x, progress, flags, and the return of the paper's reward whatever an agent was trained on; from places
      along the level also the gain, the progress between where an episode began and the farthest that it came.

    What ends an episode of a *training*, ``DdqnConfig.training_stall_steps``, is another thing: agents learn from it.
    """

    kind = "evaluate"

    episodes: int = setting(31, "episodes to play, of each level and place", unit="episodes", low=1, high=100_000)
    sticky: float = setting(
        0.0,
        "chance at each frame that the buttons before are held once more",
        low=0.0,
        high=1.0,
    )
    level: str = setting("1-1", 'levels to play, "1-1,1-2" or "all"; "1-1-dark" by night')
    labels: str = setting(
        "trained",
        "who segments for a segmented agent; trained for the one of its training",
        choices=("trained", "exact", "sprites"),
    )
    mapping: str = setting(
        "", "run folder of a mapping that an agent on gray pictures sees through; empty for none", folder="mapping"
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
    places: int = setting(
        1, "places evenly along each level where episodes begin; 1 for its start alone", low=1, high=1000, flag=False
    )
    limit_steps: int = setting(
        0, "an episode ends after so many; 0 for no limit", unit="agent steps", low=0, high=10**6, flag=False
    )

    @classmethod
    def during_training(cls, level: str, count: int, episodes: int) -> Self:
        """The evaluations by which a training chooses its best network.

        Args:
            level: the run's levels.
            count: how many those are.
            episodes: to play together; rounded up, so that every level has as many.
        """
        return cls(level=level, episodes=-(-episodes // count), sticky=STICKY, seed=DURING_TRAINING_SEED)

    @property
    def is_deterministic(self) -> bool:
        """Whether equal starts give equal episodes of an agent: nothing is left to chance."""
        return not self.sticky and not self.epsilon
