"""What is said of a recording is true: while it runs, when it stops by itself, and of a game that is paused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from PIL import Image
from PySide6.QtCore import QObject, QRectF, QSettings, Qt, Signal
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from gui.capture.recorder import Recorder
from gui.capture.source import CaptureSource
from gui.kit.background import Background
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences

KINDS = [".mp4", ".gif"]


class Shown(QObject):
    """One view that shows a frame."""

    shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.frame: int | None = None

    def show(self, frame: int) -> None:
        """Another frame."""
        self.frame = frame
        self.shown.emit()

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """A colour."""
        painter.fillRect(target, Qt.GlobalColor.red)


class Recording:
    """A recorder with what it says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "pictures"
        monkeypatch.setattr(Preferences, "pictures", self.folder)
        preferences = Preferences(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat), folder)
        self.told: list[str] = []
        self.kinds: list[str] = []
        self.notices = Notices()
        self.notices.told.connect(self.told.append)
        self.background = Background(self.notices.tell)
        self.view = Shown()
        self.recorder = Recorder(self.notices, preferences, self.background, self._source)
        self.recorder.changed.connect(lambda: self.kinds.append(self.recorder.kind))

    def _source(self) -> CaptureSource:
        return CaptureSource("the game", [self.view], self.view.shown, lambda: self.view.frame, lambda: None)

    @property
    def files(self) -> list[str]:
        """What lies in the folder."""
        return sorted(path.suffix for path in self.folder.glob("*")) if self.folder.exists() else []


@pytest.fixture
def made(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """Closed after the test."""
    recording = Recording(tmp_path, monkeypatch)
    yield recording
    recording.background.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_paused_game_gives_its_one_picture(made: Recording, qtbot: QtBot, kind: str) -> None:
    made.view.frame = 7
    made.recorder.switch(kind, True)
    assert (made.recorder.kind, made.told) == (kind, ["recording the game; the same key ends it"])
    made.recorder.switch(kind, False)
    assert made.recorder.kind == ""
    qtbot.waitUntil(lambda: len(made.told) == 2)
    assert made.told[1].startswith("saved ") and made.told[1].endswith(f"{kind}, 1 frame")
    assert made.files == [kind]


@pytest.mark.parametrize("kind", KINDS)
def test_without_any_picture_it_says_that_nothing_is_recorded(made: Recording, qtbot: QtBot, kind: str) -> None:
    made.recorder.switch(kind, True)
    made.recorder.switch(kind, False)
    qtbot.waitUntil(lambda: len(made.told) == 2)
    assert made.told[1] == "nothing was shown, so nothing is recorded"
    assert (made.recorder.kind, made.files) == ("", [])


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_stops_by_itself_is_told_at_once(
    made: Recording, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def refuse(*_: object) -> None:
        raise cv2.error("codec")

    monkeypatch.setattr(cv2, "cvtColor", refuse)
    monkeypatch.setattr(Image, "fromarray", refuse)
    made.recorder.switch(kind, True)
    made.view.show(1)
    qtbot.waitUntil(lambda: len(made.told) == 2)  # though no other picture is shown
    assert made.told[1].endswith(f"{kind}: the recording has stopped (codec)")
    assert made.kinds == [kind, ""]
    made.view.show(2)
    monkeypatch.undo()
    assert made.files == []


def test_a_folder_that_cannot_be_made_is_told(made: Recording, qtbot: QtBot) -> None:
    made.folder.write_bytes(b"")
    made.view.frame = 7
    made.recorder.switch(".mp4", True)
    made.view.show(8)
    qtbot.waitUntil(lambda: len(made.told) == 2)
    assert "the recording has stopped (" in made.told[1] and made.recorder.kind == ""


def test_closing_ends_what_runs_and_what_is_still_written(made: Recording) -> None:
    for kind in KINDS:
        made.recorder.switch(kind, True)
        for frame in range(1, 20):
            made.view.show(frame)
    made.recorder.close()
    assert made.recorder.kind == ""
    assert made.background.close()
    assert made.files == sorted(KINDS)
