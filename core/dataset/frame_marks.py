"""What a person has noted about frames: done, doubtful, in the trash; in a file that other programs pass over.

``marks.json`` lies in the data set's folder and holds the numbers of the frames by mark; a frame has one mark or none.
A frame in the trash keeps its files and its row, so it can be restored; reading a data set leaves it out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from core.dataset.png_files import read_bytes
from core.errors import InputError, RunError
from core.file_lock import PATIENCE, file_lock
from core.files import write_json

Mark = Literal["done", "doubtful", "trash"]
MARKS: tuple[Mark, ...] = get_args(Mark)
MARKS_NAME = "marks.json"
_LOCK_NAME = ".marks.lock"


def read_marks(folder: Path) -> dict[int, Mark]:
    """The marks of a data set by number of the frame; InputError when the file is damaged."""
    path = folder / MARKS_NAME
    if not path.exists():
        return {}
    try:
        values = json.loads(read_bytes(path))
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(_is_numbers(values.get(mark, [])) for mark in MARKS):
        raise InputError(
            f"{path}: this is not an object with the lists of frame numbers {', '.join(MARKS)}; fix it or move it away"
        )
    return {number: mark for mark in MARKS for number in values.get(mark, [])}


def set_mark(folder: Path, number: int, mark: Mark | None) -> dict[int, Mark]:
    """Give a frame a mark, or take its mark away; the marks as they are then, with what other windows gave meanwhile.

    InputError when the file is damaged or another window holds it, RunError when it cannot be written.
    """
    lock = file_lock(folder / _LOCK_NAME)
    try:
        lock.acquire(timeout=PATIENCE)
    except TimeoutError:
        raise InputError(f"{folder}: another window marks frames here; wait for it or close it") from None
    except OSError as error:
        raise RunError(f"{folder}: cannot be written ({error.strerror or error}); the mark is not kept") from error
    try:
        marks = read_marks(folder)
        marks.pop(number, None)
        if mark is not None:
            marks[number] = mark
        _write(folder, marks)
    finally:
        lock.release()
    return marks


def _write(folder: Path, marks: Mapping[int, Mark]) -> None:
    lists = {mark: sorted(number for number, given in marks.items() if given == mark) for mark in MARKS}
    write_json(folder / MARKS_NAME, lists)


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)
