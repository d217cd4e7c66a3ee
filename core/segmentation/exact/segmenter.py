"""Exact class maps from the emulator's state: the truth that everything else is measured against.

The map comes from the block buffer, moving things from the sprite table (the hardware's view: 8 sprites a line, the
lowest index in front, bit 5 of the attributes behind the map). Both are read from the memory that the frame was drawn
from. A map block is its 16 x 16 square; a sprite is its own outline.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core import classes as c
from core.frame import (
    BLOCK_ROWS,
    BLOCK_SIZE,
    CLASS_MAP_SHAPE,
    CROP,
    FRAME_HEIGHT,
    FRAME_WIDTH,
    MAP_TOP,
    ClassMap,
    Frame,
    Memory,
    Snapshot,
    pack_rgb,
)
from core.game import memory as ram
from core.game.rom import Rom
from core.segmentation.exact.class_tables import METATILE_CLASSES, OBJECT_CLASSES, UNOWNED_TILE_CLASSES
from core.segmentation.segmenter import SegmentationError, SegmenterKind

BUFFER_COLUMNS = 32
SPRITES = 64
SPRITES_PER_LINE = 8
LAST_LINE = 239  # a sprite whose y byte is this or more is below the screen
_PLAYER_SPRITES = 8
_OBJECT_SPRITES = 6
_OBJECT_SLOTS = 6
_DUPLICATE = 0x80  # alive flag of the second half of Bowser or of a long fire bar; the low bits name the first half
_IS_SCORE_DIGIT = np.zeros(256, bool)
_IS_SCORE_DIGIT[[0x50, *range(0xF6, 0xFC), 0xFD, 0xFE]] = True
_NO_BLOCK, _BRICK, _COIN = 0x00, 0x51, 0xC2
_SECOND_QUEUE = 6  # value that says so
_QUEUE_REPEATS, _QUEUE_COUNT = 0x40, 0x3F  # of a queue's count byte: one tile many times; how many
_MAP_LINE = 4  # tiles above the map
_BLANK_TILE = 0x24
# The tiles of the first metatiles (Palette0_MTiles in the disassembly). Before them stand the addresses of the four
# palettes' tables, low bytes, then high bytes: the first is that of these tiles.
_FIRST_METATILES = bytes.fromhex("24242424 27272727 24242435 36253725 24382424")
_PIXEL_COLUMNS = np.arange(FRAME_WIDTH) + CROP
_EIGHT = np.arange(8)


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
        metatiles = _metatile_columns(memory)
        class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
        class_map[MAP_TOP:] = METATILE_CLASSES[metatiles].repeat(BLOCK_SIZE, axis=0)[: FRAME_HEIGHT - MAP_TOP]
        table = memory[ram.SPRITE_TABLE : ram.SPRITE_TABLE + 4 * SPRITES].reshape(SPRITES, 4).astype(np.intp)
        pixels = self._sprite_pixels(table)
        behind = np.flatnonzero(table[pixels.sprite, 2] & 0x20)
        shown = np.ones(len(pixels.place), bool)
        if len(behind):
            shown[behind] = ~self._covered(pixels, behind, metatiles, memory, snapshot.frame)
        class_map.reshape(-1)[pixels.place[shown]] = sprite_classes(memory, table)[pixels.sprite[shown]]
        return class_map

    def _sprite_pixels(self, table: npt.NDArray[np.intp]) -> SpritePixels:
        """The frame's pixels that sprites reach, each with the sprite in front there."""
        drawn = np.flatnonzero(table[:, 0] < LAST_LINE)[::-1]  # the front ones last, so that they win below
        y, tile, attributes, x = table[drawn].T
        patterns = self._sprite_tiles[attributes >> 6, tile]
        rows = y[:, None] + (1 - CROP) + _EIGHT
        columns = x[:, None] - CROP + _EIGHT
        lines_inside = (rows >= 0) & (rows < FRAME_HEIGHT) & _lines_shown(rows)
        columns_inside = (columns >= 0) & (columns < FRAME_WIDTH)
        seen = (patterns > 0) & lines_inside[:, :, None] & columns_inside[:, None, :]
        places = (rows[:, :, None] * FRAME_WIDTH + columns[:, None, :])[seen]
        sprites = np.broadcast_to(drawn[:, None, None], seen.shape)[seen]
        colours = (4 * (attributes & 3)[:, None, None] + patterns)[seen]
        front = np.empty(FRAME_HEIGHT * FRAME_WIDTH, np.intp)
        front[places] = sprites
        wins = front[places] == sprites
        return SpritePixels(places[wins], sprites[wins], colours[wins])

    def _covered(
        self,
        pixels: SpritePixels,
        behind: npt.NDArray[np.intp],
        metatiles: npt.NDArray[np.uint8],
        memory: Memory,
        frame: Frame,
    ) -> npt.NDArray[np.bool_]:
        """Which of the sprite pixels ``behind`` the map it hides, bool (len(behind),).

        An opaque pixel of a block hides them. Scenery is not in the block buffer; there the picture tells, since a
        sprite that is seen has its palette's colour, which its other pixels show.
        """
        rows, columns = np.divmod(pixels.place[behind], FRAME_WIDTH)
        row = (rows - MAP_TOP) // BLOCK_SIZE
        x = (columns + CROP + _screen_left(memory)) % BLOCK_SIZE
        covered: npt.NDArray[np.bool_] = (rows >= MAP_TOP) & self._opaque[
            metatiles[row, columns], (rows - MAP_TOP) % BLOCK_SIZE, x
        ]
        seen = pack_rgb(frame.reshape(-1, 3)[pixels.place])
        in_front = np.ones(len(seen), bool)
        in_front[behind] = False
        shown_as = _palette_colours(pixels.colour, seen, in_front, behind[~covered])
        covered |= seen[behind] != shown_as[pixels.colour[behind]]
        return covered


