"""Locks between processes. filelock comes with the first: it brings asyncio, a quarter of what the window imports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock


PATIENCE = 1.0
"""Seconds for which one who means to hold a lock tries: who only looks whether it is held has it for a moment."""


def file_lock(path: Path, *, seconds: float = -1, is_of_thread: bool = True) -> FileLock:
    """A lock that one process holds at a time, freed when that ends however it ends; not acquired yet.

    Args:
        path: of its file, in a folder that exists.
        seconds: to wait for it before TimeoutError; -1 for ever.
        is_of_thread: whether only the thread that acquired it may let it go.
    """
    from filelock import FileLock

    return FileLock(path, timeout=seconds, thread_local=is_of_thread)
