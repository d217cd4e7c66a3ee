"""Low priority for what runs beside the game: that and the user's programs come first."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil

LOW_PRIORITY = 10  # niceness
_TRIES = 3
_BETWEEN = 0.12  # seconds: Linux lets users change the niceness of one session every 0.1 s


def lower_priority(pid: int) -> None:
    """Give low priority to a process that leads a session of its own; what cannot be given is left.

    Linux shares processor time among sessions first (autogroup, sched(7)): there niceness counts only between processes
    of one session, and a session has a niceness of its own.
    """
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        process.nice(max(LOW_PRIORITY, process.nice()))
    group = Path(f"/proc/{pid}/autogroup")
    if not hasattr(os, "getsid") or not group.exists() or _session(pid) != pid:
        return
    for _ in range(_TRIES):
        try:
            group.write_text(str(LOW_PRIORITY), encoding="ascii")
            return
        except BlockingIOError:
            time.sleep(_BETWEEN)
        except OSError:
            return


def lower_thread() -> None:
    """Give low priority to the calling thread and to those that it starts, where threads have their own: on Linux."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(LOW_PRIORITY, os.getpriority(os.PRIO_PROCESS, thread)))


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0
