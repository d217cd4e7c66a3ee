"""A map of numbers as a veil of warm colours over a picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_MOST = 190  # opacity of the hottest place, 0 to 255
_COLOUR = (255, 70, 40)  # red, green, blue


def heat(values: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.uint32]:
    """The veil.

    Args:
        values: 0 to 1, float32 (N, M).
        height, width: of the veil.

    Returns:
        uint32 (height, width), premultiplied ARGB.
    """
    opacity = np.clip(cv2.resize(values, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1) * _MOST
    veil = np.rint(opacity).astype(np.uint32) << np.uint32(24)
    for shift, part in zip((16, 8, 0), _COLOUR, strict=True):
        veil |= np.rint(opacity * part / 255).astype(np.uint32) << np.uint32(shift)
    return veil
