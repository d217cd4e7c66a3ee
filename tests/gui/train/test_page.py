"""The Train tab: the form makes a configuration, shows what is wrong, starts, stops and resumes real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QScrollArea, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from core.config.ddqn import PRESETS, DdqnConfig
from core.config.fcn import FcnConfig
from core.dataset.store import DataSet
from core.errors import InputError
from core.locations import data_folder
from core.runs import supervisor as supervise
from core.runs.checkpoint_files import load_checkpoint
from core.runs.commands import TRAINABLE
from core.runs.queue import QueueFile, Waiting
from core.runs.run_folder import RunFolder, Status
from core.runs.run_log import read_rows
from core.runs.state import Observed, RunState, observe
from core.runs.supervisor import TrainingsState
from gui.kit.config_field import ChoiceButtons, ConfigField, label_of
from gui.kit.preferences import Preferences
from gui.train.form import TrainFolders
from gui.train.page import TrainPage
from gui.trainings.model import Trainings
from gui.window.main_window import MainWindow
from gui.window.train_strip import TrainStrip
from gui.workbench import Workbench
from tests.core.fcn.training.tiny_data import make_tiny_data
from tests.core.runs.scripted_trainer import end_trainings

_SMALL = "fcn_f4-k3_s2_f4-k3_s2_d4"
_PATIENCE = 600_000  # ms that a busy machine may need

pytestmark = pytest.mark.timeout(900)


def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings of a few lines in place of ``main.py``."""
    monkeypatch.setattr(supervise, "PROGRAM", (sys.executable, "-m", "tests.core.runs.scripted_trainer"))


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """A folder of runs; whatever a window started there is ended after the test."""
    folder = tmp_path / "runs"
    yield folder
    end_trainings()


@pytest.fixture
def page(qtbot: QtBot, settings: Preferences, runs: Path, tmp_path: Path) -> Iterator[TrainPage]:
    """The tab alone, its thread at work."""
    runs.mkdir()
    workbench = Workbench(settings, runs)
    folders = TrainFolders((runs,), lambda: (data_folder(), tmp_path / "data"))
    made = TrainPage(workbench.trainings, workbench.navigator, folders, workbench.shows, workbench.files)
    made.workbench = workbench  # type: ignore[attr-defined]  # for tests that ask or steer the model
    qtbot.addWidget(made)
    made.resize(1280, 650)
    made.show()
    workbench.trainings.start_watching()
    yield made
    workbench.background.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_data(tmp_path_factory.mktemp("data") / "tiny")


def type_into(row: ConfigField, text: str) -> None:
    """By keyboard, as a user does."""
    editor = row.editor
    line = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text) if text else QTest.keyClick(line, Qt.Key.Key_Delete)


def choose(row: ConfigField, text: str) -> None:
    assert isinstance(row.editor, QComboBox)
    row.editor.setFocus()
    QTest.keyClicks(row.editor, text[0])
    while row.editor.currentText() != text:
        QTest.keyClick(row.editor, Qt.Key.Key_Down)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_every_field_has_its_row(page: TrainPage) -> None:
    for kind, config in TRAINABLE.items():
        click(page.form.kinds[kind])
        assert page.form.config() == config.of(
            {"data": page.form.page.rows["data"].base} if "data" in page.form.page.rows else {}
        )
        assert list(page.form.page.rows) and set(page.form.page.rows) == {item.name for item in fields(config)}
        for row in page.form.page.rows.values():
            assert row.editor.toolTip() and row.label.text()
    click(page.form.kinds["ddqn"])
    rows = page.form.page.rows
    assert "10,000,000 agent steps" in rows["warm_up_steps"].editor.toolTip()
    assert "Bélignon 2020" in rows["gamma"].editor.toolTip()
    assert rows["episodes"].editor.isVisible() and not rows["gamma"].editor.isVisible()
    click(page.form.page.more)
    assert rows["gamma"].editor.isVisible()
    assert not rows["encoder"].editor.isVisible()
    choose(rows["observation"], "fcn")
    assert rows["encoder"].editor.isVisible()


