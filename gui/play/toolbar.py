"""The bar above the views: what is played, by whom, how fast."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QToolButton, QWidget

from core.game.engines import available_engines
from core.game.level import ALL_LEVELS, DARK_LEVELS, Level
from gui.agents.catalog import AgentCatalog
from gui.agents.player_switch import PLAYER_NAMES, PlayerSwitch
from gui.keys.default_keys import shortcut
from gui.keys.keymap import Keymap
from gui.kit.icon_bar import IconBar
from gui.kit.style import icon
from gui.kit.widgets import limit_rows
from gui.live.game_control import SPEED_NAMES, SPEEDS, GameControl
from gui.live.navigator import Navigator, Place

_ENGINES = ("stable-retro", "nes-py")
_PLAYERS = tuple(PLAYER_NAMES)


class GameToolbar(IconBar):
    """Level, engine, player; pause, frame back and advance, rewind, reset; speed; view buttons."""

    def __init__(
        self,
        game: GameControl,
        keys: Keymap,
        agents: AgentCatalog,
        players: PlayerSwitch,
        navigator: Navigator,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._keys, self._switch, self._navigator = game, keys, players, navigator
        self._actions = actions
        self.level = QComboBox()
        self.engine = QComboBox()
        self.player = QComboBox()
        self.speed = QComboBox()
        self._fill()
        for text, box in (("Level", self.level), ("Engine", self.engine), ("Player", self.player)):
            self.add_named(text, box, gap=6)
        self.add_line()
        self.rewind = self._hold_button()
        for id in ("back", "pause", "advance", "reset"):
            self.add_button(id, actions[id])
        self.row.addSpacing(6)
        self.add_named("Speed", self.speed, gap=0)
        self.row.addStretch(1)
        for id in ("equal", "large"):
            self.add_button(id, actions[id])
        self.add_line()
        for id, name in (
            ("overlay", "overlay"),
            ("disagreement", "disagreement"),
            ("screenshot", "camera"),
            ("help", "help"),
        ):
            self.add_button(name, actions[id])
        game.state_changed.connect(self.refresh)
        keys.changed.connect(self._explain)
        agents.changed.connect(self.refresh)  # one that was chosen to play may turn out not to be able to
        self.refresh_icons()
        self.refresh()

    def _fill(self) -> None:
        for level in (*ALL_LEVELS, *DARK_LEVELS):
            self.level.addItem(str(level))
        limit_rows(self.level)
        installed = available_engines()
        for place, name in enumerate(_ENGINES):
            self.engine.addItem(name)
            if name not in installed:
                item = self.engine.model().item(place)  # type: ignore[attr-defined]
                item.setEnabled(False)
                item.setToolTip(f"{name} is not installed here")
        self.player.addItems(list(PLAYER_NAMES.values()))
        for speed in SPEEDS:
            self.speed.addItem(SPEED_NAMES[speed])
        self.level.activated.connect(lambda i: self._do(lambda: self._game.enter(Level.parse(self.level.itemText(i)))))
        self.engine.activated.connect(lambda i: self._do(lambda: self._game.set_engine(_ENGINES[i])))
        self.player.activated.connect(lambda i: self._do(lambda: self._switch.set_player(_PLAYERS[i])))
        self.speed.activated.connect(lambda i: self._do(lambda: self._game.set_speed(SPEEDS[i])))
        self.level.setToolTip("Start a level, or one of those in daylight by night (dark); Reset level starts it again")
        self.engine.setToolTip("Emulator: stable-retro has rewind, save slots and exact labels, nes-py has not")

    def _do(self, what: object) -> None:
        what()  # type: ignore[operator]
        self._navigator.show(Place.GAME)  # a choice made with the mouse leaves the keyboard with the game

    def _hold_button(self) -> QToolButton:
        button = self.add_button("rewind")
        button.setObjectName("button-rewind")
        button.setAccessibleName(shortcut("rewind").text)
        button.pressed.connect(lambda: self._game.set_rewinding(True))
        button.released.connect(lambda: self._game.set_rewinding(False))
        return button

    def refresh(self) -> None:
        """Follow the models."""
        state = self._game.state
        self.level.setCurrentText(str(state.level))
        self.engine.setCurrentIndex(_ENGINES.index(state.engine) if state.engine in _ENGINES else -1)
        self.player.setCurrentIndex(_PLAYERS.index(state.player))
        self.speed.setCurrentIndex(SPEEDS.index(self._game.speed))
        self._actions["pause"].setIcon(icon("play" if state.paused else "pause"))
        for box in (self.level, self.player, self.speed):
            box.setEnabled(bool(state.engine))
        self.rewind.setEnabled(state.has_states)
        self._explain()

    def _explain(self) -> None:
        keys = self._keys
        self.player.setToolTip(keys.tooltip("swap"))
        speeds = [keys.tooltip(id) for id in ("slower", "faster")]
        self.speed.setToolTip(
            f"Times the console's 60.1 frames a second. {'; '.join((*speeds, keys.tooltip('turbo')))}"
        )
        can = self._game.state.has_states
        self.rewind.setToolTip(keys.tooltip("rewind") if can else "Rewind needs stable-retro")
