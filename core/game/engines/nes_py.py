"""nes-py as an Emulator: the engine where stable-retro has no wheel.

nes-py has one backup slot, so ``save_state`` is refused; and its step ends inside the game's interrupt routine, so a
snapshot carries no memory and exact labels need stable-retro. What a step changes is seen one frame later than there:
the state after input i is stable-retro's after input i - 1.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import numpy as np

from core.frame import CROP, FRAME_HEIGHT, FRAME_WIDTH, MEMORY_SIZE, Frame, Memory, Snapshot
from core.game.emulator import EngineError
from core.game.engines.enter_level import enter_from_power_on
from core.game.engines.rom_file import rom_file
from core.game.level import Level
from core.game.nes_palette import nes_py_to_canonical
from core.game.rom import Rom

# The part of 240 x 256 that stable-retro shows.
_SHOWN = (slice(CROP, CROP + FRAME_HEIGHT), slice(CROP, CROP + FRAME_WIDTH))


class NesPyEmulator:
    """The game on nes-py; see ``core.game.emulator.Emulator`` for the protocol."""

    name = "nes-py"
    has_states = False
    has_exact_memory = False

    def __init__(self, rom: Rom) -> None:
        self.rom = rom
        self._backup_level: Level | None = None
        self._console: Any = None
        self._power_on()

    def _power_on(self) -> None:
        self.close()
        self._console = _make_console(self.rom)
        self._console.reset()

    def enter(self, level: Level) -> Snapshot:
        """Start a level; entering the same one again goes back to nes-py's single backup.

        nes-py shows what its game did one frame later than stable-retro, so this returns to the frame before the first
        on which Mario can be steered: then equal inputs from here on give equal games.
        """
        if level != self._backup_level:
            self._power_on()
            enter_from_power_on(self, level, before_step=self._console._backup)
            self._backup_level = level
        self._console._restore()
        return self.snapshot()

    def step(self, buttons: int, frames: int = 1) -> Snapshot:
        """Hold the buttons for some frames; return the last one."""
        for _ in range(frames):
            self._console._frame_advance(buttons)
        return self.snapshot()

    def snapshot(self) -> Snapshot:
        """The current frame again, a fresh copy, without memory."""
        return Snapshot(_canonical(self._console.screen))

    def memory(self) -> Memory:
        """The work RAM now, uint8 (2048,), a copy; on a quarter of the frames its sprite table is half rewritten."""
        memory: Memory = self._console.ram.copy()
        return memory

    def poke(self, values: dict[int, int]) -> None:
        """Write bytes into the work RAM."""
        for address, value in values.items():
            if not 0 <= address < MEMORY_SIZE:
                raise ValueError(f"address ${address:04X} is not in the work RAM")
            self._console.ram[address] = value

    def save_state(self) -> bytes:
        """Refused: nes-py has a single backup slot."""
        raise EngineError("nes-py has no save states; choose --engine stable-retro")

    def load_state(self, state: bytes) -> Snapshot:
        """Refused: nes-py has a single backup slot."""
        raise EngineError("nes-py has no save states; choose --engine stable-retro")

    def close(self) -> None:
        """Free the console."""
        if self._console is not None:
            self._console.close()
            self._console = None
            self._backup_level = None


def _canonical(screen: np.ndarray) -> Frame:
    """nes-py's live (240, 256, 3) view as a canonical frame, a copy."""
    return nes_py_to_canonical(np.ascontiguousarray(screen[_SHOWN]))


def _make_console(rom: Rom) -> Any:
    """A bare NESEnv, without gym's notice on the terminal and with header sizes that NumPy 2 does not overflow."""
    with (
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        import nes_py._rom
        from nes_py import NESEnv

    for field in ("prg_rom_size", "chr_rom_size"):
        _return_int(nes_py._rom.ROM, field)
    with rom_file(rom) as path:
        return NESEnv(path)


def _return_int(rom_class: Any, field: str) -> None:
    """Replace nes-py 8.2.1's property, which multiplies a uint8 by 16 or 8 and then by 1024 (nes-py#99)."""
    getter = getattr(rom_class, field).fget
    if getattr(getter, "returns_int", False):
        return
    header_byte, unit = {"prg_rom_size": (4, 16), "chr_rom_size": (5, 8)}[field]

    def size(self: Any) -> int:
        return unit * int(self.header[header_byte])

    size.returns_int = True  # type: ignore[attr-defined]
    setattr(rom_class, field, property(size))
