"""A random agent that plays in the window, repeatable from its seed."""

from __future__ import annotations

import numpy as np

from core.game.env.actions import ACTIONS, FRAMES_PER_STEP


class RandomButtons:
    """Draws one of the agent's right-only actions every 4 frames."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = np.random.default_rng(seed)
        self._frames_left = 0
        self._buttons = 0

    def restart_step(self) -> None:
        """Draw a new action for the next frame."""
        self._frames_left = 0

    def next_buttons(self) -> int:
        """The controller byte for the next frame."""
        if self._frames_left == 0:
            self._buttons = ACTIONS[int(self._random.integers(len(ACTIONS)))].buttons
            self._frames_left = FRAMES_PER_STEP
        self._frames_left -= 1
        return self._buttons
