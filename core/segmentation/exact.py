"""Exact class maps from the emulator's state: the truth that everything else is measured against.

The map comes from the block buffer, moving things from the sprite table (the hardware's view: 8 sprites a line, the
lowest index in front, bit 5 of the attributes behind the map). Both are read from the memory that the frame was drawn
from. A map block is its 16 x 16 square; a sprite is its own outline.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core import classes as c
from core.frame import CLASS_MAP_SHAPE, FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame, Memory, Snapshot
from core.game import memory as ram
from core.game.rom import Rom
from core.segmentation.class_tables import METATILE_CLASSES, OBJECT_CLASSES, UNOWNED_TILE_CLASSES
from core.segmentation.segmenter import SegmentationError, SegmenterKind

MAP_TOP = 24  # first line of the block buffer's row 0 in the canonical frame; the lines above are the HUD
BLOCK = 16  # pixels a side
BUFFER_COLUMNS = 32
BUFFER_ROWS = 13
CROP = 8  # pixels that the canonical frame cuts off on every side of the console's 256 x 240
SPRITES = 64
SPRITES_PER_LINE = 8
_PLAYER_SPRITES = 8
_OBJECT_SPRITES = 6
_OBJECT_SLOTS = 6
_DUPLICATE = 0x80  # alive flag of the second half of Bowser or of a long fire bar; the low bits name the first half
_SCORE_DIGITS = frozenset({0x50, *range(0xF6, 0xFC), 0xFD, 0xFE})
_METATILE_GRAPHICS = 0x8B08  # MetatileGraphics_Low in the disassembly: four low bytes, then four high bytes
_LINES = (np.arange(MAP_TOP, FRAME_HEIGHT) - MAP_TOP) // BLOCK
_PIXEL_COLUMNS = np.arange(FRAME_WIDTH) + CROP

Colours = npt.NDArray[np.uint8]


class ExactSegmenter:
    """Labels a frame from the work RAM it was drawn from; needs stable-retro's snapshots."""

    kind: SegmenterKind = "exact"

    def __init__(self, rom: Rom) -> None:
        self._sprite_tiles = _with_flips(rom.tiles[:256])
        self._opaque = _metatile_opacity(rom)

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class map, uint8 (224, 240); all background outside play.

        SegmentationError when the snapshot carries no memory (a frame from a file, or from nes-py).
        """
        memory = snapshot.memory
        if memory is None:
            raise SegmentationError("exact labels need the emulator's memory: play on stable-retro, or choose sprites")
        if not ram.is_in_play(memory):
            return np.zeros(CLASS_MAP_SHAPE, np.uint8)
        class_map, metatiles = _draw_map(memory)
        self._draw_sprites(class_map, metatiles, memory, snapshot.frame)
        return class_map

    def _draw_sprites(self, class_map: ClassMap, metatiles: Colours, memory: Memory, frame: Frame) -> None:
        table = memory[ram.SPRITE_TABLE : ram.SPRITE_TABLE + 4 * SPRITES].reshape(SPRITES, 4).astype(np.int32)
        owner_classes = sprite_classes(memory, table)
        shown = _lines_shown(table[:, 0])
        # One margin of 8 pixels all round saves clipping: canonical pixel (0, 0) is (8, 8) here.
        size = (FRAME_HEIGHT + 4 * CROP, FRAME_WIDTH + 4 * CROP)
        colours = np.zeros(size, np.uint8)
        front = np.zeros(size, np.uint8)
        for index in range(SPRITES - 1, -1, -1):
            y, tile, attributes, x = table[index]
            if not shown[index].any():
                continue
            pattern = self._sprite_tiles[attributes >> 6, tile]
            drawn = (pattern > 0) & shown[index][:, None]
            rows, columns = slice(y + 1, y + 9), slice(x, x + 8)
            colours[rows, columns][drawn] = 4 * (attributes & 3) + pattern[drawn]
            front[rows, columns][drawn] = index + 1
        inner = (slice(CROP, CROP + FRAME_HEIGHT), slice(CROP, CROP + FRAME_WIDTH))
        colours, front = colours[inner], front[inner]
        behind = np.zeros(SPRITES + 1, bool)
        behind[1:] = table[:, 2] & 0x20
        visible = front > 0
        hidden_maybe = behind[front]
        if hidden_maybe.any():
            visible &= ~self._covered(hidden_maybe, colours, metatiles, memory, frame)
        classes = np.zeros(SPRITES + 1, np.uint8)
        classes[1:] = owner_classes
        np.copyto(class_map, classes[front], where=visible)

    def _covered(
        self, behind: npt.NDArray[np.bool_], colours: Colours, metatiles: Colours, memory: Memory, frame: Frame
    ) -> npt.NDArray[np.bool_]:
        """Which of the sprite pixels behind the map the map hides, bool (224, 240).

        An opaque pixel of a block hides them. Scenery is not in the block buffer; there the picture tells, since a
        sprite that is seen has its palette's colour, which its other pixels show.
        """
        covered = np.zeros(CLASS_MAP_SHAPE, bool)
        rows, columns = np.nonzero(behind)
        x = (columns + CROP + _screen_left(memory)) % BLOCK
        y = (rows - MAP_TOP) % BLOCK
        hidden = self._opaque[metatiles[rows, columns], y, x] & (rows >= MAP_TOP)
        covered[rows, columns] = hidden
        packed = _pack(frame)
        witnesses = (colours > 0) & ~covered
        for colour in np.unique(colours[behind & ~covered]):
            seen = packed[witnesses & (colours == colour)]
            values, counts = np.unique(seen, return_counts=True)
            covered |= behind & (colours == colour) & (packed != values[counts.argmax()])
        return covered


def sprite_classes(memory: Memory, table: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """Class of each entry of the sprite table, uint8 (64,), by the object that owns it or by its tile."""
    tiles = table[:, 1]
    result = UNOWNED_TILE_CLASSES[tiles]
    for slot in range(_OBJECT_SLOTS):
        alive = int(memory[ram.OBJECT_ALIVE + slot])
        if alive == 0:
            continue
        source = alive & 0x0F if alive & _DUPLICATE else slot
        first = int(memory[ram.OBJECT_SPRITES + slot]) // 4
        result[first : first + _OBJECT_SPRITES] = OBJECT_CLASSES[int(memory[ram.OBJECT_KIND + source])]
    first = int(memory[ram.PLAYER_SPRITES]) // 4
    result[first : first + _PLAYER_SPRITES] = c.MARIO
    result[np.isin(tiles, tuple(_SCORE_DIGITS))] = c.BACKGROUND
    result[0] = c.BACKGROUND  # the HUD's coin, which times the split of the screen
    return result


def _draw_map(memory: Memory) -> tuple[ClassMap, Colours]:
    """Class map of the blocks alone, and the metatile at each pixel (0 where there is none), both uint8 (224, 240)."""
    pages = memory[ram.BLOCK_BUFFER : ram.BLOCK_BUFFER + BUFFER_ROWS * BUFFER_COLUMNS]
    buffer = pages.reshape(2, BUFFER_ROWS, 16).transpose(1, 0, 2).reshape(BUFFER_ROWS, BUFFER_COLUMNS)
    columns = (_PIXEL_COLUMNS + _screen_left(memory)) // BLOCK % BUFFER_COLUMNS
    metatiles = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    metatiles[MAP_TOP:] = buffer[_LINES][:, columns]
    return METATILE_CLASSES[metatiles], metatiles


def _screen_left(memory: Memory) -> int:
    return int(memory[ram.SCREEN_LEFT_PAGE]) * 256 + int(memory[ram.SCREEN_LEFT])


def _lines_shown(y: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which of its 8 lines the hardware draws of each sprite, bool (64, 8): at most 8 sprites a line, by index."""
    lines = y[:, None] + 1 + np.arange(8)
    covers = np.zeros((SPRITES, 256 + 16), np.int32)
    np.put_along_axis(covers, lines, 1, axis=1)
    rank = np.take_along_axis(covers.cumsum(axis=0), lines, axis=1)
    return (rank <= SPRITES_PER_LINE) & (lines < 240)


