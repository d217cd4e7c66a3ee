"""Frames reached by playing: from places spread along a level, in every power, with random runs and jumps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.frame import Snapshot
from core.game import memory as ram
from core.game.emulator import DOWN, LEFT, RIGHT, A, B, Emulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.level import Level
from core.game.power import set_power
from core.game.rom import Rom
from core.level_search.search import search_level

_RUN_STEPS = 24  # agent steps from each place
_KEPT_ONE_IN = 4
_STEPS_AFTER_DEATH = 8
_MOVES = (RIGHT | B, RIGHT | A, RIGHT | A | B, RIGHT, A | B, 0, LEFT | A, LEFT, DOWN)
_CHANCES = (0.2, 0.15, 0.25, 0.1, 0.06, 0.06, 0.08, 0.05, 0.05)


def play_level(
    emulator: Emulator, rom: Rom, level: Level, *, frames: int, seed: int, search_steps: int = 4000
) -> Iterator[Snapshot]:
    """Snapshots of one level, spread along all that a search finds of it.

    Args:
        emulator: one with save states.
        rom: the game, for the lengths of areas.
        level: where to play.
        frames: how many snapshots to give.
        seed: of the search and of the moves.
        search_steps: agent steps that the search for places may take.
    """
    rng = np.random.default_rng([seed, level.world, level.stage])
    stretches = search_level(emulator, rom, level, steps=search_steps, rng=rng).stretches()
    given = turn = 0
    while given < frames:
        cells = stretches[turn % len(stretches)]
        turn += 1
        emulator.load_state(cells[int(rng.integers(len(cells)))].state)
        set_power(emulator, int(rng.integers(3)))
        for snapshot in _run(emulator, rng):
            yield snapshot
            given += 1
            if given == frames:
                return


def _run(emulator: Emulator, rng: np.random.Generator) -> Iterator[Snapshot]:
    """One run's snapshots, until the picture is out of play for good."""
    dead = left = buttons = 0
    chosen = int(rng.integers(_KEPT_ONE_IN))
    for step in range(_RUN_STEPS):
        if left == 0:
            buttons, left = int(rng.choice(_MOVES, p=_CHANCES)), int(rng.integers(1, 8))
        left -= 1
        snapshot = emulator.step(buttons, FRAMES_PER_STEP)
        memory = emulator.memory()
        dead += ram.is_dead(memory)
        if dead > _STEPS_AFTER_DEATH or snapshot.memory is None or not ram.is_in_play(snapshot.memory):
            return
        if step % _KEPT_ONE_IN == chosen:
            yield snapshot
