"""Which saved agent, which checkpoint, and who plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.agents.catalog import AgentCatalog
from gui.agents.loader import checkpoint_words
from gui.agents.selector import MAPPING_TIP, fill_mappings
from gui.keys.keymap import Keymap
from gui.kit.widgets import fill_combo, make_label, show_text
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place

_TRAIN = ("python main.py --train ddqn", "--observation segmented", "--preset fast")
_NEXT_STEP = "Choose another checkpoint or another agent."
_NEXT_STEP_THROUGH = "Choose another mapping, checkpoint or agent."
_HOW_TO = "There is no trained agent yet. Train one in a terminal; it appears here with its first evaluation:"
_HANDS = {"person": "You play", "random": "The random agent plays", "agent": "The agent plays"}


class ListBox(QComboBox):
    """A list that says when it is about to be opened, so that it can be brought up to date."""

    about_to_open = Signal()

    def showPopup(self) -> None:
        """Open the list."""
        self.about_to_open.emit()
        super().showPopup()


class AgentChoicePanel(QWidget):
    """Its lists, a line about the agent, and the button that hands the controller over."""

    def __init__(
        self,
        game: GameControl,
        keys: Keymap,
        agents: AgentCatalog,
        navigator: Navigator,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._keys, self._agents, self._navigator = game, keys, agents, navigator
        self.agent = ListBox()
        self.checkpoint = ListBox()
        self.mapping = ListBox()
        self.about = make_label(style="quiet", wraps=True, selectable=True)
        self.note = make_label(style="quiet", wraps=True, selectable=True)
        self.problem = make_label(style="problem", wraps=True, selectable=True)
        self.none = QWidget()
        self.owner = QLabel()
        self.swap = QPushButton()
        keys.explain(self.swap, "swap")
        self.swap.clicked.connect(actions["swap"].trigger)
        self.swap.clicked.connect(lambda *_: navigator.show(Place.GAME))
        self.chooser = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 6, 0)
        column.setSpacing(6)
        for widget in (self.chooser, self.about, self.note, self.none, self.problem):
            column.addWidget(widget)
        column.addLayout(self._hands())
        self._fill_chooser()
        self._fill_none()
        agents = agents
        self.agent.about_to_open.connect(agents.find)
        self.checkpoint.about_to_open.connect(agents.find)
        self.mapping.about_to_open.connect(agents.find)
        self.mapping.activated.connect(self._then_play(lambda i: agents.choose_mapping(self.mapping.itemData(i))))
        self.agent.activated.connect(self._then_play(self._choose_agent))
        self.checkpoint.activated.connect(
            self._then_play(lambda i: agents.choose_checkpoint(self.checkpoint.itemData(i)))
        )
        agents.changed.connect(self.refresh)
        game.state_changed.connect(self.refresh)
        keys.changed.connect(self.refresh)
        self.refresh()

    def _fill_chooser(self) -> None:
        self._form = form = QFormLayout(self.chooser)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        for text, box in (("Agent", self.agent), ("Checkpoint", self.checkpoint), ("Through", self.mapping)):
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.setMinimumContentsLength(8)
            form.addRow(text, box)
        self.setTabOrder(self.agent, self.checkpoint)
        self.setTabOrder(self.checkpoint, self.mapping)
        self.setTabOrder(self.mapping, self.swap)
        self.mapping.setToolTip(MAPPING_TIP)
        self.agent.setToolTip("Agents in saved_agents and in the folder of runs; choosing one lets it play")
        self.checkpoint.setToolTip("The best one of its training, its last one, or one kept after so many agent steps")

    def _fill_none(self) -> None:
        column = QVBoxLayout(self.none)
        column.setContentsMargins(0, 0, 0, 0)
        how_to, command, copy = (
            make_label(wraps=True, selectable=True),
            make_label(wraps=True, selectable=True),
            QPushButton("Copy the command"),
        )
        how_to.setText(_HOW_TO)
        command.setText("\n    ".join(_TRAIN))
        command.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        copy.setToolTip("Copy it, to paste it into a terminal")
        copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(" ".join(_TRAIN)))
        for widget in (how_to, command):
            column.addWidget(widget)
        column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)

    def _hands(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.owner, 1)
        row.addWidget(self.swap)
        return row

    def _choose_agent(self, index: int) -> None:
        self._agents.choose(self.agent.itemText(index), mapping=self._agents.seen_through)

    def _then_play(self, choose: Callable[[int], None]) -> Callable[[int], None]:
        def chosen(index: int) -> None:
            choose(index)
            self._navigator.show(Place.GAME)  # the keyboard stays with the game

        return chosen

    def refresh(self) -> None:
        """Follow the models."""
        agents, state = self._agents, self._game.state
        has_none = agents.items == [] and agents.opened is None
        names = [name for name, _ in agents.items or []]
        fill_combo(self.agent, [(name, name) for name in names], agents.name)
        self.agent.setPlaceholderText(agents.name or "looking for agents …")
        fill_combo(self.checkpoint, [(checkpoint_words(name), name) for name in agents.checkpoints], agents.checkpoint)
        self.checkpoint.setEnabled(len(agents.checkpoints) > 0 and not agents.is_gone)
        has_mappings = fill_mappings(self.mapping, agents, agents.run, agents.mapping)
        self._form.setRowVisible(self.mapping, has_mappings)  # without any there is no such field
        self.chooser.setVisible(not has_none)
        self.none.setVisible(has_none and not agents.problem)
        step = _NEXT_STEP if agents.seen_through is None else _NEXT_STEP_THROUGH
        show_text(self.problem, f"{agents.problem}\n{step}" if agents.problem and names else agents.problem)
        show_text(self.note, agents.note)
        show_text(self.about, self._about())
        self._refresh_hands(state.player, has_none)

    def _about(self) -> str:
        agents = self._agents
        if agents.is_opening:
            return "loading …"
        return "" if agents.opened is None else agents.opened.about

    def _refresh_hands(self, player: str, has_none: bool) -> None:
        self.owner.setText(_HANDS[player])
        verb = "Take over" if player != "person" else "Hand over"
        self.swap.setText(verb + self._keys.hint("swap"))
        can = player != "person" or not has_none
        self.swap.setEnabled(can and bool(self._game.state.engine))
        self.swap.setVisible(can)
        self.owner.setVisible(can)