def _with_flips(tiles: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Tiles by attribute bits 7 and 6 (vertical, horizontal flip), uint8 (4, 256, 8, 8)."""
    return np.stack([tiles, tiles[:, :, ::-1], tiles[:, ::-1], tiles[:, ::-1, ::-1]])


def _metatile_opacity(rom: Rom) -> npt.NDArray[np.bool_]:
    """Which pixels of each metatile hide a sprite behind the map, bool (256, 16, 16); none of metatile 0."""
    opaque = np.zeros((256, BLOCK, BLOCK), bool)
    for metatile in np.flatnonzero(METATILE_CLASSES):
        tiles = metatile_tiles(rom, int(metatile))
        opaque[metatile] = np.block([[rom.tiles[256 + tiles[0]], rom.tiles[256 + tiles[2]]],
                                     [rom.tiles[256 + tiles[1]], rom.tiles[256 + tiles[3]]]]) > 0  # fmt: skip
    return opaque


def metatile_tiles(rom: Rom, metatile: int) -> tuple[int, int, int, int]:
    """CHR tiles (of the map's half) of a metatile: upper left, lower left, upper right, lower right."""
    pointers = rom.read(_METATILE_GRAPHICS, 8)
    palette, index = metatile >> 6, metatile & 0x3F
    address = int(pointers[palette]) + 256 * int(pointers[4 + palette]) + 4 * index
    first, second, third, fourth = (int(tile) for tile in rom.read(address, 4))
    return first, second, third, fourth


def _pack(frame: Frame) -> npt.NDArray[np.uint32]:
    wide = frame.astype(np.uint32)
    return wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
