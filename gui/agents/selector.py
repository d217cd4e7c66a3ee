"""Two lists, an agent and one of its checkpoints, for forms that have them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLabel

from core.agents.agent_choice import BEST, AgentChoice
from gui.agents.catalog import AgentCatalog
from gui.agents.loader import checkpoint_words
from gui.kit.widgets import fill_combo

NO_MAPPING = "no mapping"
MAPPING_TIP = "A mapping to see through, night as day say; only agents on gray pictures can"


def fill_mappings(box: QComboBox, agents: AgentCatalog, run: Path | None, chosen: Path | None) -> bool:
    """Give a list of mappings its entries and choose one, "no mapping" for an agent that cannot see through any.

    One whose folder has gone stays while it is chosen.

    Args:
        box: the list.
        agents: knows the mappings, and who sees gray pictures.
        run: of the agent that is to see through it.
        chosen: run folder of the mapping; None for none.

    Returns:
        Whether there is any.
    """
    items: list[tuple[str, Path | None]] = [(NO_MAPPING, None), *agents.mappings]
    if chosen is not None and chosen not in dict(agents.mappings).values():
        items.append((chosen.name, chosen))
    can = agents.sees_gray(run)
    fill_combo(box, items)
    box.setCurrentIndex([path for _, path in items].index(chosen) if can else 0)
    box.setEnabled(can)
    return len(items) > 1


class AgentSelector(QObject):
    """Follows the list of saved agents; what was chosen stays chosen while it is there.

    Signals:
        changed: another agent, checkpoint or mapping.

    Attributes:
        agent, checkpoint: the lists.
        mapping, mapping_label: what the agent sees through; there only where there are mappings.
    """

    changed = Signal()

    def __init__(self, agents: AgentCatalog, place: int = 0) -> None:
        """``place`` is that of the agent chosen at first: 0 for the one beside the controller, then the others."""
        super().__init__()
        self._agents, self._place = agents, place
        self.agent, self.checkpoint = QComboBox(), QComboBox()
        self.agent.setToolTip("Agents in saved_agents and in the folder of runs")
        self.checkpoint.setToolTip("The best one of its training, its last one, or one kept after so many agent steps")
        self.mapping, self.mapping_label = QComboBox(), QLabel("Through")
        self.mapping.setToolTip(MAPPING_TIP)
        self.mapping_label.setObjectName("quiet")
        self.mapping_label.setBuddy(self.mapping)
        for box in (self.agent, self.checkpoint, self.mapping):
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
        """All together; None without an agent or a checkpoint."""
        run, checkpoint = self.run, self.chosen_checkpoint
        return AgentChoice(self.name, run, checkpoint, self.mapping.currentData()) if run and checkpoint else None

    def show_mapping(self) -> None:
        """Show the list of mappings where there are any; called once it has its place in a form."""
        for widget in (self.mapping, self.mapping_label):
            # without a parent it would become a window of its own
            widget.setVisible(bool(self._agents.mappings) and widget.parentWidget() is not None)

    def choose(self, name: str, checkpoint: str = BEST) -> None:
        """Choose an agent, if it is listed, and one of its checkpoints."""
        self.agent.setCurrentIndex(self.agent.findText(name))
        self._fill_checkpoints(checkpoint)

    def _fill(self) -> None:
        self._fill_agents()
        self._fill_mappings()
        self.show_mapping()

    def _fill_agents(self) -> None:
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

    def _fill_mappings(self) -> None:
        mapping: Path | None = self.mapping.currentData()
        there = mapping if mapping in dict(self._agents.mappings).values() else None
        fill_mappings(self.mapping, self._agents, self.run, there)

    def _fill_checkpoints(self, chosen: str) -> None:
        self._fill_mappings()
        names = self._agents.checkpoints_of(self.run)
        if names != [self.checkpoint.itemData(i) for i in range(self.checkpoint.count())]:
            self.checkpoint.clear()
            for name in names:
                self.checkpoint.addItem(checkpoint_words(name), name)
        if names:
            self.checkpoint.setCurrentIndex(max(self.checkpoint.findData(chosen), 0))
