"""Memory that the environment workers and their parent share.

The block is a file mapped into every process and unnamed as soon as all have it, so that nothing is left behind
however the processes end; the mapping goes when the last array on it is gone. On Windows, where a mapped file cannot be
removed, it is named memory, which the system frees with its last user.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.game.env.reward import REWARD_PARTS

SLOTS = 4  # two banks used in turn, each with a slot for observations and one for the last of an ended episode
REWARD_FIELDS = {f"reward_{name}": name for name in REWARD_PARTS}
RECORD = np.dtype(
    [(name, np.float64) for name in ("reward", *REWARD_FIELDS)]
    + [
        (name, np.int64)
        for name in ("x", "y", "time", "score", "coins", "lives", "power", "world", "stage", "steps", "start_x")
    ]
    + [(name, np.bool_) for name in ("terminated", "truncated", "flag", "dead", "from_start")]
    + [("progress", np.float64)]
)
"""What a step gave beside pictures, one row an environment."""
SAVED_RECORD_SIZE = RECORD.itemsize - RECORD["progress"].itemsize
"""Bytes of a record in a saved moment: as before there was ``progress``, which the environment itself brings back."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the arrays look like; workers tell it to the parent.

    Attributes:
        observation_shape, observation_dtype: of one environment's observation.
    """

    observation_shape: tuple[int, ...]
    observation_dtype: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Arrays with one row an environment.

    Attributes:
        observations: (N, *observation_shape).
        records: RECORD (N,).
    """

    observations: npt.NDArray[Any]
    records: npt.NDArray[np.void]


class SharedBlock:
    """A block of shared memory, open under a name.

    Attributes:
        name: how another process finds it, with ``SharedBlock(name, size)``.
        buffer: the memory.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        if sys.platform == "win32":
            self.buffer = mmap.mmap(-1, size, tagname=name)
            return
        with Path(name).open("r+b") as file:
            self.buffer = mmap.mmap(file.fileno(), size)

    @classmethod
    def create(cls, size: int) -> SharedBlock:
        """A new block of zeros, size in bytes; OSError when the system has no room for it."""
        if sys.platform == "win32":
            return cls(f"mario-{os.getpid()}-{os.urandom(6).hex()}", size)
        folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        handle, name = tempfile.mkstemp(prefix=f"mario-{os.getpid()}-", dir=folder)
        try:
            _reserve(handle, size)
            return cls(name, size)
        except OSError:
            Path(name).unlink()
            raise
        finally:
            os.close(handle)

    def forget_name(self) -> None:
        """Take the name away once every process has the block; doing it twice, or in any of them, is allowed."""
        if sys.platform != "win32":
            with contextlib.suppress(FileNotFoundError):
                Path(self.name).unlink()


def _reserve(handle: int, size: int) -> None:
    """Give the file its size and, where the system can, its room: writing later would end the process (SIGBUS)."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
    else:
        os.truncate(handle, size)


def block_size(layout: Layout, count: int) -> int:
    """Bytes that ``make_slots`` needs."""
    sizes = (np.dtype(dtype).itemsize * int(np.prod(shape)) for dtype, shape in _parts(layout, count))
    return SLOTS * sum(map(_aligned, sizes))


def make_slots(buffer: mmap.mmap, layout: Layout, count: int) -> list[Slot]:
    """The arrays of ``SLOTS`` slots on a buffer."""
    slots, offset = [], 0
    for _ in range(SLOTS):
        arrays: list[npt.NDArray[Any]] = []
        for dtype, shape in _parts(layout, count):
            arrays.append(np.ndarray(shape, dtype, buffer, offset))
            offset += _aligned(arrays[-1].nbytes)
        slots.append(Slot(*arrays))
    return slots


def _parts(layout: Layout, count: int) -> list[tuple[Any, tuple[int, ...]]]:
    return [(layout.observation_dtype, (count, *layout.observation_shape)), (RECORD, (count,))]


def _aligned(size: int) -> int:
    """Rounded up to a cache line, so that no two workers write into the same one at an array's border."""
    return -(-size // 64) * 64
