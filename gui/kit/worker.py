"""A thread with an inbox of tasks and an error boundary, and what ends all of them together. No Qt here.

Whatever a task raises is told in one sentence and the worker goes on with the next one.
"""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Protocol

from core.errors import InputError, RunError, refusal
from core.runs.priority import lower_thread
from gui.kit.messages import explain

CLOSING_SECONDS = 5.0  # that everything together has to end in
_LAST_SECONDS = 1.0  # for what was aborted after that
_RETRY_SECONDS = 1.0  # after a tick that failed

Task = Callable[[], object]
Tick = Callable[[], float | None]


class _Only:
    """The kind of a task that is the only one of its kind."""


class Closable(Protocol):
    """What can be asked to end, waited for, and ended by force."""

    def close(self) -> None:
        """Ask it to end; returns at once."""

    def join(self, seconds: float) -> bool:
        """Wait for that at most so long; whether it has ended."""

    def abort(self) -> None:
        """It was waited for long enough."""


class Worker:
    """One thread. Tasks are done one after another; between them ``tick`` is called when it is due.

    A tick returns in how many seconds it is due again, None for after the next task.
    """

    def __init__(
        self,
        name: str,
        tell: Callable[[str], object],
        tick: Tick | None = None,
        at_end: Task | None = None,
        when_aborted: Task | None = None,
        *,
        is_low: bool = False,
    ) -> None:
        """A thread that does not run yet; tasks posted before ``start`` wait.

        Args:
            name: of the thread; sentences on what went wrong begin with it.
            tell: shows a sentence; called in the thread.
            tick: what is done again and again.
            at_end: the last thing that the thread does.
            when_aborted: called by whoever closes, when the thread has not ended in time: it may hang in a task.
            is_low: whether it has low priority.
        """
        self.name = name
        self._tell, self._tick, self._at_end, self._when_aborted = tell, tick, at_end, when_aborted
        self._is_low = is_low
        self._tasks: dict[object, Task] = {}  # by kind, in the order in which they are done
        self._told: dict[object, str] = {}  # what went wrong last, by kind
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._due: float | None = 0.0 if tick is not None else None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    # From any thread

    def start(self) -> None:
        """Begin; a second time, or after ``close``, nothing happens."""
        with self._changed:
            if self._thread.ident is None and not self.is_closing:
                self._thread.start()

    def post(self, task: Task, kind: object = None) -> None:
        """Have something done soon; nothing is taken in after ``close``.

        Args:
            task: what.
            kind: a task that still waits is replaced by a later one of its kind; None for one that is not.
        """
        with self._changed:
            if not self.is_closing:
                self._tasks[_Only() if kind is None else kind] = task
                self._changed.notify()

    @property
    def waiting(self) -> int:
        """Tasks that wait."""
        return len(self._tasks)

    def tick_soon(self) -> None:
        """Have the tick done at once, after the tasks that wait."""
        with self._changed:
            self._due = 0.0
            self._changed.notify()

    @property
    def is_closing(self) -> bool:
        """Whether it was asked to end; a long task looks at this now and then."""
        return self._closing.is_set()

    def pause(self, seconds: float) -> None:
        """Rest (from a task), but not longer than until ``close``."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Ask it to end once the tasks that wait are done; returns at once."""
        with self._changed:
            self._closing.set()
            self._changed.notify()

    def join(self, seconds: float) -> bool:
        """Wait at most so long until it has ended, and tell whether it has."""
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(max(seconds, 0.0))
        return not self._thread.is_alive()

    def abort(self) -> None:
        """Free it from what it hangs in, if that is known."""
        if self._when_aborted is not None:
            self._guard(self._when_aborted, self._when_aborted)

    # In the thread

    def _run(self) -> None:
        if self._is_low:
            lower_thread()
        while (found := self._next()) is not None:
            self._guard(*found)
        if self._at_end is not None:
            self._guard(self._at_end, self._at_end)

    def _next(self) -> tuple[object, Task] | None:
        """The next thing to do, with its kind; None when the thread shall end."""
        with self._changed:
            while True:
                if self._tasks:
                    kind = next(iter(self._tasks))
                    if self._due is None and self._tick is not None:
                        self._due = 0.0
                    return kind, self._tasks.pop(kind)
                if self.is_closing:
                    return None
                left = None if self._due is None else self._due - time.monotonic()
                if left is not None and left <= 0 and self._tick is not None:
                    self._due = time.monotonic() + _RETRY_SECONDS  # unless it comes to its end
                    return self._tick, partial(self._do_tick, self._tick)
                self._changed.wait(left)

    def _do_tick(self, tick: Tick) -> None:
        seconds = tick()
        with self._changed:
            if self._due != 0.0:  # else it was wanted at once meanwhile
                self._due = None if seconds is None else time.monotonic() + seconds

    def _guard(self, kind: object, task: Task) -> None:
        """Do something, and tell what it raises: the same again and again only once."""
        try:
            task()
        except BaseException as error:  # noqa: BLE001  # the boundary: a thread that dies is a silent one
            sentence = self._sentence(error)
            if self._told.get(kind) != sentence:
                with contextlib.suppress(Exception):  # the window may be gone
                    self._tell(sentence)
            if not isinstance(kind, _Only):
                self._told[kind] = sentence
        else:
            self._told.pop(kind, None)

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, InputError | RunError | ImportError):
            return explain(error)
        if isinstance(error, OSError):
            return f"{self.name}: {refusal(error)}"
        traceback.print_exception(error)  # a mistake of the program; the sentence alone would not lead to it
        return f"{self.name}: unexpected error, {_described(error)}"


class Workers:
    """All workers, and what else runs beside the window: they are closed together."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        """``tell`` shows a sentence; called from any thread, and no more once they are closing."""
        self.is_closing = False
        self._show = tell
        self._lock = threading.Lock()
        self._all: list[Closable] = []

    def make(
        self,
        name: str,
        tick: Tick | None = None,
        at_end: Task | None = None,
        when_aborted: Task | None = None,
        *,
        is_low: bool = False,
    ) -> Worker:
        """Another one, see ``Worker``."""
        worker = Worker(name, self._tell, tick, at_end, when_aborted, is_low=is_low)
        self.add(worker)
        return worker

    def _tell(self, sentence: str) -> None:
        if not self.is_closing:
            self._show(sentence)

    def add(self, part: Closable) -> None:
        """Close something else with them."""
        with self._lock:
            self._all = [one for one in self._all if not (isinstance(one, Worker) and one.is_closing and one.join(0))]
            self._all.append(part)
        if self.is_closing:
            part.close()

    def close(self, seconds: float = CLOSING_SECONDS) -> bool:
        """Ask all of them, then wait for all together.

        Args:
            seconds: that all of them have together; what has not ended by then is aborted.

        Returns:
            Whether all have ended.
        """
        self.is_closing = True
        with self._lock:
            parts, self._all = self._all, []
        for part in parts:
            part.close()
        late = _wait_for(parts, seconds)
        for part in late:
            part.abort()
        return not _wait_for(late, _LAST_SECONDS)


def _wait_for(parts: list[Closable], seconds: float) -> list[Closable]:
    """Those that have not ended within so long."""
    end = time.monotonic() + seconds
    return [part for part in parts if not part.join(max(end - time.monotonic(), 0.0))]


def _described(error: BaseException) -> str:
    """Its kind and what it says, on one line."""
    return ": ".join(filter(None, (type(error).__name__, " ".join(str(error).split()))))
