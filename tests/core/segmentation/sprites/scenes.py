"""Pictures composed from the catalogue, with the class map that they must get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.frame import BLOCK_SIZE, CLASS_MAP_SHAPE, FRAME_HEIGHT, FRAME_SHAPE, FRAME_WIDTH, MAP_TOP, ClassMap, Frame
from core.game.nes_palette import nes_colours
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import MAP_TILES, Area, Metatile, Palettes, SpriteObject

_WHITE = 0x30
_CLOCK = ((200, 3), (208, 9), (216, 7))  # x and digit


@dataclass
class Scene:
    """A picture under construction.

    Attributes:
        frame: uint8 (224, 240, 3).
        classes: uint8 (224, 240).
    """

    rom: Rom
    area: Area
    backdrop: int
    frame: Frame
    classes: ClassMap

    @classmethod
    def empty(cls, rom: Rom, area: Area, backdrop: int | None = None) -> Scene:
        """Nothing but the backdrop and a running clock."""
        backdrop = area.backdrops[0] if backdrop is None else backdrop
        frame = np.empty(FRAME_SHAPE, np.uint8)
        frame[:] = nes_colours()[backdrop]
        scene = cls(rom, area, backdrop, frame, np.zeros(CLASS_MAP_SHAPE, np.uint8))
        for x, digit in _CLOCK:
            scene._draw(rom.tiles[MAP_TILES + digit], (_WHITE,) * 3, x, 16)
        return scene

    def add_block(self, metatile: Metatile, column: int, row: int, phase: int) -> None:
        """Put a block at a block column (0 is the first whole one) and row, scrolled by ``phase`` pixels."""
        x, y = phase + BLOCK_SIZE * column, MAP_TOP + BLOCK_SIZE * row
        tiles = [self.rom.tiles[MAP_TILES + tile] for tile in metatile.tiles]
        pattern = np.block([[tiles[0], tiles[1]], [tiles[2], tiles[3]]])
        region = self._region(x, y, BLOCK_SIZE, BLOCK_SIZE)
        self.frame[region] = nes_colours()[[self.backdrop, *self.area.map[metatile.palette]]][
            pattern[region[0].start - y : region[0].stop - y, region[1].start - x : region[1].stop - x]
        ]
        self.classes[region] = metatile.class_id

    def add_object(self, entry: SpriteObject, colours: Sequence[int], x: int, y: int) -> None:
        """Put an object with its upper left corner at x, y, in front of everything."""
        for part in entry.parts:
            tile = self.rom.tiles[part.tile][:: -1 if part.flip_v else 1, :: -1 if part.flip_h else 1]
            self._draw(tile, colours, x + part.x, y + part.y, entry.class_id)

    def _draw(self, tile: np.ndarray, colours: Sequence[int], x: int, y: int, class_id: int = 0) -> None:
        rows, columns = self._region(x, y, 8, 8)
        seen = tile[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
        opaque = seen > 0
        self.frame[rows, columns][opaque] = nes_colours()[[0, *colours]][seen][opaque]
        self.classes[rows, columns][opaque] = class_id

    @staticmethod
    def _region(x: int, y: int, width: int, height: int) -> tuple[slice, slice]:
        rows = slice(min(max(y, 0), FRAME_HEIGHT), max(min(y + height, FRAME_HEIGHT), 0))
        columns = slice(min(max(x, 0), FRAME_WIDTH), max(min(x + width, FRAME_WIDTH), 0))
        return rows, columns


def colourings(entry: SpriteObject, palettes: Palettes, area: Area) -> list[tuple[int, ...]]:
    """Colours in which an object may be drawn in an area."""
    found: list[tuple[int, ...]] = []
    for name in entry.palettes:
        if name == "mario":
            found.extend(palettes.mario)
        elif name == "bowser":
            found.append(palettes.bowser)
        else:
            found.append(area.sprites[int(name) - 1])
    return found
