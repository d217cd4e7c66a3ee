"""What a run folder tells from outside: whether anybody writes it, how far it is, what went wrong, its last words."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from filelock import FileLock, Timeout

from core.errors import InputError
from core.runs.run_folder import RunFolder, Status

ObservedState = Literal["starting", "running", "stopping", "stopped", "done", "failed", "interrupted", "gone"]

_TAIL_BYTES = 64 * 1024
_CLOCK_SLACK = 5.0  # seconds that a process may seem to have begun after the sign of life it gave
_KILLED = "the process ended without a word: it was killed, or the machine went down"


@dataclass(frozen=True, slots=True)
class Observed:
    """A run as it is, whoever started it.

    Attributes:
        path: its folder.
        kind: "fcn" or "ddqn"; "" when config.json cannot be read.
        state: of its status, but "stopping" once it was asked to stop, "interrupted" when nobody writes a run that
            says it is running, "gone" without a folder.
        pid: process that writes, or wrote; 0 for unknown.
        progress: share of the run that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        heartbeat: Unix time of its last sign of life, seconds.
        sentence: what went wrong; "" when nothing did.
        is_ours: whether a window started it.
    """

    path: Path
    kind: str
    state: ObservedState
    pid: int = 0
    progress: float = 0.0
    time_left: float | None = None
    heartbeat: float = 0.0
    sentence: str = ""
    is_ours: bool = False

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.path.name

    @property
    def is_active(self) -> bool:
        """Whether a process works on it."""
        return self.state in ("starting", "running", "stopping")

    @property
    def can_resume(self) -> bool:
        """Whether ``--resume`` goes on with it."""
        return self.state in ("stopped", "failed", "interrupted")


def observe(path: Path) -> Observed:
    """Look at a run; whatever is wrong with its files is told in the sentence."""
    run = RunFolder(path)
    if not path.is_dir():
        return Observed(path, "", "gone", sentence="its folder is gone")
    try:
        kind = str(run.config_values().get("kind", ""))
        status = run.status()
        if status is not None and status.state in ("starting", "running") and not is_written(path, status):
            status = run.status()  # it may have ended between the two looks
    except InputError as error:
        return Observed(path, "", "failed", sentence=str(error))
    if status is None:
        return Observed(path, kind, "interrupted", sentence="status.json is missing")
    return _observed(run, kind, status)


def _observed(run: RunFolder, kind: str, status: Status) -> Observed:
    state: ObservedState = status.state
    sentence = status.error
    if status.state in ("starting", "running"):
        if not is_written(run.path, status):
            state, sentence = "interrupted", _KILLED
        elif run.stop_requested():
            state = "stopping"
    left = status.time_left if state in ("running", "stopping") else None
    return Observed(run.path, kind, state, status.pid, status.progress, left, status.heartbeat, sentence)


def is_written(path: Path, status: Status) -> bool:
    """Whether the process that a status names still runs, or another one, on another machine say, holds the lock."""
    return is_process(status.pid, status.heartbeat) or _is_locked(path / "lock")


def is_process(pid: int, begun_before: float) -> bool:
    """Whether a process runs that began before a moment (Unix time): a later one got the number of one that ended."""
    try:
        process = psutil.Process(pid)
        begun = process.create_time()
        return begun <= begun_before + _CLOCK_SLACK and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):
        return False


def _is_locked(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a file system without locks, or no permission
        return False


def tail(path: Path, lines: int = 200) -> str:
    """The last whole lines of a text file; "" without it."""
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - _TAIL_BYTES, 0))
        text = file.read().decode("utf-8", errors="replace").replace("\r\n", "\n")
        return "\n".join(text[: text.rfind("\n") + 1].splitlines()[-lines:])
    return ""
