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
