"""Templates of the sprites, drawn from the ROM in every colour that the catalogue allows, and an index of them.

A *skin* is one 8 x 8 sprite, mirrored and coloured. Its opaque pixels are all that counts. Skins are found by small
windows of opaque pixels: the rarest few of each skin are kept in a table by their hash.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.classes import PLATFORM
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import Catalogue, Colours, Palettes, Part, SpriteObject
from core.segmentation.sprites.colour_codes import COLOUR_CODES

TILE = 8
WINDOW_SHAPES = ((2, 4), (2, 2), (1, 3))  # columns x pixels of a column; a small one for sprites without a larger
SMALL = 1  # the shape for sprites of which little is seen
_COMMON = 6  # skins that may share a window before it counts as common
_TABLE_BITS = 16
_BLACK = COLOUR_CODES[0x0F]
_MIX = np.uint64(0x9E3779B97F4A7C15)

Words = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.int64]
"""Windows, int64 (4, n): rows slot, skin, x, y."""


def window_slots(left: Words, right: Words) -> npt.NDArray[np.int64]:
    """Slot in the index of windows whose two columns hold these pixels (packed, as uint64 of any shape)."""
    mixed: npt.NDArray[np.uint64] = (left | right << np.uint64(32)) * _MIX
    return (mixed >> np.uint64(64 - _TABLE_BITS)).view(np.int64)


class WindowIndex:
    """Which skins have a window, and where in them.

    Attributes:
        first, count: int32 (65536,), entries of slot s are ``first[s]`` and the ``count[s] - 1`` after it.
        skin, x, y: int32 (n,), the entries: skin, and the window's place in it.
    """

    def __init__(self, entries: Entries) -> None:
        slots, skin, x, y = entries[:, np.argsort(entries[0], kind="stable")]
        self.skin, self.x, self.y = skin.astype(np.int32), x.astype(np.int32), y.astype(np.int32)
        bounds = np.searchsorted(slots, np.arange((1 << _TABLE_BITS) + 1)).astype(np.int32)
        self.first, self.count = bounds[:-1], np.diff(bounds)


class ObjectTemplates:
    """All sprites of the catalogue.

    Attributes:
        values: uint64 (S, 8), colour codes of each skin's columns, 0 where transparent.
        masks: uint64 (S, 8), 0xFF where opaque.
        classes: uint8 (S,).
        tiles: int16 (S,), CHR tile of each skin.
        is_fiery: bool (S,), drawn in the colours of Mario with the flower.
        places: int32 (S, 64, 2), x and y of the opaque pixels, padded with the first one.
        opaque_counts: int32 (S,).
        windows: one index for each of WINDOW_SHAPES, and one of all sprites' windows of the shape SMALL.
        objects: list of arrays int32 (parts, 3) of skin, x, y.
    """

    def __init__(self, catalogue: Catalogue, rom: Rom) -> None:
        self._patterns = [np.ascontiguousarray(tile.T) for tile in rom.tiles[:256]]
        self._skins: dict[tuple[int, bool, bool, Colours], int] = {}
        classes: list[int] = []
        self.objects: list[npt.NDArray[np.int32]] = []
        for entry in catalogue.objects:
            for colours in _colourings(entry, catalogue.palettes):
                parts = [(self._skin(part, colours, entry.class_id, classes), part.x, part.y) for part in entry.parts]
                self.objects.append(np.array(parts, np.int32))
        self.classes = np.array(classes, np.uint8)
        self.tiles = np.array([key[0] for key in self._skins], np.int16)
        fire = catalogue.palettes.mario[-1]
        self.is_fiery = np.array([key[3] == fire for key in self._skins])
        self._draw()
        self.windows = self._index_windows()

    def _skin(self, part: Part, colours: Colours, class_id: int, classes: list[int]) -> int:
        key = (part.tile, part.flip_h, part.flip_v, colours)
        if key not in self._skins:
            self._skins[key] = len(classes)
            classes.append(class_id)
        return self._skins[key]

    def _draw(self) -> None:
        count = len(self._skins)
        opaque = np.zeros((count, TILE, TILE), bool)
        self._codes = np.zeros((count, TILE, TILE), np.uint8)
        self.places = np.zeros((count, TILE * TILE, 2), np.int32)
        for (tile, flip_h, flip_v, colours), skin in self._skins.items():
            pattern = self._patterns[tile][:: -1 if flip_h else 1, :: -1 if flip_v else 1]
            opaque[skin] = pattern > 0
            self._codes[skin] = COLOUR_CODES[[0x0F, *colours]][pattern] * opaque[skin]
            points = np.argwhere(opaque[skin])
            self.places[skin, : len(points)] = points
            self.places[skin, len(points) :] = points[:1]
        self._opaque = opaque
        lines = np.logical_or.reduce(opaque, axis=1)
        self._last_lines = TILE - 1 - lines[:, ::-1].argmax(axis=1)
        self.values = self._codes.view(np.uint64)[..., 0]
        self.masks = (opaque * np.uint8(255)).view(np.uint64)[..., 0]
        self.opaque_counts = opaque.sum(axis=(1, 2)).astype(np.int32)

    def _index_windows(self) -> tuple[WindowIndex, ...]:
        """Index the rarest windows of each skin, those of the first shape that it has any of; and small ones of all."""
        indices = []
        everyone = np.ones(len(self.classes), bool)
        waiting = everyone.copy()
        for shape in WINDOW_SHAPES:
            chosen = self._rarest(shape, waiting)
            waiting[chosen[1]] = False
            indices.append(WindowIndex(chosen))
        return (*indices, WindowIndex(self._rarest(WINDOW_SHAPES[SMALL], everyone)))

    def _rarest(self, shape: tuple[int, int], allowed: npt.NDArray[np.bool_]) -> Entries:
        """Windows of a shape to know the allowed skins by."""
        windows = self._windows(shape)
        sharing = _sharing(windows)
        windows = windows[:, allowed[windows[1]]]
        slots, skins, x, y = windows
        rarity = sharing[slots] + len(sharing) * (self._codes[skins, x, y] == _BLACK)  # unseen over black
        chosen = _rarest_of_each_quarter(windows, rarity)
        return np.concatenate([chosen, windows[:, self._is_last_seen(windows)]], axis=1)

    def _is_last_seen(self, windows: Entries) -> npt.NDArray[np.bool_]:
        """Windows by which a lift is known of which the frame's upper or lower edge leaves two lines, bool (n,)."""
        _, skins, x, y = windows
        return (self.classes[skins] == PLATFORM) & (x % 2 == 0) & ((y == 0) | (y == self._last_lines[skins] - 1))

    def _windows(self, shape: tuple[int, int]) -> Entries:
        """All windows of a shape that lie on opaque pixels: rows slot, skin, x, y."""
        columns, height = shape
        found = []
        for x in range(TILE - columns + 1):
            for y in range(TILE - height + 1):
                skins = np.flatnonzero(self._opaque[:, x : x + columns, y : y + height].all(axis=(1, 2)))
                packed = np.zeros((len(skins), 2, TILE), np.uint8)
                packed[:, :columns, :height] = self._codes[skins, x : x + columns, y : y + height]
                words = packed.view(np.uint64)[..., 0]
                slots = window_slots(words[:, 0], words[:, 1])
                found.append(np.stack([slots, skins, np.full_like(skins, x), np.full_like(skins, y)]))
        return np.concatenate(found, axis=1)


