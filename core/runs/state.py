"""The state of a run, decided here alone: whether anybody writes it, how far it is, what went wrong, its last words."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import psutil

from core.errors import InputError
from core.file_lock import file_lock
from core.runs.run_folder import STATUS_NAME, RunFolder, Status

RunState = Literal["starting", "running", "stopping", "stopped", "done", "failed", "interrupted", "damaged", "gone"]
T = TypeVar("T")

ACTIVE: tuple[RunState, ...] = ("starting", "running", "stopping")
"""States in which a process works on a run."""
_TAIL_BYTES = 64 * 1024
_CLOCK_SLACK = 5.0  # seconds that a process may seem to have begun after the sign of life it gave
_KILLED = "the process ended without a word: it was killed, or the machine went down"


@dataclass(frozen=True, slots=True)
class Observed:
    """A run as it is, whoever started it.

    Attributes:
        path: its folder.
        kind: "fcn", "ddqn" or "mapping"; "" when config.json cannot be read.
        state: of its status, but "stopping" once it was asked to stop, "interrupted" when nobody writes a run that
            says it is running, "damaged" when its settings or status cannot be read, "gone" without a folder.
        pid: process that writes, or wrote; 0 for unknown.
        progress: share of the run that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        heartbeat: Unix time of its last sign of life, seconds.
        sentence: what went wrong; "" when nothing did.
        is_ours: whether a window started it.
        settings: ``config.json`` as plain values; empty when it cannot be read.
    """

    path: Path
    kind: str
    state: RunState
    pid: int = 0
    progress: float = 0.0
    time_left: float | None = None
    heartbeat: float = 0.0
    sentence: str = ""
    is_ours: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.path.name

    @property
    def is_active(self) -> bool:
        """Whether a process works on it."""
        return self.state in ACTIVE

    @property
    def can_resume(self) -> bool:
        """Whether ``--resume`` goes on with it."""
        return self.state in ("stopped", "failed", "interrupted")


def observe(path: Path) -> Observed:
    """Look at a run; whatever is wrong with its files is told in the sentence."""
    run = RunFolder(path)
    if not path.is_dir():
        return Observed(path, "", "gone", sentence="its folder is gone")
    settings, unreadable = tried(run.config_values)
    is_asked = run.stop_requested()  # before the status: who is stopped says so first, and then takes the request back
    status, wrong = tried(run.status)
    if status is not None and status.state in ACTIVE and not is_written(path, status):
        status, wrong = tried(run.status)  # it may have ended between the two looks
    problem = "; ".join(filter(None, (unreadable, wrong)))
    kind = (settings or {}).get("kind", "")
    if status is None:
        sentence = problem or f"{STATUS_NAME} is missing"
        return Observed(path, kind, "damaged" if problem else "interrupted", sentence=sentence, settings=settings or {})
    state, sentence = _decide(run, status, problem, is_asked)
    left = status.time_left if state in ACTIVE else None
    return Observed(
        path, kind, state, status.pid, status.progress, left, status.heartbeat, sentence, settings=settings or {}
    )


def _decide(run: RunFolder, status: Status, problem: str, is_asked: bool) -> tuple[RunState, str]:
    """The state of a run with a status, and the sentence on what is wrong."""
    if problem:
        return "damaged", problem
    if status.state not in ACTIVE:
        return status.state, status.error
    if not is_written(run.path, status):
        return "interrupted", _KILLED
    return "stopping" if is_asked else status.state, status.error


def tried(read: Callable[[], T]) -> tuple[T | None, str]:
    """What was read, or None and the sentence on why it could not be."""
    try:
        return read(), ""
    except InputError as error:
        return None, str(error)


def is_written(path: Path, status: Status) -> bool:
    """Whether the process that a status names still runs, or another one, on another machine say, holds the lock."""
    return is_process(status.pid, status.heartbeat) or is_locked(RunFolder(path).lock_path)


def is_process(pid: int, begun_before: float) -> bool:
    """Whether a process runs that began before a moment (Unix time): a later one got the number of one that ended."""
    try:
        process = psutil.Process(pid)
        begun = process.create_time()
        return begun <= begun_before + _CLOCK_SLACK and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError, OverflowError):
        return False


def is_started_by(pid: int, other: int) -> bool:
    """Whether a process was started by another one, or by one that this one started; both still run."""
    try:
        return pid != other and any(parent.pid == other for parent in psutil.Process(pid).parents())
    except (psutil.Error, ValueError, OverflowError):
        return False


def is_locked(path: Path) -> bool:
    """Whether a process, here or on another machine, holds a lock file; no where there are no locks, or no file."""
    if not path.is_file():
        return False
    try:
        with file_lock(path, seconds=0):
            return False
    except TimeoutError:
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
