"""The search along a level, on the real game."""

from __future__ import annotations

import numpy as np
import pytest

from core.game import memory as ram
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import Rom
from core.level_search.search import Archive, search_level


def _search(emulator: RetroEmulator, rom: Rom, level: str, steps: int, seed: int = 0) -> Archive:
    return search_level(emulator, rom, Level.parse(level), steps=steps, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(("level", "least"), [("1-1", 500), ("2-2", 500), ("1-4", 300)])
def test_it_gets_along_levels_of_different_kinds(emulator: RetroEmulator, rom: Rom, level: str, least: int) -> None:
    archive = _search(emulator, rom, level, 400)
    assert max(archive.furthest.values()) > least
    assert 250 < archive.steps < 600, "in proportion to the level's length, and the last run is finished"
    for cell in archive.cells.values():
        emulator.load_state(cell.state)
        memory = emulator.memory()
        assert ram.player_x(memory) == cell.x and ram.is_under_control(memory) and not ram.is_dead(memory)


def test_the_same_seed_finds_the_same(emulator: RetroEmulator, rom: Rom) -> None:
    first, second, other = (_search(emulator, rom, "1-2", 150, seed) for seed in (5, 5, 6))
    assert first == second
    assert first != other


def test_without_steps_only_the_start_is_kept(emulator: RetroEmulator, rom: Rom) -> None:
    archive = _search(emulator, rom, "3-1", 0)
    (cell,) = archive.cells.values()
    assert cell.x == 40 and cell.steps == 0 and not archive.reached_goal
    assert archive.coverage() == pytest.approx(40 / 3200, abs=0.001)


def test_it_stops_when_asked(emulator: RetroEmulator, rom: Rom) -> None:
    rng = np.random.default_rng(0)
    archive = search_level(emulator, rom, Level(1, 1), steps=10_000, rng=rng, stopped=lambda: True)
    assert archive.steps == 0


def test_stretches_follow_the_level(emulator: RetroEmulator, rom: Rom) -> None:
    archive = _search(emulator, rom, "1-1", 200)
    stretches = archive.stretches()
    assert sum(map(len, stretches)) == len(archive.cells)
    starts = [stretch[0].x // 128 for stretch in stretches]
    assert starts == sorted(set(starts)) and len(starts) > 2
    summary = archive.summary()
    assert summary["starts"] == len(archive.cells) and 0 < summary["share"] < 1
