"""How far a training is: a line on the terminal, and the time that is left."""

from __future__ import annotations

import sys
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

from core.wording import duration

TELL_EVERY = 60.0  # seconds between lines where stderr is no terminal
_RECENT = 15  # calls of ``tell`` over which the speed is measured


class ProgressLine:
    """One line on a terminal that is written over; elsewhere (a log file) a line a minute."""

    def __init__(self, step: int, progress: float) -> None:
        """Begin to measure.

        Args:
            step: agent steps so far.
            progress: share of the run that is done, 0 to 1.
        """
        self._begun, self._begun_progress = time.monotonic(), progress
        self._recent = deque([(self._begun, step)], _RECENT)
        self._told = self._begun
        self._line: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._line = tqdm(bar_format="{desc}", dynamic_ncols=True, file=sys.stderr)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.close()

    def time_left(self, progress: float) -> float | None:
        """Seconds that the rest will take at the pace of this session, its evaluations included; None at first."""
        done = progress - self._begun_progress
        return (time.monotonic() - self._begun) / done * (1.0 - progress) if done > 0 else None

    def tell(self, step: int, progress: float, summary: str) -> None:
        """Say where the run stands; meant to be called every few seconds.

        Args:
            step: agent steps so far.
            progress: share of the run that is done, 0 to 1.
            summary: further figures.
        """
        now = time.monotonic()
        then, before = self._recent[0]
        self._recent.append((now, step))
        speed = (step - before) / max(now - then, 1e-9)
        left = self.time_left(progress)
        end = f", {duration(left)} left" if left is not None else ""
        text = f"{progress:.0%}, {step:,} steps, {speed:,.0f}/s, {summary}{end}"
        if self._line is not None:
            self._line.set_description_str(text)
        elif now >= self._told + TELL_EVERY:
            self._told = now
            tqdm.write(text, file=sys.stderr)
