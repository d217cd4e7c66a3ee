"""What a wheel or a touchpad turns, in whole steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent

_STEP = 120  # eighths of a degree: a notch of a usual wheel (Qt, QWheelEvent.angleDelta)


class WheelSteps:
    """Adds up angles: a touchpad sends many small ones, a fine wheel parts of a notch, a gesture's end none."""

    def __init__(self) -> None:
        self._rest = 0
        self._modifiers = Qt.KeyboardModifier.NoModifier

    def add(self, event: QWheelEvent) -> int:
        """Whole steps that this event completes, upwards (or to the right) positive; 0 for none yet."""
        delta = event.angleDelta()
        turned = delta.y() or delta.x()
        if event.modifiers() != self._modifiers or turned * self._rest < 0:  # something else, or back again
            self._rest = 0
        self._modifiers = event.modifiers()
        self._rest += turned
        steps = int(self._rest / _STEP)  # towards 0
        self._rest -= steps * _STEP
        return steps
