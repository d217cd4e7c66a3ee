"""What to evaluate and how; its progress while it runs."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QWidget,
)

from core.agent_config import EvaluateConfig
from core.config import setting_of
from core.game.level import ALL_LEVELS
from gui.session import Session

_NOTE = "Without sticky or random actions there are only 31 different episodes: one for each number of idle frames."
_FIELDS = {item.name: setting_of(item) for item in dataclasses.fields(EvaluateConfig)}


class EvaluateForm(QWidget):
    """Two rows of fields, a button, and a bar with another button while an evaluation runs."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.agent, self.checkpoint, self.level = QComboBox(), QComboBox(), QComboBox()
        self.level.addItems([str(level) for level in ALL_LEVELS])
        self.episodes, self.seed = QSpinBox(), QSpinBox()
        self.sticky, self.epsilon = QDoubleSpinBox(), QDoubleSpinBox()
        self.start, self.cancel = QPushButton("Evaluate"), QPushButton("Cancel")
        self.progress = QProgressBar()
        self.note, self.problem = QLabel(), QLabel()
        self._limit()
        self._lay_out()
        evaluations, agents = session.past.evaluations, session.agents
        self.agent.activated.connect(self._fill_checkpoints)
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(evaluations.cancel)
        for box in (self.sticky, self.epsilon):
            box.valueChanged.connect(self._follow)
        evaluations.changed.connect(self._follow)
        agents.changed.connect(self._fill)
        self._fill()
        self._follow()

    def _limit(self) -> None:
        defaults = EvaluateConfig()
        boxes: dict[str, Any] = {
            "episodes": self.episodes, "seed": self.seed, "sticky": self.sticky, "epsilon": self.epsilon
        }  # fmt: skip
        for name, box in boxes.items():
            about = _FIELDS[name]
            box.setRange(about.low, about.high)
            box.setToolTip(f"{about.help}, {about.low:,} to {about.high:,} {about.unit}".strip())
            box.setValue(getattr(defaults, name))
        for chance in (self.sticky, self.epsilon):
            chance.setSingleStep(0.05)
        self.episodes.setSingleStep(10)
        self.agent.setToolTip("Agents in saved_agents and in the folder of runs")
        self.checkpoint.setToolTip("The best one of its training, or one kept after so many agent steps")
        self.cancel.setToolTip("End it; the episodes played so far are not kept")
        self.level.setToolTip("Level to play")
        self.start.setToolTip(
            "Plays the episodes in processes of their own, at low priority, and keeps them in the agent's folder"
        )

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        fields = (
            ("Agent", self.agent), ("Checkpoint", self.checkpoint), ("Level", self.level), ("Episodes", self.episodes),
            ("Sticky", self.sticky), ("Random ε", self.epsilon), ("Seed", self.seed),
        )  # fmt: skip
        for column, (text, box) in enumerate(fields):
            label = QLabel(text)
            label.setObjectName("quiet")
            label.setBuddy(box)
            grid.addWidget(label, 0, column)
            grid.addWidget(box, 1, column)
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

    def _fill(self) -> None:
        agents = self.session.agents
        items = [(name, path) for name, path in agents.items or []]
        if items != [(self.agent.itemText(i), self.agent.itemData(i)) for i in range(self.agent.count())]:
            before = self.agent.currentText() or agents.name
            self.agent.clear()
            for name, path in items:
                self.agent.addItem(name, path)
            self.agent.setCurrentIndex(max(self.agent.findText(before), 0 if items else -1))
            self._fill_checkpoints()
        self._follow()

    def _fill_checkpoints(self) -> None:
        run = self.agent.currentData()
        self.checkpoint.clear()
        if run is not None:
            self.checkpoint.addItems(self.session.past.checkpoints(run))

    def _follow(self) -> None:
        evaluations = self.session.past.evaluations
        is_running = bool(evaluations.running)
        self.start.setVisible(not is_running)
        self.cancel.setVisible(is_running)
        self.start.setEnabled(self.agent.count() > 0 and self.checkpoint.count() > 0)
        self.progress.setVisible(is_running)
        self.progress.setRange(0, evaluations.total)  # 0 to 0 shows that it is busy
        self.progress.setValue(evaluations.done)
        self.progress.setFormat(f"{evaluations.running}: {evaluations.done} of {evaluations.total} episodes")
        self.note.setVisible(not is_running and not self.sticky.value() and not self.epsilon.value())
        self.problem.setText(evaluations.problem)
        self.problem.setVisible(bool(evaluations.problem))

    def _start(self) -> None:
        config = EvaluateConfig(
            episodes=self.episodes.value(),
            sticky=round(self.sticky.value(), 4),
            level=self.level.currentText(),
            epsilon=round(self.epsilon.value(), 4),
            seed=self.seed.value(),
        )
        threads = max((os.cpu_count() or 1) - 1, 1)
        self.session.past.evaluations.start(self.agent.currentData(), self.checkpoint.currentText(), config, threads)
