"""The canonical frame and its two smaller forms.

A frame is the same on every emulator: ``uint8 (224, 240, 3)`` RGB in stable-retro's colours. Its class map is a
``uint8 (224, 240)``. Networks and agents look at 84 x 84 versions of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

FRAME_HEIGHT = 224
FRAME_WIDTH = 240
FRAME_SHAPE = (FRAME_HEIGHT, FRAME_WIDTH, 3)
CLASS_MAP_SHAPE = (FRAME_HEIGHT, FRAME_WIDTH)
MEMORY_SIZE = 2048  # bytes of work RAM
CROP = 8  # pixels that the frame cuts off on every side of the console's 256 x 240
BLOCK_SIZE = 16  # pixels a side of the blocks that the game's map is made of
BLOCK_ROWS = 13  # of blocks; the frame's edge cuts the last in half
MAP_TOP = 24  # first line of the blocks' row 0; the lines above are the HUD
FRAMES_PER_SECOND = 60.0988  # of the NTSC console (nesdev.org, "Cycle reference chart")
STACK_FRAMES = 4  # that an agent sees at once and a data set keeps together (Bélignon 2020, after Mnih et al. 2015)
SMALL_SIZE = 84  # pixels a side of what networks and agents see (Bélignon 2020, after Mnih et al. 2015)

Frame: TypeAlias = npt.NDArray[np.uint8]
"""RGB picture, uint8 (224, 240, 3), or (84, 84, 3) where a name says small."""
ClassMap: TypeAlias = npt.NDArray[np.uint8]
"""Class id of each pixel, uint8 (224, 240), or (84, 84) where a name says small."""
Memory: TypeAlias = npt.NDArray[np.uint8]
"""Work RAM of the console, uint8 (2048,)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frame with the memory that it was drawn from.

    Attributes:
        frame: uint8 (224, 240, 3), owned by the snapshot.
        memory: uint8 (2048,), the work RAM at the moment the picture was drawn, which is one frame *before* the RAM
            that ``Emulator.memory()`` returns after the same step. None for a frame from a file, and on an engine that
            cannot tell (nes-py).
    """

    frame: Frame
    memory: Memory | None = None


def _nearest_index(source: int, target: int) -> npt.NDArray[np.intp]:
    """Index of the source cell under each target cell's centre, intp (target,)."""
    return ((np.arange(target) + 0.5) * source / target).astype(np.intp)


_ROWS = _nearest_index(FRAME_HEIGHT, SMALL_SIZE)
_COLUMNS = _nearest_index(FRAME_WIDTH, SMALL_SIZE)


def shrink_frame(frame: Frame) -> Frame:
    """Shrink a frame by area: uint8 (224, 240[, 3]) to uint8 (84, 84[, 3])."""
    return cv2.resize(frame, (SMALL_SIZE, SMALL_SIZE), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def shrink_class_map(class_map: ClassMap) -> ClassMap:
    """Shrink a class map by nearest neighbour at cell centres: uint8 (224, 240) to uint8 (84, 84)."""
    return np.ascontiguousarray(class_map[_ROWS[:, None], _COLUMNS[None, :]])


def enlarge_class_map(class_map: ClassMap) -> ClassMap:
    """Bring a class map of any size to the frame's by nearest neighbour: uint8 (H, W) to uint8 (224, 240)."""
    rows = _nearest_index(class_map.shape[0], FRAME_HEIGHT)
    columns = _nearest_index(class_map.shape[1], FRAME_WIDTH)
    return np.ascontiguousarray(class_map[rows[:, None], columns[None, :]])


def to_gray(frame: Frame) -> npt.NDArray[np.uint8]:
    """Luma (ITU-R BT.601) of an RGB picture: uint8 (H, W, 3) to uint8 (H, W)."""
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def pack_rgb(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Each pixel's colour as one number, red first: uint8 (..., 3) to uint32 (...)."""
    red, green, blue = np.moveaxis(picture.astype(np.uint32), -1, 0)
    packed: npt.NDArray[np.uint32] = red << np.uint32(16) | green << np.uint32(8) | blue
    return packed
