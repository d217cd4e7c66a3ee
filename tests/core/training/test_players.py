"""Players that need no training."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from core.errors import InputError
from core.game.actions import ACTIONS
from core.game.emulator import RIGHT, A, B
from core.training.players import PLAYER_NAMES, make_player


def test_the_random_player_takes_each_action_as_often() -> None:
    player = make_player("random", np.random.default_rng(0))
    player.start_episode()
    counts = Counter(player.act() for _ in range(5000))
    assert set(counts) == {action.buttons for action in ACTIONS}
    assert all(900 < count < 1100 for count in counts.values())


def test_right_and_jump_always_runs_and_presses_a_anew() -> None:
    player = make_player("right-and-jump", np.random.default_rng(0))
    player.start_episode()
    held = [player.act() for _ in range(500)]
    assert set(held) == {RIGHT | B, RIGHT | B | A}
    presses = sum(after & A and not before & A for before, after in pairwise(held))
    assert presses > 40


@pytest.mark.parametrize("name", PLAYER_NAMES)
def test_the_same_seed_plays_the_same(name: str) -> None:
    first, second = (make_player(name, np.random.default_rng(3)) for _ in range(2))
    assert [first.act() for _ in range(100)] == [second.act() for _ in range(100)]


def test_another_name_is_refused() -> None:
    with pytest.raises(InputError, match="--agent: 'luigi' cannot play here; choose one of random, right-and-jump"):
        make_player("luigi", np.random.default_rng(0))
