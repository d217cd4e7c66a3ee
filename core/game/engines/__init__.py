"""The engines behind the protocol ``core.game.emulator.Emulator``, and the one function that makes an emulator."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from core.errors import InputError
from core.game.emulator import ENGINE_NAMES, Emulator
from core.game.rom import Rom, load_rom


def available_engines() -> list[str]:
    """Names of the engines installed here, best first."""
    packages = {"stable-retro": "stable_retro", "nes-py": "nes_py"}
    return [name for name, package in packages.items() if importlib.util.find_spec(package)]


def make_emulator(engine: str = "auto", rom: Path | Rom | None = None) -> Emulator:
    """Make an emulator with the game in it.

    Args:
        engine: "stable-retro", "nes-py", or "auto" for the first of these that is installed.
        rom: a ROM, a path to one (file, folder or zip), or None for the one that gym-super-mario-bros brings.

    Raises:
        InputError: the engine is unknown or not installed, or the ROM cannot be used.
    """
    if engine not in ENGINE_NAMES:
        raise InputError(f"--engine: {engine!r} is not an engine; choose one of {', '.join(ENGINE_NAMES)}")
    installed = available_engines()
    if not installed:
        raise InputError("no emulator is installed; install stable-retro (or nes-py, on Windows) with pip")
    if engine == "auto":
        engine = installed[0]
    if engine not in installed:
        hint = "it has no Windows build" if sys.platform == "win32" else "install it with pip"
        raise InputError(f"--engine: {engine} is not installed here ({hint}); installed: {', '.join(installed)}")
    if not isinstance(rom, Rom):
        rom = load_rom(rom)
    if engine == "stable-retro":
        from core.game.engines.stable_retro import RetroEmulator

        return RetroEmulator(rom)
    from core.game.engines.nes_py import NesPyEmulator

    return NesPyEmulator(rom)
