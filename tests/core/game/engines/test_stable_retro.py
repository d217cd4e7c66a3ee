"""stable-retro: save states, memory, and one emulator a process."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from benchmarks.save_states import replay
from core.errors import InputError
from core.frame import FRAME_SHAPE, MEMORY_SIZE, Snapshot
from core.game import memory as ram
from core.game.emulator import RIGHT, A, B, EngineError
from core.game.engines import make_emulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import Rom, load_rom


def _equal(one: Snapshot, other: Snapshot) -> bool:
    assert one.memory is not None and other.memory is not None
    return bool((one.frame == other.frame).all() and (one.memory == other.memory).all())


def test_memory_is_what_stable_retro_itself_reads(emulator: RetroEmulator) -> None:
    """The engine takes the work RAM out of the save state; stable-retro's own way, slower by far, is the judge."""
    from stable_retro.data import GameData

    data = GameData()
    emulator._core.configure_data(data)
    emulator.enter(Level(1, 1))
    for buttons in (0, RIGHT, RIGHT | B, RIGHT | A | B) * 10:
        emulator.step(buttons, frames=5)
        data.update_ram()
        blocks = data.memory.blocks
        assert (blocks[0] + blocks[1024])[:MEMORY_SIZE] == emulator.memory().tobytes()


def test_poked_bytes_are_what_stable_retro_itself_reads(emulator: RetroEmulator) -> None:
    from stable_retro.data import GameData

    data = GameData()
    emulator._core.configure_data(data)
    emulator.enter(Level(1, 1))
    before = emulator.memory()
    emulator.poke({ram.LIVES: 9, 0: 1, MEMORY_SIZE - 1: 255})
    data.update_ram()
    read = np.frombuffer(data.memory.blocks[0] + data.memory.blocks[1024], np.uint8)[:MEMORY_SIZE]
    assert (read[ram.LIVES], read[0], read[-1]) == (9, 1, 255)
    before[[ram.LIVES, 0, MEMORY_SIZE - 1]] = 9, 1, 255
    assert (read == before).all(), "nothing else has changed"


@pytest.mark.parametrize("address", [-1, MEMORY_SIZE])
def test_poking_outside_work_ram_is_refused(emulator: RetroEmulator, address: int) -> None:
    state = emulator.save_state()
    with pytest.raises(ValueError, match="not in the work RAM"):
        emulator.poke({ram.LIVES: 3, address: 0})
    assert emulator.save_state() == state


def test_snapshots_are_copies(emulator: RetroEmulator) -> None:
    first = emulator.enter(Level(1, 1))
    kept = first.frame.copy()
    emulator.step(RIGHT, frames=40)
    assert (first.frame == kept).all()
    again = emulator.snapshot()
    assert again.frame.shape == FRAME_SHAPE and again.frame.dtype == np.uint8 and again.frame.flags.writeable
    again.frame[:] = 0
    assert again.memory is not None
    again.memory[:] = 0
    assert emulator.snapshot().frame.any() and emulator.memory().any()
    memory = emulator.memory()
    memory[:] = 0
    assert emulator.memory().any()


def test_a_snapshot_has_the_memory_of_one_frame_before(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    for _ in range(20):
        before = emulator.memory()
        snapshot = emulator.step(RIGHT | B)
        assert snapshot.memory is not None and (snapshot.memory == before).all()


def test_several_frames_at_once_are_the_same_as_one_by_one(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 2))
    together = emulator.step(RIGHT | A, frames=9)
    emulator.enter(Level(1, 2))
    for _ in range(9):
        one_by_one = emulator.step(RIGHT | A)
    assert _equal(together, one_by_one)


