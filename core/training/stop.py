"""Hearing that a run should stop: its ``stop`` file, Ctrl+C, or a polite kill."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.runs.run_folder import RunFolder
from core.stop_signals import stop_signals

LOOK_EVERY = 0.2  # seconds between looks at the file


@contextmanager
def stop_requests(run: RunFolder) -> Iterator[Callable[[], bool]]:
    """A function that tells whether to stop, cheap enough to call at every step; see ``stop_signals``."""
    found = False
    next_look = 0.0

    with stop_signals() as heard:

        def asked() -> bool:
            nonlocal found, next_look
            now = time.monotonic()
            if not found and now >= next_look:
                next_look = now + LOOK_EVERY
                found = run.stop_requested()
            return found or heard()

        yield asked