def _sharing(windows: Entries) -> npt.NDArray[np.int64]:
    """How many skins have a window in each slot, int64 (slots,)."""
    pairs = np.unique(windows[1] << _TABLE_BITS | windows[0])
    return np.bincount(pairs & (1 << _TABLE_BITS) - 1, minlength=1 << _TABLE_BITS)


def _rarest_of_each_quarter(windows: Entries, shared: npt.NDArray[np.int64]) -> Entries:
    """The rarest window in each quarter of each skin, but for common ones where the skin has a rarer one elsewhere.

    Args:
        windows: int64 (4, n).
        shared: int64 (n,), how many skins share each; less is rarer.
    """
    _, skins, x, y = windows
    group = skins * 4 + (x >= TILE // 2 - 1) * 2 + (y >= TILE // 4)
    order = np.lexsort((shared, group))
    first = order[np.unique(group[order], return_index=True)[1]]
    least = np.full(int(skins.max(initial=0)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, skins, shared)
    return windows[:, first[shared[first] <= np.maximum(least[skins[first]], _COMMON)]]


def _colourings(entry: SpriteObject, palettes: Palettes) -> list[Colours]:
    """All different colourings that the catalogue allows for an object."""
    found: dict[Colours, None] = {}
    for name in entry.palettes:
        if name == "mario":
            found.update(dict.fromkeys(palettes.mario))
        elif name == "bowser":
            found[palettes.bowser] = None
        else:
            found.update(dict.fromkeys(area.sprites[int(name) - 1] for area in palettes.areas))
    return list(found)
