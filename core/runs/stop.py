"""Hearing that a run should stop: the ``stop`` file, Ctrl+C, or a polite kill."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from core.runs.run_folder import RunFolder

CHECK_EVERY = 0.2  # seconds between looks at the file; a look costs some microseconds


@contextmanager
def stop_requests(run: RunFolder) -> Iterator[Callable[[], bool]]:
    """A function that tells whether to stop, cheap enough to call at every step.

    SIGINT and SIGTERM count as requests while the context lasts; a second SIGINT interrupts at once. (Signals reach
    only a program's main thread; elsewhere only the file counts.)
    """
    heard = threading.Event()
    previous = {}

    def hear(number: int, frame: FrameType | None) -> None:
        if heard.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        heard.set()

    next_look = 0.0

    def asked() -> bool:
        nonlocal next_look
        now = time.monotonic()
        if not heard.is_set() and now >= next_look:
            next_look = now + CHECK_EVERY
            if run.stop_requested():
                heard.set()
        return heard.is_set()

    if threading.current_thread() is threading.main_thread():
        previous = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
