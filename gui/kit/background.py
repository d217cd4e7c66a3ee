"""Slow things, one after the other in a thread of their own, with progress, and a way to cancel them."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import InputError, RunError
from gui.kit.messages import explain

_INTERVAL = 150  # ms between looks at the progress


class Cancelled(Exception):  # noqa: N818  # nothing is wrong
    """The job was asked to end."""


class Job:
    """One thing to do.

    Attributes:
        text: what it is, for people; empty for one too short to be told of.
        share: how much is done, 0 to 1.
        is_cancelled: whether it was asked to end.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.share = 0.0
        self.is_cancelled = False

    def report(self, share: float) -> None:
        """Say how much is done (from the job's thread); Cancelled when it shall end."""
        self.share = share
        if self.is_cancelled:
            raise Cancelled


class BackgroundJobs(QObject):
    """Does jobs, and calls back in the window's thread.

    Signals:
        changed: another job, or the progress of the one that runs.
    """

    changed = Signal()
    _arrived = Signal(object)

    def __init__(self, name: str) -> None:
        """``name`` is the thread's."""
        super().__init__()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._jobs: list[Job] = []
        self._is_closed = threading.Event()
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(self.changed)
        self._arrived.connect(lambda finish: finish(), Qt.ConnectionType.QueuedConnection)

    @property
    def current(self) -> Job | None:
        """The first job with a text that is not done, None without one."""
        return next((job for job in self._jobs if job.text), None)

    @property
    def is_busy(self) -> bool:
        """Whether anything is not done yet."""
        return bool(self._jobs)

    def start(
        self,
        work: Callable[[Job], Any],
        then: Callable[[Any], object],
        failed: Callable[[str], object],
        text: str = "",
    ) -> Job:
        """Do something slow.

        Args:
            work: what; runs in the thread, and calls ``job.report`` now and then.
            then: called with its result, in the window's thread.
            failed: called with a sentence when it failed, with "" when it was cancelled.
            text: what it is.
        """
        job = Job(text)
        self._jobs.append(job)
        self._pool.submit(self._run, job, work, then, failed)
        self._follow()
        return job

    def cancel(self) -> None:
        """Ask everything with a text to end."""
        for job in self._jobs:
            job.is_cancelled = job.is_cancelled or bool(job.text)

    def close(self) -> None:
        """End the thread and wait for that; nothing calls back afterwards."""
        self._is_closed.set()
        self._timer.stop()
        for job in self._jobs:
            job.is_cancelled = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self, job: Job, work: Callable[[Job], Any], then: Callable[[Any], object], failed: Callable[[str], object]
    ) -> None:
        try:
            job.report(0.0)
            result = work(job)
        except Cancelled:
            self._deliver(job, lambda: failed(""))
        except Exception as error:  # noqa: BLE001  # whatever it is, the window must say so
            if not isinstance(error, (InputError, RunError, OSError)):
                traceback.print_exc()
            sentence = str(error) if isinstance(error, RunError) else explain(error)
            self._deliver(job, lambda: failed(sentence))
        else:
            self._deliver(job, lambda: then(result))

    def _deliver(self, job: Job, call: Callable[[], object]) -> None:
        if not self._is_closed.is_set():
            self._arrived.emit(lambda: self._finish(job, call))

    def _finish(self, job: Job, call: Callable[[], object]) -> None:
        self._jobs.remove(job)
        self._follow()
        if not self._is_closed.is_set():
            call()

    def _follow(self) -> None:
        if self.current is None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self.changed.emit()
