"""The grid of 16 x 16 blocks that the game's map is made of, as it lies over a scrolled frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core import classes as c
from core.frame import BLOCK_SIZE, CROP, MAP_TOP, ClassMap, Memory
from core.game.memory import is_in_play, read_variables

_BLOCK_CLASSES = (c.GROUND, c.BLOCK, c.BRICK, c.QUESTION, c.PIPE)
_STILL_CLASSES = (c.BACKGROUND, *_BLOCK_CLASSES)
_CLEAR_SHARE = 0.5  # of the upright edges of blocks that must agree before a guess is worth anything


@dataclass(frozen=True, slots=True)
class Grid:
    """Squares that cover a class map.

    Attributes:
        left: column of any upright grid line, pixels; only its remainder by ``size`` matters.
        top: row of any level grid line, pixels. In the canonical frame the game's lines lie at 8, 24, 40 …: they
            never scroll up or down.
        size: side of a square, pixels.
    """

    left: int = 0
    top: int = MAP_TOP % BLOCK_SIZE
    size: int = BLOCK_SIZE

    def cell(self, x: int, y: int) -> tuple[int, int, int, int]:
        """The square that a pixel lies in: left, top, right, bottom, the last two outside it; not cut to the frame."""
        left = x - (x - self.left) % self.size
        top = y - (y - self.top) % self.size
        return left, top, left + self.size, top + self.size

    def columns(self, width: int) -> range:
        """The upright grid lines inside a map so wide: columns that a square begins with."""
        return range(self.left % self.size, width, self.size)

    def rows(self, height: int) -> range:
        """The level grid lines inside a map so high."""
        return range(self.top % self.size, height, self.size)

    def shifted(self, right: int, down: int = 0) -> Grid:
        """The grid moved by hand, pixels."""
        return Grid((self.left + right) % self.size, (self.top + down) % self.size, self.size)

    @classmethod
    def of_memory(cls, memory: Memory | None) -> Grid | None:
        """The grid of a native frame from its snapshot's memory; None without memory, or outside play."""
        if memory is None or not is_in_play(memory):
            return None
        return cls((-CROP - read_variables(memory).screen_left) % BLOCK_SIZE)

    @classmethod
    def guess(cls, class_map: ClassMap) -> Grid | None:
        """The grid of a native frame without memory, from the upright edges of the blocks in its class map.

        None when too few of them agree: no blocks in sight, or labels that are too rough.
        """
        is_still = np.isin(class_map, _STILL_CLASSES)  # an edge with something that moves says nothing
        edges = (class_map[:, 1:] != class_map[:, :-1]) & is_still[:, 1:] & is_still[:, :-1]
        columns = np.flatnonzero(edges) % edges.shape[1] + 1
        votes = np.bincount(columns % BLOCK_SIZE, minlength=BLOCK_SIZE)
        if votes.max() < max(BLOCK_SIZE, _CLEAR_SHARE * votes.sum()):
            return None
        return cls(int(votes.argmax()))
