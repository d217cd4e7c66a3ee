"""Who plays: one network of one trained agent, by name, or nobody that learned. Light: known before anything loads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BEST = "best"
"""The checkpoint that is offered to watch: that of the best evaluation during the training."""
LAST = "last"
"""The one that a finished run is reported by: its choice owes nothing to chance. Others are named after their step."""

PLAYER_NAMES = ("random", "right-and-jump")
"""Players that need no training and look at nothing: random actions; to the right, with jumps now and then."""


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """An agent's run and which of its networks.

    Attributes:
        name: as listed.
        run: its folder.
        checkpoint: "best", "last" or a kept one.
        mapping: run folder of a mapping that it sees through; None for none.
    """

    name: str
    run: Path
    checkpoint: str
    mapping: Path | None = None

    @property
    def who(self) -> str:
        """The agent, and what it sees through if that is a mapping: "ddqn-gray-1 through day-28"."""
        return self.name if self.mapping is None else f"{self.name} through {self.mapping.name}"
