"""Pictures shifted at random, against cutting them out of a wider picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.ddqn.random_shifts import MOST_PIXELS, shift_pictures


def cut_out(stack: npt.NDArray[np.uint8], down: int, right: int) -> npt.NDArray[np.uint8]:
    """A stack, uint8 (4, H, W), out of one with repeated edges all around."""
    room = MOST_PIXELS
    wide = np.pad(stack, ((0, 0), (room, room), (room, room)), "edge")
    return wide[:, room - down : room - down + stack.shape[1], room - right : room - right + stack.shape[2]]


def test_each_stack_is_shifted_as_a_whole_and_every_shift_comes_as_often() -> None:
    rng = np.random.default_rng(1)
    stack = rng.integers(0, 256, (4, 9, 12), np.uint8)
    shifts = [(down, right) for down in range(-4, 5) for right in range(-4, 5)]
    wanted = {cut_out(stack, *shift).tobytes(): shift for shift in shifts}
    assert len(wanted) == len(shifts) == 81
    batch = np.repeat(stack[None], 8100, axis=0)
    shift_pictures(batch, rng)
    found = [wanted[shifted.tobytes()] for shifted in batch]
    counts = np.unique([9 * down + right for down, right in found], return_counts=True)[1]
    assert len(counts) == 81 and counts.min() > 50 and counts.max() < 150  # five standard deviations around 100


def test_the_same_generator_gives_the_same_shifts() -> None:
    batch = np.random.default_rng(1).integers(0, 256, (6, 4, 84, 84), np.uint8)
    first, second, other = batch.copy(), batch.copy(), batch.copy()
    for one, seed in ((first, 2), (second, 2), (other, 3)):
        shift_pictures(one, np.random.default_rng(seed))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, batch) and not np.array_equal(first, other)
