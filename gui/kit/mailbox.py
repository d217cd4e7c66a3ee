"""A mailbox with one slot: the newest value replaces the one that nobody took."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Hands the newest value from one thread to another; older ones are dropped, so memory cannot grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None
        self.dropped = 0

    def put(self, value: T) -> bool:
        """Replace the value; True if the slot was empty, so that the taker has to be told."""
        with self._lock:
            was_empty = self._value is None
            self.dropped += not was_empty
            self._value = value
        return was_empty

    def take(self) -> T | None:
        """Remove and return the value, or None."""
        with self._lock:
            value, self._value = self._value, None
        return value
