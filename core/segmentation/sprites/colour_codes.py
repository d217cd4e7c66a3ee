"""One byte a pixel in place of three: the form in which the sprite matcher looks at a frame.

A canonical frame has at most 54 different colours. Each gets a code of 8 bits by one multiplication of its RGB565
value, which is much faster than a table of 65,536 entries. Codes lie column by column, so that eight pixels one above
the other are one uint64.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.frame import Frame
from core.game.nes_palette import nes_colours

CodePlane = npt.NDArray[np.uint8]
"""Colour code of each pixel, uint8 (width, height): first index x, second y."""

_MULTIPLIER = np.uint16(399)  # the smallest for which the 54 colours get 54 codes; black gets 0


def encode(frame: Frame) -> CodePlane:
    """Colour codes of a canonical frame: uint8 RGB (H, W, 3) to uint8 (W, H), contiguous."""
    packed = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR565).view(np.uint16)[..., 0]
    return np.ascontiguousarray(cv2.transpose((packed * _MULTIPLIER >> 8).astype(np.uint8)))


def _codes_of_console_colours() -> npt.NDArray[np.uint8]:
    colours = nes_colours()
    codes = encode(colours[None])[:, 0]
    if len(np.unique(codes)) != len(np.unique(colours, axis=0)):
        raise RuntimeError("two colours of the console share a code; choose another multiplier")
    return codes


COLOUR_CODES = _codes_of_console_colours()
"""Code of each of the console's 64 colours, uint8 (64,); colours that look the same share one."""
NO_COLOUR = int(np.setdiff1d(np.arange(256), COLOUR_CODES)[0])
"""A code that no colour has."""
