"""What the window shows of a run that trains or has: its curves, and how it plays or segments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gui.agents.catalog import AgentCatalog
from gui.agents.watch import watch_run
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator
from gui.live.preview import Preview


class RunShows:
    """Leads from a run's folder to the tabs that show it."""

    def __init__(self, game: GameControl, preview: Preview, agents: AgentCatalog, navigator: Navigator) -> None:
        self._game, self._preview, self._agents, self._navigator = game, preview, agents, navigator

    def watch(self, run: Path, tell: Callable[[str], object]) -> None:
        """Let its agent play, or its network segment, on the Play tab; ``tell`` gets the sentence on why it cannot."""
        watch_run(self._game, self._preview, self._agents, self._navigator, run, tell)

    def show_curves(self, run: Path) -> None:
        """Choose it on the Runs tab."""
        self._navigator.show_run(run)
