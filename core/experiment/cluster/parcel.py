"""Files of a folder that travel: what changed since the last time, so that a run can go on from them elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.files import write_bytes

_STEP = "checkpoints/step-"  # full checkpoints: they name other files, so they are read before those and written after
_LEFT_OUT = ("lock",)
Stamps = dict[str, tuple[int, int]]
"""Time of the last change in nanoseconds and size, by path inside the folder."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A change of a folder.

    Attributes:
        files: new content by path inside it.
        gone: paths that are there no more.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.gone)


def pack(folder: Path, known: Stamps) -> tuple[Parcel, Stamps]:
    """What changed in a folder since ``known``, and its stamps now; a folder that is not there has no files.

    A file that is being replaced meanwhile is there in one of its two states.
    """
    stamps: Stamps = {}
    files: dict[str, bytes] = {}
    for name in sorted(_names(folder), key=lambda name: not name.startswith(_STEP)):
        path = folder / name
        try:
            about = path.stat()
            stamps[name] = about.st_mtime_ns, about.st_size
            if stamps[name] != known.get(name):
                files[name] = path.read_bytes()
        except FileNotFoundError:
            stamps.pop(name, None)
            files.pop(name, None)
    return Parcel(files, tuple(name for name in known if name not in stamps)), stamps


def unpack(parcel: Parcel, folder: Path) -> None:
    """Bring a folder to what a parcel says; RunError when the disk is full. Broken off, it has an older checkpoint."""
    for name in sorted(parcel.files, key=lambda name: name.startswith(_STEP)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, parcel.files[name])
    for name in parcel.gone:
        (folder / name).unlink(missing_ok=True)


def _names(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path not in _LEFT_OUT and not name.startswith("."):  # half files have such names
                yield path
