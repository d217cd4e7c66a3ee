"""A real window with the real game, on the emulator that all tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QScreen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

import gui.game.segment_thread
import gui.live.preview
from core.classes import CLASS_COUNT, GROUND, PIPE
from core.frame import ClassMap, Snapshot, shrink_class_map
from core.game.emulator import Emulator
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.rom import Rom
from core.segmentation.exact.segmenter import ExactSegmenter
from gui.kit.preferences import Preferences
from gui.window.main_window import MainWindow
from gui.workbench import Workbench


class Lent:
    """The shared emulator, which the window may not close."""

    def __init__(self, emulator: RetroEmulator) -> None:
        self._emulator = emulator

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emulator, name)

    def close(self) -> None:
        """Stays open for the next test."""


class MistakenNetwork:
    """A predictor that knows the truth and takes all ground for pipe: its scores are known."""

    def __init__(self, run: Path, rom: Rom) -> None:
        self._exact = ExactSegmenter(rom)
        self._is_small = "84" in run.name
        self._last: ClassMap | None = None

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class map, (84, 84) if the run's name says so."""
        class_map = self._exact.segment(snapshot)
        class_map[class_map == GROUND] = PIPE
        self._last = shrink_class_map(class_map) if self._is_small else class_map
        return self._last

    def probabilities_at(self, row: int, column: int) -> np.ndarray:
        """0.75 for the class that was answered."""
        assert self._last is not None
        shares = np.full(CLASS_COUNT, 0.25 / (CLASS_COUNT - 1), np.float32)
        shares[self._last[row, column]] = 0.75
        return shares


@pytest.fixture
def settings(tmp_path: Path) -> Preferences:
    """Settings in a folder of this test."""
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat), tmp_path / "kept")


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch, rom: Rom) -> list[tuple[str, Path]]:
    """Two networks that make known mistakes, of both sizes."""
    found = [("known-84", Path("known-84")), ("known-native", Path("known-native"))]
    monkeypatch.setattr(gui.live.preview, "find_networks", lambda folder: found)
    monkeypatch.setattr(gui.game.segment_thread, "make_predictor", lambda run: MistakenNetwork(run, rom))
    return found


@pytest.fixture
def factory(emulator: RetroEmulator) -> Callable[[str, Rom], Emulator]:
    """What the game thread makes its emulator with."""

    def make(engine: str, rom: Rom) -> Emulator:
        return NesPyEmulator(rom) if engine == "nes-py" else Lent(emulator)

    return make


@pytest.fixture
def make_window(
    qtbot: QtBot,
    settings: Preferences,
    factory: Callable[[str, Rom], Emulator],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows as ``gui.app`` does, pages made when looked at or completed; they are closed after the test."""
    monkeypatch.setattr(Preferences, "pictures", tmp_path / "pictures")
    monkeypatch.setattr(QScreen, "availableGeometry", lambda self: QRect(0, 0, 1920, 1080))  # offscreen has 800 x 800
    windows = []

    def make(
        rom: Path | None = None,
        runs: Path | None = None,
        start: bool = True,
        complete: bool = False,
        **factories: Any,
    ) -> MainWindow:
        make_emulator = factories.get("make_emulator", factory)
        workbench = Workbench(
            settings, runs or tmp_path, make_emulator, factories.get("agents"), factories.get("trainings")
        )
        window = MainWindow(workbench)
        windows.append(window)
        # pytest-qt closes it before any fixture ends
        qtbot.addWidget(window, before_close_func=factories.get("before_close"))
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.grid.setFocus()
        QTest.mouseMove(window, QPoint(5, 5))  # away from where the last test left the mouse
        window.workbench.options.highlight(None)
        while complete and window.tabs.make_next():
            pass  # as its own ``complete`` does, which waits for the event loop in between
        if start:
            workbench.start(rom)
        return window

    yield make
    for window in windows:
        window.close()


@pytest.fixture
def window(make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object) -> MainWindow:
    """A window in which 1-1 is paused a little after its start, with all three pictures."""
    made = make_window()
    workbench = made.workbench
    qtbot.waitUntil(
        lambda: workbench.preview.picture is not None and workbench.preview.picture.shot.frame > 5, timeout=10_000
    )
    workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    qtbot.waitUntil(
        lambda: workbench.preview.picture is not None and workbench.preview.picture.scores is not None, timeout=10_000
    )
    settle(made, qtbot)
    return made


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the game thread has done what it was told, and its state and last frame have come to the window."""
    done: list[int] = []

    def ask(thread: Any) -> None:
        done.append(thread.game.shot_count)

    game = window.workbench.game
    game.post(ask)
    qtbot.waitUntil(lambda: bool(done))
    qtbot.waitUntil(lambda: game.state == game._thread.state)
    qtbot.waitUntil(
        lambda: window.workbench.preview.picture is not None and window.workbench.preview.picture.shot.serial >= done[0]
    )


@pytest.fixture
def agents(made_agents: Path, tmp_path: Path) -> Path:
    """The same in a folder of this test, which may change it."""
    return Path(shutil.copytree(made_agents, tmp_path / "runs"))


@pytest.fixture
def agent_window(make_window: Callable[..., MainWindow], qtbot: QtBot, networks: object, agents: Path) -> MainWindow:
    """A window on the Agent page, 1-1 paused a little after its start, the first agent ready and a person playing."""
    made = make_window(runs=agents)
    workbench = made.workbench
    qtbot.waitUntil(
        lambda: workbench.preview.picture is not None and workbench.preview.picture.shot.frame > 5, timeout=10_000
    )
    workbench.game.set_paused(True)
    qtbot.waitUntil(lambda: workbench.game.state.paused)
    click_tab(made, "Agent")
    qtbot.waitUntil(lambda: workbench.agents.opened is not None, timeout=20_000)
    settle(made, qtbot)
    return made


def click_tab(window: MainWindow, text: str) -> None:
    """Click on a tab beside the views."""
    bar = window.play.side.tabBar()
    place = next(i for i in range(bar.count()) if bar.tabText(i).replace("&", "") == text)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())


def choose_from(box: QComboBox, text: str) -> None:
    """Choose an entry of a box: open its list, go to the line, press Return."""
    assert box.findText(text) >= 0, [box.itemText(i) for i in range(box.count())]
    box.showPopup()
    view = box.view()
    view.setCurrentIndex(box.model().index(box.findText(text), 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    QApplication.processEvents()
    box.window().activateWindow()  # the offscreen platform leaves the closed list the active window
