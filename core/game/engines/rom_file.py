"""A file to hand to an engine: both read the game from a path, and both are particular about it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.errors import InputError
from core.game.rom import Rom

_NAME = "super-mario-bros.nes"  # stable-retro knows the console by a suffix in small letters
_OTHER_FOLDERS = ("C:/Users/Public", "C:/Windows/Temp") if sys.platform == "win32" else ("/tmp", "/var/tmp")


@contextmanager
def rom_file(rom: Rom) -> Iterator[str]:
    """Path of a file that holds the game while an engine loads it, in ASCII: on other letters nes-py 8 dies.

    InputError when there is no folder for it.
    """
    with ExitStack() as stack:
        yield str(_write(rom, stack))


def _write(rom: Rom, stack: ExitStack) -> Path:
    problem = "their names have letters outside ASCII"
    for folder in filter(str.isascii, (tempfile.gettempdir(), *_OTHER_FOLDERS)):
        try:
            made = tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True)
            path = Path(stack.enter_context(made)) / _NAME
            path.write_bytes(rom.data)
        except OSError as error:
            problem = error.strerror or str(error)
        else:
            return path
    raise InputError(f"TMPDIR (on Windows TEMP): no folder for temporary files can be used ({problem}); name another")
