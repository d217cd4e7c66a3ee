"""The screen as classes, for any Gymnasium agent: a wrapper that needs no window.

from core.game.mario_env import MarioEnv
from core.segmentation.exact import ExactSegmenter
from core.segmentation.observation_wrapper import SegmentationObservation

env = MarioEnv(rom=rom)
env = SegmentationObservation(env, ExactSegmenter(rom), size="84")
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from core.classes import CLASS_COUNT, GREY_STEP
from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, ClassMap, shrink_class_map
from core.game.mario_env import MarioEnv
from core.segmentation.segmenter import Segmenter

_SHAPES = {"native": CLASS_MAP_SHAPE, "84": (SMALL_SIZE, SMALL_SIZE)}


class SegmentationObservation(gym.ObservationWrapper[ClassMap, np.int64, npt.NDArray[np.uint8]]):
    """Replaces the frame by its class map, uint8 (224, 240) or (84, 84).

    Values are class ids (``core.classes``), or with ``grey`` the levels 17 * id that span 0 to 255.
    """

    def __init__(
        self, env: gym.Env[Any, Any], segmenter: Segmenter, *, size: str = "native", grey: bool = False
    ) -> None:
        """Wrap an environment.

        Args:
            env: a ``MarioEnv``, or wrappers of one that leave its steps as they are.
            segmenter: what looks at the snapshots; "exact" needs an engine with exact memory.
            size: "native" or "84".
            grey: grey levels in place of ids.

        Raises:
            InputError: not a MarioEnv, an unknown size, or a segmenter that this engine cannot serve.
        """
        super().__init__(env)
        if not isinstance(env.unwrapped, MarioEnv):
            raise InputError("SegmentationObservation: it needs a MarioEnv, whose snapshots it segments")
        if size not in _SHAPES:
            raise InputError(f"size: {size!r} is not allowed; choose one of {', '.join(_SHAPES)}")
        if segmenter.kind == "exact" and not env.unwrapped.emulator.has_exact_memory:
            raise InputError(
                f"{env.unwrapped.emulator.name} gives no exact labels; use stable-retro, or sprite matching"
            )
        self._mario = env.unwrapped
        self._segmenter = segmenter
        self._factor = GREY_STEP if grey else 1
        self.observation_space = gym.spaces.Box(0, (CLASS_COUNT - 1) * self._factor, _SHAPES[size], np.uint8)

    def observation(self, observation: Any) -> ClassMap:
        """The class map of the environment's present snapshot; InputError if the segmenter's is of another size."""
        class_map = self._segmenter.segment(self._mario.snapshot)
        shape = self.observation_space.shape
        if class_map.shape != shape and class_map.shape == CLASS_MAP_SHAPE:
            class_map = shrink_class_map(class_map)
        if class_map.shape != shape:
            raise InputError(f"size: this segmenter answers at {class_map.shape}, so it cannot give {shape}")
        return class_map * np.uint8(self._factor)
