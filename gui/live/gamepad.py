"""A gamepad at the controller, read through SDL; its library is optional, and loaded when a gamepad is first wanted."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from core.game.emulator import DOWN, LEFT, RIGHT, SELECT, START, UP, A, B
from gui.game.controller import Controller
from gui.kit.notices import Notices
from gui.kit.preferences import Preferences

_MISSING = "a gamepad needs pygame-ce, which is not installed: pip install -r requirements-gamepad.txt"
_INTERVAL = 8  # ms between two looks at it, half a frame
_HALF = 16_384  # how far a stick counts as pressed, of 32,767
_BUTTONS = {
    "A": A, "B": A, "X": B, "Y": B, "START": START, "BACK": SELECT, "DPAD_UP": UP, "DPAD_DOWN": DOWN,
    "DPAD_LEFT": LEFT, "DPAD_RIGHT": RIGHT,
}  # fmt: skip
"""The console's buttons by SDL's names, which go by place: A is the lowest of the four, X the left one."""
_STICK = {"LEFTX": (LEFT, RIGHT), "LEFTY": (UP, DOWN)}
# It leaves Ctrl+C to the program, needs no window, and says nothing on the terminal.
_SDL = {"SDL_NO_SIGNAL_HANDLERS": "1", "SDL_VIDEODRIVER": "dummy", "SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS": "1",
        "PYGAME_HIDE_SUPPORT_PROMPT": "1"}  # fmt: skip


class Pad(Protocol):
    """What is read of gamepads."""

    @property
    def name(self) -> str:
        """Of the one that is read; "" while none is there."""

    def read(self) -> int:
        """The controller byte of what it holds."""

    def close(self) -> None:
        """Read no more."""


class SdlPad:
    """The first gamepad that SDL knows, whichever that is at the moment."""

    def __init__(self) -> None:
        """ImportError without the library."""
        os.environ.update(_SDL)
        import pygame
        from pygame._sdl2 import controller

        self._pygame, self._controller = pygame, controller
        self._device: Any = None
        pygame.display.init()  # SDL hears of devices through its events, which want one
        controller.init()

    @property
    def name(self) -> str:
        """Of the one that is read; "" while none is there."""
        return "" if self._device is None else str(self._device.name)

    def read(self) -> int:
        """The controller byte of what it holds."""
        self._pygame.event.clear()
        if self._device is not None and not self._device.attached():
            self._device = None
        if self._device is None:
            known = filter(self._controller.is_controller, range(self._controller.get_count()))
            self._device = next((self._controller.Controller(place) for place in known), None)
        return 0 if self._device is None else self._held(self._device)

    def _held(self, device: Any) -> int:
        held = 0
        for name, button in _BUTTONS.items():
            if device.get_button(getattr(self._pygame, f"CONTROLLER_BUTTON_{name}")):
                held |= button
        for name, (low, high) in _STICK.items():
            value = device.get_axis(getattr(self._pygame, f"CONTROLLER_AXIS_{name}"))
            held |= (low if value < -_HALF else 0) | (high if value > _HALF else 0)
        return held

    def close(self) -> None:
        """Read no more."""
        self._controller.quit()
        self._pygame.display.quit()


class Gamepad(QObject):
    """Hands what a gamepad holds to the controller, while it is wanted and the program is the active one.

    Signals:
        switched: whether one is read now.
    """

    switched = Signal(bool)

    def __init__(
        self,
        controller: Controller,
        notices: Notices,
        preferences: Preferences,
        parent: QObject,
        open_pad: Callable[[], Pad] = SdlPad,
    ) -> None:
        super().__init__(parent)
        self._controller, self._notices, self._preferences, self._open = controller, notices, preferences, open_pad
        self._pad: Pad | None = None
        self._name = ""
        self._timer = QTimer(self, interval=_INTERVAL, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._read)

    def restore(self) -> None:
        """Read one if that was so last time."""
        if self._preferences.get("gamepad"):
            self.switch(True)

    def switch(self, on: bool) -> None:
        """Begin to read, or end; a notice tells why that cannot be."""
        self.close()
        if on:
            self._begin()
        self._preferences.set("gamepad", self._pad is not None)
        self.switched.emit(self._pad is not None)

    def _begin(self) -> None:
        try:
            self._pad = self._open()
        except ImportError:
            self._notices.tell(_MISSING)
        except Exception as error:  # noqa: BLE001  # SDL has an error of its own
            self._notices.tell(f"no gamepad can be read: {error}")
        else:
            self._name = ""
            self._timer.start()
            self._read()
            if not self._name:
                self._notices.tell("no gamepad is there yet; it is taken as soon as one is plugged in")

    def close(self) -> None:
        """Read none any more."""
        self._timer.stop()
        self._controller.hold(0)
        if self._pad is not None:
            self._pad.close()
            self._pad = None

    def _read(self) -> None:
        assert self._pad is not None
        held, name = self._pad.read(), self._pad.name
        is_active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        self._controller.hold(held if is_active else 0)
        if name != self._name:
            self._notices.tell(f"{name} plays" if name else "the gamepad is gone")
            self._name = name
