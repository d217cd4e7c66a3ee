"""Places along a level to start from: they cover it, can be played, and are the same for the same seed."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.game import memory as ram
from core.game.emulator import RIGHT
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import FRAMES_PER_STEP
from core.game.env.mario_env import MarioEnv
from core.game.level import Level
from core.game.rom import Rom
from core.level_search.find_starts import can_live_on, find_starts, write_starts
from core.level_search.starts import Start, Starts, load_starts, save_starts

LEVEL = Level(1, 1)


@pytest.fixture(scope="module")
def found(emulator: RetroEmulator, rom: Rom) -> list[Start]:
    return find_starts(emulator, rom, ["1-1"], seed=1, steps=6000)


def test_they_cover_the_level(found: list[Start]) -> None:
    stretches = Starts(found).stretches("1-1")
    assert len(stretches) >= 20, "of 25"
    assert stretches[0][0].x == 40 and max(start.x for start in found) > 2900
    assert [places[0].stretch for places in stretches] == sorted(start.stretch for start, *_ in stretches)
    assert len({start.area for start in found}) == 1, "no bonus room"


def test_each_of_them_starts_an_episode(found: list[Start], emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, max_noops=30)
    for seed, start in enumerate(found):
        _, info = env.reset(seed=seed, options={"state": zlib.decompress(start.state)})
        assert abs(info["x"] - start.x) < 90 and not info["from_start"]
        assert ram.is_under_control(emulator.memory())


def test_doomed_and_ended_moments_are_dropped(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    alive: list[bytes] = []
    while not ram.is_dead(emulator.memory()):
        alive.append(emulator.save_state())
        emulator.step(RIGHT, FRAMES_PER_STEP)  # to the first goomba
    assert can_live_on(emulator, alive[0], LEVEL) and can_live_on(emulator, alive[-12], LEVEL)
    assert not can_live_on(emulator, _just_before(emulator, alive[-1]), LEVEL)
    emulator.load_state(alive[-1])
    emulator.step(RIGHT, 2 * FRAMES_PER_STEP)
    assert not can_live_on(emulator, emulator.save_state(), LEVEL)


def test_places_of_a_dark_level_are_those_by_day_and_none_of_them_is_light(emulator: RetroEmulator, rom: Rom) -> None:
    day, dark = (find_starts(emulator, rom, [level], seed=1, steps=300) for level in ("1-1", "1-1-dark"))
    assert [(start.x, start.area) for start in dark] == [(start.x, start.area) for start in day] and len(day) > 3
    for start, is_dark in [*((start, False) for start in day), *((start, True) for start in dark)]:
        assert can_live_on(emulator, zlib.decompress(start.state), Level.parse("1-1-dark")) == is_dark


def _just_before(emulator: RetroEmulator, state: bytes) -> bytes:
    """The last frame on which Mario lives."""
    emulator.load_state(state)
    last = state
    while not ram.is_dead(emulator.memory()):
        last = emulator.save_state()
        emulator.step(RIGHT)
    return last


@pytest.mark.usefixtures("emulator_slot")
def test_the_same_seed_gives_the_same_file(rom: Rom, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.safetensors" for name in ("one", "two", "other")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_starts(path, ["1-1", "1-4"], engine="stable-retro", seed=seed, steps=40)
    one, two, other = (path.read_bytes() for path in paths)
    assert one == two != other
    starts = load_starts(paths[0], ["1-1", "1-4"])
    assert all(starts.stretches(level)[0][0].x < 128 for level in ("1-1", "1-4")), "the level's own start is there"
    assert not starts.stretches("1-2")


def test_a_draw_is_even_over_stretches(tmp_path: Path) -> None:
    states = {x: f"state at {x}".encode() for x in (5, 6, 7, 200, 300)}
    path = tmp_path / "starts.safetensors"
    save_starts(path, [Start("1-1", 1, x, zlib.compress(state)) for x, state in states.items()])
    starts = load_starts(path, ["1-1"])
    rng = np.random.default_rng(0)
    drawn = [starts.draw("1-1", rng) for _ in range(600)]
    counts = {x: drawn.count(state) for x, state in states.items()}
    assert sum(counts.values()) == 600 and min(counts.values()) > 0
    assert all(150 < count < 250 for count in (counts[5] + counts[6] + counts[7], counts[200], counts[300]))


def test_wrong_use(nes_py_emulator: NesPyEmulator, rom: Rom, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="start_share: nes-py has no save states"):
        find_starts(nes_py_emulator, rom, ["1-1"], seed=1, steps=10)
    path = tmp_path / "starts.safetensors"
    save_starts(path, [Start("1-1", 1, 40, b"")])
    with pytest.raises(InputError, match="starts.safetensors: the file holds no places of level 1-2"):
        load_starts(path, ["1-1", "1-2"])
