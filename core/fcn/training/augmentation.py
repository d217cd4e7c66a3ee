"""Changes made to training frames, so that a network learns shapes and not the places and colours it happened to see.

- *Colours*: the console draws from 64 colours (16 hues in 4 luminances), and areas differ by which of them they use. A
  frame is kept as indices into that table, so a new colour scheme costs a look-up: hues turned, single colours swapped,
  another brightness.
- *Places*: a frame is shifted sideways by up to 8 pixels. At 84 x 84 this also gives every object each of its
  sub-pixel phases, since the shift comes before the shrinking.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from core.frame import ClassMap, Frame
from core.game.nes_palette import nes_colours

MAX_SHIFT = 8  # pixels each way; a block is 16
CHANCE_OF_COLOURS = 0.15
CHANCE_OF_BRIGHTNESS = 0.1
HUES = 12  # of the table's 16 columns: 0 is gray, 13 to 15 are dark or black
Indices = npt.NDArray[np.uint8]
"""Place of each pixel's colour in the console's table, uint8 (H, W), below 64."""


@cache
def _index_by_rgb565() -> npt.NDArray[np.uint8]:
    """Nearest of the console's colours to each RGB565 colour, uint8 (65536,); exact for canonical frames."""
    codes = np.arange(1 << 16, dtype=np.int32)
    rgb = np.stack([codes >> 11 << 3, (codes >> 5 & 63) << 2, (codes & 31) << 3], axis=1)
    table = nes_colours().astype(np.int32) & (0xF8, 0xFC, 0xF8)
    nearest = np.empty(len(codes), np.uint8)
    for begin in range(0, len(codes), 4096):
        difference = rgb[begin : begin + 4096, None] - table[None]
        nearest[begin : begin + 4096] = (difference**2).sum(axis=2).argmin(axis=1)
    return nearest


def to_indices(frame: Frame) -> Indices:
    """Indices of a frame's colours in the console's table: uint8 (H, W, 3) to uint8 (H, W)."""
    wide = frame.astype(np.uint16)
    codes = (wide[..., 0] >> 3 << 11) | (wide[..., 1] >> 2 << 5) | (wide[..., 2] >> 3)
    return np.take(_index_by_rgb565(), codes)


def draw(indices: Indices, colours: npt.NDArray[np.uint8]) -> Frame:
    """Draw indices with a colour table, uint8 (64, 3): uint8 (H, W) to uint8 (H, W, 3)."""
    packed = np.zeros((len(colours), 4), np.uint8)
    packed[:, :3] = colours
    pixels = np.take(packed.view(np.uint32)[:, 0], indices).view(np.uint8)
    return np.ascontiguousarray(pixels.reshape(*indices.shape, 4)[..., :3])


def random_colours(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A colour table, uint8 (64, 3): mostly the console's own, else one with other hues or brightness."""
    order = np.arange(64)
    if rng.random() < CHANCE_OF_COLOURS:
        order = _turn_hues(order, int(rng.integers(HUES)))
        swaps = rng.integers(64, size=(int(rng.integers(4)), 2))
        for one, other in swaps:
            order[[one, other]] = order[[other, one]]
    colours = nes_colours()[order]
    if rng.random() < CHANCE_OF_BRIGHTNESS:
        colours = np.minimum(colours * rng.uniform(0.7, 1.3), 255).astype(np.uint8)
    return colours


def _turn_hues(order: npt.NDArray[np.intp], turn: int) -> npt.NDArray[np.intp]:
    column, row = order % 16, order // 16
    has_hue = (column >= 1) & (column <= HUES)
    turned = np.where(has_hue, (column - 1 + turn) % HUES + 1, column)
    return row * 16 + turned


def shift(picture: npt.NDArray[np.uint8], down: int, right: int) -> npt.NDArray[np.uint8]:
    """Move a picture's content by whole pixels, its border repeated into the gap: uint8 (H, W) to the same shape."""
    height, width = picture.shape[:2]
    wide = cv2.copyMakeBorder(picture, max(down, 0), max(-down, 0), max(right, 0), max(-right, 0), cv2.BORDER_REPLICATE)
    top, left = max(-down, 0), max(-right, 0)
    return np.ascontiguousarray(wide[top : top + height, left : left + width])


def random_shift(indices: Indices, mask: ClassMap, rng: np.random.Generator) -> tuple[Indices, ClassMap]:
    """Shift a frame and its class map together by up to ``MAX_SHIFT`` pixels to either side.

    Only sideways: the game never scrolls up or down, so blocks always lie on the same lines of an 84 x 84 picture.
    """
    right = int(rng.integers(-MAX_SHIFT, MAX_SHIFT + 1))
    return shift(indices, 0, right), shift(mask, 0, right)


def random_window(
    mask: ClassMap, height: int, width: int, rng: np.random.Generator, *, seek_rare: bool
) -> tuple[slice, slice]:
    """A window of that size inside a class map.

    With ``seek_rare``, half of the windows hold a random pixel of a class drawn evenly from those in the picture, so
    that small things are seen as often as large ones.
    """
    rows, columns = mask.shape
    top, left = (int(rng.integers(rows - height + 1)), int(rng.integers(columns - width + 1)))
    if seek_rare and rng.random() < 0.5:
        counts = np.bincount(mask.ravel())
        wanted = rng.choice(np.flatnonzero(counts))
        place = np.flatnonzero(mask.ravel() == wanted)[int(rng.integers(counts[wanted]))]
        row, column = divmod(int(place), columns)
        top = int(np.clip(row - int(rng.integers(height)), 0, rows - height))
        left = int(np.clip(column - int(rng.integers(width)), 0, columns - width))
    return slice(top, top + height), slice(left, left + width)
