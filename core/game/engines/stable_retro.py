"""stable-retro's FCEUmm core as an Emulator: fast, with save states and exact memory.

One such emulator can live in a process (the library refuses a second); close one before making another.
Memory is read and written through the save state, which holds it: that costs 2 microseconds where stable-retro's own
``GameData.update_ram`` costs 94.
"""

from __future__ import annotations

import contextlib
import gc
import io
import struct
import zlib
from typing import Any

import numpy as np

from core.errors import InputError
from core.frame import FRAME_SHAPE, MEMORY_SIZE, Memory, Snapshot
from core.game.emulator import EngineError
from core.game.engines.enter_level import enter_from_power_on
from core.game.engines.rom_file import rom_file
from core.game.level import Level
from core.game.rom import EUROPE, Rom

# stable-retro's order of buttons, by the bit of the controller byte (A, B, SELECT, START, UP, DOWN, LEFT, RIGHT).
_MASK_POSITION = (8, 0, 2, 3, 4, 5, 6, 7)
_MASKS = np.zeros((256, 9), np.uint8)
for _byte in range(256):
    for _bit, _position in enumerate(_MASK_POSITION):
        _MASKS[_byte, _position] = _byte >> _bit & 1

_RAM_CHUNK = b"RAM\x00" + struct.pack("<I", MEMORY_SIZE)
_CARTRIDGE_RAM_CHUNK = b"WRAM" + struct.pack("<I", 0x2000)  # this game's cartridge has none, and never asks for it
_NOISE_CHUNK = b"NREG" + struct.pack("<I", 2)  # of the noise that is heard; the core does not bring all of it back
_STATE_HEADER = struct.Struct("<8sII")  # magic, bytes of the core's state, its checksum
_STATE_MAGIC = b"MARIOS1\n"  # of the European revision; another's has two bytes of its sum in place of "S1"
_FRAME_BYTES = int(np.prod(FRAME_SHAPE))


class RetroEmulator:
    """The game on stable-retro; see ``core.game.emulator.Emulator`` for the protocol."""

    name = "stable-retro"
    has_states = True
    has_exact_memory = True

    def __init__(self, rom: Rom) -> None:
        self.rom = rom
        self._state_magic = _state_magic(rom)
        self._core: Any = _make_core(rom)
        self._core.step()
        state = _without_chance(self._core.get_state())
        self._core.set_state(state)
        self._ram_offset = state.index(_RAM_CHUNK) + len(_RAM_CHUNK)
        self._noise_offset = state.index(_NOISE_CHUNK) + len(_NOISE_CHUNK)
        self._power_on_state = state
        self._level_states: dict[Level, bytes] = {}
        self._drawn_from: Memory = self.memory()
        self._frame = self._core.get_screen()

    def enter(self, level: Level) -> Snapshot:
        """Start a level; the first time from power-on, later from a state kept in memory."""
        if level not in self._level_states:
            self._core.set_state(self._power_on_state)
            enter_from_power_on(self, level)
            self._level_states[level] = self.save_state()
        return self.load_state(self._level_states[level])

    def step(self, buttons: int, frames: int = 1) -> Snapshot:
        """Hold the buttons for some frames; return the last one with the memory that it was drawn from."""
        core = self._core
        core.set_button_mask(_MASKS[buttons], 0)
        for _ in range(frames - 1):
            core.step()
        self._drawn_from = self.memory()
        core.step()
        self._frame = core.get_screen()
        return self.snapshot()

    def snapshot(self) -> Snapshot:
        """The current frame again, a fresh copy."""
        return Snapshot(self._frame.copy(), self._drawn_from.copy())

    def memory(self) -> Memory:
        """The work RAM now, uint8 (2048,), a copy."""
        state = self._core.get_state()
        return np.frombuffer(state, np.uint8, MEMORY_SIZE, self._ram_offset).copy()

    def poke(self, values: dict[int, int]) -> None:
        """Write bytes into the work RAM."""
        state = bytearray(self._core.get_state())
        for address, value in values.items():
            if not 0 <= address < MEMORY_SIZE:
                raise ValueError(f"address ${address:04X} is not in the work RAM")
            state[self._ram_offset + address] = value
        self._core.set_state(bytes(state))

    def save_state(self) -> bytes:
        """The core's state with the current frame and the memory it was drawn from: about 177 KB, uncompressed."""
        state, noise = self._core.get_state(), self._noise_offset
        state = state[:noise] + b"\x01\x00" + state[noise + 2 :]  # equal moments are saved as equal bytes
        header = _STATE_HEADER.pack(self._state_magic, len(state), zlib.crc32(state))
        return b"".join((header, state, self._drawn_from.tobytes(), self._frame.tobytes()))

    def load_state(self, state: bytes) -> Snapshot:
        """Go back to a saved moment; InputError if the bytes are not a state of this engine."""
        core_state, drawn_from, frame = _split_state(state, self._state_magic)
        if not self._core.set_state(core_state):
            raise InputError("this save state does not fit the emulator; it was made by another version")
        self._drawn_from = drawn_from
        self._frame = frame
        return self.snapshot()

    def close(self) -> None:
        """Free the core, so that another emulator can be made in this process."""
        self._core = None
        gc.collect()


def _make_core(rom: Rom) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        import stable_retro

    gc.collect()  # a core that is garbage but not yet collected would block the new one
    with rom_file(rom) as path:
        try:  # the bare file: stable-retro's own description of the game (rom.sha) is of the World revision only
            return stable_retro.RetroEmulator(path)
        except RuntimeError as error:
            if "multiple" not in str(error):
                raise InputError(f"--engine: stable-retro cannot load the game ({error}); try nes-py") from error
            raise EngineError(f"stable-retro allows one emulator a process; close the other first ({error})") from error


def _without_chance(state: bytes) -> bytes:
    """The core's state with zeros for the cartridge RAM, which the core leaves as it found that memory.

    The game does not see it, but equal moments would be saved as different bytes.
    """
    start = state.index(_CARTRIDGE_RAM_CHUNK) + len(_CARTRIDGE_RAM_CHUNK)
    return state[:start] + bytes(0x2000) + state[start + 0x2000 :]


def _state_magic(rom: Rom) -> bytes:
    """What states of this revision begin with: work RAM holds addresses of the program, so no other can go on there."""
    if rom.revision == EUROPE:
        return _STATE_MAGIC
    return _STATE_MAGIC[:5] + bytes.fromhex(rom.sha1)[:2] + _STATE_MAGIC[7:]


def _split_state(state: bytes, magic: bytes) -> tuple[bytes, Memory, np.ndarray]:
    size = _STATE_HEADER.size
    if len(state) < size or state[:5] != magic[:5]:
        raise InputError("this is not a save state of stable-retro")
    found, core_size, checksum = _STATE_HEADER.unpack_from(state)
    if len(state) != size + core_size + MEMORY_SIZE + _FRAME_BYTES:
        raise InputError("this save state is truncated")
    if found != magic:
        raise InputError("this save state was made with another revision of the game, and plays on that one only")
    core_state = state[size : size + core_size]
    if zlib.crc32(core_state) != checksum:  # the core itself would take anything of the right length
        raise InputError("this save state is damaged")
    drawn_from = np.frombuffer(state, np.uint8, MEMORY_SIZE, size + core_size).copy()
    frame = np.frombuffer(state, np.uint8, _FRAME_BYTES, size + core_size + MEMORY_SIZE).reshape(FRAME_SHAPE).copy()
    return core_state, drawn_from, frame
