"""Counting an agent's episodes."""

from __future__ import annotations

import numpy as np
import pytest

from core.frame import MEMORY_SIZE, Memory
from core.game import memory as ram
from gui.game.episode_counter import PAUSE, EpisodeCounter, EpisodeTotals


def memory(x: int, state: int = ram.CONTROLLED) -> Memory:
    """Mario at x in some state, in a level."""
    made = np.zeros(MEMORY_SIZE, np.uint8)
    made[ram.PLAYER_X_PAGE], made[ram.PLAYER_X] = divmod(x, 256)
    made[ram.PLAYER_STATE] = state
    made[ram.MODE], made[ram.MODE_TASK] = ram.MODE_GAME, ram.TASK_RUNNING
    return made


def play(keeper: EpisodeCounter, x: int, state: int) -> None:
    """One episode from the level's start to its end, and the pause after it."""
    keeper.begin(is_start=True)
    assert not keeper.watch(memory(x - 1))
    assert not keeper.watch(memory(x, state))
    for _ in range(PAUSE - 1):
        assert not keeper.watch(memory(x, state))
    assert keeper.watch(memory(x, state))


def test_episodes_add_up() -> None:
    keeper = EpisodeCounter()
    play(keeper, 700, ram.DYING)
    play(keeper, 3161, ram.ON_FLAGPOLE)
    play(keeper, 400, ram.DEAD)
    assert keeper.totals == EpisodeTotals(3, 1, 400, 3161, 4261, "died", True)
    keeper.begin(is_start=True)
    assert keeper.totals.end == ""
    keeper.forget()
    assert keeper.totals == EpisodeTotals()


@pytest.mark.parametrize("spoilt_by", ["person", "jump"])
def test_what_was_not_the_agents_alone_does_not_count(spoilt_by: str) -> None:
    keeper = EpisodeCounter()
    keeper.begin(is_start=True)
    keeper.watch(memory(500))
    if spoilt_by == "person":
        keeper.spoil()
    else:
        keeper.begin(is_start=False)
    keeper.watch(memory(600, ram.DYING))
    assert keeper.totals == EpisodeTotals(end="died")


def test_it_can_be_told_not_to_restart() -> None:
    keeper = EpisodeCounter()
    keeper.restarts = False
    keeper.begin(is_start=True)
    assert not any(keeper.watch(memory(600, ram.DYING)) for _ in range(5 * PAUSE))
    assert keeper.totals.count == 1
