"""Save slots on the disk."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError, RunError
from gui.game.save_slots import SlotFiles, SlotInfo

FRAME = np.arange(224 * 240 * 3, dtype=np.uint32).reshape(224, 240, 3).astype(np.uint8)
INFO = SlotInfo("1-2", 123, 345, "stable-retro", "2026-01-02T03:04:05")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    slots = SlotFiles(tmp_path / "new")
    slots.write(10, INFO, b"\nstate\n" * 1000, FRAME)
    assert slots.read(10) == (INFO, b"\nstate\n" * 1000)
    assert slots.info(10) == INFO
    assert np.array_equal(slots.picture(10), FRAME)
    assert slots.info(1) is None and slots.picture(1) is None


@pytest.mark.parametrize("behind", [b"", zlib.compress(FRAME.tobytes())[:-20], zlib.compress(b"few"), b"\xff"])
def test_a_slot_without_its_picture_is_loaded(tmp_path: Path, behind: bytes) -> None:
    """An older program filled it, or the file's end is damaged."""
    slots = SlotFiles(tmp_path)
    slots.path(1).write_bytes(header() + b"\n" + zlib.compress(b"state") + behind)
    assert slots.read(1) == (INFO, b"state")
    assert slots.info(1) == INFO and slots.picture(1) is None


def test_an_empty_slot_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="slot 3 is empty; State > Save"):
        SlotFiles(tmp_path).read(3)


def header(**changes: object) -> bytes:
    """The first line of a slot, with other values."""
    return json.dumps({"format": 1, **asdict(INFO), **changes}).encode()


DAMAGED = [
    b"", b"no newline", b"{}", b'{"format": 2}', b"[1]", b"\xff", b'"text"', b"null", b"7", b"[" * 100_000,
    header(level=None), header(level=["1-1"]), header(x="12"), header(time=None), header(time=1.5), header(engine=None),
    header(saved={}), header(format="1"), header(format=True), header(more=1), header()[:-1],
]  # fmt: skip


@pytest.mark.parametrize("first", DAMAGED)
def test_a_damaged_slot_is_told(tmp_path: Path, first: bytes) -> None:
    slots = SlotFiles(tmp_path)
    slots.path(2).write_bytes(first if first == b"no newline" else first + b"\n" + zlib.compress(b"state"))
    with pytest.raises(InputError, match="slot 2 is damaged"):
        slots.read(2)
    assert slots.info(2) is None and slots.picture(2) is None


def test_a_truncated_slot_is_told(tmp_path: Path) -> None:
    slots = SlotFiles(tmp_path)
    slots.write(1, INFO, bytes(range(256)) * 10, FRAME)
    slots.path(1).write_bytes(slots.path(1).read_bytes()[:300])
    with pytest.raises(InputError, match="slot 1 is damaged"):
        slots.read(1)


@pytest.mark.parametrize("slot", [0, 11])
def test_there_are_ten(tmp_path: Path, slot: int) -> None:
    with pytest.raises(ValueError, match="1 to 10"):
        SlotFiles(tmp_path).path(slot)


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = SlotFiles(tmp_path)
    slots.write(1, INFO, b"old", FRAME)

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(RunError, match="slot-01.state: cannot be written .No space left"):
        slots.write(1, INFO, b"new", FRAME)
    assert slots.read(1) == (INFO, b"old")
    assert list(tmp_path.iterdir()) == [slots.path(1)]
