"""Arrays that a data set takes in: their types, shapes and class ids."""

from __future__ import annotations

import numpy as np

from core.classes import CLASS_COUNT
from core.frame import CLASS_MAP_SHAPE, FRAME_SHAPE, STACK_FRAMES, ClassMap, Frame


def check_stack(frames: Frame, masks: ClassMap) -> None:
    """ValueError unless these are uint8 (4, 224, 240, 3) and class maps uint8 (4, 224, 240)."""
    if frames.shape != (STACK_FRAMES, *FRAME_SHAPE) or frames.dtype != np.uint8:
        raise ValueError(f"frames are {frames.dtype} {frames.shape}, not uint8 {(STACK_FRAMES, *FRAME_SHAPE)}")
    if len(masks) != STACK_FRAMES:
        raise ValueError(f"there are {len(masks)} masks, not {STACK_FRAMES}")
    for mask in masks:
        check_mask(mask)


def check_mask(mask: ClassMap) -> None:
    """ValueError unless this is a class map, uint8 (224, 240)."""
    if mask.shape != CLASS_MAP_SHAPE or mask.dtype != np.uint8:
        raise ValueError(f"the mask is {mask.dtype} {mask.shape}, not uint8 {CLASS_MAP_SHAPE}")
    if int(mask.max()) >= CLASS_COUNT:
        raise ValueError(f"class id {int(mask.max())} is unknown; ids are 0 to {CLASS_COUNT - 1}")
