"""Pictures shifted at random, so that a Q-network does not learn their pixels by heart."""

from __future__ import annotations

import numpy as np

from core.ddqn.replay_storage import Items

MOST_PIXELS = 4  # of a picture of 84 x 84, either way (Kostrikov et al. 2020)


def shift_pictures(stacks: Items, rng: np.random.Generator) -> None:
    """Shift each stack down and right by some pixels of its own, -4 to 4 each, in place; its frames move together.

    What comes in at an edge repeats it (Kostrikov et al. 2020, with one shift of each stack).

    Args:
        stacks: uint8 (B, 4, height, width).
        rng: what the shifts are drawn with.
    """
    for stack, (down, right) in zip(stacks, rng.integers(-MOST_PIXELS, MOST_PIXELS + 1, (len(stacks), 2)), strict=True):
        stack[:] = np.roll(stack, (down, right), axis=(1, 2))
        for lines, by in ((stack.swapaxes(0, 1), down), (stack.transpose(2, 0, 1), right)):
            if by > 0:
                lines[:by] = lines[by]
            elif by < 0:
                lines[by:] = lines[by - 1]
