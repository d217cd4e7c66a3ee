"""Episodes in the window: recorded, looked back over, gone on from, evaluated; where an agent looks; recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from core.agents.agent_choice import AgentChoice
from core.agents.recording import read_recordings
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.wording import with_minus
from gui.episodes.evaluate.table import COLUMNS
from gui.game.agent_player import AgentPlayer
from gui.window.main_window import MainWindow
from tests.agent_runs import make_mapping_run
from tests.gui.conftest import choose_from, settle
from tests.gui.play.test_agent_page import advance, hand_over, in_game
from tests.gui.play.test_page import shot, tap

Key, Left = Qt.Key, Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
pytestmark = pytest.mark.timeout(900)
STEPS = 30
SLOW = 120_000  # ms; a busy machine may take its time


def replay_now(window: MainWindow, qtbot: QtBot) -> None:
    replay = window.workbench.episodes.replay
    with qtbot.waitSignal(replay.opened, timeout=SLOW):
        QTest.keyClick(window, Key.Key_B, CTRL)
    qtbot.waitUntil(lambda: replay.is_complete and replay.moment is not None, timeout=SLOW)
    qtbot.waitUntil(lambda: replay.moment is not None and replay.moment.frame == replay.frame, timeout=SLOW)


def go_to(window: MainWindow, qtbot: QtBot, frame: int) -> None:
    replay = window.workbench.episodes.replay
    replay.seek(frame)
    qtbot.waitUntil(lambda: replay.moment is not None and replay.moment.frame == frame, timeout=SLOW)


def test_a_play_is_looked_back_over_and_gone_on_from(
    agent_window: MainWindow, qtbot: QtBot, emulator: RetroEmulator, tmp_path: Path
) -> None:
    window, workbench = agent_window, agent_window.workbench
    hand_over(window, qtbot, "ddqn-segmented")
    QTest.keyClick(window, Key.Key_R, CTRL)
    settle(window, qtbot)
    values, stacks, frames = [], [], [shot(window).snapshot.frame]
    for _ in range(STEPS):
        decision = shot(window).decision
        assert decision is not None
        values.append(decision.q_values)
        stacks.append(decision.stack)
        advance(window, qtbot, 4)
        frames.append(shot(window).snapshot.frame)
    replay_now(window, qtbot)
    replay, page = workbench.episodes.replay, window.episodes.replay
    assert window.tabs.page is window.episodes
    assert replay.recording is not None
    assert (replay.frames, replay.recording.player) == (4 * STEPS, "ddqn-segmented (best)")
    assert np.array_equal(np.array([step.q_values for step in replay.steps[:STEPS]], np.float32), np.array(values))
    assert replay.difference is None

    # A click on the course, and the picture, the classes and the bars of that moment.
    place = page.timeline.place_of(40)
    assert place is not None
    QTest.mouseClick(page.timeline.overlay, Left, pos=QPoint(round(place), 20))
    qtbot.waitUntil(lambda: replay.moment is not None and abs(replay.moment.frame - 40) <= 1, timeout=SLOW)
    go_to(window, qtbot, 40)
    assert replay.moment is not None and replay.moment.class_map is not None
    assert np.array_equal(replay.moment.snapshot.frame, frames[10])
    assert page.bars.texts() == [with_minus(f"{value:.2f}") for value in values[10]]
    assert page.sight.decision is not None and np.array_equal(page.sight.decision.stack, stacks[10])
    parts = replay.steps[11].parts
    assert f"reward {parts.total:+.0f}" in page.actions_.about.text()
    assert f"progress {parts.progress:+.0f}" in page.actions_.about.text()
    ticked = next(number for number, step in enumerate(replay.steps) if number and step.parts.clock)
    go_to(window, qtbot, 4 * (ticked - 1))
    assert "clock −" in page.actions_.about.text()
    go_to(window, qtbot, 40)

    # It survives the disk.
    workbench.episodes.episode_library.write(tmp_path / "one.jsonl", replay.recording)
    assert read_recordings(tmp_path / "one.jsonl") == [replay.recording]

    # Labelling gets that frame.
    with qtbot.waitSignal(replay.to_label, timeout=SLOW) as labelled:
        QTest.mouseClick(page.actions_.label, Left)
    assert labelled.args is not None
    moment = labelled.args[0]
    assert (moment.frame, moment.level) == (40, "1-1")
    assert np.array_equal(moment.picture, frames[10])
    assert moment.buttons == replay.recording.held()[:40]

    # A person goes on from there, and what follows knows where it began.
    QTest.mouseClick(page.actions_.mine, Left)
    qtbot.waitUntil(lambda: window.tabs.page is window.play, timeout=SLOW)
    settle(window, qtbot)
    assert (workbench.game.state.player, workbench.game.state.paused) == ("person", True)
    assert np.array_equal(shot(window).snapshot.frame, frames[10])
    window.grid.setFocus()
    advance(window, qtbot, 8)
    later = shot(window).snapshot.frame
    replay_now(window, qtbot)
    assert replay.recording.start
    assert replay.moment is not None and np.array_equal(replay.moment.snapshot.frame, later)


def test_another_engine_and_agents_that_cannot_be_asked(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, replay, page = agent_window, agent_window.workbench.episodes.replay, agent_window.episodes.replay.actions_
    in_game(window, qtbot, lambda thread: thread.enter(Level(1, 1)))
    QTest.keyPress(window.grid, Key.Key_Right)
    advance(window, qtbot, 90)
    QTest.keyRelease(window.grid, Key.Key_Right)
    replay_now(window, qtbot)
    assert page.engine.currentText() == "stable-retro"
    assert page.mine.isEnabled()

    # Nes-py begins a frame earlier, so the same buttons give another game.
    choose_from(page.engine, "nes-py")
    qtbot.waitUntil(lambda: replay.engine == "nes-py" and replay.is_complete, timeout=SLOW)
    qtbot.waitUntil(lambda: "Played again on nes-py, it differs from the recording (stable-retro)" in page.note.text())
    assert not page.mine.isEnabled()
    choose_from(page.engine, "stable-retro")
    qtbot.waitUntil(lambda: replay.engine == "stable-retro" and replay.is_complete, timeout=SLOW)
    assert page.note.text() == ""

    # A damaged network and a folder that is gone leave the episode to be looked back over.
    (agents / "ddqn-gray" / "model.onnx").write_bytes(b"not a network")
    choose_from(page.agent, "ddqn-gray")
    qtbot.waitUntil(lambda: str(agents / "ddqn-gray" / "model.onnx") in page.problem.text(), timeout=SLOW)
    replay.ask(AgentChoice("gone", agents / "gone", "best"))
    qtbot.waitUntil(lambda: str(agents / "gone") in page.problem.text(), timeout=SLOW)
    qtbot.waitUntil(lambda: replay.is_complete and replay.moment is not None, timeout=SLOW)
    assert page.mine.isEnabled() and page.label.isEnabled() and not page.theirs.isEnabled()
    assert window.episodes.replay.bars.decision is None
    choose_from(page.agent, "ddqn-segmented")
    qtbot.waitUntil(lambda: replay.is_complete and page.theirs.isEnabled(), timeout=SLOW)
    assert page.problem.text() == ""

    # The process dies.
    pid = replay._process.pid
    assert pid is not None
    psutil.Process(pid).kill()
    qtbot.waitUntil(lambda: page.problem.text().startswith("the process that plays episodes again has ended"))
    assert not page.mine.isEnabled()
    replay_now(window, qtbot)
    assert page.problem.text() == "" and page.mine.isEnabled()


def test_an_agent_that_cannot_go_on_from_a_moment_leaves_the_game_alone(
    agent_window: MainWindow, qtbot: QtBot, agents: Path
) -> None:
    """It is told; no other agent is seated, nor does the game jump when another one is chosen later."""
    window, workbench, page = agent_window, agent_window.workbench, agent_window.episodes.replay.actions_
    in_game(window, qtbot, lambda thread: thread.enter(Level(1, 1)))
    advance(window, qtbot, 20)
    hand_over(window, qtbot, "ddqn-segmented")
    workbench.players.set_player("person")
    replay_now(window, qtbot)
    for name in ("ddqn-gray", "ddqn-fcn"):
        choose_from(page.agent, name)
        qtbot.waitUntil(lambda: page.theirs.isEnabled(), timeout=SLOW)
        if name == "ddqn-gray":
            (agents / name / "model.onnx").write_bytes(b"not a network")
        else:
            (agents / name).rename(agents.parent / "elsewhere")
            qtbot.waitUntil(lambda: not page.theirs.isEnabled(), timeout=SLOW)
        settle(window, qtbot)
        before = shot(window).serial
        with qtbot.waitSignal(workbench.notices.told, timeout=SLOW) as told:
            workbench.episodes.play_from_here("agent")
        assert told.args[0].startswith(f"{name} cannot play from here: ")  # type: ignore[index]
        assert shot(window).serial == before and workbench.game.state.player == "person"
    hand_over(window, qtbot, "ddqn-segmented")
    settle(window, qtbot)
    assert shot(window).frame == 20


def test_after_its_process_died_the_episode_can_be_moved_along_and_opened_again(
    window: MainWindow, qtbot: QtBot
) -> None:
    replay, page = window.workbench.episodes.replay, window.episodes.replay
    advance(window, qtbot, 12)
    replay_now(window, qtbot)
    recording = replay.recording

    def kill() -> None:
        psutil.Process(replay._process.pid).kill()
        qtbot.waitUntil(lambda: bool(replay.problem), timeout=SLOW)

    kill()
    page.slider.slider.setValue(4)
    qtbot.waitUntil(lambda: replay.moment is not None and replay.moment.frame == 4, timeout=SLOW)
    qtbot.waitUntil(lambda: replay.is_complete, timeout=SLOW)
    assert (replay.problem, replay.recording is recording) == ("", True)

    kill()
    states: list[bytes] = []
    replay.branch(lambda state, total: states.append(state))
    qtbot.waitUntil(lambda: bool(states), timeout=SLOW)

    kill()
    box = page.list.mine
    with qtbot.waitSignal(replay.opened, timeout=SLOW):
        QTest.mouseClick(box.viewport(), Left, pos=box.visualItemRect(box.currentItem()).center())
    qtbot.waitUntil(lambda: replay.is_complete and replay.moment is not None, timeout=SLOW)
    assert (replay.problem, replay.recording is recording) == ("", True)


def test_on_an_engine_without_states_it_says_why_not(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, page = agent_window, agent_window.episodes.replay.actions_
    window.workbench.game.set_engine("nes-py")
    qtbot.waitUntil(lambda: window.workbench.game.state.engine == "nes-py", timeout=SLOW)
    settle(window, qtbot)
    advance(window, qtbot, 8)
    replay_now(window, qtbot)
    assert page.note.text() == (
        "nes-py has no save states, so play cannot go on from here; that needs stable-retro. "
        "A step back takes long: without save states the episode is played again from its start."
    )
    assert not page.mine.isEnabled() and not page.theirs.isEnabled()
    assert page.label.isEnabled()


def test_the_last_frame_tells_its_reward_and_the_slider_is_over_the_timeline(
    agent_window: MainWindow, qtbot: QtBot
) -> None:
    window, page = agent_window, agent_window.episodes.replay
    QTest.keyClick(window, Key.Key_R, CTRL)
    settle(window, qtbot)
    QTest.keyPress(window.grid, Key.Key_Right)
    advance(window, qtbot, 42)
    replay_now(window, qtbot)
    replay = window.workbench.episodes.replay
    assert (replay.frames, replay.steps[-1].frame) == (42, 42)
    assert f"step 10: right · reward {replay.steps[-1].reward:+.0f}" in page.actions_.about.text()
    assert replay.recording is not None
    assert replay.recording.total == sum(step.reward for step in replay.steps) == shot(window).return_ + 1
    assert "until now" in page.list.mine.item(0).text(), "it goes on"
    for width in (window.width(), window.width() + 217):
        window.resize(width, window.height())
        for frame in (0, 13, 42):
            replay.seek(frame)
            qtbot.waitUntil(partial(is_aligned, window, frame))
    window.workbench.episodes.episode_library.add(replay.recording)  # as the game gives one that is left
    assert "abandoned" in page.list.mine.item(0).text()
    assert "until now" in page.list.mine.item(1).text(), "it was not abandoned then"


def is_aligned(window: MainWindow, frame: int) -> bool:
    """Whether the slider's handle is over a frame's place in the timeline."""
    page = window.episodes.replay
    place = page.timeline.place_of(frame)
    return place is not None and abs(page.slider.handle_middle() - place) <= 1


def test_where_it_looks_is_shown_while_wanted(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, workbench = agent_window, agent_window.workbench
    view = window.grid.panels["raw"].view
    assert len(view._make_layers(workbench.preview.shot)) == 1
    tap(window, qtbot, Key.Key_H)
    qtbot.waitUntil(lambda: workbench.saliency.saliency is not None, timeout=SLOW)
    assert workbench.saliency.saliency is not None
    assert workbench.saliency.saliency.map.max() == 1
    assert len(view._make_layers(workbench.preview.shot)) == 2
    assert window.play.agent.saliency.isChecked()
    QTest.mouseClick(window.play.agent.saliency, Left, pos=QPoint(8, 8))
    assert not workbench.saliency.is_on
    assert len(view._make_layers(workbench.preview.shot)) == 1


def test_it_never_looks_with_the_eyes_of_another_agent(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, workbench = agent_window, agent_window.workbench
    asked: list[object] = []
    workbench.saliency.switch(True)
    qtbot.waitUntil(lambda: workbench.saliency.saliency is not None, timeout=SLOW)
    opened = workbench.agents.opened
    assert opened is not None
    agent_player = AgentPlayer(opened.agent_player._agent, 0, opened.agent_player.made_for)
    workbench.agents.opened = replace(
        opened, agent_player=agent_player, q_function=asked.append
    )  # before it has decided anything
    workbench.agents.changed.emit()
    assert workbench.saliency.saliency is None
    advance(window, qtbot, 4)
    assert not asked
    workbench.agents.opened = opened
    advance(window, qtbot, 4)
    qtbot.waitUntil(lambda: workbench.saliency.saliency is not None, timeout=SLOW)


def test_a_video_has_the_frames_that_were_played(agent_window: MainWindow, qtbot: QtBot) -> None:
    window = agent_window
    QTest.keyClick(window, Key.Key_M, CTRL)
    assert window.actions_by_id["film"].isChecked()
    advance(window, qtbot, 12)
    settle(window, qtbot)
    with qtbot.waitSignal(
        window.workbench.notices.told, check_params_cb=lambda text: text.startswith("saved "), timeout=SLOW
    ):
        QTest.keyClick(window, Key.Key_M, CTRL)
    [path] = window.workbench.preferences.pictures.glob("*.mp4")
    assert frames_of(path)[0] == 12


def frames_of(path: Path) -> tuple[int, tuple[int, ...]]:
    """How many frames a video has, and the size of one."""
    video, count, shape = cv2.VideoCapture(str(path)), 0, (0,)
    while (read := video.read())[0]:
        count, shape = count + 1, read[1].shape
    video.release()
    return count, shape


def test_a_gif_of_one_view(agent_window: MainWindow, qtbot: QtBot) -> None:
    window = agent_window
    QTest.keyPress(window.grid, Key.Key_Right)  # pictures that are the same would be one
    advance(window, qtbot, 20)
    window.choices.recorded["labels"].trigger()
    QTest.keyClick(window, Key.Key_M, CTRL | Qt.KeyboardModifier.ShiftModifier)
    advance(window, qtbot, 7)
    settle(window, qtbot)
    with qtbot.waitSignal(
        window.workbench.notices.told, check_params_cb=lambda text: text.startswith("saved "), timeout=SLOW
    ):
        QTest.keyClick(window, Key.Key_M, CTRL | Qt.KeyboardModifier.ShiftModifier)
    [path] = window.workbench.preferences.pictures.glob("*.gif")
    with Image.open(path) as picture:
        assert (picture.size, getattr(picture, "n_frames", 0)) == ((240, 224), 3)  # every third of seven
    QTest.keyRelease(window.grid, Key.Key_Right)


def test_pictures_are_of_what_is_seen(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, replay = agent_window, agent_window.workbench.episodes.replay
    pictures = window.workbench.preferences.pictures
    advance(window, qtbot, 12)
    replay_now(window, qtbot)
    go_to(window, qtbot, 0)
    assert replay.moment is not None
    for keys, frame in ((Key.Key_F12, None), (Key.Key_F12, replay.moment.snapshot.frame)):
        shift = Qt.KeyboardModifier.NoModifier if frame is None else Qt.KeyboardModifier.ShiftModifier
        with qtbot.waitSignal(window.workbench.notices.told) as told:
            QTest.keyClick(window, keys, shift)
        saved = cv2.cvtColor(cv2.imread(told.args[0].removeprefix("saved ")), cv2.COLOR_BGR2RGB)  # type: ignore[index]
        if frame is None:
            assert saved.shape == (448, 964, 3)
            assert np.array_equal(saved[::2, :480:2], replay.moment.snapshot.frame)
        else:
            assert np.array_equal(saved, frame)
    QTest.keyClick(window, Key.Key_M, CTRL)
    for number in range(1, 7):
        go_to(window, qtbot, number)
    with qtbot.waitSignal(
        window.workbench.notices.told, check_params_cb=lambda text: text.startswith("saved "), timeout=SLOW
    ):
        QTest.keyClick(window, Key.Key_M, CTRL)
    [path] = pictures.glob("*.mp4")
    assert frames_of(path) == (6, (448, 964, 3))


def test_an_evaluation_runs_beside_the_game(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, past = agent_window, agent_window.workbench.episodes
    page = window.episodes.evaluate
    window.tabs.show_page(window.episodes)
    window.episodes.setCurrentWidget(page)
    choose_from(page.form.agent, "ddqn-segmented")
    choose_from(page.form.labels, "sprites")
    page.form.sticky.setValue(0.25)
    page.form.episodes.setValue(2)
    QTest.mouseClick(page.form.start, Left)
    process = past.evaluations.process
    qtbot.waitUntil(lambda: bool(past.evaluations.episodes) or bool(process.problem), timeout=5 * SLOW)
    assert process.problem == ""
    [folder] = (agents / "ddqn-segmented" / "evaluations").iterdir()
    document = json.loads((folder / "evaluation.json").read_text())
    cells = {name: page.table.item(0, column).text() for column, name in enumerate(COLUMNS)}  # type: ignore[union-attr]
    assert (cells["Episodes"], cells["Labels"]) == ("2", "sprites")
    assert cells["x mean"] == f"{document['x']['mean']:,.0f} ± {document['x']['error']:,.0f}"
    assert cells["Flags"] == (
        f"{document['flags']['rate']:.0%}  ({document['flags']['low']:.0%} – {document['flags']['high']:.0%})"
    )
    episode = past.evaluations.episodes[1]
    with qtbot.waitSignal(past.replay.opened, timeout=SLOW):
        QTest.mouseClick(page.map, Left, pos=page.map.mark(episode).toPoint())
    assert past.replay.recording is not None
    assert past.replay.recording.x == episode.x
    assert past.replay.asked is not None and past.replay.asked.name == "ddqn-segmented"
    qtbot.waitUntil(lambda: past.replay.is_complete, timeout=SLOW)
    assert past.replay.steps[-1].x == episode.x
    assert past.replay.difference is None


def test_an_agent_sees_through_a_mapping_in_an_evaluation_and_where_that_is_replayed(
    agent_window: MainWindow, qtbot: QtBot, agents: Path
) -> None:
    window, past, page = agent_window, agent_window.workbench.episodes, agent_window.episodes.evaluate
    window.tabs.show_page(window.episodes)
    window.episodes.setCurrentWidget(page)
    assert not page.form.mapping.isVisible(), "there is none"
    make_mapping_run(agents / "day")
    qtbot.waitUntil(page.form.mapping.isVisible, timeout=SLOW)
    for box, text in ((page.form.agent, "ddqn-gray"), (page.form.mapping, "day"), (page.form.level, "1-1-dark")):
        choose_from(box, text)
    page.form.episodes.setValue(1)
    QTest.mouseClick(page.form.start, Left)
    process = past.evaluations.process
    qtbot.waitUntil(lambda: bool(past.evaluations.episodes) or bool(process.problem), timeout=5 * SLOW)
    assert process.problem == ""
    cells = {name: page.table.item(0, column).text() for column, name in enumerate(COLUMNS)}  # type: ignore[union-attr]
    assert (cells["Level"], cells["Labels"]) == ("1-1-dark", "through day")
    [episode] = past.evaluations.episodes
    with qtbot.waitSignal(past.replay.opened, timeout=SLOW):
        QTest.mouseClick(page.map, Left, pos=page.map.mark(episode).toPoint())
    assert past.replay.asked is not None and past.replay.asked.mapping is not None
    assert past.replay.asked.mapping.samefile(agents / "day")
    qtbot.waitUntil(lambda: past.replay.is_complete and past.replay.moment is not None, timeout=SLOW)
    assert past.replay.agent_problem == "" and past.replay.difference is None
    asked = [step.q_values for step in past.replay.steps if not np.isnan(step.q_values[0])]
    best = "".join(str(int(np.argmax(values))) for values in asked)
    assert best[: len(episode.actions)] == episode.actions, "it is asked with what it saw then"
    actions = window.episodes.replay.actions_
    assert through(actions.mapping) == (["no mapping", "day"], "day"), "as it was evaluated"
    choose_from(actions.mapping, "no mapping")
    assert past.replay.asked.mapping is None
    choose_from(actions.mapping, "day")
    choose_from(actions.checkpoint, "after 100,000 agent steps")
    assert past.replay.asked.mapping is not None, "whatever else is chosen"
    choose_from(actions.agent, "ddqn-segmented")
    assert through(actions.mapping)[1] == "no mapping" and not actions.mapping.isEnabled(), "it sees no pictures"

    choose_from(actions.agent, "ddqn-gray")
    choose_from(actions.mapping, "day")
    qtbot.waitUntil(lambda: past.replay.is_complete and actions.theirs.isEnabled(), timeout=SLOW)
    QTest.mouseClick(actions.theirs, Left)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent", timeout=SLOW)
    opened = window.workbench.agents.opened
    assert opened is not None and opened.choice.mapping is not None, "and goes on from there as it was asked"
    assert through(window.play.agent.choice.mapping) == (["no mapping", "day"], "day")


def through(box: QComboBox) -> tuple[list[str], str]:
    """The entries of a list, and the chosen one."""
    return [box.itemText(place) for place in range(box.count())], box.currentText()


def test_an_evaluation_that_cannot_be_is_told(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, evaluations, page = (
        agent_window,
        agent_window.workbench.episodes.evaluations,
        agent_window.episodes.evaluate,
    )
    window.tabs.show_page(window.episodes)
    window.episodes.setCurrentWidget(page)
    (agents / "ddqn-gray" / "model.onnx").write_bytes(b"not a network")
    choose_from(page.form.agent, "ddqn-gray")
    QTest.mouseClick(page.form.start, Left)
    assert page.form.cancel.isVisible()
    qtbot.waitUntil(lambda: bool(page.form.problem.text()), timeout=SLOW)
    assert str(agents / "ddqn-gray" / "model.onnx") in page.form.problem.text()
    assert page.form.start.isVisible() and not evaluations.process.is_running
    choose_from(page.form.agent, "ddqn-segmented")
    QTest.mouseClick(page.form.start, Left)
    assert page.form.problem.text() == ""
    QTest.mouseClick(page.form.cancel, Left)
    qtbot.waitUntil(lambda: page.form.start.isVisible() and not evaluations.process.is_running, timeout=SLOW)
    assert page.form.problem.text() == ""
    assert not (agents / "ddqn-segmented" / "evaluations").exists()


def test_a_damaged_evaluation_is_named(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    evaluations, form = agent_window.workbench.episodes.evaluations, agent_window.episodes.evaluate.form
    kept = agents / "ddqn-gray" / "evaluations" / "a"
    kept.mkdir(parents=True)
    (kept / "evaluation.json").write_text('{"level": "1-1", "episodes": 5, "x": {}, "flags": {"rate": 0}}')
    evaluations.find([agents / "ddqn-gray"])
    qtbot.waitUntil(lambda: bool(form.problem.text()), timeout=SLOW)
    assert form.problem.text() == f"{kept / 'evaluation.json'}: x: mean is missing; a number was expected"
    assert evaluations.items == []


def test_action_logs_are_saved_and_opened(
    agent_window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, replay, page = agent_window, agent_window.workbench.episodes.replay, agent_window.episodes.replay.list
    path = tmp_path / "episode.jsonl"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    in_game(window, qtbot, lambda thread: thread.enter(Level(1, 1)))
    advance(window, qtbot, 70)
    replay_now(window, qtbot)
    played = replay.recording
    QTest.mouseClick(page.save, Left)
    QTest.mouseClick(page.open, Left)
    qtbot.waitUntil(lambda: page.others.count() == 1)
    with qtbot.waitSignal(replay.opened, timeout=SLOW):
        QTest.mouseClick(page.others.viewport(), Left, pos=page.others.visualItemRect(page.others.item(0)).center())
    qtbot.waitUntil(lambda: replay.is_complete, timeout=SLOW)
    assert replay.recording == played and replay.recording is not played
    assert replay.difference is None
    path.write_text("no episode", encoding="utf-8")
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.mouseClick(page.open, Left)
    assert told.args == [f"{path}: line 1 is no episode of an evaluation"]
    assert page.others.count() == 1


def test_a_finished_episode_is_on_the_shelf(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, library = agent_window, agent_window.workbench.episodes.episode_library
    in_game(window, qtbot, lambda thread: thread.enter(Level(1, 1)))
    in_game(window, qtbot, lambda thread: thread.game.emulator.poke({0x0E: 0x0B}))  # Mario dies
    advance(window, qtbot, 2)
    qtbot.waitUntil(lambda: any(kept.end == "killed" for kept in library.session))
    assert library.session[0].player == "you"
