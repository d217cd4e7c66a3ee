"""Frames as Qt images."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage


def opaque(frame: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """RGB uint8 (H, W, 3) as ARGB uint32 (H, W), alpha 255."""
    return cv2.cvtColor(frame, cv2.COLOR_RGB2BGRA).view(np.uint32)[:, :, 0]


def image_of(array: npt.NDArray[np.uint32], *, is_opaque: bool = False) -> QImage:
    """An image on the array's own memory: keep the array as long as the image.

    Args:
        array: premultiplied ARGB, uint32 (H, W).
        is_opaque: whether nothing shows through any pixel: it is drawn faster.
    """
    height, width = array.shape
    form = QImage.Format.Format_RGB32 if is_opaque else QImage.Format.Format_ARGB32_Premultiplied
    return QImage(array.data, width, height, 4 * width, form)


def resized(array: npt.NDArray[np.uint32], width: int, height: int) -> npt.NDArray[np.uint32]:
    """The same at another size, its pixels equally large: where an edge falls into one, it is a mixture.

    Args:
        array: premultiplied ARGB, uint32 (H, W).
        width, height: of what is returned, at least those of ``array``.
    """
    channels = np.ascontiguousarray(array).view(np.uint8).reshape(*array.shape, 4)
    mixed = cv2.resize(channels, (width, height), interpolation=cv2.INTER_AREA)  # enlarging, that mixes edges only
    return np.asarray(mixed, np.uint8).view(np.uint32)[:, :, 0]
