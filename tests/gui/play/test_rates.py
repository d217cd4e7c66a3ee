"""The game's view never waits for the views of classes; where frames are compared, all views show one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gui.game.segment_thread
import gui.live.preview
from core.frame import FRAME_WIDTH, ClassMap, Snapshot
from core.game.rom import Rom
from gui.capture.screenshot import compose
from gui.kit.worker import Worker
from gui.live.preview import VIEWS
from gui.play.rate_text import RateText
from gui.window.main_window import MainWindow
from tests.gui.conftest import MistakenNetwork

AHEAD = 20  # frames


class Gate:
    """What a network waits at."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.frame: np.ndarray | None = None  # that waits

    def close(self) -> None:
        """Nothing gets through."""
        self._open.clear()

    def open(self) -> None:
        """All get through."""
        self.frame = None
        self._open.set()

    def wait(self, snapshot: Snapshot) -> None:
        """Get through."""
        if not self._open.is_set():
            self.frame = snapshot.frame
            self._open.wait()


class GatedNetwork(MistakenNetwork):
    """Answers when it is let."""

    gate: Gate

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """The class map of a mistaken network, late."""
        self.gate.wait(snapshot)
        return super().segment(snapshot)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, rom: Rom) -> Iterator[Gate]:
    """The gate of the only network, open."""
    gate = Gate()

    def make(run: Path) -> GatedNetwork:
        network = GatedNetwork(run, rom)
        network.gate = gate
        return network

    monkeypatch.setattr(gui.live.preview, "find_networks", lambda folder: [("late", Path("late"))])
    monkeypatch.setattr(gui.game.segment_thread, "make_predictor", make)
    yield gate
    gate.open()


