"""The Agent page beside the views: choose one, hand over, see what it sees and thinks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from gui.agents.catalog import AgentCatalog
from gui.agents.input_view import InputView
from gui.agents.q_curve import QCurve
from gui.agents.q_values import QValueBars
from gui.agents.saliency import SaliencyWatch
from gui.keys.keymap import Keymap
from gui.kit.widgets import make_label
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions
from gui.play.agent_choice import AgentChoicePanel
from gui.play.agent_play import AgentPlayPanel


class AgentPage(QWidget):
    """Puts the panels together; each knows its models only."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        keys: Keymap,
        agents: AgentCatalog,
        saliency: SaliencyWatch,
        navigator: Navigator,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__()
        self._agents = agents
        self.choice = AgentChoicePanel(game, keys, agents, navigator, actions)
        self.bars = QValueBars(preview, agents)
        self.curve = QCurve(preview, agents)
        self.sight = InputView(preview, agents, saliency)
        self.play = AgentPlayPanel(game, preview, options, agents, navigator)
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
        keys.explain(self.saliency, "gaze")
        keys.follow(lambda: self.saliency.setText(f"Show where it looks{keys.hint('gaze')}"))
        self.saliency.clicked.connect(actions["gaze"].trigger)
        self.saliency.clicked.connect(lambda *_: navigator.show(Place.GAME))  # the keyboard stays with the game
        actions["gaze"].toggled.connect(self.saliency.setChecked)
        for text, *widgets in (("Q-values", self.bars, self.curve), ("What it sees", self.sight, self.saliency)):
            inner.addWidget(_heading(text))
            for widget in widgets:
                inner.addWidget(widget)
        agents.changed.connect(self._follow)
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the chosen agent ready: whoever looks here wants to see what it thinks."""
        super().showEvent(event)
        if self._agents.opened is None and not self._agents.is_opening:  # else it would not play then
            self._agents.open()

    def _follow(self) -> None:
        agents = self._agents
        self.details.setVisible(agents.opened is not None)


def _heading(text: str) -> QLabel:
    label = make_label(text, "heading")
    label.setContentsMargins(4, 2, 0, 0)
    return label
