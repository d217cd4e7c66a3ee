"""Closing the window: it is hidden at once, then everything ends together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.errors import InputError
from gui.kit import command_process
from gui.kit.background import Background
from gui.kit.command_process import CommandProcess
from gui.window.main_window import MainWindow


def test_the_window_hides_before_anything_is_waited_for(
    make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(start=False)
    visible: list[bool] = []
    real = Background.close

    def close(self: Background) -> bool:
        visible.append(window.isVisible())
        return real(self)

    monkeypatch.setattr(Background, "close", close)
    window.close()
    assert visible == [False]


def test_what_a_worker_raises_is_shown_once_in_the_status_bar(
    make_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make_window(start=False)
    told: list[str] = []
    window.workbench.notices.told.connect(told.append)

    def fail() -> None:
        raise InputError("the disk has gone")

    worker = window.workbench.background.workers.make("work")
    worker.start()
    for _ in range(3):
        worker.post(fail, "look")
        qtbot.waitUntil(lambda: worker.waiting == 0)
    worker.close()
    assert worker.join(20)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["the disk has gone"]


ENDLESS = """
import sys, time
sys.stderr.write("12/100 [00:10<00:40, 1.00 episodes/s]")
sys.stderr.flush()
time.sleep(600)
"""


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is run in place of ``main.py``: it is at 12 of 100 and never done."""
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    monkeypatch.setattr(command_process, "MAIN", script)
    return script


def process_of(window: MainWindow, name: str) -> CommandProcess:
    workbench = window.workbench
    return workbench.episodes.evaluations.process if name == "evaluation" else getattr(workbench, name)


@pytest.mark.parametrize(("name", "unit"), [("evaluation", "episodes"), ("segmenting", "frames")])
def test_work_that_would_be_lost_is_asked_about(
    make_window: Callable[..., MainWindow], qtbot: QtBot, endless: Path, name: str, unit: str
) -> None:
    window = make_window(start=False)
    process = process_of(window, name)
    process.start("ours, best", [])
    qtbot.waitUntil(lambda: process.done == 12, timeout=20_000)
    window.close()
    guard = window.close_guard
    assert window.isVisible() and guard.box is not None
    assert f"ours, best: 12 of 100 {unit}, 00:40 left" in guard.box.text()
    assert set(guard.buttons) == {"leave", "cancel"}
    guard.buttons["cancel"].click()  # type: ignore[attr-defined]
    assert process.is_running and window.isVisible()
    window.close()
    guard.buttons["leave"].click()  # type: ignore[attr-defined]
    assert not window.isVisible()


def test_what_goes_on_later_or_was_cancelled_is_not_asked_about(
    make_window: Callable[..., MainWindow], qtbot: QtBot, endless: Path
) -> None:
    window = make_window(start=False)
    for name in ("collecting", "segmenting"):
        process_of(window, name).start(name, [])
    qtbot.waitUntil(lambda: process_of(window, "segmenting").done == 12, timeout=20_000)
    process_of(window, "segmenting").cancel()
    window.close()
    assert not window.isVisible()