def test_a_data_set_that_came_or_was_mended_meanwhile_is_seen(
    page: TrainPage, data: Path, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    row = page.form.page.rows["data"]
    type_into(row, "")
    page.hide()
    folder = tmp_path / "data" / "mine"
    with DataSet.create(folder, {"config": {}, "engine": "stable-retro"}):
        pass
    page.show()
    assert row.value() == "data/mine", "the newest is taken where none was chosen"
    qtbot.waitUntil(lambda: "no frames in its train split" in row.problem.text(), timeout=_PATIENCE)
    assert page.start.problem.text() == "Fix what is marked: Data set"
    page.hide()
    shutil.rmtree(folder)
    shutil.copytree(data, folder)
    page.show()
    qtbot.waitUntil(page.start.start.isEnabled, timeout=_PATIENCE)
    qtbot.waitUntil(lambda: bool(page.start.costs.text()), timeout=_PATIENCE)
    assert row.problem.text() == "" and page.start.start.isEnabled()


def test_wrong_values_are_marked_where_they_are(page: TrainPage) -> None:
    rows = page.form.page.rows
    for name, text, sentence in (
        ("epochs", "0", "0 is too small; the least is 1 epoch"),
        ("batch_size", "four", "'four' is not a whole number"),
        ("learning_rate", "", "'' is not a number"),
    ):
        type_into(rows[name], text)
        assert rows[name].problem.isVisible() and rows[name].problem.text() == sentence
        assert not page.start.start.isEnabled() and label_of(name) in page.start.problem.text()
        assert rows[name].label.font().bold() and rows[name].reset.isVisible()
        click(rows[name].reset)
        assert not rows[name].problem.isVisible() and not rows[name].reset.isVisible()
    for name in ("epochs", "batch_size"):
        type_into(rows[name], "0")
    assert page.start.problem.text() == "Fix what is marked: Epochs, Batch size"
    for name in ("epochs", "batch_size"):
        click(rows[name].reset)
    click(page.form.kinds["ddqn"])
    type_into(page.form.page.rows["steps"], "0")
    assert "training would never end" in page.form.page.rows["steps"].problem.text()


def test_what_only_files_can_tell_is_marked_too(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    rows = page.form.page.rows
    type_into(rows["data"], "nowhere")
    type_into(rows["architecture"], "fcn_f4-k3_s2_d")
    qtbot.waitUntil(lambda: rows["data"].problem.isVisible(), timeout=_PATIENCE)
    assert "nowhere" in rows["data"].problem.text() and rows["architecture"].problem.isVisible()
    assert not page.start.start.isEnabled()
    type_into(rows["data"], str(data))
    type_into(rows["architecture"], _SMALL)
    qtbot.waitUntil(lambda: "Memory 1.00 GB of" in page.start.costs.text(), timeout=_PATIENCE)
    assert page.start.start.isEnabled() and not rows["data"].problem.isVisible()
    click(page.form.kinds["mapping"])
    rows = page.form.page.rows
    type_into(rows["data"], str(data))
    qtbot.waitUntil(lambda: rows["from_levels"].problem.isVisible(), timeout=_PATIENCE)
    assert "has no frames of 1-1-dark to train with" in rows["from_levels"].problem.text()


def test_a_replay_that_does_not_fit_is_refused(page: TrainPage, qtbot: QtBot) -> None:
    click(page.form.kinds["ddqn"])
    type_into(page.form.page.rows["replay_steps"], "100000000")
    qtbot.waitUntil(lambda: "of memory and" in page.start.problem.text(), timeout=_PATIENCE)
    assert "the training needs 70" in page.start.problem.text() and not page.start.start.isEnabled()
    click(page.form.page.rows["replay_steps"].reset)
    qtbot.waitUntil(lambda: not page.start.problem.text(), timeout=_PATIENCE)
    assert page.start.start.isEnabled()


def test_a_preset_fills_the_fields_and_changes_can_be_taken_back(page: TrainPage, qtbot: QtBot) -> None:
    click(page.form.kinds["ddqn"])
    rows = page.form.page.rows
    type_into(rows["seed"], "7")
    preset = rows["preset"].editor
    assert isinstance(preset, ChoiceButtons) and preset.choice() == "fast"
    click(preset.buttons["paper"])
    assert page.form.config() == DdqnConfig.of({"preset": "paper", "seed": 7})
    assert "--preset paper --seed 7" in page.start.command.toPlainText()
    assert rows["epsilon_decay"].is_shown and not rows["epsilon_steps"].is_shown, "of a decay, no straight line"
    click(preset.buttons["fast"])
    assert rows["epsilon_steps"].is_shown
    config = page.form.config()
    assert config == DdqnConfig.of({"preset": "fast", "seed": 7})
    assert not rows["gamma"].is_changed and rows["seed"].is_changed
    assert "--preset fast --seed 7" in page.start.command.toPlainText()
    type_into(rows["gamma"], "0.5")
    assert "--override gamma=0.5" in page.start.command.toPlainText()
    assert "1 changed" in page.form.page.more.text()
    click(page.form.page.more)
    qtbot.waitUntil(lambda: rows["gamma"].reset.height() > 0)  # the layout has taken it in
    click(rows["gamma"].reset)
    assert rows["gamma"].value() == PRESETS["fast"]["gamma"]
    choose(rows["deterministic"], "yes")
    assert page.form.config() == DdqnConfig.of({"preset": "fast", "seed": 7, "deterministic": "yes"})


def test_the_papers_transfer_agent_has_settings_of_its_own(page: TrainPage) -> None:
    click(page.form.kinds["ddqn"])
    rows = page.form.page.rows
    type_into(rows["seed"], "7")
    preset = rows["preset"].editor
    assert isinstance(preset, ChoiceButtons)
    click(preset.buttons["paper"])
    choose(rows["observation"], "fcn")
    assert page.form.config() == DdqnConfig.of({"preset": "paper", "observation": "fcn", "seed": 7})
    assert "batch_size" not in page.start.command.toPlainText()


def test_several_seeds_are_trained_one_after_another(
    page: TrainPage, qtbot: QtBot, data: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.workbench.trainings.hold(True)
    type_into(page.form.page.rows["data"], str(data))
    type_into(page.form.page.rows["seed"], "3")
    page.start.name.selectAll()
    QTest.keyClicks(page.start.name, "mine")
    page.start.seeds.selectAll()
    QTest.keyClicks(page.start.seeds, "2")
    lines = page.start.command.toPlainText().splitlines()
    assert [line.rpartition("/")[2] for line in lines] == ["mine-3", "mine-4"]
    assert "--seed 3" in lines[0] and "--seed 4" in lines[1]
    (runs / "mine-4").mkdir()
    type_into(page.form.page.rows["epochs"], "3")
    assert page.start.problem.text() == "Run: mine-4 is there already; choose another name, or resume it"
    (runs / "mine-4").rmdir()
    type_into(page.form.page.rows["epochs"], "2")
    qtbot.waitUntil(page.start.start.isEnabled, timeout=_PATIENCE)
    qtbot.waitUntil(lambda: page.workbench.trainings.now.is_held, timeout=_PATIENCE)
    click(page.start.start)
    qtbot.waitUntil(lambda: list(page.queue.rows) == ["mine-3", "mine-4"], timeout=_PATIENCE)
    assert page.start.seeds.value() == 1, "the next start is one run"


def test_the_command_is_copied(page: TrainPage) -> None:
    type_into(page.form.page.rows["epochs"], "3")
    click(page.start.command.copy_button)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("python main.py --train fcn") and "--epochs 3" in text and "--run" in text


def test_a_name_that_is_taken_is_refused(page: TrainPage, runs: Path) -> None:
    RunFolder.create(runs / "mine", FcnConfig())
    for name, sentence in (("mine", "is there already"), ("a/b", "cannot be a folder's name")):
        page.start.name.selectAll()
        QTest.keyClicks(page.start.name, name)
        assert sentence in page.start.problem.text() and not page.start.start.isEnabled()
    with pytest.raises(InputError, match="is there already"):
        page.workbench.trainings.start(FcnConfig(), name="mine")


def wait_for(qtbot: QtBot, training: Trainings, path: Path, state: str) -> None:
    def is_so() -> bool:
        run = training.find(path)
        return run is not None and run.state == state

    qtbot.waitUntil(is_so, timeout=_PATIENCE)


@pytest.mark.parametrize("name", ["ddqn-2026-10-05-1", "ddqn-segmented-sprites-hidden-units-1024-of-a-study"])
def test_nothing_of_a_card_or_the_queue_is_cut_off_on_a_narrow_window(page: TrainPage, name: str) -> None:
    training = page.workbench.trainings
    training._worker.close()
    assert training._worker.join(10.0)
    QTest.qWait(0)  # what it has seen has arrived
    page.resize(1024, 560)
    states: tuple[RunState, ...] = ("running", "stopped", "failed")
    runs = [
        Observed(training.runs / f"{state}-{name}", "fcn", state, 1, 0.34, 7500.0, 1.0, "", False, {"kind": "fcn"})
        for state in states
    ]
    item = Waiting(name, "ddqn", DdqnConfig(seed=7))
    training._keep(TrainingsState(tuple(runs), (item, Waiting("stopped-" + name, "fcn"))))
    QTest.qWait(0)
    (area,) = [area for area in page.findChildren(QScrollArea) if area.isAncestorOf(page.runs)]
    assert area.widget().width() == area.viewport().width()
    buttons = [button for button in area.findChildren(QAbstractButton) if button.isVisible()]
    assert len(buttons) == 1 + 3 + 2 * 4 + 1 + 2 * 4, "of the page, the cards, and the queue"
    for widget in (*buttons, page.runs.cards[runs[0].path].state):
        assert widget.width() >= widget.sizeHint().width()
        assert widget.mapTo(area, QPoint(widget.width(), 0)).x() <= area.width(), widget.toolTip()
    label = page.runs.cards[runs[0].path].name
    assert label.text() == runs[0].name and label.is_elided == (len(name) > 40)
    label.event(QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), label.mapToGlobal(QPoint(1, 1))))
    assert QToolTip.text() == runs[0].name or not label.is_elided


def test_screen_readers_are_told_what_each_control_is_and_of_which_run(page: TrainPage) -> None:
    training = page.workbench.trainings
    training._worker.close()
    assert training._worker.join(10.0)
    QTest.qWait(0)
    run = Observed(training.runs / "one", "ddqn", "running", 1, 0.3, 10.0, 1.0, "", False, {"kind": "ddqn"})
    training._keep(TrainingsState((run,), (Waiting("two", "fcn"), Waiting("three", "fcn")), watched=run.path))
    QTest.qWait(0)

    def name(widget: QWidget) -> str:
        return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)

    for kind in ("fcn", "ddqn"):
        click(page.form.kinds[kind])
        for widget in page.findChildren(QWidget):
            takes_keys = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
            assert not takes_keys or not widget.isVisibleTo(page) or name(widget), widget
    assert name(page.start.seeds) == "Seeds" and name(page.form.page.rows["batch_size"].editor) == "Batch size"
    assert name(page.log.text) == "Log of one" and name(page.start.command) == "Command"
    assert name(page.runs.cards[run.path].stop) == "Stop: one"
    assert [name(button) for button in page.queue.rows["three"].values()] == [
        "Earlier: three", "Later: three", "Take out of the queue: three", "Start now: three"
    ]  # fmt: skip


