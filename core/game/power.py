"""Giving Mario a power, as a mushroom or a flower would, and question blocks that hold one."""

from __future__ import annotations

import numpy as np

from core.frame import BLOCK_ROWS
from core.game import memory as ram
from core.game.emulator import Emulator

SMALL, BIG, FIRE = range(3)
# Colours 1 to 3 of Mario's palette (SMBDIS: PlayerColors) and where the picture chip keeps them.
_MARIO_COLOURS = (0x16, 0x27, 0x18)
_FIRE_COLOURS = (0x37, 0x27, 0x16)
_PALETTE_ADDRESS = (0x3F, 0x11)


def set_power(emulator: Emulator, power: int) -> None:
    """Make Mario small (0), big (1) or fiery (2) from the next frame on, colours included.

    The game draws him by size and power; his colours go to the picture chip by way of the game's own queue, behind
    whatever waits there.
    """
    colours = _FIRE_COLOURS if power == FIRE else _MARIO_COLOURS
    entry = (*_PALETTE_ADDRESS, len(colours), *colours)
    used = int(emulator.memory()[ram.PICTURE_QUEUE])
    values = {ram.POWER: power, ram.PLAYER_SIZE: int(power == SMALL), ram.PICTURE_QUEUE: used + len(entry)}
    first = ram.PICTURE_QUEUE + 1 + used
    emulator.poke(values | {first + offset: value for offset, value in enumerate((*entry, 0))})


_BLOCK_BUFFER_BYTES = 2 * 16 * BLOCK_ROWS
_WITH_COIN, _WITH_POWER_UP = 0xC0, 0xC1  # metatiles of question blocks (SMBDIS); the two look alike


def fill_question_blocks(emulator: Emulator, share: float, rng: np.random.Generator) -> None:
    """Give a share (0 to 1) of the loaded question blocks that hold a coin a mushroom or flower in its place."""
    buffer = emulator.memory()[ram.BLOCK_BUFFER : ram.BLOCK_BUFFER + _BLOCK_BUFFER_BYTES]
    blocks = ram.BLOCK_BUFFER + np.flatnonzero(buffer == _WITH_COIN)
    chosen = blocks[rng.random(len(blocks)) < share]
    emulator.poke({int(address): _WITH_POWER_UP for address in chosen})
