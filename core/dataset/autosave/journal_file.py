"""The bytes of an autosave journal: records that are there whole or not at all.

A record is a kind (one letter), the length of its content, the content and a CRC-32 over all three. A reader stops at
the first record that is cut or wrong: a crash in the middle of writing costs that record and no other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from core.dataset.editing.undo_history import EditStep
from core.errors import InputError

MAGIC = b"mario-journal-1\n"
ABOUT, FRAME, START, AUTOMATIC, STROKE, UNDO, REDO, SAVED = b"A", b"F", b"M", b"L", b"S", b"U", b"R", b"V"
_HEAD, _TAIL = struct.Struct("<cI"), struct.Struct("<I")
_KINDS = frozenset((ABOUT, FRAME, START, AUTOMATIC, STROKE, UNDO, REDO, SAVED))
_MOST_STROKE_BYTES = 3 * (1 << 16)  # a stroke over the largest class map


def record(kind: bytes, content: bytes = b"") -> bytes:
    """One record."""
    body = _HEAD.pack(kind, len(content)) + content
    return body + _TAIL.pack(zlib.crc32(body))


def records(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Kind, content and end (bytes from the file's start) of each record, up to the first that is not whole.

    InputError when the file does not begin as a journal does.
    """
    if not data.startswith(MAGIC):
        raise InputError("this is not an autosave journal")
    begin = len(MAGIC)
    while begin + _HEAD.size <= len(data):
        kind, length = _HEAD.unpack_from(data, begin)
        end = begin + _HEAD.size + length + _TAIL.size
        if kind not in _KINDS or end > len(data):
            return
        body = data[begin : end - _TAIL.size]
        if _TAIL.unpack_from(data, end - _TAIL.size)[0] != zlib.crc32(body):
            return
        yield kind, body[_HEAD.size :], end
        begin = end


def pack_step(step: EditStep) -> bytes:
    """A stroke's changed pixels, compressed."""
    return zlib.compress(step.places.astype("<u2").tobytes() + step.flips.tobytes(), 1)


def unpack_step(content: bytes) -> EditStep:
    """What ``pack_step`` packed; InputError on anything else."""
    try:
        data = zlib.decompressobj().decompress(content, _MOST_STROKE_BYTES)
    except zlib.error:
        raise InputError("a stroke cannot be unpacked") from None
    count, rest = divmod(len(data), 3)
    if rest:
        raise InputError("a stroke does not hold whole pixels")
    return EditStep(
        np.frombuffer(data, "<u2", count).astype(np.uint16), np.frombuffer(data, np.uint8, count, 2 * count)
    )
