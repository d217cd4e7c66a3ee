"""How long the area on screen is and where its goal stands, read from the ROM's own map data.

The game's area data (SMBDIS: AreaData, ProcessAreaData) are two bytes an object until $FD: the column and row within
a page; then a page flag (bit 7) and the kind of object. In row 13, a second byte without bit 6
jumps to a page, and the kinds $41 and $42 are the flagpole and the axe.
"""

from __future__ import annotations

from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class AreaObject:
    """An object of the map data.

    Attributes:
        x: its left edge, pixels.
        row: 0 to 11 from the top of the area; 12 to 15 for kinds that have their own.
        kind: the game's number, 0 to 127.
    """

    x: int
    row: int
    kind: int

    @property
    def is_goal(self) -> bool:
        """Whether it is the flagpole or the axe."""
        return self.row == _SPECIAL_ROW and self.kind in _GOAL_KINDS


def read_area_map(rom: Rom, memory: Memory) -> AreaMap:
    """The map of the area that the work RAM, uint8 (2048,), says is loaded."""
    objects = list(area_objects(rom, ram.area_address(memory)))
    length = max((item.x for item in objects), default=0)
    return AreaMap(length, next((item.x for item in reversed(objects) if item.is_goal), None))


def area_objects(rom: Rom, address: int) -> Iterator[AreaObject]:
    """The objects of an area, from left to right; ``address`` as in ``memory.area_address``."""
    page = 0
    for offset in range(0, 2 * _MAX_OBJECTS, 2):
        place, kind = (int(byte) for byte in rom.read(address + offset, 2))
        if place == _END:
            return
        page += kind >> 7
        row = place & 0x0F
        if row == _SPECIAL_ROW and not kind & 0x40:
            page = kind & 0x1F
        else:
            yield AreaObject(256 * page + 16 * (place >> 4), row, kind & 0x7F)
