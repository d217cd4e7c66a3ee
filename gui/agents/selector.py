"""Two lists, an agent and one of its checkpoints, for forms that have them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox

from core.agents.agent_choice import BEST, AgentChoice
from gui.agents.catalog import AgentCatalog
from gui.agents.loader import checkpoint_words


class AgentSelector(QObject):
    """Follows the list of saved agents; what was chosen stays chosen while it is there.

    Signals:
        changed: another agent or checkpoint.

    Attributes:
        agent, checkpoint: the lists.
    """

    changed = Signal()

    def __init__(self, agents: AgentCatalog, place: int = 0) -> None:
        """``place`` is that of the agent chosen at first: 0 for the one beside the controller, then the others."""
        super().__init__()
        self._agents, self._place = agents, place
        self.agent, self.checkpoint = QComboBox(), QComboBox()
        self.agent.setToolTip("Agents in saved_agents and in the folder of runs")
        self.checkpoint.setToolTip("The best one of its training, its last one, or one kept after so many agent steps")
        for box in (self.agent, self.checkpoint):
            box.setMinimumContentsLength(8)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.agent.activated.connect(lambda _: self._ask())
        agents.changed.connect(self._fill)
        self._fill()

    @property
    def name(self) -> str:
        """The chosen agent as listed, "" for none."""
        return self.agent.currentText()

    @property
    def run(self) -> Path | None:
        """Its folder."""
        run: Path | None = self.agent.currentData()
        return run

    @property
    def chosen_checkpoint(self) -> str:
        """ "best", "last" or a kept one; "" for none."""
        return self.checkpoint.currentData() or ""

    @property
    def chosen(self) -> AgentChoice | None:
        """Both together, None unless there are both."""
        run, checkpoint = self.run, self.chosen_checkpoint
        return AgentChoice(self.name, run, checkpoint) if run and checkpoint else None

    def choose(self, name: str, checkpoint: str = BEST) -> None:
        """Choose an agent, if it is listed, and one of its checkpoints."""
        self.agent.setCurrentIndex(self.agent.findText(name))
        self._fill_checkpoints(checkpoint)

    def _fill(self) -> None:
        items = [(name, path) for name, path in self._agents.items or []]
        if items == [(self.agent.itemText(i), self.agent.itemData(i)) for i in range(self.agent.count())]:
            self._fill_checkpoints(self.chosen_checkpoint)
            return
        before, checkpoint = self.name, self.chosen_checkpoint
        self.agent.clear()
        for name, path in items:
            self.agent.addItem(name, path)
        if before in dict(items):
            self.choose(before, checkpoint)
        elif items:
            names = sorted(dict(items), key=lambda name: name != self._agents.name)  # a stable order
            self.choose(names[min(self._place, len(names) - 1)])
        self.changed.emit()

    def _ask(self) -> None:
        """Another agent: what is known of it is shown at once, what has come since in a moment."""
        self._fill_checkpoints(BEST)
        if self.run is not None:
            self._agents.look_for_checkpoints(self.run)

    def _fill_checkpoints(self, chosen: str) -> None:
        names = self._agents.checkpoints_of(self.run)
        if names != [self.checkpoint.itemData(i) for i in range(self.checkpoint.count())]:
            self.checkpoint.clear()
            for name in names:
                self.checkpoint.addItem(checkpoint_words(name), name)
        if names:
            self.checkpoint.setCurrentIndex(max(self.checkpoint.findData(chosen), 0))
