"""Changes to training frames keep frame and class map together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fcn.training.augmentation import (
    MAX_SHIFT,
    draw,
    random_colours,
    random_shift,
    random_window,
    shift,
    to_indices,
)
from core.frame import CLASS_MAP_SHAPE
from core.game.nes_palette import nes_colours

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture
def indices() -> np.ndarray:
    return np.random.default_rng(6).integers(0, 64, CLASS_MAP_SHAPE, np.uint8)


def test_a_canonical_frame_is_drawn_back_exactly(indices: np.ndarray) -> None:
    frame = nes_colours()[indices]
    np.testing.assert_array_equal(draw(to_indices(frame), nes_colours()), frame)


def test_other_colours_go_to_the_nearest() -> None:
    red = nes_colours()[0x16]
    almost = np.clip(red.astype(int) + np.array([-4, 4, 4]), 0, 255).astype(np.uint8)
    frame = np.broadcast_to(almost, (4, 4, 3))
    np.testing.assert_array_equal(draw(to_indices(frame), nes_colours())[0, 0], red)


def test_colour_tables_vary_and_are_mostly_the_consoles_own() -> None:
    tables = [random_colours(np.random.default_rng(seed)) for seed in range(200)]
    assert all(table.shape == (64, 3) and table.dtype == np.uint8 for table in tables)
    own = sum(np.array_equal(table, nes_colours()) for table in tables)
    assert 100 < own < 190


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_a_shift_moves_frame_and_classes_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.integers(0, 16, (32, 40)).astype(np.uint8)
    moved_indices, moved_mask = random_shift(mask * 3, mask, rng)
    np.testing.assert_array_equal(moved_indices, moved_mask * 3)
    assert moved_mask.shape == mask.shape


@given(st.integers(-MAX_SHIFT, MAX_SHIFT), st.integers(-MAX_SHIFT, MAX_SHIFT))
def test_a_shift_moves_down_and_right_and_repeats_the_border(down: int, right: int) -> None:
    mask = np.arange(24 * 30).reshape(24, 30).astype(np.uint8)
    rows = np.clip(np.arange(24) - down, 0, 23)
    columns = np.clip(np.arange(30) - right, 0, 29)
    np.testing.assert_array_equal(shift(mask, down, right), mask[np.ix_(rows, columns)])


@given(seeds, st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_window_lies_inside(seed: int, seek_rare: bool) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((40, 50), np.uint8)
    mask[tuple(rng.integers((40, 50)))] = 7
    rows, columns = random_window(mask, 16, 24, rng, seek_rare=seek_rare)
    assert mask[rows, columns].shape == (16, 24)


def test_windows_seek_the_rare() -> None:
    """One pixel of a class in the farthest corner: a quarter of the windows hold it, in place of almost none."""
    mask = np.zeros((200, 200), np.uint8)
    mask[199, 199] = 5

    def found(seek_rare: bool) -> int:
        rng = np.random.default_rng(8)
        windows = (random_window(mask, 20, 20, rng, seek_rare=seek_rare) for _ in range(400))
        return sum(5 in mask[window] for window in windows)

    assert found(False) <= 4
    assert 60 < found(True) < 140
