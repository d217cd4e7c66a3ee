"""Writing files so that what existed before survives a crash or a full disk."""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from core.errors import InputError, RunError

TEMPORARY = ".*.tmp"  # pattern of the names of half files
T = TypeVar("T")
_PID_DIGITS = 10  # that no process number has
_READERS_BLOCK = os.name == "nt"
_PATIENCE = 2.0  # seconds
_LEAVINGS = frozenset(
    (
        *(".ds_store", "__macosx", ".appledouble", ".fseventsd", ".spotlight-v100", ".temporaryitems", ".trashes"),
        *("icon\r", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information"),
        *(".directory", "@eadir"),
    )
)


def is_leaving(name: str) -> bool:
    """Whether a file or folder of this name is what Finder, Explorer or a file server leaves: nobody put it there."""
    return name.startswith("._") or name.lower() in _LEAVINGS


def is_free(folder: Path, own: str = "") -> bool:
    """Whether nothing is there, or a folder with nothing in it that somebody put there; ``own`` is a file's name that
    may be there too."""
    if not folder.is_dir():
        return not folder.exists()
    return all(is_leaving(path.name) or path.name == own for path in folder.iterdir())


def check_name(name: str) -> None:
    """InputError when a new folder cannot have this name, on whatever system."""
    if not name or name.strip() != name or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
        raise InputError(f"{name!r} cannot be a folder's name; use letters, digits and -")


def is_utf8(path: Path) -> bool:
    """Whether a path is UTF-8; Python and Linux take others too (PEP 383), libraries in C++ may not."""
    return not any("\udc80" <= sign <= "\udcff" for sign in str(path))


def is_being_written(temporary: Path) -> bool:
    """Whether another process that lives may still be at a half file of ``replace_file``, which has its number."""
    import psutil  # here: the doctor works without any package

    number = temporary.name.removesuffix(".tmp").rpartition(".")[2]
    process = int(number) if number.isdecimal() and len(number) < _PID_DIGITS else os.getpid()
    return process != os.getpid() and psutil.pid_exists(process)


def patiently(act: Callable[[], T]) -> T:
    """Do something with a file; on Windows again for a while where it is refused.

    There a file that somebody reads just then cannot be replaced, and one that is replaced just then not be read.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except PermissionError:
            if not _READERS_BLOCK or time.monotonic() >= end:
                raise
        time.sleep(0.01)


def replace_file(path: Path, write: Callable[[Path], object], *, is_durable: bool = True, suffix: str = "") -> None:
    """Let ``write`` fill a temporary file, bring it to the disk and move it into place.

    Args:
        path: the file, in a folder that exists.
        write: gets the temporary path.
        is_durable: whether it must survive a power cut. False saves the wait for the disk, for files that can be made
            again or that something written later makes count.
        suffix: end of the temporary name, for writers that go by it, "." included.

    Raises:
        RunError: it could not be written (a full disk, no permission); the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp{suffix}")
    try:
        temporary.touch()  # as open() makes files here; and what cannot be written is known before the work
        mode = stat.S_IMODE(temporary.stat().st_mode)
        write(temporary)
        if stat.S_IMODE(temporary.stat().st_mode) != mode:  # some writers make private files
            temporary.chmod(mode)
        if is_durable:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        patiently(lambda: temporary.replace(path))
    except BaseException as error:  # Ctrl+C leaves no half file either
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise RunError(f"{path}: cannot be written ({error.strerror or error}); what was there is kept") from error
        raise
    if is_durable:
        _sync_folder(path.parent)


def write_bytes(path: Path, data: bytes, *, is_durable: bool = True) -> None:
    """Write a whole file with ``replace_file``."""
    replace_file(path, lambda temporary: temporary.write_bytes(data), is_durable=is_durable)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document, indented, with ``replace_file``."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    # Bytes of a folder's name that are no UTF-8 are lone surrogates to Python; JSON writes them as it writes "\udce9".
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def append_whole(file: IO[bytes], data: bytes, *, is_durable: bool = True) -> None:
    """Add to the end of a file, all of it or nothing.

    Args:
        file: open for writing, unbuffered.
        data: what to add.
        is_durable: whether to wait until it is on the disk.

    Raises:
        OSError: the disk is full or gone; the file holds what it held.
    """
    end = file.seek(0, os.SEEK_END)
    try:
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]  # a disk that fills up takes a part first
        if is_durable:
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
            file.seek(end)
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill under a temporary name; it takes its place at the end, and is gone when anything fails.

    Raises:
        InputError: something is there already.
        RunError: it could not be written (a full disk, no permission).
    """
    if path.exists():
        raise InputError(f"{path} exists already; name a new folder")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        if path.exists():  # made meanwhile; an empty one would be replaced without a word
            raise InputError(f"{path} exists already; name a new folder")
        temporary.rename(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written ({error.strerror or error})") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk too, where the system lets a folder be opened (Windows and some mounts do not)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
