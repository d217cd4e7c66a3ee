"""What an agent is told of a person's play."""

from __future__ import annotations

import pytest

from core.game.emulator import DOWN, LEFT, RIGHT, START, A, B
from core.game.env.actions import ACTIONS, nearest_action


@pytest.mark.parametrize("number", range(len(ACTIONS)))
def test_an_action_is_its_own(number: int) -> None:
    assert nearest_action(ACTIONS[number].buttons) == number


@pytest.mark.parametrize(
    ("buttons", "number"), [(A, 2), (A | B, 4), (LEFT | A, 2), (RIGHT | DOWN | B, 3), (LEFT, 0), (B, 0), (START, 0)]
)
def test_other_buttons_count_as_the_one_that_jumps_alike(buttons: int, number: int) -> None:
    assert nearest_action(buttons) == number
