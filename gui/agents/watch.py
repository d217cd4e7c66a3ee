"""A run of the Runs tab on the Play tab: an agent gets the controller, a network the third view."""

from __future__ import annotations

from pathlib import Path

from gui.agents.catalog import AgentCatalog
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview


def can_watch_run(preview: Preview, agents: AgentCatalog, run: Path) -> bool:
    """Whether a run has an agent or a network that the Play tab offers."""
    return any(path == run for _, path in [*_agents(agents), *preview.networks])


def watch_run(game: GameControl, preview: Preview, agents: AgentCatalog, navigator: Navigator, run: Path) -> None:
    """Show a run at work; the game goes on, if it was paused."""
    navigator.show(Place.PLAY)
    for name, path in _agents(agents):
        if path == run:
            navigator.show(Place.AGENT)  # first: the page makes an agent ready when it is shown, and none plays then
            agents.choose(name)
    for name, path in preview.networks:
        if path == run:
            preview.set_network(name)
    game.set_paused(False)


def _agents(agents: AgentCatalog) -> list[tuple[str, Path]]:
    return agents.items or []
