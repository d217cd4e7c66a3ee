"""A run of the Runs tab on the Play tab: an agent gets the controller, a network the third view."""

from __future__ import annotations

from pathlib import Path

from gui.workbench import Workbench


def can_watch_run(session: Workbench, run: Path) -> bool:
    """Whether a run has an agent or a network that the Play tab offers."""
    return any(path == run for _, path in [*_agents(session), *session.networks])


def watch_run(session: Workbench, run: Path) -> None:
    """Show a run at work; the game goes on, if it was paused."""
    session.play_wanted.emit()
    for name, path in _agents(session):
        if path == run:
            session.agent_wanted.emit()  # first: the page makes an agent ready when it is shown, and none plays then
            session.agents.choose(name)
    for name, path in session.networks:
        if path == run:
            session.set_network(name)
    session.set_paused(False)


def _agents(session: Workbench) -> list[tuple[str, Path]]:
    return session.agents.items or []
