"""One network of one trained agent, by name; light, so that the window knows it before it loads anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BEST = "best"  # the checkpoint that a run is judged by; others are named after their step


@dataclass(frozen=True, slots=True)
class AgentChoice:
    """An agent's run and which of its networks.

    Attributes:
        name: as listed.
        run: its folder.
        checkpoint: "best" or a kept one.
    """

    name: str
    run: Path
    checkpoint: str
