"""Stacks made of random blocks, for data sets without a game."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset.record import SPLITS, StackOrigin
from core.dataset.store import DataSet
from core.frame import ClassMap, Frame

MakeStack = Callable[[int], tuple[Frame, ClassMap, StackOrigin]]


@pytest.fixture
def make_stack() -> MakeStack:
    """Frames, masks and origin of a stack, drawn from its number."""
    return random_stack


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    """A data set of six stacks, two in each split, over levels 1-1 and 1-2."""
    folder = tmp_path / "set"
    with DataSet.create(folder, {"config": {"seed": 7}}) as data:
        for number in range(6):
            data.append_stack(*random_stack(number))
    return folder


def random_stack(number: int) -> tuple[Frame, ClassMap, StackOrigin]:
    rng = np.random.default_rng(number)
    blocks = rng.integers(0, 256, (4, 14, 15, 3), np.uint8)
    frames = blocks.repeat(16, axis=1).repeat(16, axis=2)
    masks = np.ascontiguousarray(frames[..., 0] % 16)
    origin = StackOrigin(
        level=f"1-{1 + number % 2}",
        engine="stable-retro",
        seed=7,
        episode=number,
        steps=(4, 5, 6, 7),
        x=(40, 44, 48, 52),
        split=SPLITS[number % 3],
        labelled_by="exact",
    )
    return frames, masks, origin
