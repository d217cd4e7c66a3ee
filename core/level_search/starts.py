"""Places along the levels from which training episodes can begin: one file of save states.

The file is a checkpoint file of arrays (``core.runs.checkpoint_files``): the states, each compressed by zlib, end to
end, and for each of them its level, area and x. Nothing is pickled.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.runs.checkpoint_files import load_checkpoint, save_checkpoint

STRETCH_PIXELS = 128  # half a screen


@dataclass(frozen=True, slots=True)
class Start:
    """A place of a level.

    Attributes:
        level: "1-1".
        area: by the address of its map data.
        x: position of Mario, pixels.
        state: ``Emulator.save_state`` there, compressed by zlib.
    """

    level: str
    area: int
    x: int
    state: bytes

    @property
    def stretch(self) -> tuple[int, int]:
        """The half screen of an area that it lies in."""
        return self.area, self.x // STRETCH_PIXELS


class Starts:
    """The places of a file, by level and stretch."""

    def __init__(self, starts: Iterable[Start]) -> None:
        self._stretches: dict[str, dict[tuple[int, int], list[Start]]] = {}
        for start in starts:
            self._stretches.setdefault(start.level, {}).setdefault(start.stretch, []).append(start)

    def stretches(self, level: str) -> list[list[Start]]:
        """The places of a level by stretch, in the order of the level; none for a level that the file lacks."""
        groups = self._stretches.get(level, {})
        return [groups[stretch] for stretch in sorted(groups)]

    def draw(self, level: str, rng: np.random.Generator) -> bytes:
        """A save state of a level: a stretch is drawn evenly, so that all of it is covered, then a place in it."""
        stretches = self.stretches(level)
        places = stretches[int(rng.integers(len(stretches)))]
        return zlib.decompress(places[int(rng.integers(len(places)))].state)


def save_starts(path: Path, starts: Sequence[Start]) -> None:
    """Write a file of starts, whole or not at all; RunError when the disk is full."""
    sizes = [len(start.state) for start in starts]
    arrays: dict[str, npt.NDArray[Any]] = {
        "states": np.frombuffer(b"".join(start.state for start in starts), np.uint8),
        "sizes": np.array(sizes, np.int64),
        "area": np.array([start.area for start in starts], np.int64),
        "x": np.array([start.x for start in starts], np.int64),
    }
    save_checkpoint(path, arrays, {"levels": [start.level for start in starts]})


def load_starts(path: Path, levels: Sequence[str]) -> Starts:
    """Read a file of starts; InputError naming it when it is missing, damaged, or lacks one of the levels."""
    file = load_checkpoint(path)
    try:
        ends = np.cumsum(file.arrays["sizes"]).tolist()
        states = file.arrays["states"].tobytes()
        places = zip(file.state["levels"], file.arrays["area"].tolist(), file.arrays["x"].tolist(), ends, strict=True)
        begin, found = 0, []
        for level, area, x, end in places:
            found.append(Start(level, area, x, states[begin:end]))
            begin = end
    except (KeyError, ValueError):
        raise InputError(f"{path}: the file holds no places to start from") from None
    starts = Starts(found)
    for level in levels:
        if not starts.stretches(level):
            raise InputError(f"{path}: the file holds no places of level {level} to start from")
    return starts
