"""Who plays side by side, and from which start."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from core.config.evaluate import EvaluateConfig
from gui.agents.catalog import AgentCatalog
from gui.agents.selector import AgentSelector
from gui.episodes.evaluate.fields import chance_box, level_box, number_box
from gui.episodes.model import EpisodesModel
from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import NAMES
from gui.live.game_control import GameControl


class MatchForm(QWidget):
    """A row of fields and a button; below it what each sees through, where there are mappings, and why it cannot be."""

    def __init__(
        self,
        game: GameControl,
        agents: AgentCatalog,
        episodes: EpisodesModel,
        match: MatchModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._agents, self._episodes, self._match = game, agents, episodes, match
        self.picks = (AgentSelector(agents, 0), AgentSelector(agents, 1))
        self.level = level_box()
        self.noops, self.seed = number_box("max_noops"), number_box("seed")
        self.noops.setValue(0)
        self.noops.setToolTip(f"Frames without buttons before both begin, 0 to {self.noops.maximum()}")
        self.sticky, self.epsilon = chance_box("sticky"), chance_box("epsilon")
        self.start = QPushButton("Start")
        self.start.setToolTip("Both play the level from this start, as an evaluation would have them do")
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self._lay_out()
        self.start.clicked.connect(self._start)
        for pick in self.picks:
            pick.changed.connect(self._follow)
        match.changed.connect(self._follow)
        game.state_changed.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        fields = (
            (f"Agent {NAMES[0]}", self.picks[0].agent), ("Checkpoint", self.picks[0].checkpoint),
            (f"Agent {NAMES[1]}", self.picks[1].agent), ("Checkpoint", self.picks[1].checkpoint),
            ("Level", self.level), ("Idle frames", self.noops), ("Sticky", self.sticky), ("Random ε", self.epsilon),
            ("Seed", self.seed),
        )  # fmt: skip
        for column, (text, box) in enumerate(fields):
            label = QLabel(text)
            label.setObjectName("quiet")
            label.setBuddy(box)
            grid.addWidget(label, 0, column)
            grid.addWidget(box, 1, column)
            grid.setColumnStretch(column, 2 if column < 4 else 0)
        for place, pick in enumerate(self.picks):
            grid.addWidget(pick.mapping_label, 2, 2 * place, 1, 2)
            grid.addWidget(pick.mapping, 3, 2 * place, 1, 2)
            pick.show_mapping()
        self.seed.setMinimumWidth(80)
        grid.addWidget(self.start, 1, len(fields))
        grid.addWidget(self.problem, 4, 0, 1, len(fields) + 1)

    def _follow(self) -> None:
        problem = self._match.problem
        if self._agents.items == []:
            problem = "There is no trained agent yet; train one on the Train tab."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        has_both = all(pick.chosen for pick in self.picks)
        self.start.setEnabled(has_both and self._game.state.rom is not None)

    def _start(self) -> None:
        config = EvaluateConfig(
            level=self.level.currentText(),
            sticky=round(self.sticky.value(), 4),
            epsilon=round(self.epsilon.value(), 4),
            seed=self.seed.value(),
        )
        first, second = (pick.chosen for pick in self.picks)
        if first is not None and second is not None:
            self._episodes.start_match(first, second, config, self.noops.value())
