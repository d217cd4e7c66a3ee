"""One session of a training from a data set: its clock, its heartbeat, and full checkpoints to go on from exactly."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import keras

from core.runs.checkpoint_files import Arrays, Checkpoint
from core.runs.run_folder import RunFolder
from core.training.report import SAVE_EVERY, TrainingReport
from core.training.time_left import TimeLeft

_BACKEND = "keras"  # what a checkpoint says of the framework; nothing depends on it


@dataclass
class Position:
    """Where a run stands; with the networks' arrays it is all that a resume needs.

    Attributes:
        wall_time: seconds of training so far, over all sessions.
    """

    wall_time: float = 0.0


P = TypeVar("P", bound=Position)


def last_position(run: RunFolder, kind: type[P]) -> tuple[P, Checkpoint | None]:
    """Where the newest whole checkpoint stands, with it; the beginning where there is none."""
    checkpoint = run.checkpoints.load_last()
    if checkpoint is None:
        return kind(), None
    return kind(**{name: value for name, value in checkpoint.state.items() if name != _BACKEND}), checkpoint


class TrainingSession:
    """Keeps a run's position, status and checkpoints while it trains.

    Attributes:
        report: its status and previews.
    """

    def __init__(
        self, run: RunFolder, position: Position, total: int, step: Callable[[], int], arrays: Callable[[], Arrays]
    ) -> None:
        """Begin one.

        Args:
            run: the folder.
            position: a dataclass of values that JSON can hold, which the training moves on.
            total: updates of the whole run.
            step: tells how many of them are done.
            arrays: gives all that a bit-exact resume needs besides the position.
        """
        self._run, self._position, self._total, self._step, self._arrays = run, position, total, step, arrays
        self._wall_before = position.wall_time
        self._begun = self._save_time = time.monotonic()
        self.report = TrainingReport(run, self._measure)
        self._left = TimeLeft(self._progress)

    @property
    def _progress(self) -> float:
        return self._step() / self._total

    def clock(self) -> None:
        """Bring the position's time to now."""
        self._position.wall_time = self._wall_before + time.monotonic() - self._begun

    def save(self) -> None:
        """A full checkpoint of this moment."""
        self.clock()
        state: dict[str, Any] = {**dataclasses.asdict(self._position), _BACKEND: keras.backend.backend()}
        self._run.checkpoints.save_last(self._step(), self._arrays(), state)
        self._save_time = time.monotonic()

    def now_and_then(self) -> None:
        """Heartbeat, and a checkpoint when the last one is long ago."""
        self.report.beat()
        if time.monotonic() >= self._save_time + SAVE_EVERY:
            self.save()

    def stop(self) -> None:
        """End as somebody asked for, with a checkpoint."""
        self.save()
        self.report.stop()

    def _measure(self) -> tuple[float, float | None]:
        return self._progress, self._left.seconds(self._progress)
