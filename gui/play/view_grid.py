"""The three views together: their arrangement, and the keys that go to the game while they have the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.frame import Frame
from core.game import memory as ram
from core.game.emulator import START
from gui.agents.saliency import SaliencyWatch
from gui.capture.source import ALL, CaptureSource, Pictured
from gui.game.play import Shot
from gui.game.players import Player
from gui.keys.default_keys import SHORTCUTS, button_id
from gui.keys.keymap import Keymap
from gui.keys.physical import HeldKeys, physical_key
from gui.kit.notices import Notices
from gui.live.game_control import GameControl
from gui.live.preview import VIEWS, Preview
from gui.pictures.arrangement import ARRANGEMENTS, FINE, GAP, Space, arrange
from gui.pictures.view_options import ViewOptions
from gui.play.frame_view import SegmentedFrame
from gui.play.view_panel import CHROME_HEIGHT, CHROME_WIDTH, ViewPanel

_PLAYING: dict[Player, str] = {"person": "you play", "random": "random agent plays", "agent": "agent plays"}
_LEAST_HEADING = 190  # logical pixels of a view's title and list
_RATE_INTERVAL = 400  # ms between looks at how many frames the views show
_PLAIN = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


def take_over_hint(player: Player, keys: Keymap) -> str:
    """Who plays, and the key that takes the controller over."""
    key = keys.first("swap")
    return f"{_PLAYING[player]}; {key} takes over" if key else _PLAYING[player]


class ViewGrid(QWidget):
    """Game, segmented and network view; takes the keyboard for the game."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        keys: Keymap,
        saliency: SaliencyWatch,
        notices: Notices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._preview, self._options, self._keys, self._notices = game, preview, options, keys, notices
        self.panels = {role: ViewPanel(game, preview, options, saliency, role, self) for role in VIEWS}
        self._holds: dict[int, str] = {}
        self._held_keys = HeldKeys()
        # Tab is the game's while it has the keyboard, so it must not come by Tab: a click or a menu's key brings it.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Game")
        for role, panel in self.panels.items():
            panel.chosen.connect(lambda role=role: self._enlarge(role))
        options.changed.connect(self.place)
        game.state_changed.connect(self._show_owner)
        preview.shot_changed.connect(self._follow_game_pause)
        self._is_paused_by_start = False
        self._space = Space(0, 0, 1.0, CHROME_WIDTH, CHROME_HEIGHT)
        self._placed: tuple[object, ...] = ()
        self._set_least_size()
        keys.follow(self._follow_keys)
        looks = QTimer(self, interval=_RATE_INTERVAL)
        looks.timeout.connect(self._look_at_rates)
        looks.start()

    def _look_at_rates(self) -> None:
        if self.isVisible():
            for panel in self.panels.values():
                panel.look_at_rate()

    def _set_least_size(self) -> None:
        """Three views beside each other, at one device pixel a pixel, their headings whole."""
        width, height = Space(0, 0, self.devicePixelRatioF(), CHROME_WIDTH, CHROME_HEIGHT).size(1)
        self.setMinimumSize(3 * max(width, _LEAST_HEADING) + 2 * GAP, height)

    # Arrangement

    def place(self) -> None:
        """Put the views where the arrangement wants them, at the largest scales that fit."""
        arrangement, large = self._options.get("arrangement"), self._options.get("large_view")
        step = FINE if self._options.get("fit_views") else 1
        space = Space(self.width(), self.height(), self.devicePixelRatioF(), CHROME_WIDTH, CHROME_HEIGHT, step)
        if self._placed == (space, arrangement, large):
            return
        self._placed = (space, arrangement, large)
        kind = arrangement if arrangement in ARRANGEMENTS else ARRANGEMENTS[0]
        places = arrange(space, kind, VIEWS.index(large) if large in VIEWS else 0)
        for panel, place in zip(self.panels.values(), places, strict=True):
            panel.set_scale(place.scale)
            panel.setGeometry(place.x, place.y, place.width, place.height)
            panel.view.update()  # a moved picture may have to find its device pixels anew

    def enlarge_next(self) -> None:
        """Make the next of the three views the large one."""
        large = self._options.get("large_view")
        self._enlarge(VIEWS[(VIEWS.index(large) + 1) % len(VIEWS)] if large in VIEWS else VIEWS[0])

    def _enlarge(self, role: str) -> None:
        self._options.set("large_view", role)
        self._options.set("arrangement", "large")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new size."""
        self.place()

    def capture_source(self, chosen: str = ALL) -> CaptureSource:
        """The views of the game for screenshots and recordings: all, or one by its role."""
        preview = self._preview
        is_game = chosen == "raw"

        def shot() -> Shot | None:
            """The frame that it is of: the game's newest, where classes are shown the last one segmented."""
            return preview.shot if is_game or preview.picture is None else preview.picture.shot

        def frame() -> int | None:
            return None if (shown := shot()) is None else shown.frame

        def plain() -> Frame | None:
            return None if preview.shot is None else preview.shot.snapshot.frame

        views: list[Pictured] = [SegmentedFrame(panel.view) for panel in self.panels.values()]
        if chosen in self.panels:
            views = [self.panels[chosen].view]
        shown = preview.shot_changed if is_game else preview.picture_changed
        return CaptureSource("the game", views, shown, frame, plain)

    # Keyboard

    def _follow_keys(self) -> None:
        self._let_go()
        keys = self._keys
        holds = [item for item in SHORTCUTS if item.kind == "hold" and item.scope == "game"]
        self._holds = {code: item.id for item in holds for code in keys.codes(item.id)}
        self._show_owner()

    def event(self, event: QEvent) -> bool:
        """Claim the game's keys before menus and focus changes (Tab) get them; let go when the window goes away."""
        kind = event.type()
        if isinstance(event, QKeyEvent):
            if kind == QEvent.Type.ShortcutOverride and self._is_mine(event):
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress and self._is_mine(event):
                self.keyPressEvent(event)
                return True
        if kind == QEvent.Type.WindowDeactivate:
            self._let_go()
        elif kind == QEvent.Type.DevicePixelRatioChange:
            self._set_least_size()
            self.place()
        return super().event(event)

    def _is_mine(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in _PLAIN
        return plain and self._means(physical_key(event))

    def _means(self, key: int) -> bool:
        return self._game.controller.is_bound(key) or key in self._holds

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key of the game goes down; auto-repeats are not new presses."""
        if not self._is_mine(event):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self._hold(self._held_keys.press(event), True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """A key goes up, whatever modifiers are held by now; the release in an auto-repeat is none."""
        if event.isAutoRepeat():
            return
        key = self._held_keys.release(event)
        if self._means(key):
            self._hold(key, False)
        else:
            super().keyReleaseEvent(event)

    def _hold(self, key: int, down: bool) -> None:
        held = self._holds.get(key)
        if held == "rewind":
            self._game.set_rewinding(down)
        elif held == "turbo":
            self._game.set_turbo(down)
        elif down:
            self._game.controller.press(key)
            if self._game.state.player != "person":
                self._notices.tell(f"the keys wait: {take_over_hint(self._game.state.player, self._keys)}")
        else:
            self._game.controller.release(key)

    def _let_go(self) -> None:
        self._held_keys.clear()
        self._game.controller.clear()
        self._game.set_rewinding(False)
        self._game.set_turbo(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here."""
        self._show_owner()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of all keys: their releases will go elsewhere."""
        self._let_go()
        self._show_owner()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click gives the keyboard to the game."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _follow_game_pause(self) -> None:
        """The game has a pause of its own, in which it seems to be dead to all other keys."""
        shot = self._preview.shot
        memory = None if shot is None else shot.snapshot.memory
        if (is_paused := memory is not None and ram.is_paused(memory)) != self._is_paused_by_start:
            self._is_paused_by_start = is_paused
            self._show_owner()

    def _show_owner(self) -> None:
        has_keys, player = self.hasFocus(), self._game.state.player
        panel = self.panels["raw"]
        panel.view.set_owner("" if not has_keys else player)
        if self._game.state.paused:
            key = self._keys.first("pause")
            panel.set_note(f"paused; {key} goes on" if key else "paused")
        elif self._is_paused_by_start:
            key = self._keys.first(button_id(self._keys.preset, START))
            panel.set_note(f"paused by Start; {key} goes on" if key else "paused by Start")
        elif player == "person":
            panel.set_note("keys go to the game" if has_keys else "click here to play")
        else:
            hint = take_over_hint(player, self._keys)
            panel.set_note(hint if has_keys else f"click here; {hint}")
