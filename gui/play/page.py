"""The Play tab: controls above, the three views, beside them classes and scores, the agent, or the RAM."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from gui.agents.catalog import AgentCatalog
from gui.agents.player_switch import PlayerSwitch
from gui.agents.saliency import SaliencyWatch
from gui.keys.keymap import Keymap
from gui.kit.preferences import Preferences
from gui.kit.splitter import Splitter
from gui.kit.widgets import padded, scrolled
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions
from gui.play.agent_page import AgentPage
from gui.play.legend import Legend
from gui.play.no_game import NoGamePage
from gui.play.ram_watch import RamWatch
from gui.play.scores import ScorePanel
from gui.play.toolbar import GameToolbar
from gui.play.view_grid import ViewGrid

SIDE_WIDTH, _LEAST_SIDE = 290, 244  # logical pixels; the least with the views beside it is 1024
_SIDES = ("classes", "agent", "ram")


class PlayPage(QWidget):
    """Puts the panels together; each knows its models only."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        keys: Keymap,
        agents: AgentCatalog,
        players: PlayerSwitch,
        saliency: SaliencyWatch,
        navigator: Navigator,
        preferences: Preferences,
        grid: ViewGrid,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__()
        self._game, self._options, self._navigator, self._preferences = game, options, navigator, preferences
        self.grid = grid
        self.controls = GameToolbar(game, keys, agents, players, navigator, actions)
        self.legend = Legend(preview, options, keys)
        self.scores = ScorePanel(preview, options, actions)
        self.agent = AgentPage(game, preview, options, keys, agents, saliency, navigator, actions)
        self.ram = RamWatch(preview)
        self.side = QTabWidget()
        self.problem = NoGamePage(game, keys, actions)
        self.stack = QStackedWidget()
        self.stack.addWidget(padded(grid, 8, 6, 8, 4))
        self.stack.addWidget(self.problem)
        self.splitter = Splitter(Qt.Orientation.Horizontal, self.stack, self._side())
        self.splitter.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.splitter, 1)
        game.state_changed.connect(self._follow)

    def reset_layout(self) -> None:
        """Sizes as at first."""
        total = max(self.splitter.width(), 2 * SIDE_WIDTH)
        self.splitter.setSizes([total - SIDE_WIDTH, SIDE_WIDTH])

    def _side(self) -> QWidget:
        classes = QWidget()
        column = QVBoxLayout(classes)
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(12)
        column.addWidget(self.legend)
        column.addWidget(self.scores)
        column.addStretch(1)
        self.side.setDocumentMode(True)
        self.side.tabBar().setDrawBase(False)
        self.side.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the game
        self.side.addTab(scrolled(classes), "&Classes")
        self.side.addTab(scrolled(self.agent), "&Agent")
        self.side.addTab(padded(self.ram, 8, 6, 0, 0), "RA&M")
        self.side.setMinimumWidth(max(_LEAST_SIDE, classes.minimumSizeHint().width()))
        self.side.setMaximumWidth(2 * SIDE_WIDTH)
        shown = self._options.get("side")
        self.side.setCurrentIndex(_SIDES.index(shown) if shown in _SIDES else 0)
        self.side.currentChanged.connect(lambda i: self._preferences.set("side", _SIDES[i]))
        return self.side

    def show_agents(self) -> None:
        """Bring the page of the saved agents up."""
        self.side.setCurrentIndex(_SIDES.index("agent"))

    def _follow(self) -> None:
        self.stack.setCurrentIndex(1 if self._game.state.problem else 0)
