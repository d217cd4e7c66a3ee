"""The emulators: stable-retro, which the program takes, over nes-py, which everybody had."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from benchmarks.progress import Progress
from benchmarks.rows import Row, alone, faster, rate
from core.game.emulator import RIGHT, A, B, Emulator
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import load_rom

_SECTION = "engine"
_SECONDS = 4.5  # for each side of a comparison
_LEVEL = Level(1, 1)
_OTHER_LEVEL = Level(1, 2)
_BUTTONS = (RIGHT, RIGHT | B, RIGHT | A, RIGHT | A | B)


def run() -> list[Row]:
    """Frames a second of both engines, bare and through the protocol; states and level entry of ours."""
    rom, progress = load_rom(), Progress(_SECTION, 3)
    theirs = NesPyEmulator(rom)
    progress.begin("nes-py")
    nes_py = rate(_stepper(theirs), _SECONDS)
    nes_py_alone = rate(_bare_nes_py(theirs), _SECONDS)
    theirs.close()
    ours = RetroEmulator(rom)
    try:
        progress.begin("stable-retro")
        retro = rate(_stepper(ours), _SECONDS)
        retro_alone = rate(_bare_retro(ours), _SECONDS)
        note = "stable-retro over nes-py"
        progress.begin("save states")
        return [
            faster(_SECTION, "a frame of the bare engine, copied", retro_alone, nes_py_alone, "frames/s", note),
            faster(_SECTION, "a canonical frame with its memory", retro, nes_py, "frames/s", note),
            *_state_rows(ours),
        ]
    finally:
        ours.close()


def _bare_nes_py(emulator: NesPyEmulator) -> Callable[[], object]:
    """nes-py alone, below our protocol: step, and a copy of its live view on the screen."""
    console = emulator._console
    emulator.enter(_LEVEL)

    def step() -> object:
        console._frame_advance(RIGHT)
        return console.screen.copy()

    return step


def _bare_retro(emulator: RetroEmulator) -> Callable[[], object]:
    """stable-retro alone, below our protocol: step and screen, which is a copy."""
    core = emulator._core
    emulator.enter(_LEVEL)

    def step() -> object:
        core.step()
        return core.get_screen()

    return step


def _stepper(emulator: Emulator) -> Callable[[], object]:
    """One frame of varied running to the right, with what a segmenter needs of it."""
    emulator.enter(_LEVEL)
    buttons = itertools.cycle(button for button in _BUTTONS for _ in range(16))

    def step() -> object:
        return emulator.step(next(buttons)), emulator.memory()

    return step


def _state_rows(emulator: Emulator) -> list[Row]:
    state = emulator.save_state()
    note = f"{len(state) / 1024:.0f} KiB, the frame included"
    levels = itertools.cycle((_OTHER_LEVEL, _LEVEL))
    return [
        alone(_SECTION, "save a state", 1e6 / rate(emulator.save_state, _SECONDS / 6), "µs", note),
        alone(_SECTION, "load a state", 1e6 / rate(lambda: emulator.load_state(state), _SECONDS / 6), "µs", note),
        alone(
            _SECTION,
            "enter a level again",
            1e6 / rate(lambda: emulator.enter(next(levels)), _SECONDS / 6),
            "µs",
            "from the state kept of its start",
        ),
    ]