class SpritePixels(NamedTuple):
    """Pixels that sprites reach: place in the flat frame, index of the sprite in front, 4 * palette + colour index."""

    place: npt.NDArray[np.intp]
    sprite: npt.NDArray[np.intp]
    colour: npt.NDArray[np.intp]


def _palette_colours(
    colour: npt.NDArray[np.intp],
    seen: npt.NDArray[np.uint32],
    in_front: npt.NDArray[np.bool_],
    unsure: npt.NDArray[np.intp],
) -> npt.NDArray[np.int64]:
    """What the colours of the sprite palettes look like, as far as the picture tells, int64 (16,) of RGB, -1 unknown.

    A sprite in front of the map shows its colours. For one behind, the commonest at its pixels counts; but the three
    colours of a palette differ, so what is commonest for two of them is scenery that hides the sprite.

    Args:
        colour: 4 * palette + colour index of every sprite pixel.
        seen: RGB of the frame there.
        in_front: whether the sprite is in front of the map.
        unsure: places (in these arrays) of pixels that the map may hide.
    """
    result = np.full(16, -1, np.int64)
    for palette in np.unique(colour[unsure] >> 2):
        pools: dict[int, Counter[int]] = {}
        for index in range(4 * palette + 1, 4 * palette + 4):
            front = seen[in_front & (colour == index)]
            if len(front):
                result[index] = front[0]
            else:
                pools[index] = Counter(seen[unsure][colour[unsure] == index].tolist())
        known = {rgb for rgb in result[4 * palette + 1 : 4 * palette + 4].tolist() if rgb >= 0}
        while True:
            commonest = {index: pool.most_common(1)[0][0] for index, pool in pools.items() if pool}
            shared = [rgb for rgb, times in Counter([*commonest.values(), *known]).items() if times > 1]
            if not shared:
                break
            for pool in pools.values():
                for rgb in shared:
                    pool.pop(rgb, None)
        for index, rgb in commonest.items():
            result[index] = rgb
    return result


