"""The 64 colours of the console, as each engine draws them (``assets/nes_palette.csv``)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.frame import Frame

_TABLE = Path(__file__).resolve().parents[2] / "assets" / "nes_palette.csv"


@cache
def nes_colours(engine: str = "stable_retro") -> npt.NDArray[np.uint8]:
    """RGB of the console's 64 colours, uint8 (64, 3).

    Args:
        engine: "stable_retro" (the canonical colours: FCEUmm's default palette, rounded to RGB565 by libretro, read
            off the running core) or "nes_py" (its built-in table).
    """
    with _TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return np.array([tuple(bytes.fromhex(row[engine])) for row in rows], np.uint8)


def _pack(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The upper 6 bits of each channel in one number; nes-py's 55 colours stay apart."""
    red, green, blue = np.moveaxis(rgb.astype(np.uint32) >> np.uint32(2), -1, 0)
    packed: npt.NDArray[np.uint32] = red << np.uint32(12) | green << np.uint32(6) | blue
    return packed


@cache
def _canonical_by_packed() -> npt.NDArray[np.uint8]:
    table = np.zeros((1 << 18, 3), np.uint8)
    table[_pack(nes_colours("nes_py"))] = nes_colours()
    return table


def nes_py_to_canonical(picture: npt.NDArray[np.uint8]) -> Frame:
    """Recolour a picture by nes-py in canonical colours: uint8 (H, W, 3) to a new array of the same shape."""
    return _canonical_by_packed()[_pack(picture)]
