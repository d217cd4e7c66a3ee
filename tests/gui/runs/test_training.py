"""The Runs tab: a run is stopped, resumed and trained on there; one that cannot go on says why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.runs import supervisor as supervise
from core.runs.run_folder import RunFolder, Status
from core.runs.state import observe
from gui.window.main_window import MainWindow
from tests.core.runs.scripted_trainer import end_trainings

ROOT = Path(__file__).resolve().parents[3]
_PATIENCE = 60_000  # ms that a busy machine may need


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """A stopped network, an agent that is done, another that was shared, and a real network that is done."""
    folder = tmp_path / "runs"
    make(folder / "net", FcnConfig(architecture="steady", epochs=10_000), "stopped", 3)
    make(folder / "agent", DdqnConfig(steps=600, episodes=0), "done", 600)
    make(folder / "shared", DdqnConfig(), "done", None)
    shutil.copytree(ROOT / "saved_agents" / "fcn-84", folder / "finished")
    yield folder
    end_trainings()


def make(path: Path, config: Config, state: str, step: int | None) -> None:
    run = RunFolder.create(path, config)
    run.write_status(Status(state, 2**22 + 7, 1.0, 0.5))  # type: ignore[arg-type]
    if step is not None:
        run.checkpoints.save_last(step, {"a": np.zeros(1)}, {})


@pytest.fixture
def window(
    make_window: Callable[..., MainWindow], qtbot: QtBot, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The Runs tab with all of them listed; trainings are a few lines."""
    monkeypatch.setattr(supervise, "PROGRAM", (sys.executable, "-m", "tests.core.runs.scripted_trainer"))
    made = make_window(runs=runs, start=False, complete=True)
    made.workbench.trainings.start_watching()
    made.tabs.show_page(made.runs)
    qtbot.waitUntil(lambda: len(made.runs.table.model.rows) == 4, timeout=_PATIENCE)
    yield made
    made.leave()


def choose(window: MainWindow, name: str) -> None:
    view, model = window.runs.table.view, window.runs.table.model
    row = next(place for place, run in enumerate(model.rows) if run.path.name == name)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(row, 0)).center())


def press(button: QPushButton, text: str) -> None:
    assert button.text() == text and button.isEnabled() and button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_stopped_run_is_resumed_and_stopped_again(window: MainWindow, qtbot: QtBot, runs: Path) -> None:
    button, training = window.runs.training.act, window.workbench.trainings
    choose(window, "net")
    press(button, "Resume")
    assert button.text() == "In the queue" and not button.isEnabled(), "at once, so that nobody asks twice"
    qtbot.waitUntil(lambda: button.text() == "Stop", timeout=_PATIENCE)
    qtbot.waitUntil(lambda: "running" in window.runs.details.facts.text(), timeout=_PATIENCE)
    assert next(run.state for run in window.runs.table.model.rows if run.path.name == "net") == "running"
    qtbot.waitUntil(lambda: observe(runs / "net").state == "running", timeout=_PATIENCE)
    press(window.runs.training.log, "Log")
    assert window.tabs.page is window.train
    qtbot.waitUntil(lambda: training.now.watched == runs / "net", timeout=_PATIENCE)
    window.tabs.show_page(window.runs)
    press(button, "Stop")
    assert button.text() == "Stopping…" and not button.isEnabled(), "at once"
    qtbot.waitUntil(lambda: button.text() == "Resume", timeout=_PATIENCE)
    assert observe(runs / "net").state == "stopped"


def test_an_agent_that_is_done_gets_more_steps(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    button, training = window.runs.training.act, window.workbench.trainings
    training.hold(True)
    qtbot.waitUntil(lambda: training.now.is_held, timeout=_PATIENCE)
    asked: list[tuple[object, ...]] = []

    def answer(steps: int, is_given: bool) -> None:
        monkeypatch.setattr(QInputDialog, "getInt", lambda *given: (asked.append(given), (steps, is_given))[1])

    choose(window, "agent")
    answer(0, False)
    press(button, "Train longer…")
    answer(1500, True)
    press(button, "Train longer…")
    assert "600 agent steps" in str(asked[0][2]) and asked[0][3:] == (900, 601, 10**9)
    qtbot.waitUntil(lambda: button.text() == "In the queue", timeout=_PATIENCE)
    assert not button.isEnabled() and "when its turn comes" in window.runs.details.said.text()
    (item,) = training.now.waiting
    assert item.arguments(training.runs)[4:] == ["--override", "steps=1500", "--override", "episodes=0"]


def test_what_cannot_go_on_says_why(window: MainWindow, qtbot: QtBot, runs: Path) -> None:
    button, said = window.runs.training.act, window.runs.details.problem
    assert button.text() in ("Resume", "Train longer…")
    choose(window, "shared")
    press(button, "Train longer…")
    assert "its full checkpoints are not here" in said.text() and said.isVisible()
    (runs / "net" / "config.json").unlink()
    choose(window, "net")
    press(button, "Resume")
    assert "config.json: the file is missing" in said.text()
    assert not window.workbench.trainings.now.waiting


def test_a_network_that_is_done_starts_a_new_one_from_its_weights(window: MainWindow, runs: Path, qtbot: QtBot) -> None:
    choose(window, "finished")
    press(window.runs.training.act, "Train longer…")
    assert window.tabs.page is window.train
    config = window.train.form.config()
    assert isinstance(config, FcnConfig)
    assert Path(config.initial).resolve() == runs / "finished"
    trained_on = RunFolder(runs / "finished").config(FcnConfig).data
    assert Path(config.data).resolve() == (runs / "finished" / trained_on).resolve()
    assert config.checkpoint_rule == "best" and config.epochs == 10
