"""The grid of blocks over a scrolled frame, against the exact labels of the running game."""

from __future__ import annotations

import numpy as np
import pytest

from core.classes import BLOCK, BRICK, QUESTION
from core.dataset.editing.tile_grid import Grid
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS
from core.game.level import Level
from core.game.rom import Rom
from core.segmentation.exact.segmenter import ExactSegmenter


def test_blocks_of_the_game_lie_in_squares_of_the_grid(emulator: RetroEmulator, rom: Rom) -> None:
    exact, run = ExactSegmenter(rom), ACTIONS[-1].buttons
    emulator.enter(Level(1, 1))
    lefts, guessed = set(), 0
    for step in range(60):
        snapshot = emulator.step(run if step % 9 else run & 0x7F, 4)
        grid = Grid.of_memory(snapshot.memory)
        assert grid is not None
        class_map = exact.segment(snapshot)
        for row, column in zip(*np.nonzero(np.isin(class_map, (BLOCK, BRICK, QUESTION))), strict=True):
            left, top, right, bottom = grid.cell(int(column), int(row))
            square = class_map[top:bottom, max(left, 0) : right]
            assert np.isin(square, (class_map[row, column], 8, 9, 10)).all(), (step, row, column)
            break
        lefts.add(grid.left)
        guess = Grid.guess(class_map)
        if guess is not None:
            guessed += 1
            assert guess == grid
    assert len(lefts) > 5 and guessed > 20


def test_nothing_to_go_by_gives_no_grid(emulator: RetroEmulator) -> None:
    assert Grid.of_memory(None) is None
    assert Grid.of_memory(np.zeros(2048, np.uint8)) is None, "the title"
    assert Grid.guess(np.zeros((224, 240), np.uint8)) is None
    noise = np.random.default_rng(0).integers(0, 16, (224, 240), np.uint8)
    assert Grid.guess(noise) is None


@pytest.mark.parametrize(("x", "cell"), [(2, (-13, 8, 3, 24)), (3, (3, 8, 19, 24)), (18, (3, 8, 19, 24))])
def test_cells_lines_and_moving_by_hand(x: int, cell: tuple[int, ...]) -> None:
    assert Grid(3).cell(x, 23) == cell == Grid(2).shifted(17).cell(x, 23)
    assert list(Grid(3).columns(40)) == [3, 19, 35] and list(Grid(3).rows(40)) == [8, 24]
