"""The mark that is seen while something is recorded."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from gui.capture.recorder import Recorder
from gui.keys.keymap import Keymap

_KEYS = {".mp4": "film", ".gif": "film-gif"}


class RecordingMark(QToolButton):
    """Red, there as long as a recording runs, paused or not; a click ends it."""

    def __init__(self, recorder: Recorder, keys: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recorder, self._keys = recorder, keys
        self.setObjectName("recording")
        self.setText("● REC")
        self.setMaximumHeight(self.fontMetrics().height() + 1)  # as high as what stands beside it
        self.clicked.connect(lambda: recorder.switch(recorder.kind, False))
        recorder.changed.connect(self._follow)
        keys.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        kind = self._recorder.kind
        self.setVisible(bool(kind))
        if kind:
            how = f"A click{self._keys.hint(_KEYS[kind])} ends the recording"
            self.setToolTip(f"{how} ({kind[1:].upper()}); while nothing moves, nothing is added")
            self.setAccessibleName(how)
