"""A process that answers the window: begun when it is first needed, told of when it dies, ended with the window."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

_JOIN_SECONDS = 5.0

Serve = Callable[[Connection], None]


class ProcessClient(QObject):
    """One process at a time; the window's thread only.

    Signals:
        answered: what came back.
        died: the process has ended unasked; the next request begins another one.
    """

    answered = Signal(object)
    died = Signal()
    _arrived = Signal()

    def __init__(self, name: str, find_serve: Callable[[], Serve]) -> None:
        """Nothing begins yet.

        Args:
            name: of the process.
            find_serve: imports the body of the process, when it is first needed; it ends when it reads None.
        """
        super().__init__()
        self._name, self._find_serve = name, find_serve
        self._is_closed = False
        self._process: Any = None
        self._pipe: Connection | None = None
        self._reader: threading.Thread | None = None
        self._answers: SimpleQueue[Any] = SimpleQueue()
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def pid(self) -> int | None:
        """Of the process, None while there is none."""
        pid: int | None = None if self._process is None else self._process.pid
        return pid

    def send(self, request: object) -> None:
        """Ask for something; ``answered`` or ``died`` follows, but for after ``close``."""
        if self._is_closed:
            return
        if self._process is None:
            self._begin()
        assert self._pipe is not None
        with contextlib.suppress(OSError):  # it has just died, which the reader tells
            self._pipe.send(request)

    def close(self) -> None:
        """End the process and wait for that; nothing begins or is told afterwards."""
        self._is_closed = True
        if self._pipe is not None:
            with contextlib.suppress(OSError):  # it may be gone already
                self._pipe.send(None)
            self._end()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=self._find_serve(), args=(theirs,), name=self._name, daemon=True)
        self._process.start()
        theirs.close()
        self._reader = threading.Thread(target=self._read, args=(self._pipe,), name=self._name, daemon=True)
        self._reader.start()

    def _end(self) -> None:
        self._process.join(_JOIN_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._reader is not None:
            self._reader.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process.close()
        self._process = self._pipe = self._reader = None

    def _read(self, pipe: Connection) -> None:
        """Body of the thread that takes answers."""
        while True:
            try:
                answer = pipe.recv()
            except (EOFError, OSError):
                answer = pipe
            self._answers.put(answer)
            self._arrived.emit()
            if answer is pipe:
                return

    def _take(self) -> None:
        while not self._answers.empty() and not self._is_closed:
            answer = self._answers.get()
            if not isinstance(answer, Connection):
                self.answered.emit(answer)
            elif answer is self._pipe:
                self._end()
                self.died.emit()