def sprite_classes(memory: Memory, table: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
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
    result[_IS_SCORE_DIGIT[tiles]] = c.BACKGROUND
    result[0] = c.BACKGROUND  # the HUD's coin, which times the split of the screen
    return result


def _metatile_columns(memory: Memory) -> npt.NDArray[np.uint8]:
    """Metatile of each block row at each pixel column of the frame, uint8 (13, 240); 0 where there is none."""
    pages = memory[ram.BLOCK_BUFFER : ram.BLOCK_BUFFER + BLOCK_ROWS * BUFFER_COLUMNS]
    if memory[ram.PICTURE_QUEUE_IN_USE] == _SECOND_QUEUE:
        pages = _as_drawn(pages, memory)
    buffer = pages.reshape(2, BLOCK_ROWS, 16).transpose(1, 0, 2).reshape(BLOCK_ROWS, BUFFER_COLUMNS)
    return buffer[:, (_PIXEL_COLUMNS + _screen_left(memory)) // BLOCK_SIZE % BUFFER_COLUMNS]


def _as_drawn(pages: Memory, memory: Memory) -> Memory:
    """The block buffer without the changes that the picture does not show yet.

    What is written to the picture waits in two queues, of which one is emptied in a frame. While the map's next columns
    are in turn, a block that was hit or a coin that was taken waits one frame in the other.
    """
    pages = pages.copy()
    hit = {int(memory[ram.BLOCK_HIT_COLUMN + slot]) + int(memory[ram.BLOCK_HIT_ROW + slot]): slot for slot in range(2)}
    at = ram.PICTURE_QUEUE + 1
    while memory[at] != 0 and at + 4 < ram.PICTURE_QUEUE_2:
        address, count, tile = int(memory[at]) * 256 + int(memory[at + 1]), int(memory[at + 2]), int(memory[at + 3])
        at += 3 + (count & _QUEUE_COUNT if count < _QUEUE_REPEATS else 1)
        page, line, column = address >> 10 & 1, address >> 5 & 31, address & 31
        row = (line - _MAP_LINE) // 2
        if count != 2 or not 0 <= row < BLOCK_ROWS or line % 2:
            continue  # not the upper half of a block
        place = BLOCK_ROWS * BLOCK_SIZE * page + BLOCK_SIZE * row + column // 2
        if tile != _BLANK_TILE:
            pages[place] = _NO_BLOCK
        elif place not in hit:
            pages[place] = _COIN
        elif memory[ram.BLOCK_HIT_RESULT + hit[place]] == _NO_BLOCK:
            pages[place] = _BRICK
    return pages


def _screen_left(memory: Memory) -> int:
    return int(memory[ram.SCREEN_LEFT_PAGE]) * 256 + int(memory[ram.SCREEN_LEFT])


def _lines_shown(rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Which lines of the sprites the hardware draws: at most 8 sprites a line, those of the lowest index.

    Args:
        rows: line of each sprite's 8 pixel rows, intp (n, 8), -7 to 255, highest index first.

    Returns:
        bool (n, 8).
    """
    lines = rows + CROP
    if len(rows) <= SPRITES_PER_LINE:
        return np.ones(rows.shape, bool)
    covers = np.zeros((len(rows), 256 + 2 * CROP), np.int8)
    np.put_along_axis(covers, lines, 1, axis=1)
    rank = np.cumsum(covers[::-1], axis=0, dtype=np.int8)[::-1]
    return np.take_along_axis(rank, lines, axis=1) <= SPRITES_PER_LINE


def _with_flips(tiles: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Tiles by attribute bits 7 and 6 (vertical, horizontal flip), uint8 (4, 256, 8, 8)."""
    return np.stack([tiles, tiles[:, :, ::-1], tiles[:, ::-1], tiles[:, ::-1, ::-1]])


def _metatile_opacity(rom: Rom) -> npt.NDArray[np.bool_]:
    """Which pixels of each metatile hide a sprite behind the map, bool (256, 16, 16); none of metatile 0."""
    opaque = np.zeros((256, BLOCK_SIZE, BLOCK_SIZE), bool)
    for metatile in np.flatnonzero(METATILE_CLASSES):
        tiles = metatile_tiles(rom, int(metatile))
        opaque[metatile] = np.block([[rom.tiles[256 + tiles[0]], rom.tiles[256 + tiles[2]]],
                                     [rom.tiles[256 + tiles[1]], rom.tiles[256 + tiles[3]]]]) > 0  # fmt: skip
    return opaque


def metatile_tiles(rom: Rom, metatile: int) -> tuple[int, int, int, int]:
    """CHR tiles (of the map's half) of a metatile: upper left, lower left, upper right, lower right.

    InputError where the program does not hold its table.
    """
    start = rom.find(_FIRST_METATILES, "the table of metatiles")
    low, high = rom.read(start - 8, 8).astype(int).reshape(2, 4)
    tables = low + 256 * high
    if tables[0] != start:
        raise rom.unlike("the addresses of its metatiles do not stand before them")
    address = int(tables[metatile >> 6]) + 4 * (metatile & 0x3F)
    first, second, third, fourth = (int(tile) for tile in rom.read(address, 4))
    return first, second, third, fourth
