"""Two agents side by side: who and from where, both pictures, what is between them, and the track."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.agents.q_values import QValueBars
from gui.episodes.side_by_side.board import MatchBoard
from gui.episodes.side_by_side.curve import MatchCurve
from gui.episodes.side_by_side.form import MatchForm
from gui.episodes.side_by_side.track import MatchControls
from gui.episodes.side_by_side.view import MatchView
from gui.workbench import Workbench


class MatchPage(QWidget):
    """Puts the panels together; each knows the session only."""

    def __init__(self, session: Workbench) -> None:
        super().__init__()
        self.session = session
        self.form = MatchForm(session)
        self.views = (MatchView(session, 0), MatchView(session, 1))
        self.bars = (QValueBars(session, live=False), QValueBars(session, live=False))
        self.board = MatchBoard(session, self.bars)
        self.curve = MatchCurve(session)
        self.controls = MatchControls(session)
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
        self.form.start.clicked.connect(self.controls.run.setFocus)  # then the space bar pauses
        session.past.match.shown.connect(self._show_values)

    def _show_values(self) -> None:
        for bars, side in zip(self.bars, self.session.past.match.sides, strict=True):
            if side.decision is not bars.decision:
                bars.draw(side.decision, side.lately)
