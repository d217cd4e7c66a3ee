"""The autosave journal: after a crash at most the stroke that was being drawn is lost.

Each frame that is edited has a file of its own, written from its first stroke on: the frame, the class map that editing
began with, the automatic one, then a record for every stroke, undo and redo, on the disk before the next begins, and a
mark when the class map was saved. A file whose last change was saved goes when the frame is left; one with more
stays, for ``core.dataset.autosave.recovery``.

How a window uses it::

    journal = Journal(folder, annotation, {"data": "…", "number": 12})
    annotation.listener = journal.record
    …                                             # after saving the class map where it belongs
    annotation.mark_saved(); journal.mark_saved()
    …                                             # leaving the frame, or closing the window
    journal.close()
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from core.dataset.autosave import journal_file as disk
from core.dataset.editing.annotation import Annotation, ChangeKind
from core.dataset.editing.undo_history import EditStep
from core.dataset.png_files import encode_frame, encode_mask
from core.errors import RunError
from core.file_lock import PATIENCE, file_lock
from core.files import append_whole, write_bytes

if TYPE_CHECKING:
    from filelock import FileLock

SUFFIX = ".journal"
LOCK = ".lock"
_KINDS: Mapping[ChangeKind, bytes] = {"stroke": disk.STROKE, "undo": disk.UNDO, "redo": disk.REDO}


class Journal:
    """Keeps the strokes of one annotation on the disk.

    Attributes:
        path: its file, which exists from the first stroke on.
    """

    def __init__(self, folder: Path | str, annotation: Annotation, about: Mapping[str, Any]) -> None:
        """Begin with a fresh annotation; nothing is written before its first stroke.

        Args:
            folder: where journals lie; made when it is needed.
            annotation: one that nobody has drawn on since it was made, or went on with a history.
            about: what a window needs to go on after a crash (data set, number of the frame, level …), as JSON values.

        Raises:
            ValueError: the annotation has strokes already.
        """
        if not annotation.has_past and (annotation.undo_count or annotation.redo_count):
            raise ValueError("a journal begins before the first stroke")
        self.path = Path(folder) / f"{uuid.uuid4().hex}{SUFFIX}"
        self._annotation = annotation
        self._head = _head(annotation, about)
        self._lock: FileLock | None = None
        self._file: IO[bytes] | None = None
        self._waiting = b""

    @property
    def is_whole(self) -> bool:
        """Whether every stroke so far is on the disk."""
        return not self._waiting

    def record(self, kind: ChangeKind, step: EditStep) -> None:
        """Write a stroke, undo or redo; give it to ``Annotation.listener``.

        RunError when the disk is full or the folder is gone: the file then holds what it held before, and the next call
        writes what is missing first. Where strokes were made before the journal began, an undo is written as the
        stroke that it is (the same pixels flip): who reads the journal knows no others to undo.
        """
        if self._annotation.has_past:
            kind = "stroke"
        self._append(disk.record(_KINDS[kind], disk.pack_step(step) if kind == "stroke" else b""))

    def mark_saved(self) -> None:
        """All strokes so far were saved elsewhere; RunError as for ``record``, and a crash then offers them again."""
        if self._file is not None or self._waiting:
            self._append(disk.record(disk.SAVED))

    def close(self) -> None:
        """End an open stroke and let go of the file: kept for ``recover`` when the annotation is dirty, else removed.

        RunError when that last stroke cannot be written; the file is let go all the same. Safe to do twice.
        """
        try:
            self._annotation.end()
        finally:
            self._let_go(remove=not self._annotation.is_dirty or not self.path.exists())

    def discard(self) -> None:
        """Remove the file, whatever it holds."""
        self._let_go(remove=True)

    def _let_go(self, *, remove: bool) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock is not None:
            let_go(self.path, self._lock, remove=remove)
            self._lock = None

    def _append(self, data: bytes) -> None:
        self._waiting += data
        try:
            append_whole(self._file or self._begin(), self._waiting)
        except OSError as error:
            raise RunError(
                f"{self.path}: the stroke cannot be kept in the autosave journal ({error.strerror or error}); "
                "it is still in the window: make room on the disk and save"
            ) from error
        self._waiting = b""

    def _begin(self) -> IO[bytes]:
        """Make the file with its head, whole or not at all, and lock it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = lock_of(self.path)
            self._lock.acquire(timeout=PATIENCE)
        write_bytes(self.path, self._head)
        self._file = self.path.open("r+b", buffering=0)
        return self._file

    @classmethod
    def resume(cls, path: Path, annotation: Annotation, lock: FileLock, end: int) -> Journal:
        """Go on with a locked file that ``autosave.recovery`` read, up to its last whole record at ``end``."""
        journal = cls.__new__(cls)
        journal.path, journal._annotation, journal._head = path, annotation, b""
        journal._lock, journal._waiting = lock, b""
        journal._file = path.open("r+b", buffering=0)
        journal._file.truncate(end)
        return journal


def _head(annotation: Annotation, about: Mapping[str, Any]) -> bytes:
    parts = [
        disk.MAGIC,
        disk.record(disk.ABOUT, json.dumps(about).encode()),
        disk.record(disk.START, encode_mask(np.asarray(annotation.class_map))),
        disk.record(disk.AUTOMATIC, encode_mask(annotation.automatic)),
    ]
    if annotation.frame is not None:
        parts.append(disk.record(disk.FRAME, encode_frame(annotation.frame)))
    return b"".join(parts)


def lock_of(path: Path) -> FileLock:
    """What the process that has a journal open holds."""
    return file_lock(path.with_suffix(LOCK), is_of_thread=False)


def let_go(path: Path, lock: FileLock, *, remove: bool) -> None:
    """Release a journal's lock; with ``remove`` its file goes too, and what a crash left of writing it."""
    lost = [path, *path.parent.glob(f".{path.name}.*.tmp")] if remove else []
    for item in lost:
        item.unlink(missing_ok=True)
    lock.release()
    if remove:
        with contextlib.suppress(OSError):  # another process looks at it just now
            path.with_suffix(LOCK).unlink(missing_ok=True)
