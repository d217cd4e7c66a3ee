"""Finding places along the levels from which training episodes can begin."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.game import memory as ram
from core.game.emulator import RIGHT, A, B, Emulator
from core.game.engines import make_emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.mario_env import can_start
from core.game.level import Level
from core.game.rom import Rom, load_rom
from core.level_search.search import Archive, Cell, search_level
from core.level_search.starts import Start, save_starts

SEARCH_STEPS = 6000  # agent steps a level: about ten seconds
_SURVIVAL_STEPS = 12  # agent steps that Mario must be able to live on
# Ways to live on, likeliest first: (buttons, agent steps) in turn, the last one to the end.
_PLANS = (
    ((RIGHT | A | B, 8), (RIGHT | B, 12)),
    ((0, 12),),
    ((RIGHT | B, 3), (RIGHT | A | B, 12)),
    ((RIGHT | A, 8), (0, 12)),
    ((RIGHT | A, 2), (RIGHT, 12)),
)


def write_starts(
    path: Path,
    levels: Sequence[str],
    rom: Path | None = None,
    engine: str = "auto",
    seed: int = 1,
    steps: int = SEARCH_STEPS,
) -> None:
    """Search levels for places to start from and write the file that ``make_agent_env`` reads.

    The same arguments give the same file. A level's own start is always one of its places.

    Args:
        path: the file.
        levels: "1-1" and so on.
        rom, engine: as in ``make_emulator``.
        seed: of the searches.
        steps: agent steps for each level.

    Raises:
        InputError: an engine without save states, or a level that does not exist.
        RunError: the disk is full.
    """
    loaded_rom = load_rom(rom)
    with closing(make_emulator(engine, loaded_rom)) as emulator:
        save_starts(path, find_starts(emulator, loaded_rom, levels, seed, steps))


def find_starts(emulator: Emulator, rom: Rom, levels: Sequence[str], seed: int, steps: int) -> list[Start]:
    """The places of each level from which play to the right can go on; InputError on an engine without save states."""
    if not emulator.has_states:
        raise InputError(f"start_share: {emulator.name} has no save states; use stable-retro, or 0")
    starts = []
    for name in levels:
        level = Level.parse(name)
        rng = np.random.default_rng([seed, level.world, level.stage])
        archive = search_level(emulator, rom, level, steps=steps, rng=rng)
        places = [cell for cell in _on_course(archive) if can_live_on(emulator, cell.state, level)]
        starts += [Start(str(level), cell.area, cell.x, zlib.compress(cell.state, 6)) for cell in places]
    return starts


def _on_course(archive: Archive) -> list[Cell]:
    """The cells in the areas of the level's start and goal: rooms under a pipe are not on an agent's way right."""
    cells = list(archive.cells.values())
    first = cells[0].area
    return [cell for cell in cells if cell.area == first or archive.maps[cell.area].goal_x is not None]


def can_live_on(emulator: Emulator, state: bytes, level: Level) -> bool:
    """Whether an episode of a level can begin at a state: Mario is alive in it, and some simple plan keeps him so.

    A dark level that was left through a pipe is light when Mario comes back, and then no longer the same level.
    """
    emulator.load_state(state)
    memory = emulator.memory()
    if level.dark and memory[ram.COLOUR_CONTROL] != ram.NIGHT:
        return False
    return can_start(memory) and any(_survives(emulator, state, plan) for plan in _PLANS)


def _survives(emulator: Emulator, state: bytes, plan: Sequence[tuple[int, int]]) -> bool:
    """Whether Mario lives through a plan's first steps, or reaches the goal."""
    emulator.load_state(state)
    left = _SURVIVAL_STEPS
    for buttons, steps in plan:
        for _ in range(min(steps, left)):
            emulator.step(buttons, FRAMES_PER_STEP)
            memory = emulator.memory()
            if ram.has_reached_goal(memory):
                return True
            if ram.is_dead(memory):
                return False
        left -= min(steps, left)
    return True