def test_a_queued_training_is_moved_on_and_on_by_keys(page: TrainPage, qtbot: QtBot) -> None:
    training = page.workbench.trainings
    training._worker.close()
    assert training._worker.join(10.0)
    QTest.qWait(0)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    one, two, three = (Waiting(name, "fcn") for name in ("one", "two", "three"))
    training._keep(TrainingsState((), (one, two, three)))
    QTest.qWait(0)
    page.queue.rows["three"]["up"].setFocus()
    for waiting, has_focus in (
        ((one, three, two), ("three", "up")),
        ((three, one, two), ("three", "down")),  # nothing is earlier than the first
        ((one, two), ("one", "down")),  # it was started
    ):
        training._keep(TrainingsState((), waiting))
        assert page.queue.rows[has_focus[0]][has_focus[1]].hasFocus()
        QTest.qWait(0)
        assert page.queue.rows[has_focus[0]][has_focus[1]].hasFocus(), "also once the old rows are gone"


def test_beside_an_experiment_a_training_is_queued(page: TrainPage, qtbot: QtBot, runs: Path) -> None:
    training = page.workbench.trainings
    assert page.start.start.text() == "Start training"
    RunFolder.create(runs / "plan" / "gray-21", DdqnConfig()).write_status(Status("running", os.getpid(), time.time()))
    (runs / "plan" / "experiment.json").write_text("{}")
    training._supervisor._next_scan = 0.0
    qtbot.waitUntil(lambda: page.start.start.text() == "Add to the queue", timeout=_PATIENCE)
    assert "An experiment trains" in page.runs.none.text() and not page.runs.cards
    assert page.workbench.preview._is_training


