"""Making an emulator by name."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import pytest

import core.game.emulator as emulator_module
from core.errors import InputError
from core.game.emulator import SELECT, START, A, B
from core.game.engines import available_engines, make_emulator, rom_file
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


@pytest.mark.usefixtures("emulator_slot")
@pytest.mark.parametrize("engine", ["stable-retro", "nes-py"])
@pytest.mark.parametrize("name", ["SMB.NES", "smb.bin", "smb", "Bélignon/マリオ.nes"])
def test_a_file_of_any_name_and_header_can_be_played(rom: Rom, tmp_path: Path, engine: str, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes.fromhex("4e45531a 02010108 00000700 01000001") + rom.data[16:])
    emulator = make_emulator(engine, path)
    assert emulator.step(0, frames=3).frame.any()
    emulator.close()


def test_a_folder_of_temporary_files_with_other_letters(
    rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where it lies in the user's own folder; nes-py would end the process."""
    (tmp_path / "Bélignon").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "Bélignon"))
    monkeypatch.setattr(rom_file, "_OTHER_FOLDERS", (str(tmp_path / "nowhere"), str(tmp_path)))
    emulator = make_emulator("nes-py", rom)
    assert emulator.step(0, frames=3).frame.any()
    emulator.close()
    assert [path.name for path in tmp_path.rglob("*")] == ["Bélignon"], "nothing is left"
    monkeypatch.setattr(rom_file, "_OTHER_FOLDERS", (str(tmp_path / "nowhere"),))
    with pytest.raises(InputError, match=r"TMPDIR .*can be used \(No such file or directory\); name another"):
        make_emulator("nes-py", rom)
