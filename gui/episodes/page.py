"""The Episodes tab: looking back over episodes, evaluating agents, and having two play side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from core.game.env.actions import FRAMES_PER_STEP
from gui.agents.input_view import InputView
from gui.agents.q_values import QValueBars
from gui.episodes.evaluate.page import EvaluatePage
from gui.episodes.replay.controls import ReplayActions, ReplaySlider
from gui.episodes.replay.list import EpisodeList
from gui.episodes.replay.timeline import TimelineView
from gui.episodes.replay.view import ReplayView
from gui.episodes.side_by_side.page import MatchPage
from gui.game.agent_player import Decision
from gui.kit.splitter import Splitter
from gui.workbench import Workbench

_LIST_WIDTH = 250  # logical pixels
_COURSE_HEIGHT = 130


class EpisodesPage(QTabWidget):
    """Three pages: the scrubber, evaluations, two agents side by side."""

    def __init__(self, session: Workbench) -> None:
        super().__init__()
        self.scrub = ReplayPage(session)
        self.evaluate = EvaluatePage(session)
        self.match = MatchPage(session)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.addTab(self.scrub, "Loo&k back")
        self.addTab(self.evaluate, "Eval&uate")
        self.addTab(self.match, "S&ide by side")
        session.past.replay.opened.connect(lambda: self.setCurrentWidget(self.scrub))


class ReplayPage(QWidget):
    """List, pictures, course; each knows the session only, but for the bars, which get what belongs to the moment."""

    def __init__(self, session: Workbench) -> None:
        super().__init__()
        self.session = session
        self.list = EpisodeList(session)
        self.frame = ReplayView(session, classes=False)
        self.classes = ReplayView(session, classes=True)
        self.bars = QValueBars(session, live=False)
        self.sight = InputView(session, live=False)
        self.slider = ReplaySlider(session)
        self.actions_ = ReplayActions(session)
        self.course = TimelineView(session)
        self.course.setMinimumHeight(_COURSE_HEIGHT)
        self.course.setMaximumHeight(2 * _COURSE_HEIGHT)  # room beyond that is the pictures'
        splitter = Splitter(Qt.Orientation.Horizontal, _margins(self.list), _margins(self._moment()))
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, 10 * _LIST_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(splitter)
        session.past.replay.moment_changed.connect(self._show_values)
        session.past.replay.course_grew.connect(self._show_values)

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
        column.addWidget(self.course)
        return page

    def _show_values(self) -> None:
        """Draw the Q-values of the step that the moment belongs to."""
        replay = self.session.past.replay
        past, recording = replay.past, replay.recording
        if past is None or recording is None or past.stack is None:
            self.bars.draw(None)
            self.sight.draw(None)
            return
        number = (past.frame - recording.noops) // FRAMES_PER_STEP
        if not 0 <= number < len(replay.steps):
            return  # it will be known in a moment
        chosen = recording.chosen()
        trace = np.array([step.q_values for step in replay.steps[max(number - 75, 0) : number + 75]], np.float32)
        values = np.array(replay.steps[number].q_values, np.float32)
        action = chosen[number] if number < len(chosen) else -1
        decision = Decision(values, action, False, past.stack)
        self.bars.draw(decision, trace)
        self.sight.draw(decision)


def _margins(widget: QWidget) -> QWidget:
    outer = QWidget()
    column = QVBoxLayout(outer)
    column.setContentsMargins(10, 8, 10, 4)
    column.addWidget(widget)
    return outer
