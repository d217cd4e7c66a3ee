"""Two agents side by side: who and from where, both pictures, what is between them, and the track."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.frame import Frame
from gui.agents.catalog import AgentCatalog
from gui.agents.q_values import QValueBars
from gui.capture.source import CaptureSource
from gui.episodes.model import EpisodesModel
from gui.episodes.side_by_side.board import MatchBoard
from gui.episodes.side_by_side.curve import MatchCurve
from gui.episodes.side_by_side.form import MatchForm
from gui.episodes.side_by_side.track import MatchControls
from gui.episodes.side_by_side.view import MatchView
from gui.live.game_control import GameControl
from gui.live.preview import Preview


class MatchPage(QWidget):
    """Puts the panels together; each knows its model only."""

    def __init__(self, game: GameControl, preview: Preview, agents: AgentCatalog, episodes: EpisodesModel) -> None:
        super().__init__()
        match = self._match = episodes.match
        self.form = MatchForm(game, agents, episodes, match)
        self.views = (MatchView(match, 0), MatchView(match, 1))
        self.bars = (QValueBars(preview, agents, live=False), QValueBars(preview, agents, live=False))
        self.board = MatchBoard(agents, episodes, match, self.bars)
        self.curve = MatchCurve(match)
        self.controls = MatchControls(match)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(6)
        column.addWidget(self.form)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.views[0], 1)
        row.addWidget(self.board)
        row.addWidget(self.views[1], 1)
        column.addLayout(row, 10)
        column.addWidget(self.curve, 1)
        column.addWidget(self.controls)
        self._pauses_next = False  # with the space bar, once the match has begun
        self._begins = (self.form.start, self.controls.restart)
        for button in self._begins:
            button.clicked.connect(self._expect_match)
        match.changed.connect(self._pass_focus)
        match.shown.connect(self._show_values)

    def _expect_match(self) -> None:
        self._pauses_next = True

    def _pass_focus(self) -> None:
        """Pause, disabled before, takes the keyboard from what began the match: a space there would begin it anew."""
        if self._pauses_next and self._match.can_play:
            self._pauses_next = False
            if any(button.hasFocus() for button in self._begins):
                self.controls.run.setFocus()

    def _show_values(self) -> None:
        for bars, side in zip(self.bars, self._match.sides, strict=True):
            if side.decision is not bars.decision:
                bars.draw(side.decision, side.lately)

    def capture_source(self) -> CaptureSource:
        """Both pictures, for screenshots and recordings."""
        match = self._match

        def plain() -> Frame | None:
            frames = [side.frame for side in match.sides if side.frame is not None]
            return np.hstack(frames) if frames else None

        return CaptureSource(
            name="both agents",
            views=self.views,
            shown=match.shown,
            frame=lambda: match.frames if match.sides[0].frame is not None else None,
            plain=plain,
        )
