"""What starts the tasks of an experiment: processes of ``main.py`` on this machine, or another one of this shape."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psutil

from core.experiment.plan import PlayerEvaluation, Task, Trial
from core.files import write_bytes
from core.runs.commands import Machine, evaluate_arguments, resume_arguments, train_arguments
from core.runs.launching import PROGRAM, launch
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.runs.state import is_process, observe

_PATIENCE = 10.0  # seconds that a process has to end by itself


class Handle(Protocol):
    """A task under way."""

    def poll(self) -> int | None:
        """None while it goes on, then its exit status."""

    def has_begun(self) -> bool:
        """Whether somebody works on it, or it waits for a machine."""

    def request_stop(self) -> None:
        """Ask it to save and end; may be called again and again."""


class Launcher(Protocol):
    """Starts tasks; what they say at their end is in their log then."""

    def start(self, task: Task, log: Path) -> Handle:
        """Begin a task or go on with it."""


class LocalLauncher:
    """Starts processes on this machine."""

    def __init__(self, folder: Path, machine: Machine, program: Sequence[str] = PROGRAM) -> None:
        """Make one.

        Args:
            folder: of the runs.
            machine: what each task is told of this machine.
            program: what gets a task's arguments.
        """
        self._folder, self._machine, self._program = folder, machine, tuple(program)

    def start(self, task: Task, log: Path) -> LocalHandle:
        """Begin a task or go on with it."""
        path = task.path(self._folder)
        is_played, noted = not isinstance(task, Trial), log.with_suffix(".pid")
        if is_played:
            _end_orphan(noted, path)
            shutil.rmtree(path, ignore_errors=True)  # half of one, of a process that was killed while it wrote
        goes_on = (path / CONFIG_NAME).exists()
        arguments = task_arguments(task, self._folder, self._machine, goes_on=goes_on)
        process = launch(arguments, log, self._program)
        if is_played:
            try:
                write_bytes(noted, str(process.pid).encode(), is_durable=False)
            except BaseException:  # nobody would know of it
                process.kill()
                process.wait()
                raise
        return LocalHandle(process, path)


def _end_orphan(noted: Path, played: Path) -> None:
    """End the process that plays an evaluation for a driver that was killed: another one is about to play it.

    The number may be another process's by now, or of another machine: its command names what is played.
    """
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        pid = int(noted.read_text(encoding="utf-8"))
        orphan = psutil.Process(pid)
        if is_process(pid, noted.stat().st_mtime) and {"--evaluate", str(played)} <= set(orphan.cmdline()):
            orphan.terminate()
            if psutil.wait_procs([orphan], _PATIENCE)[1]:
                orphan.kill()


class LocalHandle:
    """A process on this machine."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path) -> None:
        self._process, self._path = process, path

    def poll(self) -> int | None:
        """None while it goes on, then its exit status."""
        return self._process.poll()

    def has_begun(self) -> bool:
        """Always, also before its folder tells so."""
        return True

    def request_stop(self) -> None:
        """Ask a run to save and end; what has nothing to save ends at once."""
        if observe(self._path).is_active:
            RunFolder(self._path).request_stop()
        elif not (self._path / CONFIG_NAME).exists():
            self._process.terminate()


def task_arguments(task: Task, folder: Path, machine: Machine, *, goes_on: bool) -> list[str]:
    """The arguments of ``main.py`` for a task.

    Args:
        task: which.
        folder: of the runs, as seen from where they are used.
        machine: threads and the game.
        goes_on: whether its run folder is there already.
    """
    path = task.path(folder)
    if isinstance(task, Trial):
        if goes_on:
            return resume_arguments(task.config.kind, path, machine)
        return train_arguments(task.config_in(folder), path, machine)
    if isinstance(task, PlayerEvaluation):
        return evaluate_arguments(task.config, task.player, "", path, machine)
    return evaluate_arguments(task.config_in(folder), task.trial.path(folder), task.checkpoint, path, machine)
