"""What runs beside the window's thread, and the way back into it. Nothing comes back once it is closing."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import InputError, RunError
from gui.kit.mailbox import Mailbox
from gui.kit.messages import explain
from gui.kit.worker import Worker, Workers

_INTERVAL = 150  # ms between looks at the progress
T = TypeVar("T")


class Background(QObject):
    """The workers of one window.

    Attributes:
        workers: all of them.
    """

    _arrived = Signal(object)

    def __init__(self, tell: Callable[[str], object]) -> None:
        """``tell`` shows a sentence; called from any thread."""
        super().__init__()
        self.tell = tell
        self.workers = Workers(tell)
        self._arrived.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def in_window(self, call: Callable[..., object]) -> Callable[..., None]:
        """The same call for any thread: it is made soon, in the window's thread."""

        def pass_on(*values: Any) -> None:
            if not self.workers.is_closing:
                self._arrived.emit(partial(call, *values))

        return pass_on

    def newest_in_window(self, call: Callable[[T], object]) -> Callable[[T], None]:
        """As ``in_window``, but values that come too fast for the window are skipped: at most one waits."""
        mailbox: Mailbox[T] = Mailbox()

        def take() -> None:
            value = mailbox.take()
            if value is not None:
                call(value)

        announce = self.in_window(take)

        def put(value: T) -> None:
            if mailbox.put(value):
                announce()

        return put

    def jobs(self, name: str) -> BackgroundJobs:
        """Slow things with a worker of their own, which has this name."""
        return BackgroundJobs(self, self.workers.make(name))

    def close(self) -> bool:
        """End everything within a few seconds; whether all of it has ended by itself. See ``Workers.close``."""
        return self.workers.close()

    def _call(self, call: Callable[[], object]) -> None:
        if not self.workers.is_closing:
            call()


class Cancelled(Exception):  # noqa: N818  # nothing is wrong
    """The job was asked to end."""


class Job:
    """One thing to do.

    Attributes:
        text: what it is, for people; empty for one too short to be told of.
        share: how much is done, 0 to 1.
        is_cancelled: whether it was asked to end.
    """

    def __init__(self, text: str, worker: Worker) -> None:
        self.text = text
        self.share = 0.0
        self._worker = worker
        self._is_cancelled = False

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to end, or the window is closing, which a long one must not hold up."""
        return self._is_cancelled or self._worker.is_closing

    def cancel(self) -> None:
        """Ask it to end."""
        self._is_cancelled = True

    def begin(self) -> None:
        """Cancelled when it was asked to end before; what waits while the window closes is done: a note, a picture."""
        if self._is_cancelled:
            raise Cancelled

    def report(self, share: float) -> None:
        """Say how much is done (from the job's thread); Cancelled when it shall end."""
        self.share = share
        if self.is_cancelled:
            raise Cancelled


class BackgroundJobs(QObject):
    """Does jobs one after the other, and calls back in the window's thread.

    Signals:
        changed: another job, or the progress of the one that runs.
    """

    changed = Signal()

    def __init__(self, background: Background, worker: Worker) -> None:
        super().__init__()
        self._background, self._worker = background, worker
        self._jobs: list[Job] = []
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(self._follow)
        self._finished = background.in_window(self._finish)

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
        work: Callable[[Job], T],
        then: Callable[[T], object],
        failed: Callable[[str], object] | None = None,
        text: str = "",
    ) -> Job:
        """Do something slow; what is returned can be cancelled.

        Args:
            work: what; runs in the thread, and calls ``job.report`` now and then.
            then: called with its result, in the window's thread.
            failed: called with a sentence when it failed, with "" when it was cancelled; None for telling it.
            text: what it is.
        """
        job = Job(text, self._worker)
        self._jobs.append(job)
        self._worker.start()
        self._worker.post(partial(self._run, job, work, then, failed or self._tell))
        self._follow()
        return job

    def load(self, make: Callable[[], T], then: Callable[[T], object]) -> None:
        """Do something short, of which only what goes wrong is told."""
        self.start(lambda job: make(), then)

    def cancel(self) -> None:
        """Ask everything with a text to end."""
        for job in self._jobs:
            if job.text:
                job.cancel()

    def _run(
        self, job: Job, work: Callable[[Job], T], then: Callable[[T], object], failed: Callable[[str], object]
    ) -> None:
        try:
            job.begin()
            result = work(job)
        except Cancelled:
            self._finished(job, partial(failed, ""))
        except BaseException as error:  # noqa: BLE001  # whatever it is, who began it must know
            if not isinstance(error, InputError | RunError | OSError | ImportError):
                traceback.print_exc()  # a mistake of the program
            self._finished(job, partial(failed, explain(error)))
        else:
            self._finished(job, partial(then, result))

    def _tell(self, sentence: str) -> None:
        if sentence:
            self._background.tell(sentence)

    def _finish(self, job: Job, call: Callable[[], object]) -> None:
        self._jobs.remove(job)
        self._follow()
        call()

    def _follow(self) -> None:
        if self.current is None or self._worker.is_closing:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self.changed.emit()
