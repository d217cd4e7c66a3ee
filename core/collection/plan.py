"""How many stacks of each level go to each split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.dataset.record import SPLITS, Split
from core.dataset.split_sizes import split_sizes
from core.game.level import Level


@dataclass(frozen=True, slots=True)
class PlanPart:
    """The stacks of one level and split, played from a search of their own.

    Attributes:
        level, split: which.
        first: number of the first stack within the data set.
        count: stacks, at least 1.
    """

    level: Level
    split: Split
    first: int
    count: int

    @property
    def end(self) -> int:
        """Number of the stack after the last one."""
        return self.first + self.count


def plan(stacks: int, levels: Sequence[Level]) -> list[PlanPart]:
    """The parts in the order in which they are played; each split is spread evenly over the levels."""
    sizes = split_sizes(stacks)
    parts: list[PlanPart] = []
    first = 0
    for place, level in enumerate(levels):
        for split in SPLITS:
            count = _share(sizes[split], place, len(levels))
            if count:
                parts.append(PlanPart(level, split, first, count))
                first += count
    return parts


def _share(total: int, place: int, places: int) -> int:
    """The whole number at one of several places when a total is spread evenly over them."""
    return total * (place + 1) // places - total * place // places
