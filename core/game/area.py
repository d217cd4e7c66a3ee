"""How long the area on screen is and where its goal stands, read from the ROM's own map data.

The game's area data (SMBDIS: AreaData, ProcessAreaData) are two bytes an object until $FD: the column and row within
a page; then a page flag (bit 7) and the kind of object. In row 13, a second byte without bit 6
jumps to a page, and the kinds $41 and $42 are the flagpole and the axe.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.frame import Memory
from core.game import memory as ram
from core.game.rom import Rom

_END = 0xFD
_SPECIAL_ROW = 13
_GOAL_KINDS = (0x41, 0x42)
_MAX_OBJECTS = 200  # the longest area has fewer than 100


@dataclass(frozen=True, slots=True)
class AreaMap:
    """What the map data say of an area.

    Attributes:
        length: x of its last object, pixels.
        goal_x: x of the flagpole or axe, pixels; None in an area without one.
    """

    length: int
    goal_x: int | None


def read_area_map(rom: Rom, memory: Memory) -> AreaMap:
    """The map of the area that the work RAM, uint8 (2048,), says is loaded."""
    address = ram.area_address(memory)
    page, length, goal_x = 0, 0, None
    for offset in range(0, 2 * _MAX_OBJECTS, 2):
        place, kind = (int(byte) for byte in rom.read(address + offset, 2))
        if place == _END:
            break
        page += kind >> 7
        if place & 0x0F == _SPECIAL_ROW and not kind & 0x40:
            page = kind & 0x1F
            continue
        x = 256 * page + 16 * (place >> 4)
        length = max(length, x)
        if place & 0x0F == _SPECIAL_ROW and kind & 0x7F in _GOAL_KINDS:
            goal_x = x
    return AreaMap(length, goal_x)
