"""What an emulator is to the rest of the program; ``core.game.engines`` makes one."""

from __future__ import annotations

from typing import Literal, Protocol

from core.frame import Memory, Snapshot
from core.game.level import Level
from core.game.rom import Rom

EngineName = Literal["auto", "stable-retro", "nes-py"]
ENGINE_NAMES: tuple[EngineName, ...] = ("auto", "stable-retro", "nes-py")

# The raw controller byte.
A, B, SELECT, START, UP, DOWN, LEFT, RIGHT = (1 << bit for bit in range(8))


class Emulator(Protocol):
    """A console with the game in it.

    Attributes:
        name: "stable-retro" or "nes-py".
        rom: the game.
        has_states: whether ``save_state`` works any number of times; rewind and save slots need it.
        has_exact_memory: whether a snapshot carries the memory that its frame was drawn from; exact labels need it.
    """

    name: str
    rom: Rom
    has_states: bool
    has_exact_memory: bool

    def enter(self, level: Level) -> Snapshot:
        """Start a level from power-on; return the first frame on which Mario can be steered."""

    def step(self, buttons: int, frames: int = 1) -> Snapshot:
        """Hold the buttons (raw controller byte, 0 to 255) for some frames; return the last one."""

    def snapshot(self) -> Snapshot:
        """The current frame again, a fresh copy."""

    def memory(self) -> Memory:
        """The work RAM now, uint8 (2048,), a copy."""

    def poke(self, values: dict[int, int]) -> None:
        """Write bytes (0 to 255) into the work RAM at addresses 0 to 2047."""

    def save_state(self) -> bytes:
        """Everything, the current frame included; EngineError where ``has_states`` is False."""

    def load_state(self, state: bytes) -> Snapshot:
        """Go back to a saved moment and return its frame; frame and memory are those of that moment."""

    def close(self) -> None:
        """Let go of the emulator; doing it twice is allowed."""


class EngineError(RuntimeError):
    """The engine cannot do what was asked; the message says which engine can."""
