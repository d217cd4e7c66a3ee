"""Giving Mario a power, as a mushroom or a flower would."""

from __future__ import annotations

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
