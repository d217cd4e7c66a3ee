"""An episode replayed: its list, pictures and timeline."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.game.env.actions import FRAMES_PER_STEP
from gui.agents.catalog import AgentCatalog
from gui.agents.input_view import InputView
from gui.agents.q_values import QValueBars
from gui.agents.saliency import SaliencyWatch
from gui.capture.source import CaptureSource
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.controls import ReplayActions, ReplayButtons, ReplaySlider
from gui.episodes.replay.list import EpisodeList
from gui.episodes.replay.timeline import TimelineView
from gui.episodes.replay.view import ReplayView
from gui.game.agent_player import Decision
from gui.keys.keymap import Keymap
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.splitter import Splitter
from gui.kit.widgets import padded
from gui.live.game_control import GameControl
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions

_LIST_WIDTH = 250  # logical pixels
_TIMELINE_HEIGHT, _TIMELINE_MAXIMUM = 100, 260


class ReplayPage(QWidget):
    """List, pictures, timeline; each knows its model only, but for the bars, which get what belongs to the moment."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        keys: Keymap,
        agents: AgentCatalog,
        saliency: SaliencyWatch,
        episodes: EpisodesModel,
        notices: Notices,
        files: FileDialogs,
    ) -> None:
        super().__init__()
        replay = self._replay = episodes.replay
        self.list = EpisodeList(game, keys, episodes, replay, episodes.episode_library, notices, files)
        self.frame = ReplayView(options, replay, classes=False)
        self.classes = ReplayView(options, replay, classes=True)
        self.bars = QValueBars(preview, agents, live=False)
        self.sight = InputView(preview, agents, saliency, live=False)
        self.timeline = TimelineView(replay)
        self.slider = ReplaySlider(replay, self.timeline)
        self.buttons = ReplayButtons(replay)
        self.actions_ = ReplayActions(game, agents, episodes, replay)
        self.timeline.setMinimumHeight(_TIMELINE_HEIGHT)
        self.timeline.setMaximumHeight(_TIMELINE_MAXIMUM)  # room beyond that is the pictures'
        splitter = Splitter(
            Qt.Orientation.Horizontal, padded(self.list, 10, 8, 10, 4), padded(self._moment(), 10, 8, 10, 4)
        )
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, 10 * _LIST_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)
        replay.moment_changed.connect(self._show_values)
        replay.timeline_grew.connect(self._show_values)

    def _moment(self) -> QWidget:
        side = QVBoxLayout()
        side.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(self.classes, 0, Qt.AlignmentFlag.AlignTop)
        values = QVBoxLayout()
        values.setSpacing(8)
        values.addWidget(self.bars)
        values.addWidget(self.sight)
        values.addStretch(1)
        top.addLayout(values, 1)
        side.addLayout(top)
        side.addWidget(self.actions_)
        side.addStretch(1)
        side.addWidget(self.buttons)
        pictures = QHBoxLayout()
        pictures.setSpacing(10)
        pictures.addWidget(self.frame, 1)
        pictures.addLayout(side, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(pictures, 1)
        column.addWidget(self.slider)
        column.addWidget(self.timeline)
        return page

    def _show_values(self) -> None:
        """Draw the Q-values of the step that the moment belongs to."""
        replay = self._replay
        moment, recording = replay.moment, replay.recording
        if moment is None or recording is None or moment.stack is None:
            self.bars.draw(None)
            self.sight.draw(None)
            return
        number = (moment.frame - recording.noops) // FRAMES_PER_STEP
        if not 0 <= number < len(replay.steps):
            return  # it will be known in a moment
        chosen = recording.chosen()
        trace = np.array([step.q_values for step in replay.steps[max(number - 75, 0) : number + 75]], np.float32)
        values = np.array(replay.steps[number].q_values, np.float32)
        action = chosen[number] if number < len(chosen) else -1
        decision = Decision(values, action, False, moment.stack, moment.last_action)
        self.bars.draw(decision, trace)
        self.sight.draw(decision)

    def capture_source(self) -> CaptureSource:
        """Picture and classes, for screenshots and recordings."""
        replay = self._replay
        return CaptureSource(
            name="the episode",
            views=[self.frame, self.classes],
            shown=replay.moment_changed,
            frame=lambda: None if replay.moment is None else replay.moment.frame,
            plain=lambda: None if replay.moment is None else replay.moment.snapshot.frame,
        )
