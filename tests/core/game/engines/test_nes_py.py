"""nes-py: what it can do, and what it says it cannot."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.frame import FRAME_SHAPE, MEMORY_SIZE
from core.game import memory as ram
from core.game.emulator import RIGHT, EngineError
from core.game.engines import make_emulator
from core.game.engines.nes_py import NesPyEmulator
from core.game.level import Level
from core.game.rom import Rom, load_rom


def test_it_refuses_save_states(nes_py_emulator: NesPyEmulator) -> None:
    nes_py_emulator.enter(Level(1, 1))
    with pytest.raises(EngineError, match="stable-retro"):
        nes_py_emulator.save_state()
    with pytest.raises(EngineError, match="stable-retro"):
        nes_py_emulator.load_state(b"")
    assert not nes_py_emulator.has_states and not nes_py_emulator.has_exact_memory


def test_snapshots_are_copies_without_memory(nes_py_emulator: NesPyEmulator) -> None:
    first = nes_py_emulator.enter(Level(1, 1))
    kept = first.frame.copy()
    assert first.memory is None and first.frame.shape == FRAME_SHAPE and first.frame.dtype == np.uint8
    nes_py_emulator.step(RIGHT, frames=40)
    assert (first.frame == kept).all()
    assert first.frame.flags.c_contiguous
    memory = nes_py_emulator.memory()
    assert memory.shape == (MEMORY_SIZE,) and memory.dtype == np.uint8
    memory[:] = 0
    assert nes_py_emulator.memory().any()


def test_poking(nes_py_emulator: NesPyEmulator) -> None:
    nes_py_emulator.enter(Level(1, 1))
    nes_py_emulator.poke({ram.LIVES: 8})
    nes_py_emulator.step(0)
    assert ram.read_variables(nes_py_emulator.memory()).lives == 8
    with pytest.raises(ValueError, match="not in the work RAM"):
        nes_py_emulator.poke({MEMORY_SIZE: 0})


def test_two_consoles_live_side_by_side_and_close_twice(rom: Rom) -> None:
    one, other = make_emulator("nes-py", rom), make_emulator("nes-py", rom)
    one.enter(Level(1, 1))
    other.enter(Level(1, 4))
    assert ram.read_variables(one.memory()).stage == 1 and ram.read_variables(other.memory()).stage == 4
    for console in (one, other):
        console.close()
        console.close()


def test_a_rom_from_a_zip(rom: Rom, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rom.zip", "w") as archive:
        archive.writestr("smb.nes", rom.data)
    console = make_emulator("nes-py", load_rom(tmp_path / "rom.zip"))
    assert console.step(0, frames=3).frame.shape == FRAME_SHAPE
    console.close()


def test_nothing_is_printed(rom: Rom) -> None:
    """gym, which nes-py brings, prints a notice when imported; it must not reach the user's terminal."""
    program = (
        "from core.game.engines import make_emulator\n"
        "for engine in ('nes-py', 'stable-retro'):\n"
        "    emulator = make_emulator(engine)\n"
        "    emulator.step(0)\n"
        "    emulator.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
