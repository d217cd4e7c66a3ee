"""A saved agent in the window: chosen, watched, questioned, taken over from and handed back to."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.agents.policy import Agent, QPolicy
from core.agents.preprocessor import GrayPreprocessor
from core.game import memory as ram
from core.game.emulator import LEFT
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.env.mario_env import MarioEnv
from core.wording import with_minus
from gui.agents.input_view import place_tiles
from gui.game.agent_player import AgentPlayer, Decision
from gui.window.main_window import MainWindow
from tests.gui.conftest import click_tab, settle
from tests.gui.play.test_page import choose, shot, tap

Key = Qt.Key
pytestmark = pytest.mark.timeout(600)  # the first one waits until Keras has made the agents
ROOT = Path(__file__).resolve().parents[3]
KEPT = "kept-000100000"


def decision(window: MainWindow) -> Decision:
    made = shot(window).decision
    assert made is not None
    return made


def hand_over(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Choose an agent from the list and wait until it plays."""
    choose(qtbot, window.play.agent.choice.agent, name)
    agents = window.workbench.agents
    qtbot.waitUntil(lambda: agents.opened is not None and agents.opened.choice.name == name, timeout=20_000)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent")
    settle(window, qtbot)


def advance(window: MainWindow, qtbot: QtBot, frames: int) -> None:
    for _ in range(frames):
        tap(window, qtbot, Key.Key_Period)


def in_game(window: MainWindow, qtbot: QtBot, what: Callable[[Any], object]) -> None:
    """Do something in the game's thread."""
    window.workbench.game.post(what)
    settle(window, qtbot)


@pytest.mark.parametrize("kind", ["gray", "segmented", "fcn"])
def test_it_plays_what_its_network_says(agent_window: MainWindow, qtbot: QtBot, agents: Path, kind: str) -> None:
    window, page = agent_window, agent_window.play.agent
    hand_over(window, qtbot, f"ddqn-{kind}")
    policy = QPolicy(agents / f"ddqn-{kind}" / "model.onnx")
    for _ in range(3):
        made = decision(window)
        assert np.isfinite(made.q_values).all()
        assert np.array_equal(made.q_values, policy.q_values(made.stack[None], np.int32([made.last_action]))[0])
        assert made.action == made.q_values.argmax()
        assert page.bars.decision is made
        assert page.bars.texts() == [with_minus(f"{value:.2f}") for value in made.q_values]
        assert page.sight.decision is made
        advance(window, qtbot, 1)
        assert shot(window).buttons == ACTIONS[made.action].buttons
        advance(window, qtbot, FRAMES_PER_STEP - 1)
    tiles = place_tiles(decision(window).stack, page.sight.size(), 1.0)
    assert len(tiles) == (32 if kind == "fcn" else 4)
    assert max(place.right() for place, _ in tiles) <= page.sight.width()
    qtbot.waitUntil(lambda: len(page.curve.values[0]) == 4)
    curve = page.curve.values[decision(window).action]
    assert curve[-1] == decision(window).q_values.max()
    sees = {"gray": "gray pixels", "segmented": "exact classes and its last action", "fcn": "a network's features"}[
        kind
    ]
    assert page.choice.about.text() == f"sees {sees} · trained on 1-1"


