"""Rectangles of pixels: what a canvas has to draw again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Rect:
    """Pixels from ``left`` and ``top`` to before ``right`` and ``bottom``."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """The same as an index of an array (H, W)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def bounds(region: npt.NDArray[np.bool_]) -> Rect | None:
    """The smallest rectangle around the true pixels of a bool (H, W); None when there are none."""
    rows = np.flatnonzero(region.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(region.any(axis=0))
    return Rect(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
