"""Recording what is played or replayed: when a recording begins and ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from core.wording import counted
from gui.capture.screenshot import compose, file_name
from gui.capture.source import CaptureSource
from gui.capture.video_writer import Pixels, VideoWriter
from gui.kit.background import Background
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

    def __init__(
        self,
        notices: Notices,
        preferences: Preferences,
        background: Background,
        find_source: Callable[[], CaptureSource],
    ) -> None:
        """``find_source`` tells at the beginning of a recording what it is of."""
        super().__init__()
        self.kind = ""
        self._notices, self._preferences, self._find_source = notices, preferences, find_source
        self._source: CaptureSource | None = None
        self._workers, self._done = background.workers, background.in_window(self._keep_end)
        self._writer: VideoWriter | None = None

    def switch(self, kind: str, on: bool) -> None:
        """Begin a recording of that kind, or end the one that runs."""
        self._finish()
        if on:
            self.kind, self._source = kind, self._find_source()
            self._writer = VideoWriter(self._workers, self._preferences.pictures / file_name(kind), self._done)
            self._source.shown.connect(self._add)
            self._notices.tell(f"recording {self._source.name}; the same key ends it")
        self.changed.emit()

    def close(self) -> None:
        """End the recording; the workers' end is when it is on the disk."""
        self._finish()

    def _finish(self) -> None:
        if self._writer is not None and self._source is not None:
            if self._writer.is_empty:  # the game was paused all the time
                self._add()
            self._writer.finish()
            self._source.shown.disconnect(self._add)
            self._writer, self._source, self.kind = None, None, ""

    def _add(self) -> None:
        if self._writer is not None and self._source is not None and (frame := self._source.frame()) is not None:
            self._writer.add(pixels_of(compose(self._source.views, _SCALES[self.kind])), frame)

    def _keep_end(self, writer: VideoWriter) -> None:
        if writer is self._writer:  # it has stopped by itself
            self._finish()
            self.changed.emit()
        late = f"; {writer.dropped} pictures were left out, the disk is slow" if writer.dropped else ""
        count = counted(writer.written, "frame")
        saved = f"saved {writer.path}, {count}{late}"
        self._notices.tell(writer.problem or (saved if writer.written else "nothing was shown, so nothing is recorded"))


def pixels_of(image: QImage) -> Pixels:
    """The picture as an array of its own: RGB, uint8 (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, line = plain.height(), plain.width(), plain.bytesPerLine()
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(height, line)
    return rows[:, : 3 * width].reshape(height, width, 3).copy()
