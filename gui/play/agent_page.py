"""The Agent page beside the views: choose one, hand over, see what it sees and thinks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from gui.agents.input_view import InputView
from gui.agents.q_curve import QCurve
from gui.agents.q_values import QValueBars
from gui.play.agent_choice import AgentChoicePanel
from gui.play.agent_play import AgentPlayPanel
from gui.workbench import Workbench


class AgentPage(QWidget):
    """Puts the panels together; each knows the session only."""

    def __init__(self, session: Workbench, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.session = session
        self.choice = AgentChoicePanel(session, actions)
        self.bars = QValueBars(session)
        self.curve = QCurve(session)
        self.sight = InputView(session)
        self.play = AgentPlayPanel(session)
        self.details = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 10, 4)
        column.setSpacing(6)
        column.addWidget(self.choice)
        column.addWidget(self.details)
        column.addStretch(1)
        inner = QVBoxLayout(self.details)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(5)
        inner.addWidget(self.play)
        self.saliency = QCheckBox()
        session.keys.explain(self.saliency, "gaze")
        session.keys.follow(lambda: self.saliency.setText(f"Show where it looks{session.keys.hint('gaze')}"))
        self.saliency.clicked.connect(actions["gaze"].trigger)
        actions["gaze"].toggled.connect(self.saliency.setChecked)
        for text, *widgets in (("Q-values", self.bars, self.curve), ("What it sees", self.sight, self.saliency)):
            inner.addWidget(_heading(text))
            for widget in widgets:
                inner.addWidget(widget)
        session.agents.changed.connect(self._follow)
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the chosen agent ready: whoever looks here wants to see what it thinks."""
        super().showEvent(event)
        if self.session.agents.opened is None and not self.session.agents.is_opening:  # else it would not play then
            self.session.agents.open()

    def _follow(self) -> None:
        agents = self.session.agents
        self.details.setVisible(agents.opened is not None)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("heading")
    label.setContentsMargins(4, 2, 0, 0)
    return label
