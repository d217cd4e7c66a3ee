"""Going back reaches exactly the frames that were."""

from __future__ import annotations

import numpy as np

from core.game.emulator import RIGHT, A
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from gui.game.rewind import INTERVAL, RewindBuffer


def moment(emulator: RetroEmulator) -> tuple[bytes, bytes]:
    """Memory and picture (a state also holds counters of the sound chip, which replaying does not restore)."""
    return emulator.memory().tobytes(), emulator.snapshot().frame.tobytes()


def play(emulator: RetroEmulator, history: RewindBuffer, frames: int) -> list[tuple[bytes, bytes]]:
    """Play with changing buttons; what was after each frame."""
    states = []
    for number in range(frames):
        buttons = RIGHT | (A if number % 11 < 6 else 0)
        emulator.step(buttons)
        history.record(buttons)
        states.append(moment(emulator))
    return states


def begin(emulator: RetroEmulator, **options: int) -> RewindBuffer:
    emulator.enter(Level(1, 1))
    history = RewindBuffer(emulator, **options)
    history.jump()
    return history


def test_every_frame_is_reached_exactly(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    states = play(emulator, history, 3 * INTERVAL + 3)
    for state in reversed(states[:-1]):
        snapshot = history.back()
        assert snapshot is not None
        assert moment(emulator) == state
        assert np.array_equal(snapshot.frame, emulator.snapshot().frame)


def test_the_start_is_the_oldest_frame(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    play(emulator, history, INTERVAL + 2)
    assert history.back(INTERVAL + 2) is not None
    assert history.back() is None


def test_many_at_once_is_the_same(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    states = play(emulator, history, 40)
    history.back(23)
    assert moment(emulator) == states[40 - 23 - 1]


def test_playing_on_after_going_back(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    states = play(emulator, history, 20)
    history.back(5)
    again = play(emulator, history, 9)
    history.back(9)
    assert moment(emulator) == states[14]
    assert len(again) == 9


def test_going_back_crosses_a_jump(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    states = play(emulator, history, 13)
    emulator.enter(Level(4, 2))
    history.jump()
    play(emulator, history, 2)
    history.back(2)
    entered = moment(emulator)
    assert entered != states[-1]
    history.back()
    assert moment(emulator) == states[-1]
    history.back()
    assert moment(emulator) == states[-2]


def test_position_counts_both_ways(emulator: RetroEmulator) -> None:
    history = begin(emulator)
    start = history.position
    play(emulator, history, 10)
    assert history.position == start + 10
    history.back(4)
    assert history.position == start + 6


def test_memory_is_bounded(emulator: RetroEmulator) -> None:
    history = begin(emulator, limit=4 * INTERVAL)
    play(emulator, history, 20 * INTERVAL)
    assert history.frames <= 4 * INTERVAL
    assert history.memory < 4 * 20_000
    while history.back() is not None:
        pass
    assert history.frames == 0