def test_loading_gives_the_frame_and_memory_of_the_saved_moment(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    saved_moment = emulator.step(RIGHT | B, frames=50)
    memory, state = emulator.memory(), emulator.save_state()
    emulator.step(RIGHT | A | B, frames=100)
    loaded = emulator.load_state(state)
    assert _equal(loaded, saved_moment) and _equal(emulator.snapshot(), saved_moment)
    assert (emulator.memory() == memory).all()
    assert emulator.save_state() == state


def test_states_of_several_games_can_be_swapped(emulator: RetroEmulator) -> None:
    """One emulator serves many games in turn."""
    emulator.enter(Level(1, 1))
    one = emulator.save_state()
    emulator.enter(Level(2, 2))
    other = emulator.save_state()
    alone = []
    for state in (one, other):
        emulator.load_state(state)
        alone.append(emulator.step(RIGHT, frames=20))
    for _ in range(20):
        emulator.load_state(one)
        first = emulator.step(RIGHT)
        one = emulator.save_state()
        emulator.load_state(other)
        second = emulator.step(RIGHT)
        other = emulator.save_state()
    assert _equal(first, alone[0]) and _equal(second, alone[1])


@pytest.mark.parametrize(("level", "actions"), [("1-1", 500), ("4-2", 60), ("7-2", 60), ("8-4", 60)])
def test_restored_games_replay_exactly(emulator: RetroEmulator, level: str, actions: int) -> None:
    """All 32 levels with 500 actions each, and 10,000 once: python -m benchmarks.save_states."""
    result = replay(emulator, Level.parse(level), actions)
    assert result.frames == 4 * actions and result.equal == result.frames
    assert result.round_trip


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda state: b"", "not a save state"),
        (lambda state: b"something else entirely", "not a save state"),
        (lambda state: state[:5], "not a save state"),
        (lambda state: state[:20], "truncated"),
        (lambda state: state[:-1], "truncated"),
        (lambda state: state + b"\0", "truncated"),
        (lambda state: state[:500] + bytes(500) + state[1000:], "damaged"),
    ],
)
def test_bad_states_are_refused_and_change_nothing(emulator: RetroEmulator, spoil, sentence: str) -> None:  # noqa: ANN001
    emulator.enter(Level(1, 1))
    state = emulator.save_state()
    with pytest.raises(InputError, match=sentence):
        emulator.load_state(spoil(state))
    assert emulator.save_state() == state


@pytest.mark.usefixtures("emulator_slot")
def test_a_state_of_another_revision_is_refused(rom: Rom) -> None:
    """Work RAM holds addresses of the program. An altered tile stands for the other revision."""
    states, pictures = [], []
    sent = pickle.loads(pickle.dumps(rom))  # as to a worker process
    for game in (sent, Rom(rom.data[:-1] + b"\x55", None)):
        emulator = RetroEmulator(game)
        pictures.append(emulator.enter(Level(1, 1)).frame)
        states.append(emulator.save_state())
        assert (emulator.load_state(states[-1]).frame == pictures[-1]).all()
        if game is not sent:
            with pytest.raises(InputError, match="another revision of the game"):
                emulator.load_state(states[0])
        emulator.close()
    assert states[0].startswith(b"MARIOS1\n"), "the states that users have stay what they are"


def test_a_second_emulator_in_the_process_is_refused_clearly(emulator: RetroEmulator, rom: Rom) -> None:
    with pytest.raises(EngineError, match="one emulator a process; close the other first"):
        RetroEmulator(rom)
    assert emulator.enter(Level(1, 1)).frame.any(), "the first one still works"


@pytest.mark.usefixtures("emulator_slot")
def test_closing_twice_and_making_another(rom: Rom) -> None:
    first = make_emulator("auto", rom)
    assert first.name == "stable-retro" and first.has_states and first.has_exact_memory
    first.close()
    first.close()
    second = make_emulator("stable-retro", rom)
    second.enter(Level(1, 1))
    second.close()


@pytest.mark.usefixtures("emulator_slot")
def test_a_rom_from_a_zip_needs_no_file(rom: Rom, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "rom.zip", "w") as archive:
        archive.writestr("smb.nes", rom.data)
    emulator = make_emulator("stable-retro", load_rom(tmp_path / "rom.zip"))
    assert ram.is_under_control(emulator.memory()) is False
    emulator.enter(Level(1, 1))
    assert ram.is_under_control(emulator.memory())
    emulator.close()


def test_buttons_reach_the_game(emulator: RetroEmulator) -> None:
    emulator.enter(Level(1, 1))
    start = ram.read_variables(emulator.memory())
    emulator.step(RIGHT | B, frames=60)
    right = ram.read_variables(emulator.memory())
    emulator.enter(Level(1, 1))
    emulator.step(A, frames=15)
    up = ram.read_variables(emulator.memory())
    assert right.x > start.x + 60 and up.x == start.x and up.y < start.y - 20


@pytest.mark.usefixtures("emulator_slot")
def test_equal_moments_of_two_emulators_are_equal_bytes(rom: Rom) -> None:
    states = []
    for _ in range(2):
        emulator = make_emulator("stable-retro", rom)
        emulator.enter(Level(1, 1))
        emulator.step(RIGHT | B, frames=60)
        states.append(emulator.save_state())
        emulator.close()
    assert states[0] == states[1]
