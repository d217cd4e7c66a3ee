"""Runs are never deleted at once: they move to ``.trash`` beside them, and back, or are deleted for good from there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import InputError, RunError
from core.locations import SHIPPED
from core.runs.notes import read_notes
from core.runs.run_folder import CONFIG_NAME, STATUS_NAME, RunFolder
from core.runs.state import is_locked

TRASH_NAME = ".trash"
_STAMP = re.compile(r"(?P<name>.+)~(?P<stamp>\d{8}-\d{6})(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Trashed:
    """A run in the trash.

    Attributes:
        path: where it lies now.
        name: of its folder before.
        when: when it was thrown away.
        shown: the name that people gave it, or its folder's.
    """

    path: Path
    name: str
    when: datetime
    shown: str

    @property
    def home(self) -> Path:
        """Where it was."""
        return self.path.parent.parent / self.name


def check_not_written(run: Path) -> None:
    """InputError when a process writes this run at this moment."""
    if not run.is_dir():
        raise InputError(f"{run}: the run folder is gone")
    folder = RunFolder(run)
    if is_locked(folder.lock_path):
        raise folder.written_error()


def move_to_trash(run: Path) -> Trashed:
    """Move a run folder to the trash beside it.

    Raises:
        InputError: a process writes it, it is gone, it is no run, or it came with the program.
        RunError: it could not be moved; it stays where it is.
    """
    check_not_written(run)
    if not any((run / name).exists() for name in (CONFIG_NAME, STATUS_NAME)):
        raise InputError(f"{run}: the folder holds no run, so it is left alone")
    if run.resolve().parent == SHIPPED:
        raise InputError(f"{run.name}: it came with the program, so it stays")
    trash = run.parent / TRASH_NAME
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    target, count = trash / f"{run.name}~{stamp}", 1
    while target.exists():
        count += 1
        target = trash / f"{run.name}~{stamp}-{count}"
    try:
        trash.mkdir(exist_ok=True)
        run.rename(target)
    except OSError as error:
        raise RunError(f"{run}: cannot be moved to the trash ({error.strerror or error}); it stays") from error
    return _trashed(target)


def list_trash(folders: Sequence[Path]) -> list[Trashed]:
    """What lies in the trash of some folders of runs, the newest first."""
    found = []
    for folder in dict.fromkeys(folders):
        trash = folder / TRASH_NAME
        if trash.is_dir():
            for path in trash.iterdir():
                with suppress(ValueError):  # somebody else's folder, whose digits are no date
                    found += [_trashed(path)] if path.is_dir() and _STAMP.fullmatch(path.name) else []
    return sorted(found, key=lambda item: item.when, reverse=True)


def restore(item: Trashed) -> Path:
    """Move a run back to where it was; InputError when another one is there now, RunError when it cannot be moved."""
    if item.home.exists():
        raise InputError(f"{item.home}: another run has this name now; move that one away first")
    return _move(item, item.home)


def _move(item: Trashed, target: Path) -> Path:
    try:
        return item.path.rename(target)
    except FileNotFoundError:
        raise InputError(f"{item.path}: it is no longer in the trash") from None
    except OSError as error:
        raise RunError(f"{item.path}: cannot be moved ({error.strerror or error}); it stays") from error


def delete_for_good(item: Trashed) -> None:
    """Delete a run that lies in the trash; RunError when a part of it could not be deleted."""
    if item.path.parent.name != TRASH_NAME:
        raise ValueError(f"{item.path} is not in a trash")
    try:
        shutil.rmtree(item.path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunError(f"{item.path}: cannot be deleted ({error.strerror or error})") from error


def _trashed(path: Path) -> Trashed:
    match = _STAMP.fullmatch(path.name)
    assert match is not None
    when = datetime.strptime(match["stamp"], "%Y%m%d-%H%M%S")
    try:
        shown = read_notes(path).name
    except InputError:
        shown = ""
    return Trashed(path, match["name"], when, shown or match["name"])
