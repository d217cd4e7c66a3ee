"""Evaluating agents in the background: what and how, the results, and where along the level episodes ended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.episodes.evaluate.form import EvaluateForm
from gui.episodes.evaluate.map import EvaluateMap
from gui.episodes.evaluate.table import EvaluateTable
from gui.kit.splitter import Splitter
from gui.workbench import Workbench


class EvaluatePage(QWidget):
    """Puts the panels together; each knows the session only."""

    def __init__(self, session: Workbench) -> None:
        super().__init__()
        self.session = session
        self.form = EvaluateForm(session)
        self.table = EvaluateTable(session)
        self.map = EvaluateMap(session)
        lower = QWidget()
        inner = QVBoxLayout(lower)
        inner.setContentsMargins(0, 4, 0, 0)
        heading = QLabel("Where the episodes ended")
        heading.setObjectName("heading")
        inner.addWidget(heading)
        inner.addWidget(self.map, 1)
        splitter = Splitter(Qt.Orientation.Vertical, self.table, lower)
        splitter.setSizes([260, 260])
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 8)
        column.setSpacing(10)
        column.addWidget(self.form)
        column.addWidget(splitter, 1)
        session.agents.changed.connect(self._find)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for evaluations anew: another program may have made some."""
        super().showEvent(event)
        self._find()

    def _find(self) -> None:
        if self.isVisible() and self.session.agents.items is not None:
            self.session.past.evaluations.find([path for _, path in self.session.agents.items])
