"""A game whose program is laid out otherwise, as that of another revision is."""

from __future__ import annotations

from core.game.rom import Rom

SHIFT = 0x101  # bytes by which everything lies lower; both bytes of an address change
# Where the European revision keeps addresses in pairs of tables: place, and how many low bytes before the high bytes.
_ADDRESS_TABLES = ((0x8B08, 4), (0x9CE4, 34), (0x9D2C, 34))  # of metatiles; of the areas' enemies and of their maps


def relocated(rom: Rom) -> Rom:
    """The ROM with its program moved down in memory; only what is read, not run, can be of use."""
    program = bytearray(rom.read(0x8000, 0x8000).tobytes())
    for place, count in _ADDRESS_TABLES:
        start = place - 0x8000
        for low, high in zip(range(start, start + count), range(start + count, start + 2 * count), strict=True):
            program[high], program[low] = divmod(256 * program[high] + program[low] - SHIFT, 256)
    moved = program[SHIFT:] + b"\xea" * SHIFT
    return Rom(rom.data[:16] + bytes(moved) + rom.data[16 + 0x8000 :], None)
