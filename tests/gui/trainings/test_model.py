"""The trainings as the window knows them: what is shown at once is put right where it did not happen."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.config.ddqn import DdqnConfig
from core.errors import RunError
from core.files import write_json
from core.runs.commands import Machine
from core.runs.queue import QueueFile
from core.runs.run_folder import RunFolder, Status
from gui.kit.background import Background
from gui.live.navigator import Navigator
from gui.trainings.model import Trainings

_PATIENCE = 60_000  # ms that a busy machine may need


@pytest.fixture
def told() -> list[str]:
    """Sentences for the user."""
    return []


@pytest.fixture
def trainings(tmp_path: Path, qtbot: QtBot, told: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainings]:
    """Those of a folder, followed."""
    monkeypatch.setattr("core.runs.supervisor.SCAN_EVERY", 0.1)
    background = Background(told.append)
    made = Trainings(tmp_path / "runs", lambda: "", Navigator(), background)
    made.start_watching()
    yield made
    background.close()


def make(path: Path, state: str) -> RunFolder:
    """A run that this process writes."""
    run = RunFolder.create(path, DdqnConfig())
    run.write_status(Status(state, os.getpid(), time.time(), 0.5))  # type: ignore[arg-type]
    return run


def full(path: Path, values: object) -> None:
    raise RunError(f"{path}: cannot be written (No space left on device); what was there is kept")


def test_a_run_goes_on_with_its_threads_and_event_files(trainings: Trainings) -> None:
    run = make(trainings.runs / "a", "failed")
    values = json.loads((run.path / "provenance.json").read_text())
    write_json(run.path / "provenance.json", {**values, "command": ["main.py", "--threads", "2"]})
    (run.path / "tensorboard").mkdir()
    trainings.hold(True)
    trainings.resume(run.path)
    (item,) = trainings.now.waiting
    assert item.machine == Machine(2, "", True)


def test_a_run_on_another_drive_is_resumed(
    trainings: Trainings, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(tmp_path / "elsewhere" / "a", "failed")

    def relpath(*paths: str) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    trainings.hold(True)
    monkeypatch.setattr(os.path, "relpath", relpath)
    trainings.resume(run.path)
    qtbot.waitUntil(lambda: bool(QueueFile(trainings.runs).read().waiting), timeout=_PATIENCE)
    assert trainings._supervisor._path(QueueFile(trainings.runs).read().waiting[0].name) == run.path


def test_a_run_that_could_not_be_queued_is_not_shown_in_the_queue(
    trainings: Trainings, qtbot: QtBot, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(trainings.runs / "a", "failed")
    qtbot.waitUntil(lambda: trainings.find(run.path) is not None, timeout=_PATIENCE)
    monkeypatch.setattr("core.runs.queue.write_json", full)
    trainings.resume(run.path)
    assert trainings.is_waiting(run.path), "at once"
    qtbot.waitUntil(lambda: not trainings.is_waiting(run.path), timeout=_PATIENCE)
    assert any("No space left" in sentence for sentence in told)
    assert QueueFile(trainings.runs).read().waiting == []


def test_a_run_that_ended_before_it_could_be_stopped_is_not_shown_as_stopping(
    trainings: Trainings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(trainings.runs / "a", "running")
    qtbot.waitUntil(lambda: bool(trainings.active), timeout=_PATIENCE)
    monkeypatch.setattr(trainings._supervisor, "stop", lambda path: None)
    trainings.stop(run.path)
    assert [one.state for one in trainings.active] == ["stopping"], "at once"
    qtbot.waitUntil(lambda: [one.state for one in trainings.active] == ["running"], timeout=_PATIENCE)
    run.write_status(Status("failed", os.getpid(), time.time(), 0.5))
    qtbot.waitUntil(lambda: not trainings.active, timeout=_PATIENCE)
    trainings.stop(run.path)
    assert not trainings.active, "nothing is left to be stopped"
