"""What an agent sees of a snapshot, and the stack of its last four looks."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.classes import to_grey_levels
from core.errors import InputError
from core.frame import SMALL_SIZE, Snapshot, shrink_class_map, shrink_frame, to_gray
from core.game.rom import Rom
from core.segmentation.labeller import make_labeller
from core.segmentation.segmenter import Segmenter

STACK_FRAMES = 4  # frames that an agent sees at once (Bélignon 2020, after Mnih et al. 2015)


class Eye(Protocol):
    """Turns a snapshot into the picture that an agent gets.

    Attributes:
        shape: of a picture.
    """

    shape: tuple[int, ...]

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The picture, a new uint8 of ``shape``."""


def make_eye(observation: str, labels: str, rom: Rom) -> Eye:
    """The eye of a kind of agent.

    Args:
        observation: "gray" (84, 84); "segmented" (84, 84), class i as grey 17 * i; "fcn" (84, 84, 3), the colour
            picture that a ``FeatureEncoder`` takes.
        labels: who segments for "segmented": "exact" or "sprites".
        rom: what the segmenter reads its tables from.

    Raises:
        InputError: another word.
    """
    if observation == "gray":
        return GrayEye()
    if observation == "segmented":
        return SegmentedEye(make_labeller(labels, rom))
    if observation == "fcn":
        return ColourEye()
    raise InputError(f"--observation: {observation!r} is not allowed; choose gray, segmented or fcn")


class GrayEye:
    """Luma, shrunk by area: uint8 (84, 84)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in grey."""
        return shrink_frame(to_gray(snapshot.frame))


class ColourEye:
    """Colours, shrunk by area: uint8 (84, 84, 3)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE, 3)

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The frame in colour."""
        return shrink_frame(snapshot.frame)


class SegmentedEye:
    """The class map in its grey levels, shrunk by nearest neighbour: uint8 (84, 84)."""

    shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def look(self, snapshot: Snapshot) -> npt.NDArray[np.uint8]:
        """The classes as greys; SegmentationError when the snapshot lacks what the segmenter needs."""
        return to_grey_levels(shrink_class_map(self._segmenter.segment(snapshot)))


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
