"""Reads the map off a frame: which block stands where. A lookup of hashes, not a search.

Hashes of all 16-pixel windows of all block rows are looked up at once; the scroll phase is the one at which most
blocks are known. Blocks that something covers in part are named by the columns of eight pixels that still fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.classes import BACKGROUND, COIN
from core.frame import BLOCK_ROWS, BLOCK_SIZE, FRAME_WIDTH, MAP_TOP
from core.segmentation.sprites.colour_codes import COLOUR_CODES, CodePlane
from core.segmentation.sprites.map_templates import MapTemplates, Words, join_halves, mix, powers, window_hashes

FULL_ROWS = BLOCK_ROWS - 1
COLUMNS = 16  # of blocks that a frame can touch, the first and last in part
STRIPS = 25  # columns of eight pixels, one above the other, in the map's part of the frame
_FIRST_STRIP = MAP_TOP // 8
_WINDOWS = FRAME_WIDTH - BLOCK_SIZE + 1
_CANVAS = COLUMNS * BLOCK_SIZE
_NEIGHBOURS = (((-1, 0), 3), ((1, 0), 3), ((0, -1), 2), ((0, 1), 1))  # where a block is likely the same; how likely
_NEARLY = 0.8
_DOUBT = 3  # columns of eight pixels by which a patterned block must fit better than a plain one
_FLAGPOLE_BALL, _POLES = 0x24, (0x25, 0x40)  # a ball stands on a pole, which looks like a rope where the map is gray
_NEVER = np.int16(4096)  # more than any score
_LEAST_SCORE, _MANY = 1 << 14, 1 << 12  # make scores positive; more than there are candidates
_MOST_LIKING = sum(bonus + 1 for _, bonus in _NEIGHBOURS)
_FEW = 8  # pixels of a pattern that may look right by chance
_FULL_COLUMNS = FRAME_WIDTH // BLOCK_SIZE

Indices = npt.NDArray[np.intp]
Grid = npt.NDArray[np.int32]
"""Something of each block, int32 (16, 13): block column, block row."""


@dataclass(slots=True)
class MapMatch:
    """What the map shows.

    Attributes:
        left: x of the first block column in the frame, -15 to 0.
        variant: index of the colouring.
        looks: picture of each block.
        weak: bool (16, 13), blocks of which too little is seen to be sure of their name.
        fitting: columns of eight pixels that are as the blocks say.
    """

    left: int
    variant: int
    looks: Grid
    weak: npt.NDArray[np.bool_]
    fitting: int


class MapMatcher:
    """Finds the map's blocks in a plane of colour codes."""

    def __init__(self, art: MapTemplates) -> None:
        self._art = art
        self._weights = np.append(np.where(art.is_blank, 1, 2), 0).astype(np.int32)  # the last is for "unknown"
        self._meaning = np.ascontiguousarray((art.metatile_of >= 0).T.astype(np.float32))
        self._backdrops = COLOUR_CODES[[variant.backdrop for variant in art.variants]]
        self._sky = self._backdrops.astype(np.uint64) * np.uint64(0x0101010101010101)  # eight pixels of it
        meanings = np.append(art.ids, -1)[art.metatile_of]
        self._is_ball = (meanings == _FLAGPOLE_BALL).any(axis=0)
        self._is_bare = np.append(~np.isin(meanings, _POLES).any(axis=0), True)  # the last is for "unknown"
        self._kind = self._classes_of_looks()
        self._priority = [self._looks_by_priority(v) for v in range(len(art.variants))]
        self._pictures = [art.looks[looks].view(np.uint8).reshape(len(looks), -1) for looks in self._priority]
        self._columns_of_own = [
            (pictures.view(np.uint64) != sky).T.astype(np.float32)
            for pictures, sky in zip(self._pictures, self._sky, strict=True)
        ]
        self._patterns = [p != backdrop for p, backdrop in zip(self._pictures, self._backdrops, strict=True)]

    def _classes_of_looks(self) -> npt.NDArray[np.uint8]:
        """Class of each look in each variant, uint8 (V, L + 1); the last, which is also look -1, is none."""
        art = self._art
        kinds = np.where(art.metatile_of >= 0, art.classes[art.metatile_of], 255).astype(np.uint8)
        return np.pad(kinds, ((0, 0), (0, 1)), constant_values=254)

    def _looks_by_priority(self, variant: int) -> npt.NDArray[np.intp]:
        """Looks of a variant, background first, then in the catalogue's order of what they mean."""
        looks = np.flatnonzero(self._art.metatile_of[variant] >= 0)
        meanings = self._art.metatile_of[variant][looks]
        return looks[np.lexsort((meanings, self._art.classes[meanings] != BACKGROUND))]

    def match(self, codes: CodePlane) -> MapMatch:
        """Name every block: uint8 (240, 224) colour codes to a MapMatch."""
        strips = codes.view(np.uint64)[:, _FIRST_STRIP:]
        halves = window_hashes(mix(strips))
        found = self._art.find(join_halves(halves[:, 0 : STRIPS - 1 : 2], halves[:, 1:STRIPS:2]))
        backdrop = int(np.bincount(codes[:, 0]).argmax())
        readings = [self._read(strips, found, phase, backdrop) for phase in self._phases(found)]
        return max(readings, key=lambda reading: reading.fitting)

    def _read(self, strips: Words, found: Grid, phase: int, backdrop: int) -> MapMatch:
        """Name every block, with the first whole column at x = phase."""
        full = (FRAME_WIDTH - phase) // BLOCK_SIZE
        left = phase - BLOCK_SIZE if phase else 0
        first = 1 if phase else 0
        looks = np.full((COLUMNS, BLOCK_ROWS), -1, np.int32)
        looks[first : first + full, :FULL_ROWS] = found[phase::BLOCK_SIZE][:full]
        colourings = self._colourings(looks, backdrop)
        known = self._meaning[:, colourings].min(axis=1) > 0
        looks[(looks < 0) | ~known[looks]] = -1
        reading = MapMatch(left, int(colourings[0]), looks, np.zeros(looks.shape, bool), 0)
        self._name_covered(strips, reading, colourings)
        return reading

    def metatiles(self, found: MapMatch) -> Grid:
        """Catalogue index of each block."""
        return self._art.metatile_of[found.variant][found.looks].astype(np.int32)

    def _phases(self, found: Grid) -> list[int]:
        """x modulo 16 at which most blocks are known; patterned ones count twice.

        Walls repeat every eight pixels. Where the place half a block further on is nearly as good it is given too.
        """
        votes = np.zeros(FRAME_WIDTH, np.int32)
        votes[:_WINDOWS] = self._weights[found].sum(axis=1)
        totals = votes.reshape(-1, BLOCK_SIZE).sum(axis=0) * _FULL_COLUMNS
        totals[0] = totals[0] // _FULL_COLUMNS * (_FULL_COLUMNS - 1)  # only there do 15 columns fit
        best = int(totals.argmax())
        other = (best + BLOCK_SIZE // 2) % BLOCK_SIZE
        return [best, other] if totals[other] > _NEARLY * totals[best] else [best]

    def _colourings(self, looks: Grid, backdrop: int) -> Indices:
        """The colourings over a backdrop (its code) in which most of the found blocks mean something."""
        counts = np.bincount((looks + 1).ravel(), minlength=len(self._meaning) + 1)[1:]
        votes = counts.astype(np.float32) @ self._meaning + 1000 * (self._backdrops == backdrop)
        return np.flatnonzero(votes == votes.max())

    def _name_covered(self, strips: Words, found: MapMatch, colourings: Indices) -> None:
        """Name the blocks not found whole by the columns of eight pixels that fit best, and settle the colouring."""
        columns, rows = np.nonzero(found.looks < 0)
        canvas = np.zeros((_CANVAS, 2 * BLOCK_ROWS), np.uint64)
        visible = np.zeros((_CANVAS, 2 * BLOCK_ROWS), bool)
        canvas[-found.left : FRAME_WIDTH - found.left, :STRIPS] = strips
        visible[-found.left : FRAME_WIDTH - found.left, :STRIPS] = True
        seen = canvas.reshape(COLUMNS, BLOCK_SIZE, BLOCK_ROWS, 2)[columns, :, rows].reshape(len(rows), -1)
        shown = visible.reshape(COLUMNS, BLOCK_SIZE, BLOCK_ROWS, 2)[columns, :, rows].reshape(len(rows), -1)
        first, block = _alike(seen, shown)  # the floor and the sky are the same in many places
        candidates = self._candidates(colourings)
        bank, own = self._bank(colourings, candidates)
        in_sight = shown[first].sum(axis=1, dtype=np.int16)
        fits = _fitting_columns(seen[first], shown[first], bank)
        if len(colourings) > 1:
            allowed = self._meaning[candidates].T[colourings]
            best_of = (fits * allowed[:, None]).max(axis=2)
            found.variant = int(colourings[best_of[:, block].sum(axis=1).argmax()])
            fits[:, self._meaning[candidates, found.variant] == 0] = -1
            own = (bank != self._sky[found.variant]).T.astype(np.float32)
        shows_own = shown[first].astype(np.float32) @ own > 0
        in_rows = self._kind[found.variant, candidates] == COIN  # coins stand in rows, so one may be cut like the last
        doubt = np.where(own.any(axis=0), _DOUBT, 0) * ((fits < in_sight[:, None]) | ~(shows_own | in_rows))
        scores = (8 * (fits - doubt)).astype(np.int16)
        best, alone = self._likeliest(scores[block], candidates, found, columns, rows)
        found.looks[columns, rows] = candidates[best]
        support, in_sight = fits[block, best], in_sight[block]
        found.fitting = 2 * BLOCK_SIZE * int((COLUMNS * BLOCK_ROWS) - len(best)) + int(support.sum())
        little = support * 4 < in_sight * 3
        solid = self._kind[found.variant, candidates[best]] != BACKGROUND
        found.weak[columns, rows] = little & alone & solid & ~self._art.is_blank[candidates[best]]

    def _bank(self, colourings: Indices, candidates: Indices) -> tuple[Words, npt.NDArray[np.float32]]:
        """Pictures of candidates, uint64 (C, 32), and which columns of them are not sky alone, float32 (32, C)."""
        if len(colourings) > 1:
            return self._art.looks[candidates].reshape(len(candidates), -1), np.empty((0, 0), np.float32)
        variant = int(colourings[0])
        return self._pictures[variant].view(np.uint64), self._columns_of_own[variant]

    def _candidates(self, colourings: Indices) -> Indices:
        """Looks of one or more colourings, in the catalogue's order."""
        if len(colourings) == 1:
            return self._priority[colourings[0]]
        joined = np.concatenate([self._priority[v] for v in colourings])
        return joined[np.sort(np.unique(joined, return_index=True)[1])]

    def _likeliest(
        self, scores: npt.NDArray[np.int16], candidates: Indices, found: MapMatch, columns: Indices, rows: Indices
    ) -> tuple[Indices, npt.NDArray[np.bool_]]:
        """Best candidate of each block, of equal ones that which its neighbours make likely; and whether none does."""
        framed = np.full((COLUMNS + 2, BLOCK_ROWS + 2), -1, np.int32)
        framed[1:-1, 1:-1] = found.looks
        balls = np.flatnonzero(self._is_ball[candidates])
        scores[:, balls] -= _NEVER * self._is_bare[framed[columns + 1, rows + 2], None]
        near = scores >= scores.max(axis=1, keepdims=True) - _MOST_LIKING  # neighbours cannot make up for more
        block, candidate = np.nonzero(near)
        look, score = candidates[candidate], scores[near].astype(np.intp)
        kind = self._kind[found.variant]
        kinds = kind[look]
        liking = np.zeros(len(block), np.intp)
        for (step_x, step_y), bonus in _NEIGHBOURS:
            beside = framed[columns + 1 + step_x, rows + 1 + step_y][block]
            liking += bonus * (look == beside)
            liking += kinds == kind[beside]
        order = (score + liking + _LEAST_SCORE) * _MANY - candidate
        starts = np.searchsorted(block, np.arange(len(columns)))
        best = -np.maximum.reduceat(order, starts) % _MANY
        is_best = candidate == best[block]
        return best, liking[is_best] == 0

    def rename(self, found: MapMatch, block: tuple[int, int], seen: CodePlane, free: npt.NDArray[np.bool_]) -> None:
        """Name one block again by the pixels that no sprite covers.

        Args:
            found: what is known so far; changed in place.
            block: its column and row.
            seen: uint8 (16, 16), the block's colour codes, x first.
            free: bool (16, 16), the pixels to go by.
        """
        column, row = np.array([block[0]]), np.array([block[1]])
        candidates = self._priority[found.variant]
        inside = np.flatnonzero(free)
        right = self._pictures[found.variant][:, inside] == seen.reshape(-1)[inside]
        own = self._patterns[found.variant][:, inside]
        rights, all_own = (right & own).sum(axis=1, dtype=np.int16), own.sum(axis=1, dtype=np.int16)
        doubtful = (2 * rights <= all_own) | ((rights < _FEW) & (rights < all_own))
        doubtful &= ~self._art.is_blank[candidates]
        fits = right.sum(axis=1, dtype=np.int16) - doubtful * np.int16(BLOCK_SIZE * BLOCK_SIZE)
        found.looks[block] = -1
        found.looks[block] = candidates[self._likeliest(8 * fits[None], candidates, found, column, row)[0][0]]


def _alike(seen: Words, shown: npt.NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Which blocks to look at so that each content is looked at once, and which of these each block is like."""
    weights = powers(2 * BLOCK_SIZE)
    hashes = (mix(seen + shown) * weights).sum(axis=1, dtype=np.uint64)
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    return first, inverse


def _fitting_columns(seen: Words, shown: npt.NDArray[np.bool_], bank: Words) -> npt.NDArray[np.int16]:
    """How many columns of eight pixels that are shown are as in each picture, int16 (blocks, pictures)."""
    equal = (seen[:, None] == bank[None]) & shown[:, None]
    return np.bitwise_count(np.packbits(equal, axis=2).view(np.uint32)[..., 0]).astype(np.int16)
