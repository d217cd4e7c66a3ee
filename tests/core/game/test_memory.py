"""The readers of work RAM: plain ints, for any memory."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frame import MEMORY_SIZE, Memory
from core.game import memory as ram
from core.game.emulator import START
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level

_READERS: tuple[Callable[[Memory], Any], ...] = (
    ram.player_x,
    ram.game_time,
    ram.is_dead,
    ram.is_paused,
    ram.has_reached_goal,
    ram.is_in_play,
    ram.is_under_control,
)
_MOST = {"x": 32_767, "y": 65_535, "time": 999, "score": 999_999, "coins": 99, "screen_left": 65_535}


def _check(memory: Memory) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        variables = ram.read_variables(memory)
        for reader in _READERS:
            assert type(reader(memory)) in (int, bool), reader.__name__
    for field in fields(variables):
        value = getattr(variables, field.name)
        assert type(value) is int, field.name
        assert 0 <= value <= _MOST.get(field.name, 256), field.name
    assert variables.status in ("small", "big", "fire")


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255])
def test_uniform_memory(value: int) -> None:
    _check(np.full(MEMORY_SIZE, value, np.uint8))


@pytest.mark.parametrize("value", [0, 255])
def test_every_address_alone(value: int) -> None:
    memory = np.full(MEMORY_SIZE, 255 - value, np.uint8)
    for address in range(MEMORY_SIZE):
        memory[address] = value
        _check(memory)
        memory[address] = 255 - value


@given(st.binary(min_size=MEMORY_SIZE, max_size=MEMORY_SIZE))
def test_any_memory(data: bytes) -> None:
    _check(np.frombuffer(data, np.uint8))


def test_addresses_lie_in_work_ram() -> None:
    numbers = [value for name, value in vars(ram).items() if name.isupper() and type(value) is int]
    assert len(numbers) > 30 and all(0 <= number < MEMORY_SIZE for number in numbers)


def test_positions_over_the_byte_borders() -> None:
    memory = np.zeros(MEMORY_SIZE, np.uint8)
    memory[[ram.PLAYER_X_PAGE, ram.PLAYER_X]] = 12, 90
    memory[[ram.PLAYER_Y_PAGE, ram.PLAYER_Y]] = 2, 10
    memory[ram.TIMER_DIGITS : ram.TIMER_DIGITS + 3] = 3, 0, 7
    memory[ram.SCORE_DIGITS : ram.SCORE_DIGITS + 6] = 0, 1, 2, 3, 4, 5
    memory[ram.COIN_DIGITS : ram.COIN_DIGITS + 2] = 9, 8
    variables = ram.read_variables(memory)
    assert (variables.x, variables.y) == (3162, 266)
    assert (variables.time, variables.score, variables.coins) == (307, 12_345, 98)


def test_a_vine_is_not_a_flagpole_and_falling_out_of_the_clouds_is_not_death() -> None:
    memory = np.zeros(MEMORY_SIZE, np.uint8)
    memory[[ram.PLAYER_STATE, ram.MODE, ram.MODE_TASK]] = ram.CONTROLLED, ram.MODE_GAME, ram.TASK_RUNNING
    memory[0x001D] = 3  # the game's "climbing", which it uses on vines and on the flagpole alike
    assert not ram.has_reached_goal(memory)
    memory[ram.PLAYER_Y_PAGE] = 2
    assert ram.is_dead(memory)
    memory[ram.CLOUD_AREA] = 1
    assert not ram.is_dead(memory)


def test_start_pauses_the_game(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    emulator.step(0, frames=30)
    for is_paused in (True, False):
        emulator.step(START, frames=2)
        emulator.step(0, frames=60)
        assert ram.is_paused(emulator.memory()) == is_paused


def test_poking_moves_the_game(emulator: RetroEmulator) -> None:
    """The addresses mean what they say: poked lives, coins and time are what the game then shows and counts."""
    emulator.enter(Level(1, 1))
    emulator.poke({ram.LIVES: 7, ram.POWER: 2, ram.TIMER_DIGITS: 1, ram.TIMER_DIGITS + 1: 2, ram.TIMER_DIGITS + 2: 3})
    emulator.step(0)
    variables = ram.read_variables(emulator.memory())
    assert (variables.lives, variables.status, variables.time) == (7, "fire", 123)
    emulator.step(0, frames=24)
    assert ram.read_variables(emulator.memory()).time == 122, "one tick of the clock is about 24 frames"


def test_left_of_the_areas_edge_x_is_0() -> None:
    """There a maze may leave Mario; as 65,533 it would be the farthest of an episode, and all that follows a stall."""
    memory = np.zeros(MEMORY_SIZE, np.uint8)
    memory[[ram.PLAYER_X_PAGE, ram.PLAYER_X]] = 0xFF, 0xFD
    assert ram.is_left_of_area(memory) and ram.player_x(memory) == ram.read_variables(memory).x == 0
    memory[[ram.PLAYER_X_PAGE, ram.PLAYER_X]] = 0, 2
    assert not ram.is_left_of_area(memory) and ram.player_x(memory) == 2
