"""The paper's plain way of matching sprites, as the other side of the benchmark.

Every block of the grid is compared with every block template, and every template of a moving object is looked for in
the whole picture with ``cv2.matchTemplate`` (Bélignon 2020, section 3.1). It gets all that ours gets for nothing: the
scroll phase, the colouring of the area, and templates already drawn.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.frame import FRAME_WIDTH, ClassMap, Frame
from core.game.nes_palette import nes_colours
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import MAP_TILES, Area, Catalogue, Metatile, SpriteObject

_BLOCK = 16
_MAP_TOP = 24
_EXACT = 0.5  # sum of squared differences below which a template is there


class PlainMatcher:
    """Compares everything with everything."""

    def __init__(self, catalogue: Catalogue, rom: Rom, area: str, backdrop: int) -> None:
        place = next(a for a in catalogue.palettes.areas if a.name == area)
        self._blocks = [
            (_block(metatile, rom, place, backdrop), metatile.class_id)
            for metatile in catalogue.metatiles
            if area in metatile.areas
        ]
        self._objects = [
            (*_object(entry, rom, colours), entry.class_id)
            for entry in catalogue.objects
            for colours in _colourings(entry, catalogue, place)
        ]

    @property
    def templates(self) -> int:
        """How many templates of moving objects there are, mirrored and coloured ones too."""
        return len(self._objects)

    def segment(self, frame: Frame, phase: int) -> ClassMap:
        """Class map, uint8 (224, 240), of a frame whose first whole block column begins at x = ``phase``."""
        class_map = np.zeros(frame.shape[:2], np.uint8)
        for y in range(_MAP_TOP, frame.shape[0] - _BLOCK + 1, _BLOCK):
            for x in range(phase, FRAME_WIDTH - _BLOCK + 1, _BLOCK):
                seen = frame[y : y + _BLOCK, x : x + _BLOCK]
                for picture, class_id in self._blocks:
                    if np.array_equal(seen, picture):
                        class_map[y : y + _BLOCK, x : x + _BLOCK] = class_id
                        break
        for picture, opaque, class_id in self._objects:
            mask = np.repeat(opaque[..., None], 3, axis=2).astype(np.float32)
            difference = cv2.matchTemplate(frame, picture, cv2.TM_SQDIFF, mask=mask)
            for y, x in np.argwhere(difference < _EXACT):
                class_map[y : y + len(opaque), x : x + opaque.shape[1]][opaque] = class_id
        return class_map


def _block(metatile: Metatile, rom: Rom, area: Area, backdrop: int) -> Frame:
    tiles = rom.tiles[MAP_TILES:]
    upper_left, upper_right, lower_left, lower_right = (tiles[tile] for tile in metatile.tiles)
    pattern = np.block([[upper_left, upper_right], [lower_left, lower_right]])
    return nes_colours()[[backdrop, *area.map[metatile.palette]]][pattern]


def _object(entry: SpriteObject, rom: Rom, colours: tuple[int, ...]) -> tuple[Frame, npt.NDArray[np.bool_]]:
    pattern = np.zeros((max(p.y for p in entry.parts) + 8, max(p.x for p in entry.parts) + 8), np.uint8)
    for part in entry.parts:
        tile = rom.tiles[part.tile][:: -1 if part.flip_v else 1, :: -1 if part.flip_h else 1]
        pattern[part.y : part.y + 8, part.x : part.x + 8] = tile
    return nes_colours()[[0, *colours]][pattern], pattern > 0


def _colourings(entry: SpriteObject, catalogue: Catalogue, area: Area) -> list[tuple[int, ...]]:
    colours: list[tuple[int, ...]] = []
    for name in entry.palettes:
        if name == "mario":
            colours.extend(catalogue.palettes.mario)
        elif name == "bowser":
            colours.append(catalogue.palettes.bowser)
        else:
            colours.append(area.sprites[int(name) - 1])
    return list(dict.fromkeys(colours))
