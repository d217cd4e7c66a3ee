"""Hearing that the user wants to stop: Ctrl+C, a polite kill, or the end of the terminal.

A signal that the program was started to ignore stays ignored: ``nohup`` is there for that, and a shell that runs a
script starts what is in the background so that a Ctrl+C meant for something else does not reach it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_HANG_UP = getattr(signal, "SIGHUP", None)  # Windows has none
_TERMINAL = tuple(filter(None, (signal.SIGINT, _HANG_UP)))
STOP_SIGNALS = (*_TERMINAL, signal.SIGTERM)

Handler = Callable[[int, FrameType | None], object]


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """A function that tells whether one of ``STOP_SIGNALS`` came while the context lasts.

    A second SIGINT interrupts at once. Signals reach only a program's main thread; elsewhere the function says no.
    """
    heard = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        if heard.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        heard.set()

    previous = handle_stop_signals(hear)
    try:
        yield heard.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def interrupt_on_stop_signals() -> None:
    """Have each end a command as Ctrl+C does, so that it can put away what is half done.

    The end of a terminal is told several times, and interrupts once.
    """
    is_interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal is_interrupted
        if number == _HANG_UP and is_interrupted:
            return
        is_interrupted = True
        raise KeyboardInterrupt

    handle_stop_signals(interrupt)


def handle_stop_signals(handler: Handler) -> dict[signal.Signals, Handler | int]:
    """Have a function called with each that comes and is not ignored; the handlers before, of those alone."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    found = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    heard = {number: before for number, before in found.items() if before not in (signal.SIG_IGN, None)}
    for number in heard:
        signal.signal(number, handler)
    return heard


def ignore_terminal() -> None:
    """In a process that works for another one: Ctrl+C and the terminal's end reach both, and the other one decides."""
    for number in _TERMINAL:
        signal.signal(number, signal.SIG_IGN)
