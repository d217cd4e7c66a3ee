"""From held keys, and a gamepad, to the controller byte.

The window's thread presses and releases keys; the game's thread samples the byte once a frame. A key that was pressed
and released between two samples still counts for one frame.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from core.game.emulator import DOWN, LEFT, RIGHT, UP


def neutralise(buttons: int) -> int:
    """Left with right is neutral, and so is up with down: no real controller can send them."""
    for pair in (LEFT | RIGHT, UP | DOWN):
        if buttons & pair == pair:
            buttons &= ~pair
    return buttons


class Controller:
    """The set of held keys, and the raw controller byte (0 to 255) that they mean together with a gamepad."""

    def __init__(self, bindings: Mapping[int, int]) -> None:
        self._lock = threading.Lock()
        self._bindings = dict(bindings)
        self._held: set[int] = set()
        self._tapped = self._pad = 0

    def bind(self, bindings: Mapping[int, int]) -> None:
        """Use another preset: buttons by Qt key code. Held keys are let go."""
        with self._lock:
            self._bindings = dict(bindings)
        self.clear()

    def is_bound(self, key: int) -> bool:
        """Whether a key means a button."""
        return key in self._bindings

    def press(self, key: int) -> None:
        """A key goes down (auto-repeats must be kept away by the caller)."""
        with self._lock:
            if key in self._bindings:
                self._held.add(key)
                self._tapped |= self._bindings[key]

    def release(self, key: int) -> None:
        """A key goes up."""
        with self._lock:
            self._held.discard(key)

    def hold(self, buttons: int) -> None:
        """What a gamepad holds now, as a controller byte."""
        with self._lock:
            self._tapped |= buttons & ~self._pad
            self._pad = buttons

    def clear(self) -> None:
        """Let go of all keys, because the window will not hear of the releases."""
        with self._lock:
            self._held.clear()
            self._tapped = 0

    @property
    def held(self) -> int:
        """The byte of what is held now, without taking a sample."""
        with self._lock:
            return neutralise(self._held_byte())

    def sample(self) -> int:
        """The byte for the next frame."""
        with self._lock:
            buttons = self._held_byte() | self._tapped
            self._tapped = 0
        return neutralise(buttons)

    def _held_byte(self) -> int:
        buttons = self._pad
        for key in self._held:
            buttons |= self._bindings.get(key, 0)
        return buttons
