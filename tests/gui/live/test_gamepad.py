"""A gamepad plays beside the keys; without its library, or without one, that is told."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.game.emulator import DOWN, LEFT, RIGHT, SELECT, START, UP, A, B
from gui.live.gamepad import SdlPad
from gui.window.main_window import MainWindow
from tests.gui.conftest import settle

NAMES = ("A", "B", "X", "Y", "START", "BACK", "DPAD_UP", "DPAD_DOWN", "DPAD_LEFT", "DPAD_RIGHT")


class Device:
    """One gamepad, as pygame-ce gives it."""

    def __init__(self) -> None:
        self.name = "a pad"
        self.down: set[str] = set()
        self.axes: dict[str, int] = {}
        self.is_there = True

    def get_button(self, button: str) -> bool:
        """Whether it is down."""
        return button in self.down

    def get_axis(self, axis: str) -> int:
        """From -32768 to 32767."""
        return self.axes.get(axis, 0)

    def attached(self) -> bool:
        """Whether it is plugged in."""
        return self.is_there


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[Device]:
    """What is plugged in, for an SDL that is none."""
    plugged: list[Device] = []
    nothing = lambda: None  # noqa: E731
    pygame, sdl = ModuleType("pygame"), ModuleType("pygame._sdl2")
    pygame.display = SimpleNamespace(init=nothing, quit=nothing)  # type: ignore[attr-defined]
    pygame.event = SimpleNamespace(clear=nothing)  # type: ignore[attr-defined]
    for name in NAMES:
        setattr(pygame, f"CONTROLLER_BUTTON_{name}", name)
    for name in ("LEFTX", "LEFTY"):
        setattr(pygame, f"CONTROLLER_AXIS_{name}", name)
    sdl.controller = SimpleNamespace(  # type: ignore[attr-defined]
        init=nothing, quit=nothing, get_count=lambda: len(plugged), is_controller=lambda place: True,
        Controller=lambda place: plugged[place],
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pygame", pygame)
    monkeypatch.setitem(sys.modules, "pygame._sdl2", sdl)
    monkeypatch.setattr(
        QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationActive, raising=False
    )
    return plugged


@pytest.mark.parametrize(
    ("down", "axes", "byte"),
    [
        ({"A"}, {}, A), ({"B"}, {}, A), ({"X"}, {}, B), ({"Y"}, {}, B), ({"START", "BACK"}, {}, START | SELECT),
        ({"DPAD_UP"}, {}, UP), ({"DPAD_DOWN", "DPAD_RIGHT"}, {}, DOWN | RIGHT), ({"DPAD_LEFT", "A"}, {}, LEFT | A),
        (set(), {"LEFTX": -32768}, LEFT), (set(), {"LEFTX": 20000, "LEFTY": 30000}, RIGHT | DOWN),
        (set(), {"LEFTX": 9000, "LEFTY": -9000}, 0), (set(), {}, 0),
    ],
)  # fmt: skip
def test_what_it_holds(devices: list[Device], down: set[str], axes: dict[str, int], byte: int) -> None:
    devices.append(Device())
    devices[0].down, devices[0].axes = down, axes
    assert SdlPad().read() == byte


def test_it_plays_beside_the_keys_and_comes_and_goes(window: MainWindow, qtbot: QtBot, devices: list[Device]) -> None:
    controller, told = window.workbench.game.controller, list[str]()
    window.workbench.notices.told.connect(told.append)
    window.actions_by_id["gamepad"].trigger()
    assert window.actions_by_id["gamepad"].isChecked() and window.workbench.preferences.get("gamepad")
    assert told == ["no gamepad is there yet; it is taken as soon as one is plugged in"]
    pad = Device()
    pad.down = {"DPAD_RIGHT"}
    devices.append(pad)
    QTest.keyPress(window.grid, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: controller.held == RIGHT | A)
    assert told[-1] == "a pad plays"
    QTest.keyClick(window.grid, Qt.Key.Key_Period)
    settle(window, qtbot)
    shot = window.workbench.preview.shot
    assert shot is not None and shot.buttons == RIGHT | A
    devices.clear()
    pad.is_there = False
    qtbot.waitUntil(lambda: told[-1] == "the gamepad is gone")
    assert controller.held == A
    devices.append(Device())
    devices[0].down = {"DPAD_LEFT"}
    qtbot.waitUntil(lambda: controller.held == LEFT | A)
    window.actions_by_id["gamepad"].trigger()
    assert controller.held == A and not window.workbench.preferences.get("gamepad")


def test_without_its_library_that_is_told(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    window.workbench.notices.told.connect(told.append)
    monkeypatch.setitem(sys.modules, "pygame", None)
    window.actions_by_id["gamepad"].trigger()
    assert "pip install -r requirements-gamepad.txt" in told[-1]
    assert not window.actions_by_id["gamepad"].isChecked()
