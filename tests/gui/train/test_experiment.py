"""The dialog of an experiment: its grid follows real processes, which it starts, stops and finds again."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import psutil
import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

import core.experiment.table
import gui.train.experiment_model
from core.experiment.claims import Judgement
from core.experiment.plan import Plan
from core.experiment.plan_file import read_plan
from core.experiment.record import fix_plan
from core.runs import launching
from gui.kit.background import Background
from gui.kit.command_process import CommandProcess
from gui.kit.file_dialogs import FileDialogs
from gui.kit.preferences import Preferences
from gui.train.experiment import ExperimentDialog
from gui.train.experiment_model import ExperimentModel

_PATIENCE = 120_000  # ms that a busy machine may need


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Drivers with trainings of a few lines; looks often; whatever still runs afterwards is ended."""
    monkeypatch.setattr(launching, "PROGRAM", (sys.executable, "-m", "tests.core.experiment.scripted_driver"))
    monkeypatch.setattr(gui.train.experiment_model, "TICK", 0.05)
    yield
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it may end by itself meanwhile
            if {"--experiment", "--train"} & set(child.cmdline()):
                child.kill()
                child.wait()


@contextmanager
def window(qtbot: QtBot, runs: Path, settings: Preferences) -> Iterator[ExperimentDialog]:
    """The dialog of a window, seen, its worker at work; nothing goes wrong in it."""
    told: list[str] = []
    background = Background(told.append)
    reporting = CommandProcess(background.workers)
    made = ExperimentDialog(ExperimentModel(runs, settings, background, reporting), FileDialogs(settings))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()
    assert background.close(), "claims that are judged do not hold up whoever closes"
    assert not told


@pytest.fixture
def dialog(qtbot: QtBot, settings: Preferences, tmp_path: Path) -> Iterator[ExperimentDialog]:
    """The dialog; no plan was shown before."""
    settings.set("plan", "")
    with window(qtbot, tmp_path / "runs", settings) as made:
        yield made


def plan(folder: Path, epochs: int = 5, seeds: str = "[1, 2]") -> Path:
    path = folder / "plan.toml"
    rest = f'kind = "fcn"\ngroup = "E1"\nseeds = {seeds}\nsettings = {{ architecture = "steady" }}\n'
    arms = "".join(f'[[arms]]\nname = "{name}"\n{rest}' for name in ("one", "other"))
    claim = '[[claims]]\nname = "c"\nsays = "One is better"\nmeasure = "miou"\narm = "one"\nagainst = "other"\n'
    path.write_text(f'version = 1\nname = "small"\nabout = "Which?"\n[settings.fcn]\nepochs = {epochs}\n{arms}{claim}')
    return path


def cells(dialog: ExperimentDialog) -> list[list[str]]:
    grid = dialog.grid
    found = [[grid.item(row, column) for column in range(grid.columnCount())] for row in range(grid.rowCount())]
    return [[item.text() if item else "" for item in row] for row in found]


