"""How long a run still takes, as soon as that can be told."""

from __future__ import annotations

import time

SURE_AFTER = 30.0  # seconds of work at full pace before the rest is reckoned from it
SURE_SHARE, _LEAST = 0.2, 3.0  # or this share of what there was to do, which takes a short run fewer seconds


class TimeLeft:
    """The seconds that the rest of a run will take at the pace since ``begin``.

    A run does not go at one pace: before an agent's first update it only plays, and the first batch of a session builds
    its graph. So measuring begins anew with ``begin``, and nothing is told for a while.
    """

    def __init__(self, progress: float) -> None:
        """Begin to measure at a share of the run that is done, 0 to 1."""
        self.begin(progress)

    def begin(self, progress: float) -> None:
        """Begin anew."""
        self._begun, self._begun_progress = time.monotonic(), progress

    def seconds(self, progress: float) -> float | None:
        """The rest at that share of the run, None while it cannot be told."""
        elapsed, done = time.monotonic() - self._begun, progress - self._begun_progress
        is_much = done >= SURE_SHARE * (1.0 - self._begun_progress) and elapsed >= _LEAST
        return elapsed / done * (1.0 - progress) if done > 0 and (is_much or elapsed >= SURE_AFTER) else None
