"""Reads the map off a frame: which block stands where. A lookup of hashes, not a search.

Hashes of all 16-pixel windows of all block rows are looked up at once; the scroll phase is the one at which most
blocks are known. Blocks that something covers in part are named by the columns of eight pixels that still fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from core.segmentation.colour_codes import CodePlane
from core.segmentation.map_art import BLOCK, MapArt, Words, join_halves, mix, window_hashes

MAP_TOP = 24  # first line of the blocks' row 0; the lines above are the HUD
ROWS = 13  # of blocks; the last is cut in half by the frame's edge
FULL_ROWS = 12
COLUMNS = 16  # of blocks that a frame can touch, the first and last in part
STRIPS = 25  # columns of eight pixels, one above the other, in the map's part of the frame
_FIRST_STRIP = MAP_TOP // 8
_WINDOWS = FRAME_WIDTH - BLOCK + 1
_CANVAS = COLUMNS * BLOCK
_NEIGHBOURS = (((-1, 0), 3), ((1, 0), 3), ((0, -1), 2), ((0, 1), 1))  # where a block is likely the same; how likely
_FULL_COLUMNS = FRAME_WIDTH // BLOCK

Grid = npt.NDArray[np.int32]
"""Something of each block, int32 (16, 13): block column, block row."""


@dataclass(frozen=True, slots=True)
class MapMatch:
    """What the map shows.

    Attributes:
        left: x of the first block column in the frame, -15 to 0.
        variant: index of the colouring.
        looks: picture of each block.
        metatiles: catalogue index of each block.
        certain: bool (16, 13), blocks found whole.
    """

    left: int
    variant: int
    looks: Grid
    metatiles: Grid
    certain: npt.NDArray[np.bool_]


class MapMatcher:
    """Finds the map's blocks in a plane of colour codes."""

    def __init__(self, art: MapArt) -> None:
        self._art = art
        self._weights = np.append(np.where(art.is_blank, 1, 2), 0).astype(np.int32)  # the last is for "unknown"
        self._meaning = np.ascontiguousarray((art.metatile_of >= 0).T.astype(np.float32))
        self._by_variant = [np.flatnonzero(m >= 0) for m in art.metatile_of]
        self._priority = [self._looks_by_priority(v) for v in range(len(art.variants))]

    def _looks_by_priority(self, variant: int) -> npt.NDArray[np.intp]:
        """Looks of a variant in the catalogue's order of what they mean."""
        meanings = self._art.metatile_of[variant]
        looks = self._by_variant[variant]
        return looks[np.argsort(meanings[looks], kind="stable")]

    def match(self, codes: CodePlane) -> MapMatch:
        """Name every block: uint8 (240, 224) colour codes to a MapMatch."""
        strips = codes.view(np.uint64)[:, _FIRST_STRIP:]
        halves = window_hashes(mix(strips))
        found = self._art.find(join_halves(halves[:, 0 : STRIPS - 1 : 2], halves[:, 1:STRIPS:2]))
        phase = self._phase(found)
        full = (FRAME_WIDTH - phase) // BLOCK
        left = phase - BLOCK if phase else 0
        first = 1 if phase else 0
        looks = np.full((COLUMNS, ROWS), -1, np.int32)
        looks[first : first + full, :FULL_ROWS] = found[phase::BLOCK][:full]
        variant = self._variant(looks)
        metatiles = np.where(looks >= 0, self._art.metatile_of[variant][looks], -1).astype(np.int32)
        looks[metatiles < 0] = -1
        certain = looks >= 0
        self._name_covered(strips, left, variant, looks)
        return MapMatch(left, variant, looks, self._art.metatile_of[variant][looks].astype(np.int32), certain)

    def _phase(self, found: npt.NDArray[np.int32]) -> int:
        """x modulo 16 at which most blocks are known; patterned ones count twice."""
        votes = np.zeros(FRAME_WIDTH, np.int32)
        votes[:_WINDOWS] = self._weights[found].sum(axis=1)
        totals = votes.reshape(-1, BLOCK).sum(axis=0) * _FULL_COLUMNS
        totals[0] = totals[0] // _FULL_COLUMNS * (_FULL_COLUMNS - 1)  # only there do 15 columns fit
        return int(totals.argmax())

    def _variant(self, looks: Grid) -> int:
        """The colouring in which most of the found blocks mean something."""
        counts = np.bincount((looks + 1).ravel(), minlength=len(self._meaning) + 1)[1:]
        return int((counts.astype(np.float32) @ self._meaning).argmax())

    def _name_covered(self, strips: Words, left: int, variant: int, looks: Grid) -> None:
        """Name the blocks not found whole by the columns of eight pixels that fit best."""
        columns, rows = np.nonzero(looks < 0)
        framed = np.full((COLUMNS + 2, ROWS + 2), -1, np.int32)
        framed[1:-1, 1:-1] = looks
        canvas = np.zeros((_CANVAS, 2 * ROWS), np.uint64)
        visible = np.zeros((_CANVAS, 2 * ROWS), bool)
        canvas[-left : FRAME_WIDTH - left, :STRIPS] = strips
        visible[-left : FRAME_WIDTH - left, :STRIPS] = True
        seen = canvas.reshape(COLUMNS, BLOCK, ROWS, 2)[columns, :, rows].reshape(len(rows), -1)
        shown = visible.reshape(COLUMNS, BLOCK, ROWS, 2)[columns, :, rows].reshape(len(rows), -1)
        candidates = self._priority[variant]
        bank = self._art.looks[candidates].reshape(len(candidates), -1)
        equal = (seen[:, None] == bank[None]) & shown[:, None]
        scores = 8 * np.bitwise_count(np.packbits(equal, axis=2).view(np.uint32)[..., 0]).astype(np.int16)
        for step, bonus in _NEIGHBOURS:
            beside = framed[columns + 1 + step[0], rows + 1 + step[1]]
            scores += np.int16(bonus) * (candidates == beside[:, None])
        looks[columns, rows] = candidates[scores.argmax(axis=1)]
