"""Ten save slots in the settings folder, and the pictures' folder.

A slot is one file: a line of JSON that says what it is, then the compressed state, then the compressed picture, which
slots that older programs filled have not, and older programs pass over. It is written under a temporary name and moved
into place, so a slot is always a whole one.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.files import write_bytes
from core.frame import FRAME_SHAPE, Frame

SLOT_COUNT = 10
_FORMAT = 1
_MOST_RETURN = 1e9
_KINDS = {"format": int, "level": str, "x": int, "time": int, "engine": str, "saved": str}


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """What a slot holds, for the menu.

    Attributes:
        level: as in "1-1".
        x: position of Mario in the level, pixels.
        time: seconds left on the game's clock.
        engine: the engine that made the state.
        saved: local time, ISO 8601 to the second.
        total: the return up to this moment; 0 of slots that older programs filled.
    """

    level: str
    x: int
    time: int
    engine: str
    saved: str
    total: float = 0.0


class SlotFiles:
    """Slots 1 to 10 in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, slot: int) -> Path:
        """File of a slot."""
        if not 1 <= slot <= SLOT_COUNT:
            raise ValueError(f"slot {slot} does not exist; slots are 1 to {SLOT_COUNT}")
        return self._folder / f"slot-{slot:02d}.state"

    def write(self, slot: int, info: SlotInfo, state: bytes, frame: Frame) -> None:
        """Fill a slot; RunError or OSError when the disk refuses, and what was there is kept."""
        header = json.dumps({"format": _FORMAT, **asdict(info)}).encode()
        packed = b"".join(zlib.compress(part, 6) for part in (state, frame.tobytes()))
        self._folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self.path(slot), header + b"\n" + packed, is_durable=False)  # the game goes on

    def read(self, slot: int) -> tuple[SlotInfo, bytes]:
        """What a slot holds; InputError when it is empty or damaged."""
        path = self.path(slot)
        try:
            header, packed = path.read_bytes().split(b"\n", 1)
            return _parse(header), zlib.decompress(packed)
        except FileNotFoundError:
            raise InputError(f"slot {slot} is empty; State > Save puts a moment into it") from None
        except (OSError, ValueError, RecursionError, zlib.error):
            raise InputError(f"slot {slot} is damaged: {path} is not a save state; save into the slot again") from None

    def info(self, slot: int) -> SlotInfo | None:
        """What a slot holds, read from its first line; None when it is empty or damaged."""
        try:
            with self.path(slot).open("rb") as file:
                return _parse(file.readline())
        except (OSError, ValueError, RecursionError):
            return None

    def picture(self, slot: int) -> Frame | None:
        """The frame at which it was filled; None when it is empty or damaged, or an older program filled it."""
        try:
            state = zlib.decompressobj()
            state.decompress(self.path(slot).read_bytes().split(b"\n", 1)[1])
            pixels = zlib.decompressobj().decompress(state.unused_data, prod(FRAME_SHAPE))
            return np.frombuffer(pixels, np.uint8).reshape(FRAME_SHAPE)
        except (OSError, IndexError, ValueError, zlib.error):
            return None


def _parse(header: bytes) -> SlotInfo:
    """What the first line says; ValueError unless each field is there and of its kind."""
    values = json.loads(header)
    if not isinstance(values, dict):
        raise ValueError("not a slot's first line")
    total = values.pop("total", 0.0)  # older programs did not keep it
    if {name: type(value) for name, value in values.items()} != _KINDS:
        raise ValueError("not a slot's first line")
    if type(total) not in (int, float) or not abs(total) < _MOST_RETURN:  # NaN is not below it either
        raise ValueError("no return")
    if values.pop("format") != _FORMAT:
        raise ValueError("unknown format")
    return SlotInfo(**values, total=float(total))
