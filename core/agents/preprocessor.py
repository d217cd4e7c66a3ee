"""What an agent sees of a snapshot: a gray, segmented or coloured picture of 84 x 84."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.frame import SMALL_SIZE, Snapshot, shrink_frame, to_gray
from core.game.rom import Rom
from core.mapping.frame_mapping import FrameMapping
from core.segmentation.labeller import make_labeller
from core.segmentation.preprocessor import SegmentedPreprocessor


class Preprocessor(Protocol):
    """Turns a snapshot into one frame of an agent's observation.

    Attributes:
        shape: of that frame.
    """

    shape: tuple[int, ...]

    def observe(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The observation, a new uint8 of ``shape``."""


def make_preprocessor(observation: str, labels: str, rom: Rom, mapping: Path | None = None) -> Preprocessor:
    """The preprocessor of a kind of agent.

    Args:
        observation: "gray" (84, 84); "segmented" (84, 84), class i as gray 17 * i; "fcn" (84, 84, 3), the colour
            picture that a ``FeatureEncoder`` takes.
        labels: who segments for "segmented": "exact" or "sprites".
        rom: what the segmenter reads its tables from.
        mapping: run folder of a mapping that an agent on gray sees through; None for none.

    Raises:
        InputError: another word, or a mapping that cannot be used or is not for such an agent.
    """
    if mapping is not None and observation != "gray":
        raise InputError(f"mapping: it maps gray pictures, and this agent sees {observation}; leave it out")
    if observation == "gray":
        return GrayPreprocessor() if mapping is None else MappedPreprocessor(FrameMapping(mapping))
    if observation == "segmented":
        return SegmentedPreprocessor(make_labeller(labels, rom), "84", gray=True)
    if observation == "fcn":
        return ColourPreprocessor()
    raise InputError(f"--observation: {observation!r} is not allowed; choose gray, segmented or fcn")


class GrayPreprocessor:
    """Luma, shrunk by area: uint8 (84, 84)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)

    def observe(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in gray."""
        return shrink_frame(to_gray(snapshot.frame))


class MappedPreprocessor:
    """The frame in gray as a mapping changes it: uint8 (84, 84)."""

    shape: tuple[int, ...] = GrayPreprocessor.shape

    def __init__(self, mapping: FrameMapping) -> None:
        self._gray, self._mapping = GrayPreprocessor(), mapping

    def observe(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in gray, mapped."""
        return self._mapping.map(self._gray.observe(snapshot))


class ColourPreprocessor:
    """Colours, shrunk by area: uint8 (84, 84, 3)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE, 3)

    def observe(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in colour."""
        return shrink_frame(snapshot.frame)
