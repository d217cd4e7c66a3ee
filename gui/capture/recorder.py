"""Recording what is played or replayed: when a recording begins and ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from gui.capture.screenshot import compose, file_name
from gui.capture.source import CaptureSource
from gui.capture.video_writer import Pixels, VideoWriter
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences

_SCALES = {".mp4": 2, ".gif": 1}  # pixels a pixel


class Recorder(QObject):
    """One recording at a time; the window's thread only.

    Signals:
        changed: a recording begins or ends.

    Attributes:
        kind: ".mp4" or ".gif" while one runs, "" otherwise.
    """

    changed = Signal()
    _done = Signal(object)

    def __init__(self, notices: Notices, preferences: Preferences, find_source: Callable[[], CaptureSource]) -> None:
        """``find_source`` tells at the beginning of a recording what it is of."""
        super().__init__()
        self.kind = ""
        self._notices, self._preferences, self._find_source = notices, preferences, find_source
        self._source: CaptureSource | None = None
        self._film: VideoWriter | None = None
        self._last: VideoWriter | None = None
        self._done.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def switch(self, kind: str, on: bool) -> None:
        """Begin a recording of that kind, or end the one that runs."""
        self._finish()
        if on:
            folder = self._preferences.pictures
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._notices.tell(f"recording: {folder} cannot be made: {error.strerror}")
            else:
                self.kind = kind
                self._film = VideoWriter(folder / file_name(kind), self._done.emit)
                self._source = self._find_source()
                self._source.shown.connect(self._add)
                self._notices.tell(f"recording {self._source.name}; the same key ends it")
        self.changed.emit()

    def close(self) -> None:
        """End the recording and wait until it is on the disk."""
        self._finish()
        if self._last is not None:
            self._last.wait()

    def _finish(self) -> None:
        if self._film is not None:
            self._film.finish()
            if self._source is not None:
                self._source.shown.disconnect(self._add)
                self._source = None
            self._last, self._film, self.kind = self._film, None, ""

    def _add(self) -> None:
        if self._film is None or self._source is None or (frame := self._source.frame()) is None:
            return
        if self._film.problem:
            self._finish()
            self.changed.emit()
            return
        self._film.add(pixels_of(compose(self._source.views, _SCALES[self.kind])), frame)

    def _tell(self, film: VideoWriter) -> None:
        if film.problem:
            self._notices.tell(film.problem)
        elif film.written:
            late = f"; {film.dropped} pictures were left out, the disk is slow" if film.dropped else ""
            self._notices.tell(f"saved {film.path}, {film.written:,} frames{late}")


def pixels_of(image: QImage) -> Pixels:
    """The picture as an array of its own: RGB, uint8 (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, line = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(height, line)
    return rows[:, : 3 * width].reshape(height, width, 3).copy()
