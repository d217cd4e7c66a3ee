"""Something else than the frame as an environment's observation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.frame import Snapshot
from core.game.env.mario_env import MarioEnv


class SnapshotObservation(gym.ObservationWrapper[npt.NDArray[np.uint8], np.int64, npt.NDArray[np.uint8]]):
    """Replaces the frame by what a function makes of the environment's present snapshot.

    It keeps nothing between steps, so ``MarioEnv.save`` holds all that there is to save.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        observe: Callable[[Snapshot], npt.NDArray[np.uint8]],
        shape: tuple[int, ...],
        high: int = 255,
    ) -> None:
        """Wrap an environment.

        Args:
            env: a ``MarioEnv``, or wrappers of one that leave its steps as they are.
            observe: makes a uint8 array of a snapshot.
            shape: of that array.
            high: its greatest value.

        Raises:
            InputError: not a MarioEnv.
        """
        super().__init__(env)
        if not isinstance(env.unwrapped, MarioEnv):
            raise InputError(f"{type(self).__name__}: it needs a MarioEnv, whose snapshots it looks at")
        self._mario = env.unwrapped
        self._observe = observe
        self.observation_space = gym.spaces.Box(0, high, shape, np.uint8)

    def observation(self, observation: Any) -> npt.NDArray[np.uint8]:
        """What the function makes of the present snapshot."""
        return self._observe(self._mario.snapshot)
