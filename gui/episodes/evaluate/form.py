"""What to evaluate and how; its progress while it runs."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from core.config.evaluate import EvaluateConfig
from gui.agents.catalog import AgentCatalog
from gui.agents.selector import AgentSelector
from gui.episodes.evaluate.fields import chance_box, labels_box, level_box, number_box
from gui.episodes.evaluate.model import EvaluationsModel
from gui.episodes.model import EpisodesModel

_NOTE = "Without sticky or random actions there are only 31 different episodes: one for each number of idle frames."


class EvaluateForm(QWidget):
    """Two rows of fields, a button, and a bar with another button while an evaluation runs."""

    def __init__(
        self,
        agents: AgentCatalog,
        episodes: EpisodesModel,
        evaluations: EvaluationsModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._evaluations = evaluations
        self.pick = AgentSelector(agents)
        self.agent, self.checkpoint, self.level = self.pick.agent, self.pick.checkpoint, level_box()
        self.labels, self.mapping = labels_box(), self.pick.mapping
        self.episodes, self.seed = number_box("episodes", 10), number_box("seed")
        self.sticky, self.epsilon = chance_box("sticky"), chance_box("epsilon")
        self.start, self.cancel = QPushButton("Evaluate"), QPushButton("Cancel")
        self.progress = QProgressBar()
        self.note, self.problem = QLabel(), QLabel()
        self.start.setToolTip(
            "Plays the episodes in processes of their own, at low priority, and keeps them with the agent"
        )
        self.cancel.setToolTip("End it; the episodes played so far are not kept")
        self._lay_out()
        process = evaluations.process
        self.pick.changed.connect(self._follow)
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(process.cancel)
        for box in (self.sticky, self.epsilon):
            box.valueChanged.connect(self._follow)
        process.changed.connect(self._follow)
        evaluations.changed.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        fields: tuple[tuple[str | QLabel, QWidget], ...] = (
            ("Agent", self.agent), ("Checkpoint", self.checkpoint), ("Level", self.level), ("Labels", self.labels),
            (self.pick.mapping_label, self.mapping), ("Episodes", self.episodes), ("Sticky", self.sticky),
            ("Random ε", self.epsilon), ("Seed", self.seed),
        )  # fmt: skip
        for column, (text, box) in enumerate(fields):
            label = text if isinstance(text, QLabel) else QLabel(text)
            label.setObjectName("quiet")
            label.setBuddy(box)
            grid.addWidget(label, 0, column)
            grid.addWidget(box, 1, column)
        self.pick.show_mapping()
        self.seed.setMinimumWidth(90)
        grid.addWidget(self.start, 1, len(fields))
        grid.addWidget(self.cancel, 1, len(fields))
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 2)
        for row, widget in enumerate((self.progress, self.note, self.problem), 2):
            grid.addWidget(widget, row, 0, 1, len(fields) + 1)
        self.note.setObjectName("quiet")
        self.note.setText(_NOTE)
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)

    def _follow(self) -> None:
        evaluations = self._evaluations
        process = evaluations.process
        is_running = process.is_running
        self.start.setVisible(not is_running)
        self.cancel.setVisible(is_running)
        self.start.setEnabled(self.pick.chosen is not None)
        self.progress.setVisible(is_running)
        self.progress.setRange(0, process.total)  # 0 to 0 shows that it is busy
        self.progress.setValue(process.done)
        self.progress.setFormat(process.progress("episodes"))
        self.note.setVisible(not is_running and not self.sticky.value() and not self.epsilon.value())
        self.cancel.setEnabled(not process.was_cancelled)
        problem = process.problem or evaluations.damaged
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _start(self) -> None:
        chosen = self.pick.chosen
        if chosen is None:
            return
        config = EvaluateConfig(
            episodes=self.episodes.value(),
            sticky=round(self.sticky.value(), 4),
            level=self.level.currentText(),
            labels=self.labels.currentText(),
            mapping=str(chosen.mapping or ""),
            epsilon=round(self.epsilon.value(), 4),
            seed=self.seed.value(),
        )
        threads = max((os.cpu_count() or 1) - 1, 1)
        self._evaluations.start(chosen, config, threads)
