"""Two agents side by side: who and from where, both pictures, what is between them, and the track."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.agents.q_values import QValueBars
from gui.episodes.side_by_side.board import DuelBoard
from gui.episodes.side_by_side.curve import DuelCurve
from gui.episodes.side_by_side.form import DuelForm
from gui.episodes.side_by_side.track import DuelControls
from gui.episodes.side_by_side.view import DuelView
from gui.workbench import Session


class DuelPage(QWidget):
    """Puts the panels together; each knows the session only."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.form = DuelForm(session)
        self.views = (DuelView(session, 0), DuelView(session, 1))
        self.bars = (QValueBars(session, live=False), QValueBars(session, live=False))
        self.board = DuelBoard(session, self.bars)
        self.curve = DuelCurve(session)
        self.controls = DuelControls(session)
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
        session.past.duel.shown.connect(self._show_values)

    def _show_values(self) -> None:
        for bars, side in zip(self.bars, self.session.past.duel.sides, strict=True):
            if side.decision is not bars.decision:
                bars.draw(side.decision, side.lately)
