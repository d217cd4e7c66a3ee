"""Starting what waits in the queue, so that nothing is started twice, whatever can be written meanwhile."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from core.errors import InputError, RunError, sentence_of
from core.runs.launching import launch
from core.runs.queue import Launched, Queue, QueueFile, Waiting
from core.runs.state import is_process

START_AGAIN = 10.0  # seconds after a start that failed until the next one
_LOGS = ".launched"


class Starter:
    """Starts processes, notes them in the queue, and takes leave of them; one thread's."""

    def __init__(self, queue: QueueFile, program: Sequence[str]) -> None:
        """``program`` is what gets the arguments."""
        self._queue = queue
        self._program = tuple(program)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._unstarted: dict[Launched, Waiting] = {}  # noted as started, and could not be
        self._next_start = 0.0
        self._refused = ""

    @property
    def problem(self) -> str:
        """Why the last start failed, one sentence, while the next one is not due; "" otherwise."""
        return "" if self.is_due else self._refused

    @property
    def is_due(self) -> bool:
        """Whether something may be started by itself: a while after a start that failed."""
        return time.monotonic() >= self._next_start

    def log_path(self, name: str) -> Path:
        """Where what a process says is kept."""
        return self._queue.runs / _LOGS / f"{Path(name).name}.log"

    def start(self, name: str) -> Waiting | None:
        """Start one that waits, whatever else trains; None when it waits no more. Errors as of ``start_next``."""
        return self._start(lambda queue: next((item for item in queue.waiting if item.name == name), None))

    def start_next(self) -> Waiting | None:
        """Start the first that waits; None when there is none, or another window has started something meanwhile.

        Raises:
            InputError, RunError, OSError: it could not be started or noted, and waits again.
        """
        return self._start(_next)

    def _start(self, choose: Callable[[Queue], Waiting | None]) -> Waiting | None:
        """Note it first: what is started and could not be noted would be started again and again."""
        try:
            with self._queue.change() as queue:
                item = choose(queue)
                if item is not None:
                    noted = Launched(item.name, item.kind, os.getpid(), time.time())  # until it has a process
                    queue.waiting.remove(item)
                    queue.launched = [*(one for one in queue.launched if one.name != item.name), noted]
            if item is not None:
                self._launch(item, noted)
        except (InputError, RunError, OSError) as error:
            self._next_start, self._refused = time.monotonic() + START_AGAIN, sentence_of(error)
            with suppress(InputError, RunError, OSError):  # else with the next tick
                self.put_back()
            raise
        return item

    def _launch(self, item: Waiting, noted: Launched) -> None:
        self._unstarted[noted] = item
        process = launch(item.arguments(self._queue.runs), self.log_path(item.name), self._program)
        try:
            with self._queue.change() as queue:
                started = replace(noted, pid=process.pid, begun=time.time())
                queue.launched = [started if one == noted else one for one in queue.launched]
        except BaseException:
            process.kill()
            process.wait()
            raise
        del self._unstarted[noted]
        self._processes.append(process)
        self._next_start = 0.0

    def put_back(self) -> bool:
        """Let those that could not be started wait again; whether there were any. Errors as of ``start_next``."""
        if not self._unstarted:
            return False
        with self._queue.change() as queue:
            queue.launched = [one for one in queue.launched if one not in self._unstarted]
            queue.waiting = [*self._unstarted.values(), *queue.waiting]
        self._unstarted = {}
        return True

    def has_started(self, item: Launched) -> bool:
        """Whether an item of the queue is more than the note of a start that failed."""
        return item not in self._unstarted

    def reap(self) -> None:
        """Take leave of children that ended, so that no zombie stays."""
        self._processes = [process for process in self._processes if process.poll() is None]


def _next(queue: Queue) -> Waiting | None:
    busy = any(not item.error and is_process(item.pid, item.begun) for item in queue.launched)
    return queue.waiting[0] if queue.waiting and not (queue.is_held or busy) else None
