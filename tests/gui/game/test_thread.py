"""The game outlives whatever a command raises."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import InputError
from core.game.emulator import Emulator, EngineError
from core.game.level import Level
from core.game.rom import Rom
from gui.game.play import Shot
from gui.game.save_slots import SlotFiles
from gui.game.thread import GameState, GameThread
from gui.kit.worker import Workers

PATIENCE = 60.0  # seconds that a busy machine may need


class Played:
    """A game with what it says."""

    def __init__(self, folder: Path, make: Callable[[str, Rom], Emulator]) -> None:
        self.told: list[str] = []
        self.states: list[GameState] = []
        self.shots: list[Shot] = []
        self.workers = Workers(self.told.append)
        self.slots = SlotFiles(folder)
        self.thread = GameThread(
            self.workers, make, self.slots, lambda: 0, self.shots.append, self.states.append, self.told.append
        )
        self.thread.start()

    def wait(self) -> None:
        """Until everything posted so far is done."""
        done = threading.Event()
        self.thread.post(lambda thread: done.set())
        assert done.wait(PATIENCE)


class Refusing:
    """An engine that fails when it shall begin, and when it shall end."""

    name, has_states, has_exact_memory = "refusing", True, True

    def enter(self, level: Level) -> None:
        """No."""
        raise AttributeError("no such core")

    def close(self) -> None:
        """No."""
        raise ValueError("it is held open")


@pytest.fixture
def game(tmp_path: Path, factory: Callable[[str, Rom], Emulator]) -> Iterator[Played]:
    """On the emulator that all tests share."""
    made = Played(tmp_path, factory)
    yield made
    assert made.workers.close(PATIENCE)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("there is no such level"), "there is no such level"),
        (EngineError("nes-py: going back needs save states"), "nes-py: going back needs save states"),
        (AttributeError("no level"), "game: unexpected error, AttributeError: no level"),
        (AssertionError(), "game: unexpected error, AssertionError"),
        (SystemExit(2), "game: unexpected error, SystemExit: 2"),
    ],
)
def test_whatever_a_command_raises_is_told_and_it_goes_on(game: Played, error: BaseException, sentence: str) -> None:
    def fail(thread: GameThread) -> None:
        raise error

    game.thread.post(fail)
    game.wait()
    assert game.told == [sentence]


def test_a_slot_without_a_level_is_told_and_it_goes_on(game: Played, rom: Rom) -> None:
    game.thread.post(lambda thread: thread.pause(True))
    game.thread.post(lambda thread: thread.open("stable-retro", rom, Level(1, 1)))
    game.thread.post(lambda thread: thread.save_slot(1))
    game.wait()
    path = game.slots.path(1)
    first, packed = path.read_bytes().split(b"\n", 1)
    for state, changes in (
        (packed, {"level": None}), (packed, {"level": "nowhere"}), (zlib.compress(b""), {}), (packed[:-9], {}),
        (zlib.compress(zlib.decompress(packed)[:-1]), {}), (zlib.compress(zlib.decompress(packed) + b"\0"), {}),
    ):  # fmt: skip
        path.write_bytes(json.dumps(json.loads(first) | changes).encode() + b"\n" + state)
        game.told.clear()
        game.thread.post(lambda thread: thread.load_slot(1))
        game.wait()
        [sentence] = game.told
        assert "unexpected" not in sentence
        shown = len(game.shots)
        game.thread.post(lambda thread: thread.advance())
        game.wait()
        assert len(game.shots) == shown + 1


def test_an_engine_that_fails_at_both_ends_is_told_and_another_can_be_opened(
    tmp_path: Path, rom: Rom, factory: Callable[[str, Rom], Emulator]
) -> None:
    game = Played(tmp_path, lambda engine, rom: Refusing() if engine == "nes-py" else factory(engine, rom))  # type: ignore[return-value]
    for _ in range(2):
        game.thread.post(lambda thread: thread.open("nes-py", rom, Level(1, 1)))
    game.wait()
    assert game.told[0] == "game: unexpected error, AttributeError: no such core"
    assert game.told[1] == "game: unexpected error, ValueError: it is held open"
    game.thread.post(lambda thread: thread.pause(True))
    game.thread.post(lambda thread: thread.open("stable-retro", rom, Level(1, 1)))
    game.wait()
    assert game.states[-1].engine == "stable-retro" and game.states[-1].problem == ""
    assert game.shots
    assert game.workers.close(PATIENCE)
