"""What a training tells of itself while it runs: its status with a heartbeat, and when previews may be exported."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

from core.runs.run_folder import RunFolder, State, Status

STATUS_EVERY = 2.0  # seconds between heartbeats
SAVE_EVERY = 300.0  # seconds at most between full checkpoints: so much is lost when the power fails
PREVIEW_EVERY = 120.0  # seconds at least between exports of the best network while the run goes on: each takes some


class TrainingReport:
    """Writes the ``status.json`` of one session of a run."""

    def __init__(self, run: RunFolder, measure: Callable[[], tuple[float, float | None]]) -> None:
        """``measure`` tells the share that is done, 0 to 1, and the seconds left, None while they are not known."""
        self._run, self._measure = run, measure
        self._status_time = self._preview_time = -math.inf

    def tell(self, state: State) -> None:
        """Write the status now."""
        progress, left = self._measure()
        self._run.write_status(Status(state, os.getpid(), time.time(), progress, left))

    def beat(self) -> bool:
        """Write it when the last time is long enough ago; whether it was."""
        now = time.monotonic()
        if now < self._status_time + STATUS_EVERY:
            return False
        self._status_time = now
        self.tell("running")
        return True

    def stop(self) -> None:
        """The run has ended as somebody asked for; its checkpoint is on the disk."""
        self.tell("stopped")
        self._run.clear_stop()

    def preview(self, kept: Path, export: Callable[[], None], *, at_once: bool = False) -> None:
        """Export a network that was kept, for others to watch, where the run's exported one is older.

        Args:
            kept: its weights; nothing happens while there are none.
            export: writes ``model.onnx`` of it.
            at_once: even if the last time is not long ago.
        """
        now = time.monotonic()
        if _is_older(self._run.model_path, kept) and (at_once or now >= self._preview_time + PREVIEW_EVERY):
            self._preview_time = now
            export()


def _is_older(path: Path, than: Path) -> bool:
    """Whether a file is older than another one, or lacks; never where the other one does."""
    if not than.exists():
        return False
    return not path.exists() or path.stat().st_mtime_ns < than.stat().st_mtime_ns


def tell_done(run: RunFolder) -> None:
    """The run is done, exported and evaluated."""
    run.write_status(Status("done", os.getpid(), time.time(), 1.0, 0.0))
