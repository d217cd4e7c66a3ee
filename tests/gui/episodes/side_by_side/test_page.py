"""Two agents side by side in the window: chosen, started, paused, stepped, looked back over; and what can go wrong."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.agents.match import MatchStep
from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import verdict
from gui.play.frame_view import opaque
from gui.window.main_window import MainWindow
from tests.agent_runs import make_mapping_run
from tests.gui.conftest import choose_from
from tests.gui.play.test_agent_page import KEPT

Key, Left = Qt.Key, Qt.MouseButton.LeftButton
pytestmark = pytest.mark.timeout(900)
SLOW = 120_000  # ms; a busy machine may take its time


def open_page(window: MainWindow, qtbot: QtBot, mapping: str = "") -> MatchModel:
    """The page is seen and lists the agents; the second one may see through a mapping."""
    window.tabs.show_page(window.episodes)
    window.episodes.setCurrentWidget(window.episodes.match)
    page = window.episodes.match
    qtbot.waitUntil(lambda: all(pick.chosen for pick in page.form.picks), timeout=SLOW)
    choose_from(page.form.picks[0].agent, "ddqn-segmented")
    choose_from(page.form.picks[1].agent, "ddqn-gray")
    choose_from(page.form.picks[1].checkpoint, "after 100,000 agent steps")
    if mapping:
        qtbot.waitUntil(page.form.picks[1].mapping.isVisible, timeout=SLOW)
        assert not page.form.picks[0].mapping.isEnabled(), "one that sees classes sees no pictures"
        choose_from(page.form.picks[1].mapping, mapping)
    return window.workbench.episodes.match


def start(window: MainWindow, qtbot: QtBot, mapping: str = "") -> MatchModel:
    match = open_page(window, qtbot, mapping)
    QTest.mouseClick(window.episodes.match.form.start, Left)
    qtbot.waitUntil(lambda: all(side.step is not None for side in match.sides), timeout=SLOW)
    return match


def test_two_play_side_by_side(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, page, past = agent_window, agent_window.episodes.match, agent_window.workbench.episodes
    window.workbench.game.set_paused(False)
    page.form.noops.setValue(3)
    page.form.sticky.setValue(0.25)
    make_mapping_run(agents / "day")
    match = start(window, qtbot, "day")
    qtbot.waitUntil(lambda: window.workbench.game.state.paused)
    assert [side.choice and side.choice.checkpoint for side in match.sides] == ["best", KEPT]
    assert (match.noops, match.config.sticky) == (3, 0.25)
    assert page.board.names[1].text().endswith("ddqn-gray through day, after 100,000 agent steps")
    assert [label.text() for label in page.board.sees] == ["sees exact classes", "sees gray pixels"]

    # The space bar pauses, Step plays one agent step of both.
    qtbot.waitUntil(lambda: match.frames > 8, timeout=SLOW)
    QTest.keyClick(page.controls.run, Key.Key_Space)
    assert not match.is_playing
    assert page.controls.run.text() == "Go on"
    qtbot.waitUntil(lambda: len(match._pictures) >= 8, timeout=SLOW)
    QTest.mouseClick(page.controls.step, Left)
    assert all(side.step is not None for side in match.sides)
    steps = [side.step.steps for side in match.sides if side.step is not None]
    assert match.frames == 4 * steps[0] == 4 * steps[1]
    for side, view, bars, cells in zip(match.sides, page.views, page.bars, page.board.cells, strict=True):
        assert side.step is not None and side.frame is not None and side.decision is not None
        assert view._array is not None and np.array_equal(view._array, opaque(side.step.frames[-1]))
        assert bars.decision is side.decision and side.decision.q_values is side.step.q_values
        assert cells["x"].text() == f"{side.step.x:,}"
        assert cells["end"].text() == "playing"

    for line, side in zip(page.curve.values, match.sides, strict=True):
        assert np.array_equal(line, side.lately.max(axis=1)) and len(side.trace) == steps[0]

    # A screenshot is of both.
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyClick(window, Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    assert told.args is not None
    saved = cv2.cvtColor(cv2.imread(told.args[0].removeprefix("saved ")), cv2.COLOR_BGR2RGB)
    assert np.array_equal(saved, np.hstack([side.step.frames[-1] for side in match.sides if side.step is not None]))

    # As fast as they can, to the end; then both can be replayed.
    choose_from(page.controls.speed, "unlimited")
    QTest.keyClick(page.controls.run, Key.Key_Space)
    qtbot.waitUntil(lambda: match.is_over, timeout=5 * SLOW)
    assert not match.is_playing and not page.controls.run.isEnabled()
    first, second = (side.step for side in match.sides)
    assert first is not None and second is not None
    assert page.board.verdict.text().lower() == verdict(first, second).lower()
    assert {kept.player for kept in past.episode_library.session[:2]} == {
        "ddqn-segmented (best)",
        f"ddqn-gray through day ({KEPT})",
    }
    shown = list(match.sides[1].trace)
    with qtbot.waitSignal(past.replay.opened, timeout=SLOW):
        QTest.mouseClick(page.board.look[1], Left)
    assert window.episodes.currentWidget() is window.episodes.replay
    qtbot.waitUntil(lambda: past.replay.is_complete, timeout=SLOW)
    assert past.replay.recording is not None
    assert (past.replay.difference, past.replay.recording.noops) == (None, 3)
    asked = [step.q_values for step in past.replay.steps[: past.replay.recording.steps]]
    assert np.array_equal(np.array(asked, np.float32)[-len(shown) :], np.array(shown))

    # Once more from the same start.
    window.episodes.setCurrentWidget(page)
    QTest.mouseClick(page.controls.restart, Left)
    assert match.frames == 0
    qtbot.waitUntil(lambda: all(side.step is not None and side.step.steps > 2 for side in match.sides), timeout=SLOW)
    assert (match.noops, match.config.sticky, match.sides[0].recording) == (3, 0.25, None)


def test_the_space_bar_pauses_what_it_has_started(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, page = agent_window, agent_window.episodes.match
    match = open_page(window, qtbot)
    page.form.start.setFocus()
    QTest.keyClick(page.form.start, Key.Key_Space)
    qtbot.waitUntil(lambda: match.frames > 0, timeout=SLOW)
    focused = window.focusWidget()
    assert focused is page.controls.run
    QTest.keyClick(focused, Key.Key_Space)
    assert not match.is_playing and match.frames > 0, "it pauses, and none begins anew"
    page.controls.restart.setFocus()
    QTest.keyClick(page.controls.restart, Key.Key_Space)
    qtbot.waitUntil(lambda: match.is_playing and match.frames > 0, timeout=SLOW)
    assert page.controls.run.hasFocus(), "nor after a restart"
    page.form.start.setFocus()
    page.controls.speed.activated.emit(0)
    assert page.form.start.hasFocus(), "whoever goes back there stays there"


def test_the_process_dies_and_another_takes_its_place(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, page = agent_window, agent_window.episodes.match
    match = start(window, qtbot)
    [process] = [child for child in psutil.Process().children() if child.pid == match._process.pid]
    process.kill()
    qtbot.waitUntil(lambda: page.form.problem.text() == "the process in which they played has ended; start them again")
    assert not match.is_playing and not page.controls.run.isEnabled() and not page.controls.step.isEnabled()
    QTest.mouseClick(page.form.start, Left)
    assert not page.form.problem.isVisible()
    qtbot.waitUntil(lambda: match.frames > 0, timeout=SLOW)


def test_what_cannot_play_is_told(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, page = agent_window, agent_window.episodes.match
    match = start(window, qtbot)
    shutil.rmtree(agents / "ddqn-segmented")
    qtbot.waitUntil(lambda: "folder is gone" in page.board.sees[0].text(), timeout=SLOW)
    before = match.frames
    qtbot.waitUntil(lambda: match.frames > before, timeout=SLOW)
    QTest.mouseClick(page.controls.restart, Left)
    qtbot.waitUntil(lambda: str(agents / "ddqn-segmented") in page.form.problem.text(), timeout=SLOW)
    assert not match.is_playing

    (agents / "ddqn-gray" / "model.onnx").write_bytes(b"not a network")
    choose_from(page.form.picks[0].agent, "ddqn-fcn")
    choose_from(page.form.picks[1].agent, "ddqn-gray")
    QTest.mouseClick(page.form.start, Left)
    qtbot.waitUntil(lambda: str(agents / "ddqn-gray" / "model.onnx") in page.form.problem.text(), timeout=SLOW)
    assert [view._array for view in page.views] == [None, None]


def test_closing_in_the_middle_leaves_nothing(agent_window: MainWindow, qtbot: QtBot) -> None:
    match = start(agent_window, qtbot)
    pid = match._process.pid
    assert pid is not None
    qtbot.waitUntil(lambda: match.frames > 0, timeout=SLOW)
    agent_window.close()
    assert not psutil.pid_exists(pid)
    QApplication.processEvents()  # an answer that was on its way begins nothing anew
    assert match._process.pid is None


TURN = MatchStep(
    frames=(), q_values=None, action=0, is_random=False, steps=100, area=(0, 0, 1), x=500, y=0, progress=0.2,
    time=300, reward=0.0, total=0.0, end="", recording=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({}, {}, "side by side"),
        ({}, {"x": 1500}, "B is ahead by 1,000 pixels"),
        ({"x": 501, "end": "fell"}, {}, "A is ahead by 1 pixel"),
        ({}, {"area": (0, 0, 2)}, "they are in different areas"),
        ({"x": 900}, {"area": (0, 0, 2), "progress": 0.9}, "B is ahead: 90% of the way, the other 20%"),
        ({"end": "flag"}, {"end": "fell", "x": 900}, "A has won: it reached the flag"),
        ({"end": "flag"}, {"end": "flag", "steps": 85}, "B has won by 1.0 s"),
        ({"end": "flag"}, {"end": "flag"}, "a draw: both reached the flag together"),
        ({"end": "fell", "x": 900}, {"end": "killed"}, "A has come further, by 400 pixels"),
        ({"end": "fell", "x": 900}, {"end": "killed", "area": (0, 0, 2)}, "they ended in different areas"),
        (
            {"end": "fell", "progress": 0.75},
            {"end": "fell", "area": (0, 0, 2), "x": 900},
            "A has come further: 75% of the way, the other 20%",
        ),
        ({"end": "fell"}, {"end": "fell"}, "a draw"),
    ],
)
def test_who_is_ahead(first: dict[str, object], second: dict[str, object], words: str) -> None:
    assert verdict(replace(TURN, **first), replace(TURN, **second)) == words  # type: ignore[arg-type]