def test_cards_stop_resume_and_queue(page: TrainPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    training = page.workbench.trainings
    training._supervisor._starter._program = (sys.executable, "-m", "tests.core.runs.scripted_trainer")
    strip = TrainStrip(page.workbench.trainings, page.workbench.navigator)
    qtbot.addWidget(strip)
    assert not strip.text
    path = training.start(FcnConfig(architecture="steady", epochs=10_000))
    wait_for(qtbot, training, path, "running")
    card = page.runs.cards[path]
    assert card.stop.isVisible() and not card.resume.isVisible() and path.name in strip.text
    assert page.start.start.text() == "Add to the queue"
    second = training.start(FcnConfig(architecture="refused"))
    third = training.start(FcnConfig(architecture="steady"))
    qtbot.waitUntil(lambda: list(page.queue.rows) == [second.name, third.name], timeout=_PATIENCE)
    click(page.queue.rows[third.name]["up"])
    qtbot.waitUntil(lambda: list(page.queue.rows) == [third.name, second.name], timeout=_PATIENCE)
    click(page.queue.rows[third.name]["remove"])
    qtbot.waitUntil(lambda: list(page.queue.rows) == [second.name], timeout=_PATIENCE)
    click(card.stop)
    assert card.stop.text() == "Stopping…" and not card.stop.isEnabled(), "at once"
    wait_for(qtbot, training, second, "failed")
    assert page.runs.cards[second].sentence.text() == "--architecture: 'refused' is no network"
    assert "refused" in strip.text
    assert card.resume.isVisible()
    click(card.resume)
    wait_for(qtbot, training, path, "running")
    run = training.find(path)
    assert run is not None
    psutil.Process(run.pid).kill()
    wait_for(qtbot, training, path, "interrupted")
    assert "killed" in card.sentence.text() and card.resume.isVisible()
    path.rename(path.parent / ".moved")
    wait_for(qtbot, training, path, "gone")
    assert "refused" in strip.text and path.name not in strip.text, "what was moved on purpose is no trouble"
    click(page.runs.cards[second].dismiss)
    qtbot.waitUntil(lambda: second not in page.runs.cards, timeout=_PATIENCE)


def test_a_network_is_trained_stopped_resumed_and_continued(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    """The real thing, from the form to a finished network, by clicks."""
    rows, training = page.form.page.rows, page.workbench.trainings
    for name, text in (("data", str(data)), ("architecture", _SMALL), ("epochs", "2000")):
        type_into(rows[name], text)
    qtbot.waitUntil(lambda: bool(page.start.costs.text()), timeout=_PATIENCE)
    path = training.runs / page.start.name.text()
    click(page.start.start)
    qtbot.waitUntil(lambda: path in page.runs.cards, timeout=_PATIENCE)
    wait_for(qtbot, training, path, "running")
    qtbot.waitUntil(lambda: "epoch 1: accuracy" in page.log.text.toPlainText(), timeout=_PATIENCE)
    click(page.runs.cards[path].stop)
    wait_for(qtbot, training, path, "stopped")
    assert RunFolder(path).checkpoints.load_last() is not None
    assert page.log.title.text() == f"Log of {path.name}" and page.log.text.toPlainText(), "its last words stay"
    training.hold(True)
    with pytest.raises(InputError, match="config.json"):
        training.continue_training(training.runs, data)
    following = training.continue_training(path, data)
    qtbot.waitUntil(lambda: following.name in page.queue.rows, timeout=_PATIENCE)
    config = training.now.waiting[0].config
    assert isinstance(config, FcnConfig)
    assert (Path(config.initial).resolve(), config.architecture, config.epochs) == (path, _SMALL, 10)


def test_an_agent_from_a_terminal_is_watched_stopped_and_resumed(page: TrainPage, qtbot: QtBot) -> None:
    """The real thing: the window finds it, shows its log, and goes on with it in a process of its own."""
    training, path = page.workbench.trainings, page.workbench.trainings.runs / "from-a-terminal"
    changes = {"replay_steps": 2000, "warm_up_steps": 100, "evaluate_every_steps": 0, "environments": 2}
    changes |= {"update_every_steps": 100, "batch_size": 16}
    words = ["--train", "ddqn", "--run", str(path), "--steps", "1000000", "--episodes", "0"]
    words += [word for name, value in changes.items() for word in ("--override", f"{name}={value}")]
    with subprocess.Popen([*supervise.PROGRAM, *words], stderr=subprocess.DEVNULL) as terminal:
        wait_for(qtbot, training, path, "running")
        card = page.runs.cards[path]
        qtbot.waitUntil(lambda: bool(read_rows(path / "learning.csv")), timeout=_PATIENCE)
        click(card.stop)
        wait_for(qtbot, training, path, "stopped")
    assert terminal.returncode == 0
    steps = load_checkpoint(RunFolder(path).checkpoints.paths()[-1]).state["position"]["step"]
    click(card.resume)
    wait_for(qtbot, training, path, "running")
    qtbot.waitUntil(lambda: int(read_rows(path / "learning.csv")[-1]["step"]) > steps, timeout=_PATIENCE)
    assert "from-a-terminal" in page.log.title.text()
    click(page.runs.cards[path].stop)
    wait_for(qtbot, training, path, "stopped")
    assert load_checkpoint(RunFolder(path).checkpoints.paths()[-1]).state["position"]["step"] > steps


@pytest.fixture
def busy(
    make_window: Callable[..., MainWindow], runs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> tuple[MainWindow, Path]:
    """A window whose training goes on and on."""
    scripted(monkeypatch)
    window = make_window(runs=runs, start=False)
    training = window.workbench.trainings
    training.start_watching()
    path = training.start(FcnConfig(architecture="steady", epochs=10**4))
    wait_for(qtbot, training, path, "running")
    return window, path


def test_closing_asks_and_can_be_called_off(busy: tuple[MainWindow, Path], qtbot: QtBot) -> None:
    window, path = busy
    window.close()
    assert window.isVisible() and window.close_guard.box is not None and path.name in window.close_guard.box.text()
    click(window.close_guard.buttons["cancel"])
    assert window.isVisible() and window.close_guard.box is None
    click_strip = window.tabs.cornerWidget()
    QTest.mouseClick(click_strip, Qt.MouseButton.LeftButton, pos=QPoint(12, 6))
    assert window.tabs.page is window.train
    window.leave()
    assert observe(path).state == "running"


def test_a_training_that_is_left_running_is_found_again(
    busy: tuple[MainWindow, Path], make_window: Callable[..., MainWindow], qtbot: QtBot, runs: Path
) -> None:
    window, path = busy
    window.close()
    click(window.close_guard.buttons["leave"])
    assert not window.isVisible() and observe(path).state == "running"
    again = make_window(runs=runs, start=False)
    again.workbench.trainings.start_watching()
    wait_for(qtbot, again.workbench.trainings, path, "running")
    again.leave()


def test_stopping_and_waiting_closes_the_window_and_starts_nothing(busy: tuple[MainWindow, Path], qtbot: QtBot) -> None:
    window, path = busy
    following = window.workbench.trainings.start(FcnConfig(architecture="steady"))
    window.close()
    click(window.close_guard.buttons["stop"])
    assert window.close_guard.box is None or "checkpoint" in window.close_guard.box.informativeText()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=_PATIENCE)
    assert observe(path).state == "stopped" and not any(following.iterdir())
    assert [item.name for item in QueueFile(path.parent).read().waiting] == [following.name]
