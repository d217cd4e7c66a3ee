"""The ROM: finding it, checking it, and reading its tiles and tables.

No ROM is part of this project. The game comes inside the gym-super-mario-bros package, for educational use.
"""

from __future__ import annotations

import hashlib
import importlib.util
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import InputError

ROM_SHA1 = "ab30029efec6ccfc5d65dfda7fbc6e6489a80805"
REVISION = "Super Mario Bros. (Europe) (Rev A)"
"""What that ROM is: the European revision, told by its speed tables at $B440 (d0 e4 ed 30 1c 13; the World revision has
d8 e8 f0 28 18 10). It is tuned for a console of 50 frames a second and runs at 60 here, as it did for Bélignon (2020):
running makes 3 pixels a frame, walking 1.75, and the game's clock ticks every 20 frames."""
_HEADER_SIZE = 16
_PRG_SIZE = 32 * 1024
_CHR_SIZE = 8 * 1024
ROM_SIZE = _HEADER_SIZE + _PRG_SIZE + _CHR_SIZE
_PRG_BASE = 0x8000
_LARGEST = 1 << 20  # bytes; larger files are no ROM of this console's and are not read


@dataclass(frozen=True)
class Rom:
    """A checked ROM image.

    Attributes:
        data: the whole iNES file, 40,976 bytes.
        path: where an ``.nes`` file with these bytes lies, or None when it came out of a zip.
    """

    data: bytes
    path: Path | None

    @cached_property
    def tiles(self) -> npt.NDArray[np.uint8]:
        """The CHR tiles, uint8 (512, 8, 8) of colour indices 0 to 3: 0-255 for sprites, 256-511 for the map."""
        start = _HEADER_SIZE + _PRG_SIZE
        planes = np.frombuffer(self.data, np.uint8, _CHR_SIZE, start).reshape(512, 2, 8)
        bits = np.unpackbits(planes, axis=2).reshape(512, 2, 8, 8)
        return bits[:, 0] + 2 * bits[:, 1]

    def read(self, address: int, count: int) -> npt.NDArray[np.uint8]:
        """Bytes of the program at a CPU address ($8000-$FFFF), uint8 (count,)."""
        if not _PRG_BASE <= address <= 0x10000 - count:
            raise ValueError(f"${address:04X} + {count} is not in the program ROM")
        return np.frombuffer(self.data, np.uint8, count, _HEADER_SIZE + address - _PRG_BASE)


def load_rom(path: Path | str | None = None) -> Rom:
    """Load and check the ROM.

    Args:
        path: an ``.nes`` file, a folder or a zip that holds one, or None for the one in gym-super-mario-bros.

    Raises:
        InputError: nothing there, or no file there has the expected SHA-1; the message gives both sums.
    """
    if path is None:
        return _packaged_rom()
    path = Path(path).expanduser()
    try:
        candidates = _candidates(path)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"--rom: {path} cannot be read: {reason}") from None
    return _first_match(candidates, path)


def _candidates(path: Path) -> list[tuple[str, bytes, Path | None]]:
    """Name, bytes and path (None within a zip) of each file that might be the ROM."""
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*.[nN][eE][sS]")) if p.is_file() and p.stat().st_size <= _LARGEST]
        return [(p.name, p.read_bytes(), p.resolve()) for p in files]
    if not path.is_file():
        raise InputError(f"--rom: {path} does not exist; give an .nes file, a folder or a zip that holds one")
    if zipfile.is_zipfile(path):
        return _zip_members(path)
    with path.open("rb") as file:
        return [(path.name, file.read(_LARGEST), path.resolve())]


def _packaged_rom() -> Rom:
    spec = importlib.util.find_spec("gym_super_mario_bros")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("no ROM found: install gym-super-mario-bros with pip, or give your own with --rom FILE")
    folder = Path(spec.submodule_search_locations[0])
    for candidate in sorted(folder.rglob("*.nes")):
        data = candidate.read_bytes()
        if _sha1(data) == ROM_SHA1:
            return Rom(data, candidate.resolve())
    raise InputError(f"gym-super-mario-bros holds no ROM with SHA-1 {ROM_SHA1}; reinstall it, or give --rom FILE")


def _zip_members(path: Path) -> list[tuple[str, bytes, Path | None]]:
    with zipfile.ZipFile(path) as archive:
        members = [i for i in archive.infolist() if i.filename.lower().endswith(".nes") and i.file_size <= _LARGEST]
        return [(i.filename, archive.read(i), None) for i in sorted(members, key=lambda i: i.filename)]


def _first_match(candidates: list[tuple[str, bytes, Path | None]], source: Path) -> Rom:
    for _, data, path in candidates:
        if _sha1(data) == ROM_SHA1:
            return Rom(data, path)
    if not candidates:
        raise InputError(f"--rom: {source} holds no .nes file")
    name, data, _ = candidates[0]
    problem = f"is {len(data):,} bytes long instead of {ROM_SIZE:,}" if len(data) != ROM_SIZE else "is another game"
    if len(data) == ROM_SIZE and data[:4] != b"NES\x1a":
        problem = "does not begin with an iNES header"
    raise InputError(f"--rom: {name} {problem}: its SHA-1 is {_sha1(data)}, that of Super Mario Bros. is {ROM_SHA1}")


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
