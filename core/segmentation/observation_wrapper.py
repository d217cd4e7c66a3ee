"""The screen as classes, for any Gymnasium agent: a wrapper that needs no window.

from core.game.env.mario_env import MarioEnv
from core.segmentation.exact.segmenter import ExactSegmenter
from core.segmentation.observation_wrapper import SegmentationObservation

env = MarioEnv(rom=rom)
env = SegmentationObservation(env, ExactSegmenter(rom), size="84")
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from core.errors import InputError
from core.game.env.snapshot_observation import SnapshotObservation
from core.segmentation.preprocessor import SegmentedPreprocessor
from core.segmentation.segmenter import Segmenter


class SegmentationObservation(SnapshotObservation):
    """Replaces the frame by its class map, uint8 (224, 240) or (84, 84).

    Values are class ids (``core.classes``), or with ``gray`` the levels 17 * id that span 0 to 255.
    """

    def __init__(
        self, env: gym.Env[Any, Any], segmenter: Segmenter, *, size: str = "native", gray: bool = False
    ) -> None:
        """Wrap an environment.

        Args:
            env: a ``MarioEnv``, or wrappers of one that leave its steps as they are.
            segmenter: what looks at the snapshots; "exact" needs an engine with exact memory.
            size: "native" or "84".
            gray: gray levels in place of ids.

        Raises:
            InputError: not a MarioEnv, an unknown size, or a segmenter that this engine cannot serve.
        """
        preprocessor = SegmentedPreprocessor(segmenter, size, gray=gray)
        super().__init__(env, preprocessor.observe, preprocessor.shape, preprocessor.high)
        if segmenter.kind == "exact" and not self._mario.emulator.has_exact_memory:
            raise InputError(f"{self._mario.emulator.name} gives no exact labels; use stable-retro, or sprite matching")
