"""The way through a level, area by area, and how far along it a moment is: its *progress*, 0 to 1.

x alone does not tell: it begins anew in each area (in 4-2 the last pipe stands at x 2,992 and the flag, an area on, at
3,168), the warp zones lie beyond the pipe that leads on, and mazes send Mario back.

The route is read from the ROM's own tables (SMBDIS: WorldAddrOffsets, AreaAddrOffsets, EnemyData, AreaData): where a
level begins, which pipes can be entered and where each leads in this world, and where the flagpole or the axe stands.
It is the way with the fewest pipes from the level's start to its goal, cut into *legs*: parts of an area that are
walked from left to right. 27 levels have one leg; 1-2, 2-2, 4-2 and 7-2 have two (the last pipe leads to the end of
another area), and 8-4, whose halls can only be left by the right pipe, has five.

Progress is the length of the legs behind plus how far the present one was walked, over the length of all and a pixel
more, which is the goal. So a moment short of the goal has less than 1, and 1 stands for the goal alone. What is beyond
a leg's end (a warp zone, the hall behind the right pipe) counts as its end, and what is not on the route (bonus rooms,
clouds, another level that a warp led to) as nothing: Mario keeps the progress with which he left, until he is further.

Limits: in the mazes of 4-4 and 7-4 a wrong turn looks like progress until the game sends Mario back, a screen or two
later; from there on nothing counts until he is further than that. A bonus room that skips a part of the level is worth
that part once it is left. The game looks a screen ahead when it sends Mario back: in 8-4 it does so, unseen, shortly
before he stands on the right pipe, so the last pixels of a hall come with the next hall.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.errors import InputError
from core.frame import Memory
from core.game import memory as ram
from core.game.area import AreaObject, area_objects
from core.game.level import Level
from core.game.rom import Rom

_PAGE = 256  # pixels
_START_X = 40  # where Mario stands at a level's start (SMBDIS: PlayerStarting_X_Pos), pixels
_PIPE_X = 56  # and where a pipe lets him out, from its page's left edge

# Tables of the program, found by what they hold: first areas of the worlds; then for each level its area; then, by kind
# of area, offsets into the addresses of enemy and area data, low bytes and high bytes.
_WORLD_OFFSETS = bytes.fromhex("00050a0e13171b20") + b"\x25\x29"
_WORLDS, _LEVEL_AREAS, _KINDS, _AREAS = 8, 36, 4, 34
_HEADER = 2  # bytes before an area's first object
# Places where a maze sends Mario back: worlds, pages, and the height at which he must pass there.
_LOOPS = bytes.fromhex("0303060606060606070707")
_NO_PASS = 0xF0  # a height at which nobody stands: only a pipe leads on

# Which pipe a pointer among the enemies belongs to: it is read when it comes as near to the screen's right edge as
# enemies do (48 pixels), while Mario, in front of the pipe, stands 112 pixels or less from the left one.
_POINTER_AHEAD = 255 - 112 + 48
_ENEMIES_END, _POINTER_ROW, _PAGE_ROW = 0xFF, 0x0E, 0x0F


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of an area that is walked from left to right.

    Attributes:
        area: as in ``memory.area_address``.
        begin, end: x where Mario enters it and where its pipe or the goal stands, pixels.
    """

    area: int
    begin: int
    end: int

    @property
    def length(self) -> int:
        """Pixels."""
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Route:
    """The way through a level.

    Attributes:
        level: which.
        legs: in order; those of one area follow each other to the right.
    """

    level: Level
    legs: tuple[Leg, ...]

    @property
    def length(self) -> int:
        """Pixels from the start to the goal."""
        return sum(leg.length for leg in self.legs)

    def progress_at(self, area: int, x: int) -> float:
        """How far along a place is, 0 to less than 1; 0 in an area that is not on the route."""
        behind, walked = 0, None
        for leg in self.legs:
            if leg.area == area and (x >= leg.begin or walked is None):
                walked = behind + min(max(x - leg.begin, 0), leg.length)
            behind += leg.length
        return (walked or 0) / (self.length + 1)

    def progress(self, memory: Memory) -> float:
        """The same of a moment, by its work RAM, uint8 (2048,).

        0 in another level, and while Mario is not placed: x belongs to the area before while another is entered.
        """
        if (int(memory[ram.WORLD]) + 1, int(memory[ram.STAGE]) + 1) != (self.level.world, self.level.stage):
            return 0.0
        if not ram.is_placed(memory) or ram.is_left_of_area(memory):
            return 0.0
        return self.progress_at(ram.area_address(memory), ram.player_x(memory))


class EpisodeProgress:
    """The greatest progress of an episode, over the route of the level in which it began.

    Attributes:
        greatest: so far, 0 to 1.
    """

    def __init__(self, rom: Rom, memory: Memory, saved: tuple[Level | None, float] | None = None) -> None:
        """Begin at a moment, or go on from one.

        Args:
            rom: the game.
            memory: work RAM of the moment, uint8 (2048,).
            saved: what ``read`` made of ``save``'s values; None to begin.
        """
        world, stage = int(memory[ram.WORLD]) + 1, int(memory[ram.STAGE]) + 1
        here = Level(world, stage) if world <= 8 and stage <= 4 else None  # a state may hold one that is no level
        self._level, self.greatest = (here, 0.0) if saved is None else saved
        self._route = None if self._level is None else route_of(rom, self._level)
        if saved is None:
            self.note(memory, reached_goal=False)

    def note(self, memory: Memory, *, reached_goal: bool) -> None:
        """Another moment; the goal is 1, whichever way led to it."""
        here = 1.0 if reached_goal else self._route.progress(memory) if self._route is not None else 0.0
        self.greatest = max(self.greatest, here)

    def save(self) -> list[Any]:
        """Plain values for ``read``."""
        return [None if self._level is None else str(self._level), self.greatest]

    @staticmethod
    def read(values: Any) -> tuple[Level | None, float] | None:
        """What ``save`` gave; None for None (an older program saved nothing), ValueError or TypeError otherwise."""
        if values is None:
            return None
        level, greatest = values
        return None if level is None else Level.parse(level), float(greatest)


