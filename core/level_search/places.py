"""Places evenly along a level: where an evaluation has its episodes begin besides the level's start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import InputError
from core.game.emulator import Emulator
from core.game.level import Level
from core.game.rom import Rom
from core.game.route import route_of
from core.level_search.find_starts import SEARCH_STEPS, find_starts
from core.level_search.starts import Start

_SEED = 1  # of the search: the same places for every player


def find_places(emulator: Emulator, rom: Rom, levels: Sequence[Level], count: int) -> list[Start]:
    """So many places of each level, in its order: the same ones each time.

    They lie as evenly along the level's route as the places that a search found allow; the first is its start.

    Raises:
        InputError: an engine without save states, or a level of which the search found fewer places.
    """
    found = []
    for level in levels:
        places = find_starts(emulator, rom, [str(level)], _SEED, SEARCH_STEPS)
        route = route_of(rom, level)
        found += spread([(route.progress_at(place.area, place.x), place) for place in places], count, str(level))
    return found


def spread(places: Sequence[tuple[float, Start]], count: int, level: str) -> list[Start]:
    """So many of some places that lie as evenly as those allow.

    Each is the one nearest to where it should be, of those behind the one before that leave enough for the rest.

    Args:
        places: each with its progress, 0 to 1.
        count: how many to choose.
        level: their level, for the sentence of a mistake.
    """
    ordered = sorted(places, key=lambda place: (place[0], place[1].x, place[1].state))
    if len(ordered) < count:
        raise InputError(f"places: {level} has {len(ordered)} places to begin at; ask for no more of them")
    progress = np.array([at for at, _ in ordered])
    chosen, first = [], 0
    for number, wanted in enumerate(np.linspace(progress[0], progress[-1], count)):
        last = len(ordered) - (count - number - 1)
        first += int(np.abs(progress[first:last] - wanted).argmin())
        chosen.append(ordered[first][1])
        first += 1
    return chosen