def test_a_plan_is_opened_run_to_its_end_and_told(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not dialog.start.isEnabled() and not dialog.report.isEnabled() and dialog.title.text() == "No plan yet"
    dialog._model.open(plan(tmp_path))
    qtbot.waitUntil(lambda: cells(dialog) == [["waits", "waits"], ["waits", "waits"]], timeout=_PATIENCE)
    assert dialog.title.text() == "small" and dialog.about.text() == "Which?"
    assert dialog.grid.verticalHeaderItem(1).text() == "E1  other" and "0 of 4 tasks done" in dialog.state.text()
    qtbot.waitUntil(lambda: "One is better: waiting for runs" in dialog.claims.text(), timeout=_PATIENCE)
    dialog.jobs.setValue(2)
    dialog.start.click()
    qtbot.waitUntil(lambda: not dialog.start.isEnabled() and dialog.stop.isEnabled(), timeout=_PATIENCE)
    qtbot.waitUntil(lambda: cells(dialog) == [["done", "done"], ["done", "done"]], timeout=_PATIENCE)
    qtbot.waitUntil(lambda: not dialog.stop.isEnabled(), timeout=_PATIENCE)
    assert "4 of 4 tasks done" in dialog.state.text() and not dialog.start.isEnabled()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    dialog.report.click()
    qtbot.waitUntil(lambda: bool(opened), timeout=_PATIENCE)
    assert Path(opened[0]) == (tmp_path / "runs" / "small" / "report" / "report.html").resolve()


def test_it_is_stopped_and_goes_on(dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog._model.open(plan(tmp_path, epochs=10_000, seeds="[1]"))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    assert dialog.start.text() == "Start"
    dialog.start.click()
    qtbot.waitUntil(lambda: "%" in cells(dialog)[0][0] and dialog.stop.isEnabled(), timeout=_PATIENCE)
    assert "1 under way" in dialog.state.text()
    dialog.stop.click()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    assert "nothing runs it now" in dialog.state.text() and not dialog.problem.text()
    qtbot.waitUntil(lambda: dialog.start.text() == "Go on", timeout=_PATIENCE)
    dialog.start.click()
    qtbot.waitUntil(dialog.stop.isEnabled, timeout=_PATIENCE)
    dialog.stop.click()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)


def test_a_plan_that_cannot_be_used_says_why(dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path) -> None:
    path = plan(tmp_path)
    path.write_text(path.read_text().replace('against = "other"', 'against = "third"'))
    dialog._model.open(path)
    qtbot.waitUntil(
        lambda: "claim c: against is 'third'; the arms are one, other" in dialog.problem.text(), timeout=_PATIENCE
    )
    assert not dialog.start.isEnabled() and not dialog.grid.isVisible()
    plan(tmp_path)
    qtbot.waitUntil(lambda: cells(dialog) == [["waits", "waits"], ["waits", "waits"]], timeout=_PATIENCE)
    assert not dialog.problem.text()


def test_the_driver_of_one_plan_is_not_taken_for_that_of_another(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, first, second = dialog._model, plan(tmp_path), tmp_path / "second.toml"
    second.write_text(first.read_text().replace('"small"', '"second"'))
    monkeypatch.setattr(launching, "PROGRAM", (sys.executable, "-c", "import time; time.sleep(600)"))
    model.open(first)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    dialog.start.click()
    assert not dialog.start.isEnabled()
    log = tmp_path / "runs" / ".launched" / "second.experiment.log"
    qtbot.waitUntil(lambda: bool(model._drivers), timeout=_PATIENCE)
    log.write_text("main.py: what was wrong last week\n")
    model.open(second)
    qtbot.waitUntil(lambda: model.view is not None, timeout=_PATIENCE)
    assert dialog.title.text() == "second" and dialog.start.isEnabled()
    (driver,) = model._drivers.values()
    driver.kill()
    driver.wait()
    before = model.view
    qtbot.waitUntil(lambda: model.view is not before, timeout=_PATIENCE)
    assert not dialog.problem.text()
    model.open(first)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)


def test_what_the_driver_says_at_its_end_is_shown(dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "small"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    dialog._model.open(plan(tmp_path))
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    dialog.start.click()
    qtbot.waitUntil(
        lambda: "something is there already that is no experiment" in dialog.problem.text(), timeout=_PATIENCE
    )


def test_a_plan_changed_after_its_first_run_is_told_and_does_not_go_on(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    path, own = plan(tmp_path), tmp_path / "runs" / "small"
    own.mkdir(parents=True)
    fix_plan(own, read_plan(path))
    dialog._model.open(path)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    plan(tmp_path, epochs=6)
    said = (
        "the plan was changed after its first run (- epochs = 5; + epochs = 6). Claims are judged here by the plan as"
    )
    qtbot.waitUntil(lambda: said in dialog.problem.text(), timeout=_PATIENCE)
    assert not dialog.start.isEnabled() and dialog.grid.isVisible()
    plan(tmp_path)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    assert not dialog.problem.text()


def test_runs_that_came_with_a_plan_are_looked_at_until_there_are_own_ones(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, own = tmp_path / "plan", tmp_path / "runs" / "small"
    published.mkdir()
    path = plan(tmp_path)
    fix_plan(published, read_plan(path))
    dialog._model.open(path)
    qtbot.waitUntil(dialog.place.isVisible, timeout=_PATIENCE)
    assert dialog.place.currentData() == published and "when these runs came with the plan" in dialog.state.text()
    assert not dialog.start.isEnabled() and "looked at only" in dialog.start.toolTip()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    dialog.report.click()
    assert dialog.told.text() == "writing the report of small …" and not dialog.report.isEnabled()
    qtbot.waitUntil(lambda: bool(opened), timeout=_PATIENCE)
    assert Path(opened[0]) == (tmp_path / "runs" / ".reports" / "small" / "report.html").resolve()
    assert dialog.report.isEnabled() and dialog.told.text().startswith("The report is ")
    assert [path.name for path in published.iterdir()] == ["experiment.json"], "nothing is written there"
    dialog.place.setCurrentIndex(0)
    dialog.place.activated.emit(0)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    assert dialog.place.currentData() == own and "nothing runs it now" in dialog.state.text()
    shutil.rmtree(tmp_path / "runs" / ".reports")
    (tmp_path / "runs" / ".reports").write_text("in the way")
    dialog.report.click()
    qtbot.waitUntil(lambda: ".reports" in dialog.report_problem.text(), timeout=_PATIENCE)
    assert not own.exists(), "a report of nothing is no beginning"
    own.mkdir()
    fix_plan(own, read_plan(path))
    dialog._model.open(path)
    qtbot.waitUntil(lambda: dialog.place.currentData() == own and dialog.start.isEnabled(), timeout=_PATIENCE)


def test_own_runs_that_lie_beside_the_plan_are_no_others(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    path = plan(tmp_path).rename(tmp_path / "small.toml")
    (tmp_path / "runs").symlink_to(tmp_path)
    (tmp_path / "small").mkdir()
    fix_plan(tmp_path / "small", read_plan(path))
    dialog._model.open(path)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=_PATIENCE)
    assert not dialog.place.isVisible()


def test_the_next_window_shows_the_plan_that_was_shown_last(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, settings: Preferences
) -> None:
    path = plan(tmp_path)
    broken = tmp_path / "broken.toml"
    broken.write_text("version = 1")
    dialog._model.open(path)
    qtbot.waitUntil(lambda: dialog.title.text() == "small", timeout=_PATIENCE)
    dialog._model.open(broken)
    qtbot.waitUntil(lambda: "name is missing" in dialog.problem.text(), timeout=_PATIENCE)
    with window(qtbot, tmp_path / "runs", settings) as other:
        qtbot.waitUntil(lambda: other.title.text() == "small", timeout=_PATIENCE)
    path.unlink()
    with window(qtbot, tmp_path / "runs", settings) as third:
        assert third.title.text() == "No plan yet", "a plan that is gone is nobody's problem"


def test_the_grid_is_there_before_the_claims_are_judged(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_seen, judge = Event(), core.experiment.table.each_judged

    def slow(*words: Any) -> Iterator[Judgement]:
        assert is_seen.wait(_PATIENCE / 1000)
        yield from judge(*words)

    monkeypatch.setattr(core.experiment.table, "each_judged", slow)
    dialog._model.open(plan(tmp_path))
    qtbot.waitUntil(lambda: cells(dialog) == [["waits", "waits"], ["waits", "waits"]], timeout=_PATIENCE)
    assert dialog.claims.text() == "judging the claims …"
    is_seen.set()
    qtbot.waitUntil(lambda: "waiting for runs" in dialog.claims.text(), timeout=_PATIENCE)


def test_claims_are_judged_no_further_when_nobody_waits(
    dialog: ExperimentDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a second of the study's: another plan is opened, or the window closes, meanwhile."""
    judge, given, goes_on = core.experiment.table.each_judged, list[str](), Event()

    def slow(asked: Plan, tasks: Any) -> Iterator[Judgement]:
        for one in list(judge(asked, tasks)) * (50 if asked.name == "small" else 1):
            given.append(asked.name)
            yield one
            assert asked.name == "other" or goes_on.wait(_PATIENCE / 1000)

    monkeypatch.setattr(core.experiment.table, "each_judged", slow)
    first, second = plan(tmp_path), tmp_path / "other.toml"
    second.write_text(first.read_text().replace('"small"', '"other"'))
    dialog._model.open(first)
    qtbot.waitUntil(lambda: given == ["small"], timeout=_PATIENCE)
    dialog._model.open(second)
    goes_on.set()
    qtbot.waitUntil(lambda: "waiting for runs" in dialog.claims.text(), timeout=_PATIENCE)
    assert dialog.title.text() == "other" and given.count("small") == 2


def test_who_never_opened_a_plan_sees_the_study(qtbot: QtBot, tmp_path: Path, settings: Preferences) -> None:
    with window(qtbot, tmp_path / "runs", settings) as made:
        qtbot.waitUntil(lambda: made.title.text() == "transfer", timeout=_PATIENCE)
        assert made.place.currentText().startswith("published") and cells(made)[0][:3] == ["done", "done", "done"]
        assert made.curves.isVisible() and "gray" in made.curves.legend.text()
        assert not made.curves.plot.getAxis("bottom").style["hideOverlappingLabels"], "200,000 is told at its end"