@lru_cache(maxsize=64)
def route_of(rom: Rom, level: Level) -> Route:
    """The route of a level; InputError where the program's tables hold none."""
    try:
        tables = _Tables(rom)
        start = tables.level_area(level)
        legs = tables.way(level.world, start, _START_X, ())
    except InputError:
        raise
    except (ValueError, IndexError) as error:
        raise rom.unlike(f"its tables of areas lead nowhere ({error})") from None
    if legs is None:
        raise rom.unlike(f"it has no way through {level}")
    return Route(level, legs)


@dataclass(frozen=True, slots=True)
class _Pointer:
    """Where pipes lead, from a place of an area on: another area, and the page there."""

    x: int
    area: int
    page: int


class _Tables:
    def __init__(self, rom: Rom) -> None:
        self._rom = rom
        parts, at = [], rom.find(_WORLD_OFFSETS, "the table of areas")
        for size in (_WORLDS, _LEVEL_AREAS, _KINDS, _AREAS, _AREAS, _KINDS, _AREAS, _AREAS):
            parts.append(rom.read(at, size).tobytes())
            at += size
        self._worlds, self._levels, *self._addresses = parts
        loops, count = rom.find(_LOOPS, "the table of mazes"), len(_LOOPS)
        worlds, pages, heights = (rom.read(loops + i * count, count).tolist() for i in range(3))
        self._barriers = [(w + 1, p) for w, p, y in zip(worlds, pages, heights, strict=True) if y == _NO_PASS]

    def level_area(self, level: Level) -> int:
        return self._levels[self._worlds[level.world - 1] + level.area] & 0x7F

    def way(self, world: int, area: int, x: int, seen: tuple[tuple[int, int], ...]) -> tuple[Leg, ...] | None:
        """The legs from a place to the goal; None where there is no way."""
        objects = list(area_objects(self._rom, self._map_address(area)))
        barred = self._barrier(world, area, x)
        goal = next((item.x for item in objects if item.is_goal and x < item.x < barred), None)
        if goal is not None:
            return (Leg(self._map_address(area), x, goal),)
        ways = []
        for pipe in (item.x for item in objects if _is_open(item) and x < item.x < barred):
            pointer = self._pointer(world, area, pipe)
            if pointer is None or (pointer.area, pointer.page) in seen:
                continue
            here = (pointer.area, pointer.page)
            rest = self.way(world, pointer.area, _PAGE * pointer.page + _PIPE_X, (*seen, here))
            if rest is not None:
                ways.append((Leg(self._map_address(area), x, pipe), *rest))
        return min(ways, key=lambda legs: (len(legs), sum(leg.length for leg in legs)), default=None)

    def _barrier(self, world: int, area: int, x: int) -> int:
        """x of the next place behind which nobody comes on foot."""
        is_castle = area >> 5 == 3
        pages = [page for of_world, page in self._barriers if is_castle and of_world == world and _PAGE * page > x]
        return _PAGE * min(pages, default=1 << 8)

    def _map_address(self, area: int) -> int:
        return self._address(area, *self._addresses[3:]) + _HEADER

    def _address(self, area: int, offsets: bytes, low: bytes, high: bytes) -> int:
        index = offsets[area >> 5] + (area & 0x1F)
        return low[index] + 256 * high[index]

    def _pointer(self, world: int, area: int, pipe: int) -> _Pointer | None:
        """What was read last when Mario stands at a pipe."""
        near = [pointer for pointer in self._pointers(world, area) if pointer.x <= pipe + _POINTER_AHEAD]
        return near[-1] if near else None

    def _pointers(self, world: int, area: int) -> list[_Pointer]:
        """Those among the area's enemies: place, area, and the world (3 bits) in which they count with the page (5)."""
        address, page, found = self._address(area, *self._addresses[:3]), 0, []
        while (place := int(self._rom.read(address, 1)[0])) != _ENEMIES_END:
            kind, more = (int(byte) for byte in self._rom.read(address + 1, 2))
            row = place & 0x0F
            page = kind & 0x3F if row == _PAGE_ROW else page + (kind >> 7)
            if row == _POINTER_ROW and (more >> 5) + 1 == world:
                found.append(_Pointer(_PAGE * page + 16 * (place >> 4), kind & 0x7F, more & 0x1F))
            address += 3 if row == _POINTER_ROW else 2
        return found


def _is_open(item: AreaObject) -> bool:
    """Whether it is a pipe that Mario can enter: from above, at the side, or under water."""
    if item.row == 15:
        return item.kind >> 4 == 4
    return item.row < 12 and (item.kind == 9 or item.kind & 0x78 == 0x78)
