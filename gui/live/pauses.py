"""Pauses that nobody asked for by hand, and that end by themselves."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from gui.kit.preferences import Preferences
from gui.live.game_control import GameControl


class ShortPause:
    """Pauses the game for a while; one that was paused already stays so at its end."""

    def __init__(self, game: GameControl) -> None:
        self._game, self._has_paused = game, False

    def begin(self) -> None:
        """Pause."""
        if not self._game.state.paused:
            self._has_paused = True
            self._game.set_paused(True)

    def end(self) -> None:
        """Go on, if that paused."""
        if self._has_paused:
            self._has_paused = False
            self._game.set_paused(False)


class FocusPause(QObject):
    """Pauses the game while another program has the keyboard, for those who chose so ("focus_pause")."""

    def __init__(self, game: GameControl, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._pause, self._preferences = ShortPause(game), preferences
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._follow)

    def _follow(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._pause.end()
        elif self._preferences.get("focus_pause"):
            self._pause.begin()
