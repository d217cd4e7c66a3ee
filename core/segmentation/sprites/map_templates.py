"""Templates of the map's blocks, drawn from the ROM in every palette, and their hashes.

Everything is column by column (see ``colour_codes``): a block is uint64 (16, 2), each number eight pixels of a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import BLOCK_SIZE
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import MAP_TILES, Area, Catalogue, Metatile
from core.segmentation.sprites.colour_codes import COLOUR_CODES

_LINE_UP = np.uint64(0x9E3779B97F4A7C15)  # odd constants of full width: multiplying by them keeps all information
_STEP = np.uint64(0xD1342543DE82EF95)
_LOWER_HALF = np.uint64(0xA0761D6478BD642F)
_SHIFT = np.uint64(29)
_TABLE_BITS = 18

_WEIGHTS = np.array([pow(int(_STEP), power, 1 << 64) for power in range(32)], np.uint64)

Words = npt.NDArray[np.uint64]


def mix(columns: Words) -> Words:
    """Scramble columns of eight pixels, so that a weighted sum of several is a good hash; any shape, uint64."""
    mixed = columns * _LINE_UP
    mixed ^= mixed >> _SHIFT
    return mixed


def powers(count: int) -> Words:
    """Weights of neighbouring columns in a hash: successive powers of one odd constant, uint64 (count,)."""
    return _WEIGHTS[:count]


def window_hashes(mixed: Words) -> Words:
    """Hash of the 16 columns from each x on: uint64 (width, strips) to (width - 15, strips)."""
    total = mixed
    for shift in (1, 2, 4, 8):
        total = total[:-shift] + total[shift:] * _WEIGHTS[shift]
    return total


def join_halves(upper: Words, lower: Words) -> Words:
    """Hash of a block from those of its upper and lower half."""
    return upper + lower * _LOWER_HALF


@dataclass(frozen=True, slots=True)
class Variant:
    """One colouring of the map: an area's palettes over one backdrop."""

    area: Area
    backdrop: int


class MapTemplates:
    """All pictures of blocks.

    A *look* is one picture; a *block* is a metatile in a variant. Many blocks share a look, within a variant too
    (what a brick hides); the catalogue's first counts then.

    Attributes:
        variants: the colourings.
        looks: uint64 (L, 16, 2), the pictures.
        opaque: uint64 (M, 16, 2), 0xFF where a metatile's pixel is not the backdrop; M as in the catalogue.
        metatile_of: int16 (V, L), catalogue index of what a look means in a variant, -1 for nothing.
        classes: uint8 (M,), class of each metatile.
        is_blank: bool (L,), looks of a single colour.
    """

    def __init__(self, catalogue: Catalogue, rom: Rom) -> None:
        tiles = rom.tiles[MAP_TILES:]
        self.metatiles = catalogue.metatiles
        self.variants = tuple(Variant(a, b) for a in catalogue.palettes.areas for b in a.backdrops)
        patterns = [_pattern(tiles, metatile) for metatile in self.metatiles]
        self.opaque = np.stack([_words((pattern > 0) * np.uint8(255)) for pattern in patterns])
        self.classes = np.array([metatile.class_id for metatile in self.metatiles], np.uint8)
        self.ids = np.array([metatile.id for metatile in self.metatiles], np.int16)
        self._draw(patterns, catalogue.palettes.blink)
        pixels = self.looks.view(np.uint8).reshape(len(self.looks), -1)
        self.is_blank = (pixels == pixels[:, :1]).all(axis=1)
        self._table = _HashTable(self.block_hashes())

    def _draw(self, patterns: list[npt.NDArray[np.uint8]], blink: tuple[int, ...]) -> None:
        found: dict[bytes, int] = {}
        meanings: list[tuple[int, int, int]] = []
        for v, variant in enumerate(self.variants):
            for m, (metatile, pattern) in enumerate(zip(self.metatiles, patterns, strict=True)):
                if variant.area.name not in metatile.areas:
                    continue
                first, second, third = variant.area.map[metatile.palette]
                for colour in blink if metatile.palette == 3 else (first,):
                    colours = COLOUR_CODES[[variant.backdrop, colour, second, third]]
                    picture = np.ascontiguousarray(colours[pattern]).tobytes()
                    meanings.append((v, found.setdefault(picture, len(found)), m))
        self.looks = np.frombuffer(b"".join(found), np.uint64).reshape(-1, BLOCK_SIZE, 2)
        self.metatile_of = np.full((len(self.variants), len(found)), -1, np.int16)
        for v, look, m in reversed(meanings):
            self.metatile_of[v, look] = m

    def block_hashes(self) -> Words:
        """Hash of each whole look, uint64 (L,)."""
        upper, lower = self.partial_hashes(0, BLOCK_SIZE)
        return join_halves(upper, lower)

    def partial_hashes(self, first: int, last: int) -> tuple[Words, Words]:
        """Hash of the columns ``first`` to ``last - 1`` of each look's upper and lower half, two uint64 (L,)."""
        weighted = mix(self.looks[:, first:last]) * powers(last - first)[:, None]
        sums = weighted.sum(axis=1, dtype=np.uint64)
        return sums[:, 0], sums[:, 1]

    def find(self, hashes: Words) -> npt.NDArray[np.int32]:
        """Look with each hash, or -1: uint64 of any shape to int32 of the same."""
        return self._table.find(hashes)


class _HashTable:
    """Finds 64-bit hashes by their upper bits in a table that fits the cache; those that collide are kept beside."""

    def __init__(self, hashes: Words) -> None:
        self._hashes = np.append(hashes, np.uint64(0))
        self._shift = np.uint64(64 - _TABLE_BITS)
        slots = (hashes >> self._shift).astype(np.intp)
        self._table = np.full(1 << _TABLE_BITS, len(hashes), np.int32)
        self._table[slots[::-1]] = np.arange(len(hashes), dtype=np.int32)[::-1]
        self._others = [i for i, slot in enumerate(slots) if self._table[slot] != i]

    def find(self, hashes: Words) -> npt.NDArray[np.int32]:
        found = self._table[(hashes >> self._shift).view(np.int64)]
        found[self._hashes[found] != hashes] = -1
        for other in self._others:
            found[hashes == self._hashes[other]] = other
        return found


def _pattern(tiles: npt.NDArray[np.uint8], metatile: Metatile) -> npt.NDArray[np.uint8]:
    """Colour indices of a block, uint8 (16, 16), column by column."""
    upper_left, upper_right, lower_left, lower_right = (tiles[tile] for tile in metatile.tiles)
    return np.ascontiguousarray(np.block([[upper_left, upper_right], [lower_left, lower_right]]).T)


def _words(plane: npt.NDArray[np.uint8]) -> Words:
    """Eight bytes of each column as one number: uint8 (..., 8 n) to uint64 (..., n)."""
    return np.ascontiguousarray(plane).view(np.uint64)
