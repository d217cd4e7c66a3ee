"""Which episode to replay: what was played in this window, or those of an evaluation or a file."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.agents.recording import Recording
from core.wording import counted, with_minus
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.episode_library import EpisodeLibrary, end_of
from gui.episodes.replay.replay import ReplayModel
from gui.keys.keymap import Keymap
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.widgets import make_label
from gui.live.game_control import GameControl

_FILTER = "Episodes (*.jsonl);;All files (*)"
_SPACING = 2  # logical pixels around an episode
_NONE = "Nothing was played yet. Episodes appear here as they end."


class EpisodeList(QWidget):
    """Two lists under each other; the lower one is there when something was opened."""

    def __init__(
        self,
        game: GameControl,
        keys: Keymap,
        episodes: EpisodesModel,
        replay: ReplayModel,
        library: EpisodeLibrary,
        notices: Notices,
        files: FileDialogs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._episodes, self._replay = game, episodes, replay
        self._library, self._notices, self._files = library, notices, files
        self.mine, self.others = _list("Played in this window"), _list("Opened episodes")
        self.source = make_label(style="heading", wraps=True)
        self.none = make_label(style="quiet", wraps=True)
        self.none.setText(_NONE)
        self.now = QPushButton("This play until now")
        keys.explain(self.now, "look-back")
        self.open, self.save = QPushButton("Open…"), QPushButton("Save…")
        self.open.setToolTip("Open a file of episodes, as an evaluation keeps them (episodes.jsonl)")
        self.save.setToolTip("Save the episode shown: what the controller held at each frame. It replays exactly")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        heading = make_label(style="heading", wraps=True)
        heading.setText("Played in this window")
        for widget in (heading, self.now, self.none):
            column.addWidget(widget)
        column.addWidget(self.mine, 1)
        column.addWidget(self.source)
        column.addWidget(self.others, 2)
        column.addStretch()  # takes the room while both lists are hidden
        row = QHBoxLayout()
        row.addWidget(self.open)
        row.addWidget(self.save)
        column.addLayout(row)
        self.now.clicked.connect(episodes.replay_now)
        self.open.clicked.connect(self._open)
        self.save.clicked.connect(self._save)
        for box in (self.mine, self.others):
            box.itemActivated.connect(self._choose)
            box.itemClicked.connect(self._choose)
        library.changed.connect(self.refresh)
        replay.opened.connect(self.refresh)
        game.state_changed.connect(self._enable)
        self.refresh()

    def refresh(self) -> None:
        """Follow the library."""
        library, shown = self._library, self._replay.recording
        _fill(self.mine, library.session, shown, library.unfinished)
        _fill(self.others, library.others, shown)
        self.none.setVisible(not library.session)
        self.mine.setVisible(bool(library.session))
        self.source.setText(library.source)
        for widget in (self.source, self.others):
            widget.setVisible(bool(library.others))
        self._enable()

    def _enable(self) -> None:
        self.save.setEnabled(self._replay.recording is not None)
        self.now.setEnabled(bool(self._game.state.engine))

    def _choose(self, item: QListWidgetItem) -> None:
        recording = item.data(Qt.ItemDataRole.UserRole)
        if recording is not self._replay.recording or self._replay.problem:
            self._episodes.replay_episode(recording)

    def _open(self) -> None:
        path = self._files.open(self, "Open episodes", _FILTER)
        if path is not None:
            self._episodes.open_file(path)

    def _save(self) -> None:
        recording = self._replay.recording
        path = self._files.save(self, "Save the episode", "episode.jsonl", _FILTER)
        if path is not None and recording is not None:
            self._episodes.save_file(path, recording)


def _fill(
    box: QListWidget, recordings: list[Recording], shown: Recording | None, unfinished: Collection[int] = ()
) -> None:
    present = [box.item(row).data(Qt.ItemDataRole.UserRole) for row in range(box.count())]
    if len(present) != len(recordings) or any(a is not b for a, b in zip(present, recordings, strict=True)):
        box.clear()
        for recording in recordings:
            item = QListWidgetItem(
                _text(recording, "until now" if recording.number in unfinished else end_of(recording))
            )
            item.setData(Qt.ItemDataRole.UserRole, recording)
            item.setToolTip(
                f"Ended at x {recording.x:,} pixels, {counted(recording.frames, 'frame')} on {recording.engine}, "
                f"return {with_minus(f'{recording.total:,.0f}')}"
            )
            box.addItem(item)
    rows = [row for row, recording in enumerate(recordings) if recording is shown]
    box.setCurrentRow(rows[0] if rows else -1)


def _text(recording: Recording, end: str) -> str:
    first = f"{recording.number} · {recording.level} · x {recording.x:,} · {end}"
    return f"{first}\n{recording.player}" if recording.player else first


def _list(name: str) -> QListWidget:
    box = QListWidget()
    box.setAccessibleName(name)
    box.setUniformItemSizes(False)
    box.setSpacing(_SPACING)
    box.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    box.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    return box
