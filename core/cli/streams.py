"""What the program says never stops it: characters that a terminal lacks, a reader that has gone, a closed terminal."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import Any

_GONE = {errno.EPIPE, errno.EIO} | ({errno.EINVAL} if os.name == "nt" else set())
"""Errors of a pipe without a reader, and of a terminal that was closed."""


def steady_streams() -> None:
    """Make stdout and stderr of this process steady, and give it those that it was started without."""
    for number in range(3):
        _open_number(number)
    sys.stdout = steady_text(1, sys.stdout, "replace")
    sys.stderr = steady_text(2, sys.stderr, "backslashreplace", is_heard=False)


def steady_text(number: int, like: Any, errors: str = "replace", *, is_heard: bool = True) -> io.TextIOWrapper:
    """A stream of text that replaces characters which cannot be written, and goes on when nobody reads it any more.

    Args:
        number: descriptor; it is not closed with the stream.
        like: stream whose encoding and buffering it takes; None for UTF-8 by lines.
        errors: how characters are replaced.
        is_heard: whether other errors, a full disk say, are raised. What could not be written then is lost.
    """
    if like is None:
        buffer: Any = io.FileIO(number, "w", closefd=False)
        encoding, by_line = "utf-8", True
    else:
        buffer, encoding, by_line = like.buffer, like.encoding, like.line_buffering or like.write_through
    raw = _Steady(getattr(buffer, "raw", buffer), is_heard)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=by_line)


def _open_number(number: int) -> None:
    """Where a standard descriptor is closed, the next file that is opened would get its number, and what is said."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        os.set_inheritable(number, True)


class _Steady(io.RawIOBase):
    def __init__(self, raw: Any, is_heard: bool) -> None:
        self._raw, self._is_heard = raw, is_heard

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        number: int = self._raw.fileno()
        return number

    def isatty(self) -> bool:
        return bool(self._raw.isatty())

    def write(self, data: Any) -> int:
        try:
            while (written := self._raw.write(data)) is None:  # another program had the terminal not wait
                select.select([], [self], [])
            return int(written)
        except OSError as error:
            if self._is_heard and error.errno not in _GONE:
                self._is_heard = False  # it is told once
                raise
            return memoryview(data).nbytes
