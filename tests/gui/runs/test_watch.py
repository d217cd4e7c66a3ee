"""From the table of runs to the Play tab: an agent plays, a network's classes are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.locations import SHIPPED
from core.runs.state import observe
from gui.train.cards import RunCard
from gui.window.main_window import MainWindow

_PATIENCE = 60_000  # ms that a busy machine may need


def watch(window: MainWindow, qtbot: QtBot, name: str) -> None:
    window.tabs.show_page(window.runs)
    view, model, button = window.runs.table.view, window.runs.table.model, window.runs.training.watch
    qtbot.waitUntil(lambda: any(run.path.name == name for run in model.rows), timeout=_PATIENCE)
    row = next(place for place, run in enumerate(model.rows) if run.path.name == name)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(row, 0)).center())
    qtbot.waitUntil(button.isEnabled, timeout=_PATIENCE)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.tabs.page is window.play


def test_an_agent_plays(make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path) -> None:
    window = make_window(runs=agents)
    workbench = window.workbench
    qtbot.waitUntil(lambda: workbench.preview.picture is not None, timeout=_PATIENCE)
    workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    watch(window, qtbot, "ddqn-gray")
    qtbot.waitUntil(
        lambda: workbench.game.state.player == "agent" and not workbench.game.state.paused, timeout=_PATIENCE
    )
    assert workbench.agents.name == "ddqn-gray"
    assert window.play.agent.isVisible()


def test_a_network_is_shown_and_who_plays_goes_on(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window(runs=SHIPPED)
    watch(window, qtbot, "fcn-paper-small")
    source = window.grid.panels["network"].source
    assert source is not None and source.currentText() == "fcn-paper-small"
    assert window.workbench.game.state.player == "person"


def test_what_was_trained_leads_to_its_curves_and_to_the_game(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_window(runs=SHIPPED)
    card = RunCard(window.workbench.trainings, window.workbench.shows)
    qtbot.addWidget(card)
    run = observe(SHIPPED / "fcn-paper-small")
    card.show_run(run, is_watched=False)
    qtbot.waitUntil(lambda: window.workbench.shows.can_watch(run.path), timeout=_PATIENCE)
    card.show_run(run, is_watched=False)
    card.show()
    assert (card.watch.text(), card.resume.isVisible()) == ("Use in Play", False)
    QTest.mouseClick(card.curves, Qt.MouseButton.LeftButton)
    assert window.tabs.page is window.runs
    qtbot.waitUntil(lambda: window.workbench.runs.chosen == (run.path,), timeout=_PATIENCE)
    QTest.keyClicks(window.runs.table.words, "gray")
    qtbot.waitUntil(lambda: window.workbench.runs.chosen != (run.path,), timeout=_PATIENCE)
    QTest.mouseClick(card.curves, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.runs.chosen == (run.path,), timeout=_PATIENCE)
    assert window.runs.table.words.text() == "", "what hid it is taken away"
    QTest.mouseClick(card.watch, Qt.MouseButton.LeftButton)
    assert window.tabs.page is window.play
    source = window.grid.panels["network"].source
    assert source is not None and source.currentText() == "fcn-paper-small"
