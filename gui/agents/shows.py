"""What the window shows of a run that trains or has: its curves, and how it plays or segments."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.agents.catalog import AgentCatalog
from gui.agents.watch import can_watch_run, watch_run
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator
from gui.live.preview import Preview


class RunShows(QObject):
    """Leads from a run's folder to the tabs that show it.

    Signals:
        changed: other runs can be watched than before.
    """

    changed = Signal()

    def __init__(self, game: GameControl, preview: Preview, agents: AgentCatalog, navigator: Navigator) -> None:
        super().__init__()
        self._game, self._preview, self._agents, self._navigator = game, preview, agents, navigator
        agents.changed.connect(self.changed)
        preview.sources_changed.connect(self.changed)

    def can_watch(self, run: Path) -> bool:
        """Whether it has an agent or a network that the Play tab offers."""
        return can_watch_run(self._preview, self._agents, run)

    def watch(self, run: Path) -> None:
        """Let its agent play, or its network segment, on the Play tab."""
        watch_run(self._game, self._preview, self._agents, self._navigator, run)

    def show_curves(self, run: Path) -> None:
        """Choose it on the Runs tab."""
        self._navigator.show_run(run)
