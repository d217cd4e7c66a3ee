"""Lengths and goals of areas, read from the ROM."""

from __future__ import annotations

import pytest

from core.game.area import AreaMap, read_area_map
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import ALL_LEVELS, Level
from core.game.rom import Rom


@pytest.mark.parametrize(
    ("level", "expected"),
    [("1-1", AreaMap(3232, 3168)), ("1-2", AreaMap(3168, None)), ("1-4", AreaMap(2384, 2256))],
)
def test_known_levels(emulator: RetroEmulator, rom: Rom, level: str, expected: AreaMap) -> None:
    emulator.enter(Level.parse(level))
    assert read_area_map(rom, emulator.memory()) == expected


def test_every_level_has_a_length_and_most_a_goal(emulator: RetroEmulator, rom: Rom) -> None:
    goals = {}
    for level in ALL_LEVELS:
        emulator.enter(level)
        area = read_area_map(rom, emulator.memory())
        assert 2000 < area.length < 6200
        goals[str(level)] = area.goal_x
    # The goal of these four stands in the area behind their last pipe.
    assert {level for level, goal in goals.items() if goal is None} == {"1-2", "2-2", "4-2", "7-2"}
