"""Quotas of stacks by level and split."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.collection.plan import plan
from core.dataset.record import SPLITS
from core.dataset.split_sizes import split_sizes
from core.game.level import ALL_LEVELS


def test_the_papers_numbers() -> None:
    assert split_sizes(830) == {"train": 696, "validation": 70, "test": 134}


@given(stacks=st.integers(3, 20_000), levels=st.integers(1, 32))
def test_quotas_are_filled_exactly_and_spread_evenly(stacks: int, levels: int) -> None:
    parts = plan(stacks, ALL_LEVELS[:levels])
    sizes = split_sizes(stacks)
    assert sizes["train"] + sizes["test"] == stacks and min(sizes.values()) >= 1
    for split in SPLITS:
        counts = [part.count for part in parts if part.split == split]
        assert sum(counts) == sizes[split]
        if sizes[split] >= levels:
            assert len(counts) == levels and max(counts) - min(counts) <= 1
    ends = [part.end for part in parts]
    assert [part.first for part in parts] == [0, *ends[:-1]], "parts follow each other without a gap"
    assert ends[-1] == sum(sizes.values())
