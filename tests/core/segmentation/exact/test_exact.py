"""The exact labels against the picture itself: what they say is drawn there must have the right colours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core import classes as c
from core.errors import InputError
from core.frame import MEMORY_SIZE, Snapshot, pack_rgb
from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS
from core.game.level import Level
from core.game.rom import Rom
from core.segmentation.exact import segmenter as exact
from core.segmentation.exact.class_tables import METATILE_CLASSES
from core.segmentation.exact.segmenter import ExactSegmenter, metatile_tiles
from core.segmentation.segmenter import SegmentationError
from tests.core.game.action_logs import TO_THE_FLAG_OF_1_1
from tests.core.game.relocated import SHIFT, relocated

_BUTTONS = (0x80, 0x81, 0x82, 0x83, 0x83)  # right, with A and B


@pytest.fixture(scope="module")
def segmenter(rom: Rom) -> ExactSegmenter:
    return ExactSegmenter(rom)


def play(emulator: Emulator, level: str, frames: int, seed: int = 0) -> Iterator[Snapshot]:
    """Every frame of a right-biased random player, up to the end of its life."""
    random = np.random.default_rng(seed)
    emulator.enter(Level.parse(level))
    buttons = 0x80
    for index in range(frames):
        if index % 12 == 0:
            buttons = int(random.choice(_BUTTONS))
        snapshot = emulator.step(buttons)
        assert snapshot.memory is not None
        if not ram.is_in_play(snapshot.memory):
            return
        yield snapshot


def test_blocks_are_found_wherever_the_program_keeps_them(rom: Rom, segmenter: ExactSegmenter) -> None:
    """As in another revision, where the same table has another address."""
    other = relocated(rom)
    assert (ExactSegmenter(other)._opaque == segmenter._opaque).all()
    tables = bytearray(other.data)
    tables[16 + 0x0B08 - SHIFT] ^= 1  # the first of the tables' addresses
    with pytest.raises(InputError, match="metatiles do not stand before them; please report it"):
        ExactSegmenter(Rom(bytes(tables), None))


@pytest.mark.parametrize("level", ["1-1", "1-2", "2-2", "3-3", "5-4", "6-1", "7-3"])
def test_every_block_pixel_has_the_colour_of_its_tile(
    emulator: Emulator, rom: Rom, segmenter: ExactSegmenter, level: str
) -> None:
    patterns = {}
    checked = 0
    for snapshot in list(play(emulator, level, 240))[::12]:
        memory = snapshot.memory
        assert memory is not None
        sprite_free = segmenter.segment(snapshot) < c.MARIO
        metatiles = np.zeros((224, 240), np.uint8)
        metatiles[24:] = exact._metatile_columns(memory).repeat(16, axis=0)[:200]
        table = memory[0x200:0x300].reshape(64, 4).astype(int)
        near_sprites = np.zeros((288, 288), bool)
        for y, _, _, x in table:
            near_sprites[y + 1 : y + 9, x : x + 8] = True
        sprite_free &= ~near_sprites[8:232, 8:248]
        rows, columns = np.nonzero((metatiles > 0) & sprite_free)
        left = int(memory[ram.SCREEN_LEFT_PAGE]) * 256 + int(memory[ram.SCREEN_LEFT])
        for metatile in np.unique(metatiles[rows, columns]):
            if metatile not in patterns:
                a, b, d, e = (rom.tiles[256 + tile] for tile in metatile_tiles(rom, int(metatile)))
                patterns[metatile] = np.block([[a, d], [b, e]])
            here = metatiles[rows, columns] == metatile
            index = patterns[metatile][(rows[here] - 24) % 16, (columns[here] + 8 + left) % 16]
            colours = pack_rgb(snapshot.frame[rows[here], columns[here]])
            for value in np.unique(index):
                assert len(np.unique(colours[index == value])) == 1, f"metatile {metatile:02X}, colour {value}"
            checked += int(here.sum())
    assert checked > 20_000


@pytest.mark.parametrize("level", ["1-1", "2-1", "3-4", "4-2", "6-3", "8-3"])
def test_every_sprite_pixel_has_the_colour_of_its_palette(
    emulator: Emulator, segmenter: ExactSegmenter, level: str
) -> None:
    checked = 0
    for snapshot in list(play(emulator, level, 240, seed=1))[::8]:
        memory = snapshot.memory
        assert memory is not None
        table = memory[0x200:0x300].reshape(64, 4).astype(np.intp)
        pixels = segmenter._sprite_pixels(table)
        in_front = (table[pixels.sprite, 2] & 0x20) == 0
        colours = pack_rgb(snapshot.frame.reshape(-1, 3)[pixels.place[in_front]])
        for colour in np.unique(pixels.colour[in_front]):
            assert len(np.unique(colours[pixels.colour[in_front] == colour])) == 1
        checked += int(in_front.sum())
    assert checked > 1_000


def test_mario_is_where_the_memory_says(emulator: Emulator, segmenter: ExactSegmenter) -> None:
    for snapshot in list(play(emulator, "1-1", 120))[::10]:
        memory = snapshot.memory
        assert memory is not None
        _, columns = np.nonzero(segmenter.segment(snapshot) == c.MARIO)
        expected = ram.player_x(memory) - int(memory[ram.SCREEN_LEFT_PAGE]) * 256 - int(memory[ram.SCREEN_LEFT]) - 8
        assert abs(columns.min() - expected) <= 4


def test_outside_play_all_is_background(emulator: Emulator, segmenter: ExactSegmenter) -> None:
    emulator.enter(Level.parse("1-1"))
    emulator.poke({ram.MODE: 0})
    assert not segmenter.segment(emulator.step(0)).any()


def test_a_frame_without_memory_is_refused(segmenter: ExactSegmenter) -> None:
    with pytest.raises(SegmentationError, match="stable-retro"):
        segmenter.segment(Snapshot(np.zeros((224, 240, 3), np.uint8)))


def _memory_with_object(alive: tuple[int, int], kinds: tuple[int, int]) -> np.ndarray:
    memory = np.zeros(MEMORY_SIZE, np.uint8)
    memory[ram.PLAYER_SPRITES] = 4 * 50
    memory[ram.OBJECT_ALIVE : ram.OBJECT_ALIVE + 2] = alive
    memory[ram.OBJECT_KIND : ram.OBJECT_KIND + 2] = kinds
    memory[ram.OBJECT_SPRITES : ram.OBJECT_SPRITES + 2] = (4 * 10, 4 * 20)
    return memory


def test_the_second_half_of_a_long_fire_bar_is_an_enemy_whatever_its_slot_was_before() -> None:
    table = np.zeros((64, 4), np.intp)
    table[:, 1] = 0x64
    memory = _memory_with_object(alive=(1, 0x80), kinds=(0x1F, 0x06))
    classes = exact.sprite_classes(memory, table)
    assert set(classes[10:16]) == set(classes[20:26]) == {c.ENEMY}
    assert classes[30] == c.FIREBALL


def test_a_dead_slot_owns_nothing_and_score_digits_are_background_everywhere() -> None:
    table = np.zeros((64, 4), np.intp)
    table[:, 1] = 0x84
    table[[20, 51], 1] = 0xF6
    memory = _memory_with_object(alive=(0, 1), kinds=(0x06, 0x06))
    classes = exact.sprite_classes(memory, table)
    assert set(classes[10:16]) == {c.BACKGROUND}
    assert set(classes[21:26]) == {c.GOOMBA}
    assert classes[20] == classes[51] == c.BACKGROUND
    assert set(classes[[50, *range(52, 58)]]) == {c.MARIO}


def test_an_enemy_that_is_gone_is_still_drawn_in_the_frame_in_which_it_goes() -> None:
    table = np.zeros((64, 4), np.intp)
    table[10, 1] = 0xEF  # a trodden goomba's
    assert exact.sprite_classes(_memory_with_object(alive=(0, 0), kinds=(0x06, 0x06)), table)[10] == c.GOOMBA


def test_a_block_is_what_the_picture_shows_while_its_change_waits_behind_the_next_columns() -> None:
    hit, coin = (6, 3), (12, 7)  # block column and row, on the first page
    memory = np.zeros(MEMORY_SIZE, np.uint8)
    queue = []
    for column, row in (hit, coin):
        address = 0x2000 + 32 * (4 + 2 * row) + 2 * column
        for line in (address, address + 32):
            queue += [line >> 8, line & 0xFF, 2, 0x24, 0x24]
    memory[ram.PICTURE_QUEUE + 1 : ram.PICTURE_QUEUE + 1 + len(queue)] = queue
    memory[ram.BLOCK_HIT_COLUMN], memory[ram.BLOCK_HIT_ROW] = hit[0], 16 * hit[1]
    shown = {}
    for in_use in (0, 6):
        memory[ram.PICTURE_QUEUE_IN_USE] = in_use
        columns = METATILE_CLASSES[exact._metatile_columns(memory)]
        shown[in_use] = [int(columns[row, 16 * column]) for column, row in (hit, coin)]
    assert shown == {0: [c.BACKGROUND, c.BACKGROUND], 6: [c.BRICK, c.COIN]}


def test_the_hardware_draws_eight_sprites_a_line_those_of_the_lowest_index() -> None:
    rows = np.tile(np.arange(40, 48), (10, 1))
    shown = exact._lines_shown(rows)  # highest index first
    assert shown.all(axis=1).tolist() == [False, False] + [True] * 8


def test_mario_behind_the_castle_at_the_end_of_a_level_is_not_seen(
    emulator: Emulator, segmenter: ExactSegmenter
) -> None:
    emulator.enter(Level.parse("1-1"))
    for action in TO_THE_FLAG_OF_1_1:
        emulator.step(ACTIONS[action].buttons, frames=4)
    seen = []
    for _ in range(260):
        snapshot = emulator.step(0)
        assert snapshot.memory is not None
        class_map = segmenter.segment(snapshot)
        if ram.player_x(snapshot.memory) == 3266:
            seen.append(int((class_map == c.MARIO).sum()))
    assert len(seen) > 50
    assert max(seen[2:]) == 0


def test_colours_of_a_palette_in_which_two_are_the_same() -> None:
    """While the game fades or flashes, two colours in front look alike: that once looped for ever."""
    colour = np.array([1, 2, 3, 3])
    seen = np.array([7, 7, 7, 9], np.uint32)
    in_front = np.array([True, True, False, False])
    shown = exact._palette_colours(colour, seen, in_front, np.array([2, 3]))
    assert shown[1:4].tolist() == [7, 7, 9]
