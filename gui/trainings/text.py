"""What the window says of a run that trains or has ended."""

from __future__ import annotations

from core.runs.state import Observed
from core.wording import time_left

STATES = {
    "starting": "Starting…",
    "running": "Training",
    "stopping": "Stopping…",
    "stopped": "Stopped",
    "done": "Done",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "damaged": "Damaged",
    "gone": "Gone",
}


def headline(run: Observed) -> str:
    """State, progress and time left: "Training · 34% · 2 h 05 min left"."""
    parts = [STATES[run.state]]
    if run.state not in ("done", "gone", "starting"):
        parts.append(f"{run.progress:.0%}")
    if run.state == "running":
        parts.append(time_left(run.time_left))
    return " · ".join(parts)


def last_words(log: str) -> str:
    """The last line of a log, without its time and the module that said it."""
    line = log.rpartition("\n")[2]
    head, colon, rest = line.partition(": ")
    return rest if colon and head.count(" ") == 3 else line
