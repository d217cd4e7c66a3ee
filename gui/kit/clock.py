"""A clock for frames that does not drift, and a meter for rates."""

from __future__ import annotations

import time
from collections import deque

NES_RATE = 60.0988  # frames per second of the NTSC console (nesdev.org, "Cycle reference chart")
_SPIN = 0.0003  # seconds before the deadline in which sleeping would be too coarse
_GIVE_UP = 0.25  # seconds behind after which lost frames are not made up for


class FrameClock:
    """Waits for the moment of the next frame; each deadline follows from the last one, so errors do not add up."""

    def __init__(self) -> None:
        self._next = time.perf_counter()

    @property
    def due(self) -> float:
        """When the present frame was due, ``time.perf_counter()``."""
        return self._next

    def restart(self) -> None:
        """The next frame is due now."""
        self._next = time.perf_counter()

    def wait(self, speed: float | None) -> None:
        """Return when the next frame is due at this speed (1 for the console's); at once for None."""
        now = time.perf_counter()
        if speed is None:
            self._next = now
            time.sleep(0)  # let the window's thread in
            return
        self._next += 1 / (NES_RATE * speed)
        if now - self._next > _GIVE_UP:
            self._next = now
        if self._next - now > _SPIN:
            time.sleep(self._next - now - _SPIN)
        while time.perf_counter() < self._next:
            time.sleep(0)


class Pace:
    """Evens out the moments at which frames are shown, when some take longer to compute than others.

    Each is held back until it is as old as the slowest of late was, but never longer than the time between two.
    """

    _SHARE = 0.85  # of the time between two, for the slowest to be waited for
    _LONGEST = 0.014  # seconds
    _DECAY = 0.995  # a slow one is forgotten within a few seconds

    def __init__(self) -> None:
        self._age = 0.0
        self._last = 0.0

    def hold(self, begun: float) -> None:
        """Wait, if need be, before showing what was due at this ``time.perf_counter()``."""
        between, self._last = begun - self._last, begun
        age = time.perf_counter() - begun
        self._age = min(max(age, self._age * self._DECAY), self._SHARE * between, self._LONGEST)
        if self._age > age:
            time.sleep(self._age - age)


class RateMeter:
    """Events per second over the last second or so."""

    def __init__(self, window: float = 1.0) -> None:
        self._window = window
        self._times: deque[float] = deque()

    def add(self) -> None:
        """Something happened."""
        now = time.perf_counter()
        self._times.append(now)
        while self._times[0] < now - self._window:
            self._times.popleft()

    @property
    def rate(self) -> float:
        """Events per second; 0 before there are two, or when nothing happened for a second."""
        times = list(self._times)
        if len(times) < 2 or time.perf_counter() - times[-1] > self._window:
            return 0.0
        return (len(times) - 1) / (times[-1] - times[0])
