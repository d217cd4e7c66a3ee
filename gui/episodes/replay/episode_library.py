"""The episodes that can be replayed: those of this session, of an evaluation, of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from core.agents.recording import Recording, read_recordings, write_recordings
from core.errors import InputError, RunError

MOST = 100  # episodes of this session that are kept; about 1 MB
_ENDS = {"": "abandoned", "time": "out of time", "limit": "step limit"}  # the others as they are


class EpisodeLibrary(QObject):
    """Two lists; the window's thread only, but for ``take``.

    Signals:
        changed: either list.

    Attributes:
        session: what was played in this window, the newest first.
        others: what was opened: an evaluation's, or a file's.
        source: what the others are, "" for nothing.
        unfinished: numbers of those of the session that were looked at while they were played.
    """

    changed = Signal()
    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.session: list[Recording] = []
        self.others: list[Recording] = []
        self.source = ""
        self.unfinished: set[int] = set()
        self._count = 0
        self._arrived.connect(self.add, Qt.ConnectionType.QueuedConnection)

    def take(self, recording: Recording) -> None:
        """An episode was played (called by the game's thread)."""
        self._arrived.emit(recording)

    def add(self, recording: Recording, *, is_played: bool = False) -> Recording:
        """Put an episode of this session on top, one that is still played or has ended; as it is kept."""
        self._count += 1
        kept = replace(recording, number=self._count)
        if is_played:
            self.unfinished.add(self._count)
        self.session = [kept, *self.session][:MOST]
        self.changed.emit()
        return kept

    def show(self, recordings: Sequence[Recording], source: str) -> None:
        """Have the episodes of an evaluation at hand."""
        self.others, self.source = list(recordings), source
        self.changed.emit()

    @staticmethod
    def read(path: Path) -> list[Recording]:
        """The episodes of a file; InputError when it holds none."""
        recordings = read_recordings(path)
        if not recordings:
            raise InputError(f"{path}: the file holds no episode")
        return recordings

    @staticmethod
    def write(path: Path, recording: Recording) -> None:
        """Write an episode into a file that ``read`` takes; InputError when the disk refuses."""
        try:
            write_recordings(path, [recording])
        except RunError as error:
            raise InputError(str(error)) from None


def title_of(recording: Recording) -> str:
    """An episode in a few words."""
    seconds = recording.frames / 60
    who = f"{recording.player}, " if recording.player else ""
    return f"{recording.number}: {who}{recording.level}, x {recording.x:,}, {end_of(recording)}, {seconds:.0f} s"


def end_of(recording: Recording) -> str:
    """How it ended, in a word."""
    return end_words(recording.end)


def end_words(end: str) -> str:
    """The end of an episode in a word."""
    return _ENDS.get(end, end)
