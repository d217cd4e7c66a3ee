"""Players that need no training, and who may play at all."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.agents.agent_choice import PLAYER_NAMES
from core.agents.players import Player, open_player
from core.errors import InputError
from core.frame import FRAME_SHAPE, Snapshot
from core.game.emulator import RIGHT, A, B
from core.game.env.actions import ACTIONS

BLANK = Snapshot(np.zeros(FRAME_SHAPE, np.uint8))


def player(name: str, seed: int = 0) -> Player:
    """A player at the beginning of an episode."""
    made = open_player(name, flag="--agent").make(np.random.default_rng(seed))
    made.start_episode(BLANK)
    return made


def test_the_random_player_takes_each_action_as_often() -> None:
    random = player("random")
    counts = Counter(random.act() for _ in range(5000))
    assert set(counts) == set(range(len(ACTIONS)))
    assert all(900 < count < 1100 for count in counts.values())


def test_right_and_jump_always_runs_and_presses_a_anew() -> None:
    runner = player("right-and-jump")
    held = [ACTIONS[runner.act()].buttons for _ in range(500)]
    assert set(held) == {RIGHT | B, RIGHT | B | A}
    presses = sum(after & A and not before & A for before, after in pairwise(held))
    assert presses > 40


@pytest.mark.parametrize("name", PLAYER_NAMES)
def test_the_same_seed_plays_the_same(name: str) -> None:
    first, second, other = player(name, 3), player(name, 3), player(name, 4)
    actions = [first.act() for _ in range(100)]
    assert actions == [second.act() for _ in range(100)]
    assert actions != [other.act() for _ in range(100)]


def test_another_name_is_refused() -> None:
    with pytest.raises(InputError, match="--agent: 'luigi' is neither a run folder nor one of random, right-and-jump"):
        open_player("luigi", flag="--agent")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="config.json: the file is missing"):
        open_player(str(tmp_path), flag="--agent")


def test_players_without_training_have_no_checkpoints() -> None:
    with pytest.raises(InputError, match="--checkpoint: random has none"):
        open_player("random", flag="--evaluate", checkpoint="best")
