"""A data set that a network learns within seconds: coloured squares on a ground of their own colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.dataset.record import SPLITS, StackOrigin
from core.dataset.store import DataSet
from core.frame import CLASS_MAP_SHAPE
from core.game.nes_palette import nes_colours

_COLOURS = np.array([0x22, 0x17, 0x36, 0x07, 0x27, 0x1A, 0x28, 0x30, 0x16, 0x08, 0x2A, 0x25, 0x15, 0x11, 0x21, 0x26])


def make_tiny_data(folder: Path, stacks: tuple[int, int, int] = (3, 1, 1), levels: tuple[str, ...] = ("1-1",),
                   seed: int = 3) -> Path:  # fmt: skip
    """Write a data set with so many stacks in its training, validation and test split; levels take turns."""
    rng = np.random.default_rng(3)
    with DataSet.create(folder, {"config": {}}) as data:
        episode = 0
        for split, count in zip(SPLITS, stacks, strict=True):
            for number in range(count):
                masks = np.stack([_squares(rng) for _ in range(4)])
                level = levels[number % len(levels)]
                origin = StackOrigin(level, "stable-retro", seed, episode, (0, 1, 2, 3), (9, 9, 9, 9), split, "exact")
                data.append_stack(nes_colours()[_COLOURS[masks]], masks, origin)
                episode += 1
    return folder


def _squares(rng: np.random.Generator) -> np.ndarray:
    mask = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    for class_id in rng.integers(1, 16, size=10):
        top, left = rng.integers(0, 176), rng.integers(0, 192)
        mask[top : top + 48, left : left + 48] = class_id
    return mask
