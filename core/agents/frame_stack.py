"""The stack of the last frames and the last action, which are an agent's memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.frame import STACK_FRAMES
from core.game.env.actions import NO_ACTION


class FrameStack:
    """The last four items of each of several games, oldest first, and what was done between the last two.

    Attributes:
        stacks: uint8 (N, 4, *item_shape); changed in place by ``push`` and ``reset``, so copy what must stay.
        last_actions: int32 (N,), ``NO_ACTION`` at the beginning of an episode; changed in place as well.
    """

    def __init__(self, count: int, item_shape: tuple[int, ...]) -> None:
        """Stacks of zeros for ``count`` games."""
        self.stacks = np.zeros((count, STACK_FRAMES, *item_shape), np.uint8)
        self.last_actions = np.full(count, NO_ACTION, np.int32)

    def reset(self, index: int, item: npt.NDArray[np.uint8]) -> None:
        """An episode of game ``index`` begins: all four are its first item, uint8 (*item_shape)."""
        self.stacks[index] = item
        self.last_actions[index] = NO_ACTION

    def push(self, items: npt.NDArray[np.uint8], actions: npt.ArrayLike) -> None:
        """Take in the next item of every game, uint8 (N, *item_shape), and drop the oldest.

        Args:
            items: what followed.
            actions: what it followed on, ints (N,).
        """
        self.stacks[:, :-1] = self.stacks[:, 1:]
        self.stacks[:, -1] = items
        self.last_actions[:] = actions

    def state(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
        """Copies of ``stacks`` and ``last_actions``, for ``restore``."""
        return self.stacks.copy(), self.last_actions.copy()

    def restore(self, state: npt.NDArray[np.uint8], last_actions: npt.NDArray[np.int32]) -> None:
        """Go back to a saved moment; InputError on stacks of another shape or type."""
        if state.shape != self.stacks.shape or state.dtype != np.uint8:
            raise InputError(
                f"the saved stacks are {state.dtype} {state.shape}; these games have uint8 {self.stacks.shape}"
            )
        self.stacks[:] = state
        self.last_actions[:] = last_actions
