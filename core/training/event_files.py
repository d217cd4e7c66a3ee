"""Event files for TensorBoard (``--tensorboard``), in its own format but without its name of the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from core.errors import RunError
from core.runs.run_log import Value


class EventFile:
    """One session's file in ``RUN/tensorboard``; TensorBoard joins them.

    Attributes:
        path: the file.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """Begin the file.

        Args:
            folder: where; made when it is not there.
            step: agent steps that were done before; later ones of older files are no longer shown.

        Raises:
            RunError: it could not be written.
        """
        self.path = folder / f"events.out.tfevents.{time.time_ns():019d}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        except OSError as error:
            raise self._problem(error) from error
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))
        start = SessionLog(status=SessionLog.START)
        self._write(Event(wall_time=time.time(), step=step + 1, session_log=start))

    def add(self, group: str, step: int, row: Mapping[str, Value]) -> None:
        """Add the numbers of a row; RunError when they could not be written.

        Args:
            group: what their names begin with.
            step: agent steps, their place on the axis.
            row: by name; what is no number is left out.
        """
        values = [
            Summary.Value(tag=f"{group}/{name}", simple_value=float(value))
            for name, value in row.items()
            if isinstance(value, (int, float)) and name != "step"
        ]
        self._write(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))

    def _write(self, event: Event) -> None:
        try:
            self._records.write(event.SerializeToString())
            self._file.flush()
        except OSError as error:
            raise self._problem(error) from error

    def _problem(self, error: OSError) -> RunError:
        return RunError(f"{self.path}: cannot be written ({error.strerror or error})")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