@pytest.fixture
def playing(gate: Gate, make_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """A window in which the game plays, compared with the network."""
    window = make_window(before_close=lambda _: gate.open())
    preview = window.workbench.preview
    qtbot.waitUntil(lambda: preview.picture is not None and preview.picture.scores is not None, timeout=20_000)
    return window


def serials(window: MainWindow) -> tuple[int, int]:
    """Of the frame that the game's view shows, and of the one that the others do."""
    shot, picture = window.workbench.preview.shot, window.workbench.preview.picture
    assert shot is not None and picture is not None
    return shot.serial, picture.shot.serial


def hold_back(window: MainWindow, gate: Gate, qtbot: QtBot) -> int:
    """Have the network wait while the game goes on; the serial that the views of classes show."""
    gate.close()
    qtbot.waitUntil(lambda: gate.frame is not None)
    seen = serials(window)[1]
    qtbot.waitUntil(lambda: serials(window)[0] > seen + AHEAD)
    return seen


def test_the_game_is_painted_while_a_network_is_late(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    painted: dict[str, list[int]] = {role: [] for role in VIEWS}
    for role, panel in playing.grid.panels.items():
        panel.view.on_paint = painted[role].append
    seen = hold_back(playing, gate, qtbot)
    qtbot.waitUntil(lambda: len({serial for serial in painted["raw"] if serial > seen}) >= AHEAD)
    assert serials(playing)[1] == seen
    assert max(painted["labels"] + painted["network"], default=0) <= seen
    gate.open()
    qtbot.waitUntil(lambda: serials(playing)[1] > seen)


def test_a_late_view_says_its_rate_and_the_game_does_not(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    hold_back(playing, gate, qtbot)
    rates = {role: panel.rate for role, panel in playing.grid.panels.items()}
    places = {role: (rate.geometry(), playing.grid.panels[role].view.geometry()) for role, rate in rates.items()}
    qtbot.waitUntil(lambda: all(rates[role].text().startswith("1 or fewer of ") for role in ("labels", "network")))
    assert all(rates[role].text().endswith(" frames/s") for role in ("labels", "network"))
    now = {role: (rate.geometry(), playing.grid.panels[role].view.geometry()) for role, rate in rates.items()}
    assert places == now, "nothing moves for it"
    playing.workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: playing.workbench.game.state.paused)
    assert {rate.text() for rate in rates.values()} == {""}


def test_paused_all_views_come_to_one_frame(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    hold_back(playing, gate, qtbot)
    playing.workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: playing.workbench.game.state.paused)
    ahead = serials(playing)[0]
    gate.open()
    qtbot.waitUntil(lambda: serials(playing) == (ahead, ahead))


def test_a_step_waits_for_all_views(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    playing.workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: playing.workbench.game.state.paused and len(set(serials(playing))) == 1)
    before = serials(playing)
    gate.close()
    QTest.keyClick(playing.grid, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: gate.frame is not None)
    QApplication.processEvents()
    assert serials(playing) == before
    gate.open()
    qtbot.waitUntil(lambda: serials(playing) == (before[0] + 1, before[0] + 1))


def test_in_disagreement_all_views_are_of_one_frame(playing: MainWindow, qtbot: QtBot) -> None:
    preview = playing.workbench.preview
    playing.workbench.options.set("disagreement", True)
    qtbot.waitUntil(lambda: len(set(serials(playing))) == 1)
    seen: list[tuple[int, int]] = []
    painted: list[int] = []
    preview.picture_changed.connect(lambda: seen.append(serials(playing)))
    playing.grid.panels["raw"].view.on_paint = painted.append
    qtbot.waitUntil(lambda: len(seen) > AHEAD)
    assert all(game == classes for game, classes in seen)
    assert set(painted) <= {classes for _, classes in seen} | {painted[0]}


def test_the_game_goes_on_when_disagreement_is_left(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    playing.workbench.options.set("disagreement", True)
    gate.close()
    qtbot.waitUntil(lambda: gate.frame is not None)
    before = serials(playing)
    playing.workbench.options.set("disagreement", False)
    qtbot.waitUntil(lambda: serials(playing)[0] > before[0])
    assert serials(playing)[1] == before[1]


def test_several_views_are_captured_of_one_frame(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    hold_back(playing, gate, qtbot)
    preview = playing.workbench.preview
    shot, picture = preview.shot, preview.picture
    assert shot is not None and picture is not None
    source = playing.grid.capture_source()
    image = compose(source.views, 1).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    game = rows[:, : 3 * FRAME_WIDTH].reshape(-1, FRAME_WIDTH, 3)
    assert np.array_equal(game, picture.shot.snapshot.frame)
    assert source.frame() == picture.shot.frame
    alone = playing.grid.capture_source("raw")
    recorded: list[int | None] = []
    alone.shown.connect(lambda: recorded.append(alone.frame()))
    qtbot.waitUntil(lambda: len(recorded) > 2)
    assert recorded[0] is not None and recorded[0] > picture.shot.frame, "the game alone is recorded as it comes"


def test_read_outs_are_of_one_frame(playing: MainWindow, gate: Gate, qtbot: QtBot) -> None:
    hold_back(playing, gate, qtbot)
    preview, foot = playing.workbench.preview, playing.grid.panels["raw"].foot
    assert preview.shot is not None and preview.picture is not None
    frames = preview.shot.snapshot.frame, preview.picture.shot.snapshot.frame
    clock = np.argwhere((frames[0] != frames[1]).any(axis=2))
    row, column = clock[0] if len(clock) else (0, 0)
    preview.set_hover((int(column), int(row)))
    red, green, blue = frames[1][row, column]
    assert foot.text() == f"({column}, {row})   #{red:02x}{green:02x}{blue:02x}"


def test_beside_a_training_most_time_is_left_to_it(
    playing: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview, rests = playing.workbench.preview, []
    monkeypatch.setattr(Worker, "pause", lambda self, seconds: rests.append(seconds))

    def plays_on() -> None:
        """Until a few more frames are segmented."""
        seen = serials(playing)[1]
        qtbot.waitUntil(lambda: serials(playing)[1] > seen + 3)

    plays_on()
    assert rests == []
    preview.follow_training(True)
    qtbot.waitUntil(lambda: bool(rests) and min(rests) > 0)
    playing.workbench.options.set("disagreement", True)  # now every frame counts
    plays_on()
    rests.clear()
    plays_on()
    assert rests == []


def test_a_rate_is_told_calmly() -> None:
    rate = RateText()
    for shown, game, text in (
        (31.4, 60.1, ""),  # once is nothing yet
        (59.0, 60.1, ""),
        (31.4, 60.1, ""),
        (30.6, 60.1, "31 of 60 frames/s"),
        (20.2, 60.1, "20 of 60 frames/s"),
        (60.0, 60.1, "20 of 60 frames/s"),
        (0.0, 60.1, "1 or fewer of 60 frames/s"),
        (60.0, 60.1, "1 or fewer of 60 frames/s"),
        (60.0, 60.1, ""),
    ):
        rate.look(shown, game)
        assert rate.text == text
    for _ in range(2):
        rate.look(0.0, 60.1)
    assert rate.text
    rate.look(0.0, 0.0)
    assert rate.text == "", "the game stands still"
