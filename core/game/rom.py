"""The ROM: finding it, checking it, and reading its tiles and tables.

No ROM is part of this project. The game comes inside the gym-super-mario-bros package, for educational use.

A dump is known by its bytes after the header: the header is a work of those who copied the game, and differs.
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


@dataclass(frozen=True, slots=True)
class Revision:
    """A dump of the game that can be played.

    Attributes:
        name: as in the lists of No-Intro, with its region.
        sha1: of the 40,960 bytes after the header.
        is_tested: whether this program was ever run on it.
    """

    name: str
    sha1: str
    is_tested: bool


EUROPE = Revision("Super Mario Bros. (Europe) (Rev A)", "0c4992fc08d2278697339d3b48066e7b5f943598", is_tested=True)
"""The one in gym-super-mario-bros, told by its speed tables at $B440 (d0 e4 ed 30 1c 13; the World revision has
d8 e8 f0 28 18 10). It is tuned for a console of 50 frames a second and runs at 60 here, as it did for Bélignon (2020):
running makes 3 pixels a frame, walking 1.75, and the game's clock ticks every 20 frames."""
WORLD = Revision("Super Mario Bros. (World)", "facee9c577a5262dbe33ac4930bb0b58c8c037f7", is_tested=False)
"""The Japanese and American one, for 60 frames a second: running makes 2.5 pixels a frame, walking 1.5, and the clock
ticks every 24 frames. Its tiles are the same bytes (both have SHA-1 394badaf…, NesCartDB); its program is laid out
otherwise, so tables are found by what they hold (``Rom.find``)."""
REVISIONS = (EUROPE, WORLD)

ROM_SHA1 = "ab30029efec6ccfc5d65dfda7fbc6e6489a80805"
"""SHA-1 of the European revision's file, with the header that ``Rom.data`` has."""
_HEADER = b"NES\x1a" + bytes((2, 1, 1, 0)) + bytes(8)  # 32 KB of program, 8 KB of tiles, side by side, no mapper
_HEADER_SIZE = len(_HEADER)
_TRAINER_SIZE, _TRAINER_FLAG = 512, 4  # somebody's patch between header and game, and its bit in byte 6
_PRG_SIZE = 32 * 1024
_CHR_SIZE = 8 * 1024
_GAME_SIZE = _PRG_SIZE + _CHR_SIZE
ROM_SIZE = _HEADER_SIZE + _GAME_SIZE
_PRG_BASE = 0x8000
_LARGEST = 1 << 20  # bytes; larger files are no ROM of this console's and are not read


@dataclass(frozen=True)
class Rom:
    """A checked ROM image.

    Attributes:
        data: the game as an iNES file with a plain header, 40,976 bytes.
        path: the file that it was read from, whatever its name and header; None when it came out of a zip.
    """

    data: bytes
    path: Path | None

    @cached_property
    def sha1(self) -> str:
        """SHA-1 of ``data``, hexadecimal."""
        return _sha1(self.data)

    @cached_property
    def revision(self) -> Revision | None:
        """Which dump of the game it is; None for an image that ``load_rom`` would refuse."""
        return _revision(self.data[_HEADER_SIZE:])

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

    def find(self, pattern: bytes, what: str) -> int:
        """CPU address of a table, by the bytes that it begins with: revisions have it at different addresses.

        Args:
            pattern: bytes that stand in the program once.
            what: the table in words, for the message.

        Raises:
            InputError: they do not stand there, or more than once.
        """
        program = self.data[_HEADER_SIZE : _HEADER_SIZE + _PRG_SIZE]
        if (count := program.count(pattern)) != 1:
            raise self.unlike(f"it holds {what} {count} times, not once")
        return _PRG_BASE + program.index(pattern)

    def unlike(self, how: str) -> InputError:
        """What to raise where the program is not built as that of the tested revision."""
        name = self.revision.name if self.revision else "this game"
        return InputError(f"--rom: {name} cannot be read: {how}; please report it with what --doctor --json says")


