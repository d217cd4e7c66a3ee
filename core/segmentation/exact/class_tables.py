"""Which metatile, object kind and sprite tile belongs to which class (the game's public disassembly, SMBDIS)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core import classes as c


def _table(default: int, entries: dict[int, Iterable[int]]) -> npt.NDArray[np.uint8]:
    table = np.full(256, default, np.uint8)
    for class_id, indices in entries.items():
        table[list(indices)] = class_id
    table.setflags(write=False)
    return table


METATILE_CLASSES = _table(
    c.BACKGROUND,
    {
        c.PIPE: (*range(0x10, 0x16), *range(0x1C, 0x22), 0x6B, 0x6C),
        c.GROUND: (*range(0x16, 0x1C), 0x54, 0x62, 0x63, 0x69, 0x88, 0x89),
        c.BLOCK: (0x61, 0x64, 0x65, 0x66, 0xC4),
        c.BRICK: (*range(0x51, 0x54), *range(0x55, 0x5F)),
        c.QUESTION: (0xC0, 0xC1),
        c.COIN: (0xC2, 0xC3),
        c.GOAL: (0x24, 0x25, 0xC5),
    },
)
"""Class of each metatile of the block buffer, uint8 (256,)."""

OBJECT_CLASSES = _table(
    c.ENEMY,
    {
        c.GOOMBA: (0x06,),
        c.KOOPA: (*range(0x05), *range(0x0E, 0x11)),
        c.PIRANHA: (0x0D,),
        c.POWERUP: (0x2E,),
        c.GOAL: (0x30,),
        c.PLATFORM: (*range(0x24, 0x2D), 0x32),
        c.BACKGROUND: (0x16, 0x2F, 0x31, 0x34, 0x35),
    },
)
"""Class of each kind of object, uint8 (256,)."""

UNOWNED_TILE_CLASSES = _table(
    c.BACKGROUND,
    {
        c.COIN: range(0x60, 0x64),
        c.FIREBALL: (0x64, 0x65),
        c.BRICK: (0x85, 0x86),
        c.BLOCK: (0x87,),
        c.GOOMBA: (*range(0x70, 0x74), 0xEF),
        c.KOOPA: (*range(0x69, 0x70), *range(0xA0, 0xB2), 0xF4, 0xF5),
        c.PIRANHA: (0xE5, 0xE6, *range(0xEB, 0xEF)),
        c.POWERUP: (*range(0x76, 0x7A), 0x8D, 0xD6, 0xD9, 0xE4),
        c.PLATFORM: (0x5B, 0x75, *range(0xF0, 0xF4)),
        c.GOAL: (0x7E, 0x7F),
        c.ENEMY: (
            *range(0x51, 0x54),
            *(0x7C, 0x7D),
            *range(0x80, 0x84),
            *range(0x88, 0x8D),
            *(0x8E, 0x8F),
            *range(0x94, 0x9E),
            *range(0xB2, 0xCD),
            *range(0xD0, 0xD6),
            0xD7,
            *range(0xDC, 0xE0),
            *(0xE2, 0xE3),
            *range(0xE7, 0xEB),
        ),
    },
)
"""Class of a sprite that no object owns, by its tile, uint8 (256,).

An object that is gone is still drawn in the frame in which it goes.
"""
