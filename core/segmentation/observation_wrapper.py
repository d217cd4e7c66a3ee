"""The screen as classes, for any Gymnasium agent: a wrapper that needs no window.

from core.game.env.mario_env import MarioEnv
from core.segmentation.exact import ExactSegmenter
from core.segmentation.observation_wrapper import SegmentationObservation

env = MarioEnv(rom=rom)
env = SegmentationObservation(env, ExactSegmenter(rom), size="84")
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from core.classes import CLASS_COUNT, GREY_STEP
from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, ClassMap, Snapshot, shrink_class_map
from core.game.env.snapshot_observation import SnapshotObservation
from core.segmentation.segmenter import Segmenter

_SHAPES = {"native": CLASS_MAP_SHAPE, "84": (SMALL_SIZE, SMALL_SIZE)}


class SegmentationObservation(SnapshotObservation):
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
        if size not in _SHAPES:
            raise InputError(f"size: {size!r} is not allowed; choose one of {', '.join(_SHAPES)}")
        self._segmenter = segmenter
        self._factor = GREY_STEP if grey else 1
        super().__init__(env, self._class_map, _SHAPES[size], (CLASS_COUNT - 1) * self._factor)
        if segmenter.kind == "exact" and not self._mario.emulator.has_exact_memory:
            raise InputError(f"{self._mario.emulator.name} gives no exact labels; use stable-retro, or sprite matching")

    def _class_map(self, snapshot: Snapshot) -> ClassMap:
        """The class map of a snapshot; InputError if the segmenter's is of another size."""
        class_map = self._segmenter.segment(snapshot)
        shape = self.observation_space.shape
        if class_map.shape != shape and class_map.shape == CLASS_MAP_SHAPE:
            class_map = shrink_class_map(class_map)
        if class_map.shape != shape:
            raise InputError(f"size: this segmenter answers at {class_map.shape}, so it cannot give {shape}")
        return class_map * np.uint8(self._factor)