def load_rom(path: Path | str | None = None) -> Rom:
    """Load and check the ROM.

    Args:
        path: a file of any name, with an iNES or NES 2.0 header or none; a folder or a zip that holds one; or None for
            the ROM in gym-super-mario-bros.

    Raises:
        InputError: nothing there, or no file there holds a known revision of the game; the message gives the sums.
    """
    if path is None:
        return _packaged_rom()
    path = Path(path)
    try:
        path = path.expanduser()
        candidates = _candidates(path)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"--rom: {path} cannot be read: {reason}") from None
    return _first_match(candidates, path)


def _candidates(path: Path) -> list[tuple[str, bytes, Path | None]]:
    """Name, bytes and path (None within a zip) of each file that might be the ROM."""
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and _may_be_rom(p.name, p.stat().st_size)]
        return [(p.name, p.read_bytes(), p.resolve()) for p in files]
    if not path.is_file():
        raise InputError(f"--rom: {path} does not exist; give an .nes file, a folder or a zip that holds one")
    if zipfile.is_zipfile(path):
        return _zip_members(path)
    with path.open("rb") as file:
        return [(path.name, file.read(_LARGEST), path.resolve())]


def _may_be_rom(name: str, size: int) -> bool:
    """Whether a file among others is worth a look: by its name, or by a size that only the game's file has."""
    return size in (_GAME_SIZE, ROM_SIZE) or (name.lower().endswith(".nes") and size <= _LARGEST)


def has_packaged_rom() -> bool:
    """Whether gym-super-mario-bros is here with the game."""
    try:
        _packaged_rom()
    except (InputError, OSError):
        return False
    return True


def _packaged_rom() -> Rom:
    spec = importlib.util.find_spec("gym_super_mario_bros")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("no ROM found: install gym-super-mario-bros with pip, or give your own with --rom FILE")
    folder = Path(spec.submodule_search_locations[0])
    for candidate in sorted(folder.rglob("*.nes")):
        data = candidate.read_bytes()
        if _sha1(data) == ROM_SHA1:
            return Rom(data, candidate.resolve())
    raise InputError(
        f"gym-super-mario-bros holds no {EUROPE.name}, a file with SHA-1 {ROM_SHA1}; reinstall it, or give --rom FILE"
    )


def _zip_members(path: Path) -> list[tuple[str, bytes, Path | None]]:
    with zipfile.ZipFile(path) as archive:
        members = [i for i in archive.infolist() if _may_be_rom(i.filename, i.file_size)]
        return [(i.filename, archive.read(i), None) for i in sorted(members, key=lambda i: i.filename)]


def _first_match(candidates: list[tuple[str, bytes, Path | None]], source: Path) -> Rom:
    for _, data, path in candidates:
        game = _without_header(data)[:_GAME_SIZE]
        if _revision(game) is not None:
            return Rom(_HEADER + game, path)
    if not candidates:
        raise InputError(f"--rom: {source} holds no .nes file")
    name, data, _ = candidates[0]
    game = _without_header(data)
    expected = " and ".join(f"{revision.sha1} of {revision.name}" for revision in REVISIONS)
    if len(game) == _GAME_SIZE:
        problem = "is another game, or an altered copy"
    elif len(data) == ROM_SIZE:
        problem = "does not begin with an iNES header"
    else:
        problem = f"is {len(data):,} bytes long instead of {ROM_SIZE:,} (or {_GAME_SIZE:,} without a header)"
    raise InputError(f"--rom: {name} {problem}: after the header its SHA-1 is {_sha1(game)}; known are {expected}")


def _without_header(data: bytes) -> bytes:
    """The game in a file: what follows an iNES or NES 2.0 header and a trainer, or all of it.

    What the header says otherwise is not asked, since the sum tells what the bytes are: old tools wrote their names
    into it. A trainer is left out; what somebody wrote behind the game is not.
    """
    if not data.startswith(_HEADER[:4]):
        return data
    start = _HEADER_SIZE
    if len(data) >= _HEADER_SIZE + _TRAINER_SIZE + _GAME_SIZE and data[6] & _TRAINER_FLAG:
        start += _TRAINER_SIZE
    return data[start:]


def _revision(game: bytes) -> Revision | None:
    found = _sha1(game)
    return next((revision for revision in REVISIONS if revision.sha1 == found), None)


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
