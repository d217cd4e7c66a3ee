"""A snapshot as its class map, in the size and the values that a network or an agent takes."""

from __future__ import annotations

import numpy as np

from core.classes import CLASS_COUNT, GRAY_STEP
from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, ClassMap, Snapshot, shrink_class_map
from core.segmentation.segmenter import Segmenter

_SHAPES = {"native": CLASS_MAP_SHAPE, "84": (SMALL_SIZE, SMALL_SIZE)}


class SegmentedPreprocessor:
    """The class map of a snapshot, shrunk by nearest neighbour where need be: uint8 (224, 240) or (84, 84).

    Attributes:
        shape: of what it gives.
        high: its greatest value: 15, or 255 for gray levels.
    """

    def __init__(self, segmenter: Segmenter, size: str = "native", *, gray: bool = False) -> None:
        """Put it before a segmenter.

        Args:
            segmenter: what looks at the snapshots.
            size: "native" or "84".
            gray: gray levels, 17 * id, in place of class ids.

        Raises:
            InputError: an unknown size.
        """
        if size not in _SHAPES:
            raise InputError(f"size: {size!r} is not allowed; choose one of {', '.join(_SHAPES)}")
        self._segmenter = segmenter
        self._factor = np.uint8(GRAY_STEP if gray else 1)
        self.shape: tuple[int, ...] = _SHAPES[size]
        self.high = (CLASS_COUNT - 1) * int(self._factor)

    def observe(self, snapshot: Snapshot) -> ClassMap:
        """The class map or its grays, a new uint8 of ``shape``.

        Raises:
            InputError: the segmenter answers at another size.
            SegmentationError: the snapshot lacks what the segmenter needs.
        """
        class_map = self._segmenter.segment(snapshot)
        if class_map.shape != self.shape and class_map.shape == CLASS_MAP_SHAPE:
            class_map = shrink_class_map(class_map)
        if class_map.shape != self.shape:
            raise InputError(f"size: this segmenter answers at {class_map.shape}, so it cannot give {self.shape}")
        return class_map * self._factor
