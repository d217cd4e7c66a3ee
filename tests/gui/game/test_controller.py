"""Held keys become the controller byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.game.emulator import DOWN, LEFT, RIGHT, UP, A
from gui.game.controller import Controller, neutralise

KEYS = {1: LEFT, 2: RIGHT, 3: A, 4: A, 5: UP, 6: DOWN}


@given(st.integers(0, 255))
def test_opposites_never_go_out_together(buttons: int) -> None:
    result = neutralise(buttons)
    assert result & (LEFT | RIGHT) != LEFT | RIGHT
    assert result & (UP | DOWN) != UP | DOWN
    assert result & ~buttons == 0
    kept = ~(LEFT | RIGHT | UP | DOWN)
    assert result & kept == buttons & kept


def test_left_and_jump_together() -> None:
    controller = Controller(KEYS)
    controller.press(1)
    controller.press(3)
    assert controller.sample() == LEFT | A
    controller.release(1)
    assert controller.sample() == A


def test_left_and_right_are_neutral_and_come_back() -> None:
    controller = Controller(KEYS)
    controller.press(1)
    controller.sample()
    controller.press(2)
    assert controller.sample() == 0
    controller.release(1)
    assert controller.sample() == RIGHT


def test_a_tap_between_two_samples_counts_once() -> None:
    controller = Controller(KEYS)
    controller.press(3)
    controller.release(3)
    assert controller.sample() == A
    assert controller.sample() == 0


def test_one_of_two_keys_of_a_button_let_go() -> None:
    controller = Controller(KEYS)
    controller.press(3)
    controller.press(4)
    controller.release(3)
    controller.sample()
    assert controller.sample() == A


def test_clear_lets_go_of_everything() -> None:
    controller = Controller(KEYS)
    controller.press(1)
    controller.clear()
    assert controller.sample() == 0


def test_other_keys_mean_nothing() -> None:
    controller = Controller(KEYS)
    controller.press(99)
    assert controller.sample() == 0
    controller.bind({99: A})
    controller.press(99)
    assert controller.sample() == A
