"""The stack of the last frames, which is an agent's memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.frame import STACK_FRAMES


class FrameStack:
    """The last four items of each of several games, oldest first.

    Attributes:
        stacks: uint8 (N, 4, *item_shape); changed in place by ``push`` and ``reset``, so copy what must stay.
    """

    def __init__(self, count: int, item_shape: tuple[int, ...]) -> None:
        """Stacks of zeros for ``count`` games."""
        self.stacks = np.zeros((count, STACK_FRAMES, *item_shape), np.uint8)

    def reset(self, index: int, item: npt.NDArray[np.uint8]) -> None:
        """An episode of game ``index`` begins: all four are its first item, uint8 (*item_shape)."""
        self.stacks[index] = item

    def push(self, items: npt.NDArray[np.uint8]) -> None:
        """Take in the next item of every game, uint8 (N, *item_shape), and drop the oldest."""
        self.stacks[:, :-1] = self.stacks[:, 1:]
        self.stacks[:, -1] = items

    def state(self) -> npt.NDArray[np.uint8]:
        """A copy of ``stacks``, for ``restore``."""
        return self.stacks.copy()

    def restore(self, state: npt.NDArray[np.uint8]) -> None:
        """Go back to a saved moment; InputError on an array of another shape or type."""
        if state.shape != self.stacks.shape or state.dtype != np.uint8:
            raise InputError(
                f"the saved stacks are {state.dtype} {state.shape}; these games have uint8 {self.stacks.shape}"
            )
        self.stacks[:] = state
