"""An agent's checkpoints are looked for beside the window's thread; what was chosen stays chosen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

import core.agents.policy
from gui.agents.catalog import AgentCatalog
from gui.agents.selector import AgentSelector
from gui.kit.background import Background
from gui.kit.preferences import Preferences


@pytest.fixture
def checkpoints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, list[str]]:
    """Checkpoints of two agents, as they lie on the disk; never asked for in the window's thread."""
    on_disk = {"a": ["best", "step-00001000"], "b": ["best"]}

    def list_checkpoints(run: Path) -> list[str]:
        assert threading.current_thread() is not threading.main_thread()
        return list(on_disk[run.name])

    monkeypatch.setattr(core.agents.policy, "list_agents", lambda folder: [(name, folder / name) for name in on_disk])
    monkeypatch.setattr(core.agents.policy, "list_checkpoints", list_checkpoints)
    return on_disk


@pytest.fixture
def catalog(qapp: object, tmp_path: Path, checkpoints: object) -> Iterator[AgentCatalog]:
    """Of the two; closed after the test."""
    background = Background(lambda sentence: None)
    preferences = Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat), tmp_path)
    yield AgentCatalog(preferences, (tmp_path,), background.jobs("loading"))
    background.close()


def shown(selector: AgentSelector) -> list[str]:
    return [selector.checkpoint.itemData(i) for i in range(selector.checkpoint.count())]


def test_checkpoints_come_with_the_agents_and_are_looked_for_again(
    catalog: AgentCatalog, checkpoints: dict[str, list[str]], qtbot: QtBot
) -> None:
    selector = AgentSelector(catalog)
    assert (selector.chosen, shown(selector)) == (None, [])
    catalog.find()
    qtbot.waitUntil(lambda: shown(selector) == ["best", "step-00001000"])
    selector.choose("a", "step-00001000")
    assert selector.chosen is not None and selector.chosen.checkpoint == "step-00001000"

    checkpoints["a"].append("step-00002000")
    selector.agent.activated.emit(0)  # the same one again
    qtbot.waitUntil(lambda: len(shown(selector)) == 3)
    selector.choose("a", "step-00002000")
    checkpoints["a"].remove("step-00001000")
    catalog.find()
    qtbot.waitUntil(lambda: shown(selector) == ["best", "step-00002000"])
    assert selector.chosen_checkpoint == "step-00002000", "it stays chosen"

    selector.agent.setCurrentIndex(1)
    selector.agent.activated.emit(1)
    assert (selector.name, shown(selector), selector.chosen_checkpoint) == ("b", ["best"], "best")
