"""How far a training is: a line on the terminal."""

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

    def __init__(self, step: int) -> None:
        """Begin to measure the speed, after so many agent steps."""
        self._told = time.monotonic()
        self._recent = deque([(self._told, step)], _RECENT)
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

    def tell(self, step: int, progress: float, summary: str, left: float | None) -> None:
        """Say where the run stands; meant to be called every few seconds.

        Args:
            step: agent steps so far.
            progress: share of the run that is done, 0 to 1.
            summary: further figures.
            left: seconds that the rest will take; None while that cannot be told.
        """
        now = time.monotonic()
        then, before = self._recent[0]
        self._recent.append((now, step))
        speed = (step - before) / max(now - then, 1e-9)
        end = f", {duration(left)} left" if left is not None else ""
        text = f"{progress:.0%}, {step:,} steps, {speed:,.0f}/s, {summary}{end}"
        if self._line is not None:
            self._line.set_description_str(text)
        elif now >= self._told + TELL_EVERY:
            self._told = now
            tqdm.write(text, file=sys.stderr)
