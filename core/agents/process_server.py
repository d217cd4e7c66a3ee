"""What the processes have in common that answer the window, which cannot have a second emulator of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from multiprocessing.connection import Connection

import cv2

from core.stop_signals import ignore_terminal

_NICENESS = 5  # the game in the window comes first


def serve_window(connection: Connection, run: Callable[[], None]) -> None:
    """The body of such a process: ``run`` answers what comes through the pipe until the window closes its end."""
    ignore_terminal()
    cv2.setNumThreads(1)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with contextlib.suppress(EOFError, ConnectionError), connection:
        run()
