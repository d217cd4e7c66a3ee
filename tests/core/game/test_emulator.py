"""Making an emulator by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import core.game.emulator as emulator_module
from core.errors import InputError
from core.game.emulator import SELECT, START, A, B
from core.game.engines import available_engines, make_emulator
from core.game.rom import Rom


def test_the_controller_byte() -> None:
    assert (A, B, SELECT, START) == (1, 2, 4, 8)
    assert emulator_module.RIGHT == 128


def test_both_engines_are_here() -> None:
    assert available_engines() == ["stable-retro", "nes-py"]


def test_unknown_engine(rom: Rom) -> None:
    with pytest.raises(InputError, match="--engine: 'mesen' is not an engine; choose one of auto, stable-retro"):
        make_emulator("mesen", rom)


def _hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in packages else found(name))


def test_auto_falls_back_to_nes_py(rom: Rom, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "stable_retro")
    emulator = make_emulator("auto", rom)
    assert emulator.name == "nes-py"
    emulator.close()


def test_an_engine_that_is_not_installed(rom: Rom, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "stable_retro")
    with pytest.raises(InputError, match="stable-retro is not installed here .*installed: nes-py"):
        make_emulator("stable-retro", rom)


def test_no_engine_at_all(rom: Rom, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "stable_retro", "nes_py")
    with pytest.raises(InputError, match="no emulator is installed"):
        make_emulator("auto", rom)


def test_no_rom_package(monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "gym_super_mario_bros")
    with pytest.raises(InputError, match="install gym-super-mario-bros .*or give your own with --rom FILE"):
        make_emulator("nes-py")


def test_a_wrong_rom_is_refused_before_any_engine_starts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--rom"):
        make_emulator("auto", tmp_path / "none.nes")
