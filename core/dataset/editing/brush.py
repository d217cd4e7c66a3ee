"""Which pixels a brush and a polygon cover, a brush's outline, and the pixels of a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Shape = Literal["round", "square"]
MAX_SIZE = 64  # pixels; a quarter of the frame
_FARTHEST = 10_000  # pixels: a mouse far outside the window must not make a line without end


@lru_cache(maxsize=2 * MAX_SIZE)
def brush_mask(size: int, shape: Shape = "round") -> npt.NDArray[np.bool_]:
    """Pixels of a brush, read-only bool (size, size).

    A brush at the point (x, y) covers the columns from ``x - size // 2`` on, ``size`` of them, and the rows likewise. A
    round one holds the pixels whose centre lies in the circle.

    Args:
        size: width and height, 1 to 64 pixels; ValueError outside.
        shape: "round" or "square".
    """
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"a brush is 1 to {MAX_SIZE} pixels wide, not {size}")
    if shape == "square":
        mask = np.ones((size, size), bool)
    else:
        squares = (np.arange(size) + 0.5 - size / 2) ** 2
        mask = squares[:, None] + squares[None, :] <= (size / 2) ** 2
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=2 * MAX_SIZE)
def brush_outline(size: int, shape: Shape = "round") -> tuple[tuple[int, int, int, int], ...]:
    """Sides of pixels along the brush's border as lines (x0, y0, x1, y1), pixels.

    They count from the left upper corner of the pixel that the brush is at, so a canvas moves them there and scales
    them to draw the outline at its true size.
    """
    padded = np.pad(brush_mask(size, shape), 1)
    shift = size // 2
    lines = []
    for row, column in zip(*np.nonzero(padded[:, 1:] != padded[:, :-1]), strict=True):
        x, y = int(column) - shift, int(row) - 1 - shift
        lines.append((x, y, x, y + 1))
    for row, column in zip(*np.nonzero(padded[1:] != padded[:-1]), strict=True):
        x, y = int(column) - 1 - shift, int(row) - shift
        lines.append((x, y, x + 1, y))
    return tuple(lines)


def line(begin: tuple[int, int], end: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Pixels from one (x, y) to another, both included, each touching the next: intp (n, 2)."""
    first, last = np.clip(begin, -_FARTHEST, _FARTHEST), np.clip(end, -_FARTHEST, _FARTHEST)
    steps = int(np.abs(last - first).max())
    share = np.arange(steps + 1)[:, None] / max(steps, 1)
    return np.rint(first + share * (last - first)).astype(np.intp)


def polygon_mask(corners: Sequence[tuple[int, int]], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Pixels of a polygon whose corners are the middles of pixels (x, y), the line around it included: bool (H, W).

    Where it crosses itself, what it surrounds twice is left out (the even-odd rule). Corners may lie outside.
    """
    canvas = np.zeros(shape, np.uint8)
    if corners:
        cv2.fillPoly(canvas, [np.clip(corners, -_FARTHEST, _FARTHEST).astype(np.int32)], 1)
    return canvas.astype(bool)