def test_it_plays_as_it_does_in_the_environment(
    agent_window: MainWindow, qtbot: QtBot, agents: Path, emulator: RetroEmulator
) -> None:
    window = agent_window
    steps, run = 12, agents / "ddqn-segmented"
    expected: list[np.ndarray] = []

    def play(thread: Any) -> None:
        """In the environment, in the thread that the emulator belongs to."""
        agent, env = Agent.open(run), MarioEnv("1-1", emulator=emulator)
        env.reset(seed=1)
        agent.reset(env.snapshot)
        for _ in range(steps):
            expected.append(agent.q_values())
            action = int(expected[-1].argmax())
            env.step(action)
            agent.observe(env.snapshot, action)

    in_game(window, qtbot, play)
    hand_over(window, qtbot, "ddqn-segmented")
    QTest.keyClick(window, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    for values in expected:
        assert np.array_equal(decision(window).q_values, values)
        advance(window, qtbot, FRAMES_PER_STEP)


def test_the_note_over_the_game_says_who_plays(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, note = agent_window, agent_window.grid.panels["raw"].note
    hand_over(window, qtbot, "ddqn-gray")
    assert note.text() == "paused; Space goes on", "an agent that was handed the game stands still too"
    tap(window, qtbot, Key.Key_Space)
    qtbot.waitUntil(lambda: note.text() == "agent plays; T takes over")
    tap(window, qtbot, Key.Key_T)
    qtbot.waitUntil(lambda: note.text() == "keys go to the game")


def test_looking_at_the_agent_while_it_is_made_ready_does_not_keep_it_from_playing(
    make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path
) -> None:
    window = make_window(runs=agents)
    qtbot.waitUntil(
        lambda: bool(window.workbench.agents.items) and window.workbench.preview.picture is not None, timeout=20_000
    )
    assert window.workbench.agents.opened is None
    window.workbench.players.set_player("agent")
    assert window.workbench.agents.is_opening
    click_tab(window, "Agent")
    assert window.play.agent.isVisible()
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent", timeout=10_000)


def test_taking_over_and_handing_back(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, choice = agent_window, agent_window.play.agent.choice
    assert choice.owner.text() == "You play"
    hand_over(window, qtbot, "ddqn-gray")
    assert choice.owner.text() == "The agent plays"
    assert window.play.controls.player.currentText() == "Saved agent"
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyPress(window.grid, Key.Key_Left)
    assert told.args[0] == "the keys wait: agent plays; T takes over"
    advance(window, qtbot, 1)
    assert not shot(window).buttons & LEFT
    tap(window, qtbot, Key.Key_T)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "person")
    advance(window, qtbot, 1)
    assert shot(window).buttons == LEFT, "a key held before counts at once"
    assert choice.owner.text() == "You play"
    seen: list[np.ndarray] = []
    before = decision(window)
    for _ in range(6 * FRAMES_PER_STEP):
        advance(window, qtbot, 1)
        if decision(window) is not before:
            before = decision(window)
            seen.append(GrayPreprocessor().observe(shot(window).snapshot))
    assert len(seen) == 6
    assert np.array_equal(before.stack, seen[-4:]), "it has watched meanwhile"
    tap(window, qtbot, Key.Key_T)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent")
    held = decision(window)
    advance(window, qtbot, 1)
    assert shot(window).buttons == ACTIONS[held.action].buttons
    QTest.keyRelease(window.grid, Key.Key_Left)
    QTest.mouseClick(choice.swap, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "person")
    qtbot.waitUntil(window.grid.hasFocus)


def test_the_random_agent_is_taken_over_from_too(agent_window: MainWindow, qtbot: QtBot) -> None:
    window = agent_window
    QTest.keyClick(window, Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "random")
    for player in ("person", "random"):
        tap(window, qtbot, Key.Key_T)
        qtbot.waitUntil(lambda player=player: window.workbench.game.state.player == player)


def test_another_checkpoint(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, workbench = agent_window, agent_window.workbench
    hand_over(window, qtbot, "ddqn-gray")
    box = window.play.agent.choice.checkpoint
    qtbot.waitUntil(lambda: box.count() == 2)
    choose(qtbot, box, "after 100,000 agent steps")
    qtbot.waitUntil(lambda: workbench.agents.opened is not None and workbench.agents.opened.choice.checkpoint == KEPT)
    settle(window, qtbot)
    made = decision(window)
    kept = QPolicy(agents / "ddqn-gray" / "checkpoints" / f"{KEPT}.onnx")
    best = QPolicy(agents / "ddqn-gray" / "model.onnx")
    assert np.array_equal(made.q_values, kept.q_values(made.stack[None], np.int32([0]))[0])
    assert not np.allclose(made.q_values, best.q_values(made.stack[None], np.int32([0]))[0])
    assert workbench.game.state.player == "agent"


def test_a_checkpoint_kept_meanwhile_appears(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window = agent_window
    hand_over(window, qtbot, "ddqn-gray")
    box = window.play.agent.choice.checkpoint
    qtbot.waitUntil(lambda: box.count() == 2)
    folder = agents / "ddqn-gray" / "checkpoints"
    shutil.copy(folder / f"{KEPT}.onnx", folder / "kept-000200000.onnx")
    qtbot.waitUntil(lambda: box.findText("after 200,000 agent steps") == 2)


def test_any_speed(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, workbench = agent_window, agent_window.workbench
    hand_over(window, qtbot, "ddqn-segmented")
    for speed, frames in ((None, 200), (0.25, 3), (4.0, 30)):
        workbench.game.set_speed(speed)
        before = shot(window).serial
        workbench.game.set_paused(False)
        qtbot.waitUntil(lambda before=before, frames=frames: shot(window).serial > before + frames, timeout=20_000)
        workbench.game.set_paused(True)
        settle(window, qtbot)
    QTest.keyPress(window.grid, Key.Key_Tab)
    before = shot(window).serial
    workbench.game.set_paused(False)
    qtbot.waitUntil(lambda: shot(window).serial > before + 30, timeout=20_000)
    QTest.keyRelease(window.grid, Key.Key_Tab)
    assert workbench.game.state.player == "agent"
    assert workbench.agents.problem == ""


def test_after_a_jump_in_time_it_begins_anew(agent_window: MainWindow, qtbot: QtBot) -> None:
    window = agent_window
    hand_over(window, qtbot, "ddqn-gray")
    for jump in (lambda: tap(window, qtbot, Key.Key_Comma), lambda: tap(window, qtbot, Key.Key_F3)):
        tap(window, qtbot, Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
        advance(window, qtbot, 3 * FRAMES_PER_STEP)
        assert not np.array_equal(decision(window).stack[0], decision(window).stack[-1])
        jump()
        seen = GrayPreprocessor().observe(shot(window).snapshot)
        assert all(np.array_equal(frame, seen) for frame in decision(window).stack)


def test_while_rewinding_it_does_not_think_and_then_does(agent_window: MainWindow, qtbot: QtBot) -> None:
    window = agent_window
    advance(window, qtbot, 12)
    before = shot(window).frame
    QTest.keyPress(window.grid, Key.Key_Backspace)
    qtbot.waitUntil(lambda: shot(window).frame <= before - 4)
    QTest.keyRelease(window.grid, Key.Key_Backspace)
    settle(window, qtbot)
    seen = GrayPreprocessor().observe(shot(window).snapshot)
    hand_over(window, qtbot, "ddqn-gray")
    assert all(np.array_equal(frame, seen) for frame in decision(window).stack)


def test_the_level_starts_again_after_a_death(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, play = agent_window, agent_window.play.agent.play
    hand_over(window, qtbot, "ddqn-gray")
    QTest.keyClick(window, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    advance(window, qtbot, 3)
    in_game(window, qtbot, lambda thread: thread.game.emulator.poke({ram.PLAYER_STATE: ram.DYING}))
    advance(window, qtbot, 1)
    assert shot(window).episodes.end == "died"
    x = shot(window).episodes.last_x
    qtbot.waitUntil(lambda: play.now.text() == f"Mario died at x {x}")
    window.workbench.game.set_paused(False)
    qtbot.waitUntil(lambda: shot(window).episodes.end == "", timeout=10_000)
    window.workbench.game.set_paused(True)
    settle(window, qtbot)
    assert shot(window).frame < 100, "the level was entered again"
    assert shot(window).episodes.count == 1
    qtbot.waitUntil(lambda: play.now.text().startswith("Episode 2: x "))
    assert play.flags.text() == "0 of 1 flags"
    assert play.past.text() == f"x mean {x} · best {x} · last {x}"


def test_without_the_option_the_game_goes_on(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, play = agent_window, agent_window.play.agent.play
    hand_over(window, qtbot, "ddqn-gray")
    QTest.mouseClick(play.restarts, Qt.MouseButton.LeftButton, pos=play.restarts.rect().center() * 0.2)
    assert window.workbench.preferences.get("restart_episodes") is False
    in_game(window, qtbot, lambda thread: thread.game.emulator.poke({ram.PLAYER_STATE: ram.DYING}))
    before = shot(window).frame
    window.workbench.game.set_speed(None)
    window.workbench.game.set_paused(False)
    qtbot.waitUntil(lambda: shot(window).frame > before + 200, timeout=20_000)


def test_chance_and_its_seed(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, slider = agent_window, agent_window.play.agent.play.epsilon
    runs = []
    for _ in range(2):
        hand_over(window, qtbot, "ddqn-gray")
        slider.setFocus()
        QTest.keyClick(slider, Key.Key_End)
        assert window.workbench.agents.epsilon == 1.0
        assert window.play.agent.play.share.text() == "1.00"
        window.grid.setFocus()
        QTest.keyClick(window, Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        settle(window, qtbot)
        actions = []
        for _ in range(12):
            advance(window, qtbot, FRAMES_PER_STEP)
            assert decision(window).is_random
            actions.append(decision(window).action)
        runs.append(actions)
    assert len(set(runs[0])) > 2
    slider.setFocus()
    QTest.keyClick(slider, Key.Key_Home)
    window.grid.setFocus()
    advance(window, qtbot, FRAMES_PER_STEP)
    assert not decision(window).is_random


def test_an_agent_removed_while_it_plays(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, choice = agent_window, agent_window.play.agent.choice
    hand_over(window, qtbot, "ddqn-gray")
    shutil.rmtree(agents / "ddqn-gray")
    qtbot.waitUntil(lambda: "Its folder is gone" in choice.note.text(), timeout=10_000)
    assert choice.agent.findText("ddqn-gray") == -1
    assert choice.agent.placeholderText() == "ddqn-gray"
    before = decision(window)
    advance(window, qtbot, FRAMES_PER_STEP)
    assert decision(window) is not before
    hand_over(window, qtbot, "ddqn-segmented")
    assert not choice.note.isVisible()


def test_a_damaged_agent_is_told_once(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    window, choice, said = agent_window, agent_window.play.agent.choice, []
    good = (agents / "ddqn-segmented" / "model.onnx").read_bytes()
    (agents / "ddqn-segmented" / "model.onnx").write_bytes(b"not a network")
    hand_over(window, qtbot, "ddqn-gray")
    window.workbench.notices.told.connect(said.append)
    choose(qtbot, choice.agent, "ddqn-segmented")
    qtbot.waitUntil(lambda: "model.onnx" in choice.problem.text(), timeout=10_000)
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "person")
    assert said == []
    assert not window.play.agent.details.isVisible()
    advance(window, qtbot, 1)
    assert shot(window).decision is None
    (agents / "ddqn-segmented" / "model.onnx").write_bytes(good)
    hand_over(window, qtbot, "ddqn-segmented")
    assert choice.problem.text() == ""


def test_an_encoder_that_does_not_fit_is_told(agent_window: MainWindow, qtbot: QtBot, agents: Path) -> None:
    choice = agent_window.play.agent.choice
    (agents / "ddqn-fcn" / "encoder" / "features.json").write_text("{}", encoding="utf-8")
    choose(qtbot, choice.agent, "ddqn-gray")
    window = agent_window
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent", timeout=10_000)
    tap(window, qtbot, Key.Key_T)
    choose(qtbot, choice.agent, "ddqn-fcn")
    qtbot.waitUntil(lambda: "features.json" in choice.problem.text(), timeout=10_000)
    box = window.play.controls.player
    choose(qtbot, box, "Saved agent")
    qtbot.waitUntil(lambda: not window.workbench.agents.is_opening, timeout=10_000)
    assert box.currentText() == "Keyboard"


def test_an_agent_that_fails_at_play_leaves_the_controller(
    agent_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, choice = agent_window, agent_window.play.agent.choice
    hand_over(window, qtbot, "ddqn-gray")

    def fail(self: Agent, snapshot: object, action: int) -> None:
        raise RuntimeError("the network has failed")

    monkeypatch.setattr(Agent, "observe", fail)
    advance(window, qtbot, FRAMES_PER_STEP)
    qtbot.waitUntil(lambda: choice.problem.text().startswith("the agent cannot go on: the network has failed\n"))
    assert window.workbench.game.state.player == "person"
    before = shot(window).frame
    advance(window, qtbot, 1)
    assert shot(window).frame == before + 1


def test_without_exact_labels_it_sees_sprites(agent_window: MainWindow, qtbot: QtBot) -> None:
    window, choice = agent_window, agent_window.play.agent.choice
    hand_over(window, qtbot, "ddqn-segmented")
    window.workbench.game.set_paused(False)
    choose(qtbot, window.play.controls.engine, "nes-py")
    qtbot.waitUntil(lambda: window.workbench.game.state.engine == "nes-py", timeout=20_000)
    qtbot.waitUntil(
        lambda: choice.about.text() == "sees classes by sprites and its last action · trained on 1-1", timeout=20_000
    )
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent" and shot(window).decision is not None)
    assert choice.note.text() == "nes-py has no exact labels, so it sees classes by sprites."
    before = shot(window).frame
    qtbot.waitUntil(lambda: shot(window).frame > before + 8, timeout=20_000)
    choose(qtbot, window.play.controls.engine, "stable-retro")
    qtbot.waitUntil(
        lambda: choice.about.text() == "sees exact classes and its last action · trained on 1-1", timeout=20_000
    )
    qtbot.waitUntil(lambda: window.workbench.game.state.player == "agent")


def test_without_agents_the_page_says_how_to_get_one(
    make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, tmp_path: Path
) -> None:
    window = make_window(runs=tmp_path)
    choice = window.play.agent.choice
    qtbot.waitUntil(
        lambda: window.workbench.agents.items == [] and bool(window.workbench.game.state.engine), timeout=20_000
    )
    with qtbot.waitSignal(window.workbench.notices.told) as told:
        QTest.keyClick(window.grid, Key.Key_T)
    assert "no saved agent yet" in told.args[0]
    assert window.play.agent.isVisible()
    QTest.mouseClick(choice.none.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text().startswith("python main.py --train ddqn --observation ")
    assert choice.none.isVisible()
    assert not choice.chooser.isVisible()
    assert window.play.controls.player.currentText() == "Keyboard"


def test_the_page_comes_back(agent_window: MainWindow, make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    hand_over(agent_window, qtbot, "ddqn-segmented")
    agent_window.close()
    again = make_window(runs=agent_window.workbench.preview.folders[0])
    qtbot.waitUntil(lambda: again.workbench.agents.opened is not None, timeout=20_000)
    assert again.play.agent.choice.agent.currentText() == "ddqn-segmented"
    assert again.workbench.game.state.player == "person", "nobody plays unasked"
    click_tab(again, "Classes")
    assert again.workbench.preferences.get("side") == "classes"


def test_two_folders_with_agents_of_one_name(
    make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path, tmp_path: Path
) -> None:
    shutil.copytree(agents / "ddqn-gray", tmp_path / "more" / "ddqn-gray")
    window = make_window(runs=agents, agents=(agents, tmp_path / "more"))
    workbench = window.workbench
    qtbot.waitUntil(lambda: workbench.agents.items is not None, timeout=20_000)
    names = [name for name, _ in workbench.agents.items or []]
    assert names == ["ddqn-fcn", "runs/ddqn-gray", "ddqn-segmented", "more/ddqn-gray"]


def test_a_pilot_keeps_ten_seconds() -> None:
    class Same:
        """Always answers the same."""

        stack = np.zeros((4, 2, 2), np.uint8)

        last_action = 0

        def reset(self, snapshot: object, action: int = 0) -> None:
            """Nothing to forget."""

        observe = reset

        def q_values(self) -> np.ndarray:
            return np.arange(5, dtype=np.float32)

    agent_player = AgentPlayer(Same(), 1, (True, None))  # type: ignore[arg-type]
    for _ in range(4 * 1000):
        agent_player.watch(None, 0)  # type: ignore[arg-type]
    assert agent_player.trace.values().shape == (150, 5)
    agent_player.jump()
    assert agent_player.trace.values().shape == (0, 5)
    assert agent_player.buttons == 0


def test_opening_an_agent_brings_no_training_framework_in(made_agents: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom core.game.rom import load_rom\n"
        "from core.agents.agent_choice import AgentChoice\nfrom gui.agents.loader import PlayerChoice, open_agent\n"
        "run = Path(sys.argv[1])\n"
        "choice = PlayerChoice(AgentChoice(run.name, run, 'best'), (True, load_rom()))\n"
        "_, opened, problem = open_agent(choice, 1)\n"
        "assert opened is not None, problem\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'core.training', 'core.ddqn.training'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(made_agents / "ddqn-fcn")]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_scroll_bar_beside_the_feature_maps_comes_and_goes_once(agent_window: MainWindow, qtbot: QtBot) -> None:
    """It takes width from the maps, so they grow lower: at some heights of the window that would bring it back."""
    hand_over(agent_window, qtbot, "ddqn-fcn")
    sight = agent_window.play.agent.sight
    fitting = set()
    for height in range(900, 500, -7):
        agent_window.resize(1280, height)
        QApplication.processEvents()
        assert sight.height() == sight.heightForWidth(sight.width())
        fitting.add(sight.width())
    assert len(fitting) == 2, "with the scroll bar and without"
