"""How many stacks of a collection go to each split."""

from __future__ import annotations

from core.dataset.record import Split

_PAPER_TRAIN, _PAPER_TEST = 696, 134  # stacks (Bélignon 2020)
_TRAIN_PER_VALIDATION = 10


def split_sizes(stacks: int) -> dict[Split, int]:
    """Stacks of each split: train and test, in the paper's ratio, add up to ``stacks`` (at least 2)."""
    test = max(1, round(stacks * _PAPER_TEST / (_PAPER_TRAIN + _PAPER_TEST)))
    train = stacks - test
    return {"train": train, "validation": max(1, round(train / _TRAIN_PER_VALIDATION)), "test": test}
