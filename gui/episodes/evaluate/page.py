"""Evaluating agents in the background: what and how, the results, and where along the level episodes ended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.agents.catalog import AgentCatalog
from gui.episodes.evaluate.form import EvaluateForm
from gui.episodes.evaluate.map import EvaluateMap
from gui.episodes.evaluate.table import EvaluateTable
from gui.episodes.model import EpisodesModel
from gui.kit.splitter import Splitter


class EvaluatePage(QWidget):
    """Puts the panels together; each knows its models only."""

    def __init__(self, agents: AgentCatalog, episodes: EpisodesModel) -> None:
        super().__init__()
        library, evaluations = episodes.episode_library, episodes.evaluations
        self._agents, self._evaluations = agents, evaluations
        self.form = EvaluateForm(agents, episodes, evaluations)
        self.table = EvaluateTable(evaluations)
        self.map = EvaluateMap(episodes, library, evaluations)
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
        agents.changed.connect(self._find)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for evaluations anew: another program may have made some."""
        super().showEvent(event)
        self._find()

    def _find(self) -> None:
        if self.isVisible() and self._agents.items is not None:
            self._evaluations.find([path for _, path in self._agents.items])
