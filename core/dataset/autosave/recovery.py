"""Finding, at the start, the strokes that a killed program left in its autosave journals.

::

    for found in recover(folder).found:
        journal = found.resume()                  # go on with found.annotation; or found.discard(), or found.leave()
        found.annotation.listener = journal.record
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.dataset.autosave import journal_file as disk
from core.dataset.autosave.journal import LOCK, SUFFIX, Journal, let_go, lock_of
from core.dataset.editing.annotation import Annotation
from core.dataset.png_files import parse_frame, parse_mask
from core.errors import InputError
from core.files import is_leaving

if TYPE_CHECKING:
    from filelock import FileLock


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A journal with strokes that were not saved.

    It stays locked, so that no second window offers it too, until ``resume``, ``discard`` or ``leave``.

    Attributes:
        path: its file.
        about: as given to ``Journal``.
        annotation: the class map as it was, with its strokes to undo, its frame and automatic labels; dirty.
        unsaved: strokes, undos and redos since the last save.
        when: time of the last one, Unix time, seconds.
    """

    path: Path
    about: dict[str, Any]
    annotation: Annotation
    unsaved: int
    when: float
    _lock: FileLock
    _end: int

    def resume(self) -> Journal:
        """Go on with the same file; set the annotation's listener to its ``record``."""
        return Journal.resume(self.path, self.annotation, self._lock, self._end)

    def discard(self) -> None:
        """Remove it: the strokes are not wanted."""
        let_go(self.path, self._lock, remove=True)

    def leave(self) -> None:
        """Decide another time: the next ``recover`` finds it again."""
        let_go(self.path, self._lock, remove=False)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What lay in a folder of journals.

    Attributes:
        found: journals with strokes that were not saved, the newest first.
        problems: a sentence on each file that cannot be used; the files stay where they are.
    """

    found: list[Found]
    problems: list[str]


def recover(folder: Path | str) -> Recovery:
    """Look for journals that a program left when it was killed; journals of running programs are left alone.

    Files in which everything was saved are removed.
    """
    folder = Path(folder)
    found: list[Found] = []
    problems: list[str] = []
    paths = {item.with_suffix(SUFFIX) for end in (SUFFIX, LOCK) for item in folder.glob(f"*{end}")}
    for path in sorted(path for path in paths if not is_leaving(path.name)):
        lock = lock_of(path)
        try:
            lock.acquire(timeout=0)
            item = _read(path, lock)
        except TimeoutError:
            continue
        except FileNotFoundError:  # killed before its first stroke was on the disk
            let_go(path, lock, remove=True)
        except (InputError, OSError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or error
            problems.append(f"{path}: {reason}; delete the file if you do not need it")
            let_go(path, lock, remove=False)
        else:
            if item.annotation.is_dirty:
                found.append(item)
            else:
                item.discard()
    return Recovery(sorted(found, key=lambda item: -item.when), problems)


def _read(path: Path, lock: FileLock) -> Found:
    head: dict[bytes, bytes] = {}
    annotation: Annotation | None = None
    about: dict[str, Any] = {}
    unsaved = end = 0
    for kind, content, place in disk.records(path.read_bytes()):
        if kind in (disk.ABOUT, disk.FRAME, disk.START, disk.AUTOMATIC):
            head[kind] = content
        else:
            if annotation is None:
                annotation, about = _restart(head)
            _apply(annotation, kind, content)
            unsaved = 0 if kind == disk.SAVED else unsaved + 1
        end = place
    if annotation is None:
        annotation, about = _restart(head)
    return Found(path, about, annotation, unsaved, path.stat().st_mtime, lock, end)


def _apply(annotation: Annotation, kind: bytes, content: bytes) -> None:
    if kind == disk.SAVED:
        annotation.mark_saved()
    elif kind == disk.UNDO:
        annotation.undo()
    elif kind == disk.REDO:
        annotation.redo()
    else:
        try:
            annotation.repeat(disk.unpack_step(content))
        except ValueError as error:
            raise InputError(f"a stroke does not fit ({error})") from None


def _restart(head: dict[bytes, bytes]) -> tuple[Annotation, dict[str, Any]]:
    """The annotation before its first stroke; InputError when the head is damaged."""
    try:
        about = json.loads(head[disk.ABOUT])
        start, automatic = (parse_mask(head[kind], "its mask") for kind in (disk.START, disk.AUTOMATIC))
        frame = parse_frame(head[disk.FRAME], "its frame") if disk.FRAME in head else None
        return Annotation(start, automatic=automatic, frame=frame), about
    except (KeyError, ValueError) as error:
        raise InputError(f"its head is damaged ({error})") from None
