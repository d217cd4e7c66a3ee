"""How many stacks of each level go to each split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.dataset.record import SPLITS, Split
from core.game.level import Level

_PAPER_TRAIN, _PAPER_TEST = 696, 134  # stacks (Bélignon 2020)
_TRAIN_PER_VALIDATION = 10


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


def split_sizes(stacks: int) -> dict[Split, int]:
    """Stacks of each split: train and test, in the paper's ratio, add up to ``stacks`` (at least 2)."""
    test = max(1, round(stacks * _PAPER_TEST / (_PAPER_TRAIN + _PAPER_TEST)))
    train = stacks - test
    return {"train": train, "validation": max(1, round(train / _TRAIN_PER_VALIDATION)), "test": test}


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
