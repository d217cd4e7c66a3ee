"""The thread beside the window that looks after trainings: it starts them, tails their folders, asks them to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeAlias

from core.errors import InputError, RunError
from core.runs.supervisor import Supervisor, TrainingsState

TICK = 0.5  # seconds between looks
Task: TypeAlias = Callable[[Supervisor], object]


class TrainingsThread(threading.Thread):
    """Ticks a supervisor; what the window wants of it is done here, one thing after another."""

    def __init__(
        self, supervisor: Supervisor, take: Callable[[TrainingsState], None], complain: Callable[[str], None]
    ) -> None:
        """``take`` gets each snapshot that differs from the last, ``complain`` a sentence on what could not be done."""
        super().__init__(name="trainings", daemon=True)
        self._supervisor = supervisor
        self._take = take
        self._complain = complain
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()

    def post(self, task: Task) -> None:
        """Do something with the supervisor soon, then look at once."""
        self._tasks.put(task)

    def close(self) -> None:
        """End the thread; trainings go on, and the queue waits for the next window."""
        self._tasks.put(None)
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Look, do what is wanted, until closed."""
        last: TrainingsState | None = None
        while True:
            snapshot = self._supervisor.tick()
            if snapshot != last:
                last = snapshot
                self._take(snapshot)
            try:
                task = self._tasks.get(timeout=TICK)
            except Empty:
                continue
            if task is None:
                return
            try:
                task(self._supervisor)
            except (InputError, RunError, OSError) as error:
                self._complain(str(error))
