"""Angles of a wheel add up to steps."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from gui.kit.wheel import WheelSteps

_NONE = Qt.KeyboardModifier.NoModifier


def turn(by: int, modifiers: Qt.KeyboardModifier = _NONE, sideways: bool = False) -> QWheelEvent:
    """An event as a mouse (120) or a touchpad (a few) sends it."""
    angle = QPoint(by, 0) if sideways else QPoint(0, by)
    place = QPointF(5, 5)
    phase = Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(place, place, QPoint(), angle, Qt.MouseButton.NoButton, modifiers, phase, False)


def test_a_notch_is_a_step() -> None:
    wheel = WheelSteps()
    assert [wheel.add(turn(by)) for by in (120, -120, 240)] == [1, -1, 2]


def test_a_swipe_adds_up() -> None:
    wheel = WheelSteps()
    assert sum(wheel.add(turn(15)) for _ in range(24)) == 3


def test_nothing_turned_is_nothing() -> None:
    wheel = WheelSteps()
    assert [wheel.add(turn(0)) for _ in range(3)] == [0, 0, 0]


def test_back_again_begins_anew() -> None:
    wheel = WheelSteps()
    assert wheel.add(turn(119)) == 0
    assert wheel.add(turn(-100)) == 0
    assert wheel.add(turn(-20)) == -1


def test_with_another_key_it_begins_anew() -> None:
    wheel = WheelSteps()
    wheel.add(turn(100))
    assert wheel.add(turn(100, Qt.KeyboardModifier.ControlModifier)) == 0
    assert wheel.add(turn(20, Qt.KeyboardModifier.ControlModifier)) == 1


def test_alt_turns_it_sideways() -> None:
    assert WheelSteps().add(turn(120, sideways=True)) == 1
