"""The file ``index.jsonl`` of a data set: reading it, and noticing that another program changed it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.dataset.png_files import read_bytes
from core.dataset.record import Record, parse_record
from core.errors import InputError
from core.frame import STACK_FRAMES

INDEX_NAME = "index.jsonl"


class ChangedError(InputError):
    """Another program changed a data set meanwhile; nothing was written. Opening again shows what is there now."""


class Index:
    """The file, as far as this process has read or written it."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self._size = 0
        self._digest = hashlib.blake2b()
        self._seen: tuple[int, ...] | None = None

    def read(self) -> list[Record]:
        """All rows of whole stacks.

        A last line without its newline, and rows of an unfinished stack, are left out; InputError naming the line that
        is no row, or not the next frame's.
        """
        data = read_bytes(self.path)
        lines = data.decode("utf-8-sig", errors="replace").split("\n")[:-1]
        records = [parse_record(line, f"{self.path}, line {number}") for number, line in enumerate(lines, 1)]
        records = records[: len(records) // STACK_FRAMES * STACK_FRAMES]
        for number, record in enumerate(records):
            if (record.number, record.stack, record.position) != (number, *divmod(number, STACK_FRAMES)):
                raise InputError(
                    f"{self.path}, line {number + 1}: the row is not that of frame {number}; the index is damaged"
                )
        self.wrote(b"".join(data.splitlines(keepends=True)[: len(records)]))
        return records

    def wrote(self, rows: bytes) -> None:
        """These rows, as they lie in the file, are this process's own."""
        self._size += len(rows)
        self._digest.update(rows)
        self._seen = None

    def check(self, *, may_grow: bool) -> None:
        """ChangedError unless the rows are still there and, unless it ``may_grow``, no others after them.

        InputError when the file is gone.
        """
        seen = self._stat()
        if seen is not None and seen == self._seen:
            return
        data = read_bytes(self.path)
        is_same = hashlib.blake2b(data[: self._size]).digest() == self._digest.digest()
        if not is_same or (len(data) > self._size and not may_grow):
            raise ChangedError(
                f"{self.path}: another program changed the data set meanwhile; nothing was written: open it again"
            )
        self._seen = seen if len(data) == self._size else None

    def _stat(self) -> tuple[int, ...] | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_size, stat.st_mtime_ns, stat.st_ino
