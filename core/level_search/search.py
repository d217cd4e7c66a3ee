"""Search for states along a level: a small Go-Explore (Ecoffet et al. 2021) on the emulator's save states.

Random play of 1-1 dies near x 700, so a data set needs other places to start from. The level is cut into cells of
32 x 32 pixels (by area, and by what a castle's maze counts); the first state in each cell is kept. Again and again a
cell is drawn, the furthest and least visited first, and random runs and jumps to the right are played from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core.frame import Memory
from core.game import memory as ram
from core.game.area import AreaMap, read_area_map
from core.game.emulator import DOWN, LEFT, RIGHT, A, B, Emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.level import Level
from core.game.rom import Rom
from core.level_search.starts import STRETCH_PIXELS

_CELL_WIDTH = 32  # pixels
_CELL_HEIGHT = 32  # pixels
_USUAL_LENGTH = 3200  # pixels of a level, for which the steps are meant
_RUN_STEPS = 20  # agent steps without a new cell after which a run ends
_FRONTIER = 8  # cells of an area that count as its furthest
_FRONTIER_CHANCE = 0.6
_ENOUGH = 0.25  # share of the steps that is spent even when the goal is reached at once, for variety

# Moves on land: buttons, least and most agent steps that they are held, and how often each is drawn.
_LAND_MOVES = (
    (RIGHT | B, 1, 6, 0.26),
    (RIGHT | B | A, 2, 8, 0.36),
    (RIGHT | A, 2, 8, 0.10),
    (RIGHT, 1, 4, 0.06),
    (0, 1, 8, 0.08),
    (LEFT, 1, 5, 0.04),
    (LEFT | B | A, 2, 8, 0.04),
    (DOWN, 3, 8, 0.06),
)
# Under water a press of A is one stroke, so moves are short.
_WATER_MOVES = (
    (RIGHT | A, 1, 1, 0.40),
    (RIGHT, 1, 4, 0.40),
    (RIGHT, 8, 20, 0.05),  # into a pipe at the side, which is entered walking
    (0, 1, 3, 0.05),
    (A, 1, 1, 0.05),
    (LEFT, 1, 3, 0.05),
)

CellKey = tuple[int, ...]


@dataclass(slots=True)
class Cell:
    """A place of the level and how it is reached.

    Attributes:
        area: the area, by the address of its map data.
        x: position of Mario, pixels.
        state: save state there.
        steps: agent steps from the level's start.
        visits: how often a run began here.
    """

    area: int
    x: int
    state: bytes
    steps: int
    visits: int = 0


@dataclass(slots=True)
class Archive:
    """What a search found, and what play from there saw.

    Attributes:
        cells: by area, place and maze counters, in the order found.
        furthest: largest x seen in each area, pixels.
        maps: length and goal of each area seen.
        reached_goal: whether the flagpole was touched or the axe taken.
        steps: agent steps spent.
    """

    cells: dict[CellKey, Cell] = field(default_factory=dict)
    furthest: dict[int, int] = field(default_factory=dict)
    maps: dict[int, AreaMap] = field(default_factory=dict)
    reached_goal: bool = False
    steps: int = 0

    def note_place(self, rom: Rom, memory: Memory) -> None:
        """Count the place where Mario is as seen, and the goal if that is it."""
        area, x = ram.area_address(memory), ram.player_x(memory)
        self.reached_goal |= ram.has_reached_goal(memory)
        if ram.is_left_of_area(memory):
            return
        if area not in self.maps:
            self.maps[area] = read_area_map(rom, memory)
        self.furthest[area] = max(self.furthest.get(area, 0), x)

    def stretches(self) -> list[list[Cell]]:
        """The cells by stretch of half a screen (128 pixels) of an area, in the order of the level."""
        groups: dict[tuple[int, int], list[Cell]] = {}
        for cell in self.cells.values():
            groups.setdefault((cell.area, cell.x // STRETCH_PIXELS), []).append(cell)
        return [groups[key] for key in sorted(groups)]

    def coverage(self) -> float:
        """Share of the level seen, 0 to 1: 1 with the goal, else furthest x over length, summed over areas seen."""
        if self.reached_goal:
            return 1.0
        lengths = {area: area_map.goal_x or area_map.length for area, area_map in self.maps.items()}
        seen = sum(min(self.furthest[area], length) for area, length in lengths.items())
        return seen / max(sum(lengths.values()), 1)

    def summary(self) -> dict[str, Any]:
        """The coverage for a manifest; lengths in pixels, steps in agent steps."""
        return {
            "share": round(self.coverage(), 4),
            "reached_goal": self.reached_goal,
            "areas": [
                {"furthest_x": self.furthest[area], "length": area_map.length, "goal_x": area_map.goal_x}
                for area, area_map in self.maps.items()
            ],
            "starts": len(self.cells),
            "search_steps": self.steps,
        }


def search_level(
    emulator: Emulator,
    rom: Rom,
    level: Level,
    *,
    steps: int,
    rng: np.random.Generator,
    stopped: Callable[[], bool] = lambda: False,
) -> Archive:
    """Search one level for some agent steps; the same generator gives the same archive.

    Args:
        emulator: one with save states.
        rom: for the areas' lengths.
        level: where to start.
        steps: agent steps (4 emulator frames each) to spend at most on a level of 3,200 pixels, in proportion on
            others; 0 keeps the start only.
        rng: draws cells and moves.
        stopped: asked before each run; True ends the search early.
    """
    search = _Search(emulator, rom, steps, rng)
    search.start(level)
    while not search.is_done() and not stopped():
        search.run_from(search.draw_cell())
    return search.archive


class _Search:
    def __init__(self, emulator: Emulator, rom: Rom, steps: int, rng: np.random.Generator) -> None:
        self.archive = Archive()
        self._emulator, self._rom, self._budget, self._rng = emulator, rom, steps, rng

    def start(self, level: Level) -> None:
        self._emulator.enter(level)
        memory = self._emulator.memory()
        self.archive.note_place(self._rom, memory)
        self._add_cell(memory, 0)

    def is_done(self) -> bool:
        spent = self.archive.steps
        budget = self._budget * max(area_map.length for area_map in self.archive.maps.values()) / _USUAL_LENGTH
        return spent >= budget or (self.archive.reached_goal and spent >= _ENOUGH * budget)

    def draw_cell(self) -> Cell:
        """A cell at some area's furthest end, or any; those where few runs began are likelier."""
        cells = list(self.archive.cells.values())
        if self._rng.random() < _FRONTIER_CHANCE:
            areas: dict[int, list[Cell]] = {}
            for cell in cells:
                areas.setdefault(cell.area, []).append(cell)
            cells = [c for area in areas.values() for c in sorted(area, key=lambda c: -c.x)[:_FRONTIER]]
        weights = 1.0 / (1.0 + np.array([cell.visits for cell in cells]))
        return cells[int(self._rng.choice(len(cells), p=weights / weights.sum()))]

    def run_from(self, cell: Cell) -> None:
        """Play random moves from a cell until Mario dies, the goal is reached, or nothing new turns up for a while."""
        cell.visits += 1
        self._emulator.load_state(cell.state)
        memory = self._emulator.memory()
        steps, idle = cell.steps, 0
        while idle < _RUN_STEPS:
            buttons, count = self._draw_move(memory)
            for _ in range(count):
                self._emulator.step(buttons, FRAMES_PER_STEP)
                memory = self._emulator.memory()
                self.archive.steps += 1
                steps += 1
                if ram.is_dead(memory):
                    return
                if ram.has_reached_goal(memory):
                    self.archive.note_place(self._rom, memory)
                    return
                idle = 0 if self._keep(memory, steps) else idle + 1

    def _draw_move(self, memory: Memory) -> tuple[int, int]:
        moves = _WATER_MOVES if int(memory[ram.AREA_KIND]) == ram.WATER else _LAND_MOVES
        buttons, least, most, _ = moves[int(self._rng.choice(len(moves), p=[move[3] for move in moves]))]
        return buttons, int(self._rng.integers(least, most + 1))

    def _keep(self, memory: Memory, steps: int) -> bool:
        """Keep the moment if Mario stands safely in a new cell, or got there sooner; True for a new one."""
        if not ram.is_under_control(memory) or ram.is_left_of_area(memory):
            return False
        self.archive.note_place(self._rom, memory)
        in_air = int(memory[ram.FLOAT_STATE]) != 0 and int(memory[ram.AREA_KIND]) != ram.WATER
        if in_air:  # perhaps above a pit
            return False
        return self._add_cell(memory, steps)

    def _add_cell(self, memory: Memory, steps: int) -> bool:
        key = _cell_key(memory)
        known = self.archive.cells.get(key)
        if known is not None and known.steps <= steps:
            return False
        visits = known.visits if known else 0
        area = ram.area_address(memory)
        self.archive.cells[key] = Cell(area, ram.player_x(memory), self._emulator.save_state(), steps, visits)
        return known is None


def _cell_key(memory: npt.NDArray[np.uint8]) -> CellKey:
    variables = ram.read_variables(memory)
    maze = (int(memory[ram.LOOPS_RIGHT]), int(memory[ram.LOOPS_RIGHT + 1]))
    return (ram.area_address(memory), *maze, variables.x // _CELL_WIDTH, variables.y // _CELL_HEIGHT)
