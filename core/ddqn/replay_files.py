"""Replay on disk: what is remembered goes into files that are written while training goes on.

Entries never change once they are written, so each full *segment* of them becomes one file of the run folder,
compressed, by a thread in the background. A checkpoint then holds the rest only: the entries after the last full
segment, and which transitions can be drawn. To go back to it is to read the segments that the buffer still held.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.replay_storage import Columns
from core.errors import InputError, RunError
from core.runs.checkpoint_files import load_checkpoint, save_checkpoint

SEGMENT_ENTRIES = 256  # 1.8 MB of gray frames: a checkpoint is quick to write, and there are not too many files
_MOST_WAITING = 16  # segments copied and not yet written; with more than that training waits for the disk
_COMPRESSION = 1  # zlib's fastest
_NAME = re.compile(r"row-(\d{3})-(\d{7})\.safetensors")


class ReplayFiles:
    """A folder of segments: ``row-ROW-NUMBER.safetensors``, checkpoint files with a row's entries by column.

    Attributes:
        folder: where they lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._done: dict[int, int] = {}  # full segments of each row that are written or waiting for it
        self._waiting: deque[Future[None]] = deque()
        self._needs: list[dict[int, int]] = []  # first segment of each row that each tail needs, oldest first
        self._writer = ThreadPoolExecutor(1, "replay-files")

    def note(self, replay: ReplayBuffer) -> None:
        """Have the segments written that were completed since; quick, to be called every few steps.

        Raises:
            RunError: one could not be written (a full disk), from this or an earlier call.
        """
        storage = replay.storage
        for row, count in enumerate(storage.counts.tolist()):
            lost = max(count - storage.size, 0) // SEGMENT_ENTRIES
            for number in range(max(self._done.get(row, 0), lost), count // SEGMENT_ENTRIES):
                first = number * SEGMENT_ENTRIES
                columns = storage.entries(row, first, first + SEGMENT_ENTRIES)
                self._waiting.append(self._writer.submit(_write_segment, self._path(row, number), row, first, columns))
                self._done[row] = number + 1
        self._wait(_MOST_WAITING)

    def tail(self, replay: ReplayBuffer) -> tuple[Columns, dict[str, Any]]:
        """What a checkpoint must hold beside the files: arrays, and values that JSON can hold; for ``load``.

        Waits until all segments are on the disk.

        Raises:
            RunError: one could not be written (a full disk).
        """
        self.note(replay)
        arrays, state = replay.state()
        storage = replay.storage
        tails = [
            storage.entries(row, count // SEGMENT_ENTRIES * SEGMENT_ENTRIES, count)
            for row, count in enumerate(storage.counts.tolist())
        ]
        arrays |= _pack({name: np.concatenate([tail[name] for tail in tails]) for name in tails[0]})
        self._wait(0)
        self._needs.append(_first_segments(replay))
        return arrays, state

    def load(self, replay: ReplayBuffer, arrays: Mapping[str, npt.NDArray[Any]], state: Mapping[str, Any]) -> None:
        """Make a replay what it was at a checkpoint, to the bit; after an error it must not be used.

        Segments that were written after the checkpoint are left alone; they will be written anew.

        Raises:
            InputError: a segment is missing or damaged, or the checkpoint is of a replay of other sizes.
        """
        replay.restore(arrays, state)
        storage, first_segments = replay.storage, _first_segments(replay)
        tails = _unpack(arrays, storage.item_shape)
        start = 0
        for row, count in enumerate(storage.counts.tolist()):
            done = count // SEGMENT_ENTRIES
            for number in range(first_segments[row], done):
                first = number * SEGMENT_ENTRIES
                storage.set_entries(row, first, _read_segment(self._path(row, number), row, first, storage.item_shape))
            end = start + count - done * SEGMENT_ENTRIES
            storage.set_entries(row, done * SEGMENT_ENTRIES, {name: tails[name][start:end] for name in tails})
            start = end
            self._done[row] = done
        self._needs = [first_segments]

    def prune(self, keep: int) -> None:
        """Delete the segments that none of the last ``keep`` checkpoints needs, whether made here or loaded.

        To be called once the checkpoint with the last ``tail`` is on the disk. Does nothing before there are so many.
        """
        self._needs = self._needs[-keep:]
        if len(self._needs) < keep:
            return
        for path in self.folder.glob("row-*.safetensors"):
            name = _NAME.fullmatch(path.name)
            if name and int(name[2]) < self._needs[0].get(int(name[1]), 0):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Write what is waiting and end the thread; a failure to write is not told any more."""
        self._writer.shutdown()

    def clear(self) -> None:
        """Delete all segments, once the run is finished; nothing can be noted any more."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self, most: int) -> None:
        """Wait until at most so many segments are unwritten; the first failure is raised, each time again."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            self._waiting[0].result()
            self._waiting.popleft()

    def _path(self, row: int, number: int) -> Path:
        return self.folder / f"row-{row:03d}-{number:07d}.safetensors"


def _first_segments(replay: ReplayBuffer) -> dict[int, int]:
    """The oldest segment of each row of which something is still in it."""
    storage = replay.storage
    return {row: max(count - storage.size, 0) // SEGMENT_ENTRIES for row, count in enumerate(storage.counts.tolist())}


def _write_segment(path: Path, row: int, first: int, columns: Columns) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{path.parent}: the folder cannot be made ({error.strerror or error})") from error
    save_checkpoint(path, _pack(columns), {"row": row, "first": first})


def _read_segment(path: Path, row: int, first: int, item_shape: tuple[int, ...]) -> Columns:
    segment = load_checkpoint(path)
    if segment.state != {"row": row, "first": first}:
        raise InputError(f"{path}: this is not the part of the replay that belongs there; begin a new run")
    return _unpack(segment.arrays, item_shape)


def _pack(columns: Columns) -> Columns:
    """Compress the frames; the other columns are small."""
    packed = zlib.compress(np.ascontiguousarray(columns["items"]).data, _COMPRESSION)
    return columns | {"items": np.frombuffer(packed, np.uint8)}


def _unpack(arrays: Mapping[str, npt.NDArray[Any]], item_shape: tuple[int, ...]) -> Columns:
    """The columns among packed arrays, with their frames as they were."""
    items = np.frombuffer(zlib.decompress(arrays["items"].data), np.uint8).reshape(-1, *item_shape)
    return {name: arrays[name] for name in ("actions", "rewards", "kinds", "ages")} | {"items": items}
