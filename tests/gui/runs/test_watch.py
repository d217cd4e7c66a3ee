"""From the table of runs to the Play tab: an agent plays, a network's classes are shown."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.locations import SHIPPED
from core.runs.commands import TRAINABLE
from core.runs.run_folder import EXPERIMENT_NAME, RunFolder, Status
from core.runs.state import observe
from gui.train.cards import RunCard
from gui.window.main_window import MainWindow
from tests.agent_runs import KEPT, make_mapping_run
from tests.gui.conftest import choose_from

_PATIENCE = 60_000  # ms that a busy machine may need


def watch(window: MainWindow, qtbot: QtBot, name: str) -> None:
    window.tabs.show_page(window.runs)
    view, model, button = window.runs.table.view, window.runs.table.model, window.runs.training.watch
    qtbot.waitUntil(lambda: any(run.path.name == name for run in model.rows), timeout=_PATIENCE)
    row = next(place for place, run in enumerate(model.rows) if run.path.name == name)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(row, 0)).center())
    qtbot.waitUntil(button.isEnabled, timeout=_PATIENCE)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def end_as(run: Path, state: str) -> None:
    RunFolder(run).write_status(Status(state, 2**22 + 7, 1.0, 0.5))  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "experiment"), [("done", ""), ("stopped", "study")])
def test_an_agent_plays_its_own_level(
    make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path, state: str, experiment: str
) -> None:
    """The best network of a run that is done, else the newest; its first one may have come since the window opened.

    It may be the trial of an experiment, whose folder lies among the runs.
    """
    run = agents / experiment / "ddqn-gray"
    if experiment:
        run.parent.mkdir()
        (run.parent / EXPERIMENT_NAME).write_text("{}")
        (agents / "ddqn-gray").rename(run)
    settings = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**settings, "level": "1-3,2-1"}))
    end_as(run, state)
    (run / "model.onnx").rename(run / "hidden")
    window = make_window(runs=agents)
    workbench = window.workbench
    qtbot.waitUntil(lambda: workbench.preview.picture is not None, timeout=_PATIENCE)
    workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    (run / "hidden").rename(run / "model.onnx")
    for age, path in ((200, run / "model.onnx"), (100, run / "checkpoints" / f"{KEPT}.onnx")):
        os.utime(path, (time.time() - age,) * 2)
    watch(window, qtbot, "ddqn-gray")
    qtbot.waitUntil(
        lambda: workbench.game.state.player == "agent" and not workbench.game.state.paused, timeout=_PATIENCE
    )
    assert workbench.agents.name == "ddqn-gray"
    assert workbench.agents.opened is not None
    assert workbench.agents.opened.choice.checkpoint == ("best" if state == "done" else KEPT)
    assert window.play.agent.isVisible() and window.tabs.page is window.play
    assert str(workbench.game.state.level) == "1-3"


@pytest.mark.parametrize(
    ("kind", "state", "has_weights", "sentence"),
    [
        ("ddqn", "done", False, "its weights are not here, only its curves and evaluations"),
        ("ddqn", "stopped", True, "it ended before its first network was exported"),
        ("ddqn", "running", False, "the first comes with its first evaluation"),
        ("fcn", "done", False, "its weights are not here"),
        ("mapping", "running", False, "it has no network to see through yet; that comes at its end"),
    ],
)
def test_what_cannot_be_watched_says_why(
    make_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, kind: str, state: str, has_weights: bool,
    sentence: str,
) -> None:  # fmt: skip
    run = RunFolder.create(tmp_path / "runs" / "one", TRAINABLE[kind]())
    if has_weights:
        run.checkpoints.save_last(3, {"a": np.zeros(1)}, {})
    end_as(run.path, "stopped" if state == "running" else state)
    window = make_window(runs=tmp_path / "runs", start=False)
    with run.writing() if state == "running" else contextlib.nullcontext():
        if state == "running":
            run.write_status(Status("running", os.getpid(), time.time(), 0.5))
        watch(window, qtbot, "one")
        said = window.runs.details.problem
        qtbot.waitUntil(said.isVisible, timeout=_PATIENCE)
    assert said.text().startswith("one: ") and sentence in said.text()
    assert window.tabs.page is window.runs


def test_an_agent_plays_through_a_mapping(
    make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path
) -> None:
    """It leads from the mapping to the agent; the pictures are mapped ones, until no mapping is chosen."""
    window = make_window(runs=agents)
    model, choice = window.workbench.agents, window.play.agent.choice
    make_mapping_run(agents / "night")
    watch(window, qtbot, "night")
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent", timeout=_PATIENCE)
    assert model.opened is not None and model.opened.choice.who == "ddqn-gray through night"
    assert str(window.workbench.game.state.level) == "1-1-dark", "whose pictures it maps"
    assert choice.about.text().startswith("sees gray pixels through night ·")
    assert choice.mapping.isVisible() and choice.mapping.currentText() == "night"
    qtbot.waitUntil(lambda: looks_black(window) == [False], timeout=_PATIENCE)

    choose_from(choice.mapping, "no mapping")
    qtbot.waitUntil(lambda: looks_black(window) == [True], timeout=_PATIENCE)
    assert window.workbench.game.state.player == "agent" and model.opened.choice.who == "ddqn-gray"

    for name in ("ddqn-segmented", "ddqn-gray"):
        choose_from(choice.agent, name)
        qtbot.waitUntil(lambda name=name: model.opened is not None and model.opened.choice.name == name)  # type: ignore[misc]
        assert choice.mapping.isEnabled() == (name == "ddqn-gray")
    for name in ("ddqn-gray", "ddqn-segmented", "ddqn-fcn"):
        shutil.rmtree(agents / name)
    model.folders = (agents,)  # the shipped agents see gray pictures too
    watch(window, qtbot, "night")
    said = window.runs.details.problem
    qtbot.waitUntil(said.isVisible, timeout=_PATIENCE)
    assert said.text() == "night: no agent on gray pictures is here to see through it"


def looks_black(window: MainWindow) -> list[bool]:
    """Whether the newest picture that the agent decided upon is black at its top, as a level by night is."""
    decision = window.play.agent.sight.decision
    return [] if decision is None else [bool(decision.stack[-1, 20:24, :20].mean() < 128)]


def test_a_network_is_shown_and_who_plays_goes_on(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window(runs=SHIPPED)
    watch(window, qtbot, "fcn-paper-small")
    source = window.grid.panels["network"].source
    assert source is not None
    qtbot.waitUntil(lambda: source.currentText() == "fcn-paper-small", timeout=_PATIENCE)
    assert window.tabs.page is window.play
    assert window.workbench.game.state.player == "person"


def test_what_was_trained_leads_to_its_curves_and_to_the_game(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_window(runs=SHIPPED)
    card = RunCard(window.workbench.trainings, window.workbench.shows)
    qtbot.addWidget(card)
    run = observe(SHIPPED / "fcn-paper-small")
    card.show_run(run, is_watched=False)
    card.show()
    assert (card.watch.text(), card.resume.isVisible()) == ("Use in Play", False)
    card._tell("it has no network to watch yet")
    card.show_run(replace(run, progress=0.9), is_watched=False)
    assert card.sentence.text() == "it has no network to watch yet", "a training that moves on takes no answer away"
    card.show_run(replace(run, state="stopped"), is_watched=False)
    assert not card.sentence.isVisible()
    card.show_run(run, is_watched=False)
    QTest.mouseClick(card.curves, Qt.MouseButton.LeftButton)
    assert window.tabs.page is window.runs
    qtbot.waitUntil(lambda: window.workbench.runs.chosen == (run.path,), timeout=_PATIENCE)
    QTest.keyClicks(window.runs.table.words, "gray")
    qtbot.waitUntil(lambda: window.workbench.runs.chosen != (run.path,), timeout=_PATIENCE)
    QTest.mouseClick(card.curves, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.runs.chosen == (run.path,), timeout=_PATIENCE)
    assert window.runs.table.words.text() == "", "what hid it is taken away"
    QTest.mouseClick(card.watch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.tabs.page is window.play, timeout=_PATIENCE)
    source = window.grid.panels["network"].source
    assert source is not None and source.currentText() == "fcn-paper-small"
