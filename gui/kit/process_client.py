"""A process that answers the window: begun when it is first needed, told of when it dies, ended with the window."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from PySide6.QtCore import QObject, Signal

from gui.kit.background import Background
from gui.kit.worker import Worker

_JOIN_SECONDS = 4.0  # that it has to end in once it was asked to

Serve = Callable[[Connection], None]


class ProcessClient(QObject):
    """One process at a time. A worker begins it, writes to it and ends it, another one reads: the window never waits.

    Signals:
        answered: what came back.
        died: the process has ended unasked, or could not be begun; the next request begins another one.
    """

    answered = Signal(object)
    died = Signal()

    def __init__(self, background: Background, name: str, find_serve: Callable[[], Serve]) -> None:
        """Nothing begins yet.

        Args:
            background: where it belongs to.
            name: of the process and its workers.
            find_serve: imports the body of the process, when it is first needed; it ends when it reads None.
        """
        super().__init__()
        self._name, self._find_serve = name, find_serve
        self._workers = background.workers
        self._process: Any = None
        self._pipe: Connection | None = None
        self._writer = self._workers.make(name, at_end=self._end, when_aborted=self._kill)
        self._answered = background.in_window(self.answered.emit)
        self._died = background.in_window(self.died.emit)

    @property
    def pid(self) -> int | None:
        """Of the process, None while there is none."""
        process = self._process
        pid: int | None = None if process is None else process.pid
        return pid

    def send(self, request: object) -> None:
        """Ask for something; ``answered`` or ``died`` follows, but for when the window is closing."""
        self._writer.start()
        self._writer.post(partial(self._send, request))

    # In the writer's thread

    def _send(self, request: object) -> None:
        try:
            if self._process is None:
                self._begin()
            assert self._pipe is not None
            with contextlib.suppress(OSError):  # it has just died, which the reader tells
                self._pipe.send(request)
        except BaseException:
            self._died()  # whoever waits for an answer waits in vain
            raise

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        pipe, theirs = context.Pipe()
        process = context.Process(target=self._find_serve(), args=(theirs,), name=self._name, daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, pipe
        reader = self._workers.make(f"{self._name}, answers")
        reader.post(partial(self._read, reader, pipe))
        reader.start()

    def _end(self) -> None:
        """Have it end, by force if it takes too long."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is None or pipe is None:
            return
        with contextlib.suppress(OSError):  # it may be gone already
            pipe.send(None)
        process.join(_JOIN_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()

    def _kill(self) -> None:
        """It reads no more, so that the writer waits for it."""
        process = self._process
        if process is not None:
            process.kill()

    # In the reader's thread

    def _read(self, reader: Worker, pipe: Connection) -> None:
        try:
            while True:
                self._answered(pipe.recv())
        except (EOFError, OSError):
            pass  # it has ended
        finally:
            self._writer.post(partial(self._take_leave, pipe))
            reader.close()

    def _take_leave(self, pipe: Connection) -> None:
        """In the writer's thread, after the reader came to an end."""
        if pipe is self._pipe:
            self._end()
            self._died()
        pipe.close()
