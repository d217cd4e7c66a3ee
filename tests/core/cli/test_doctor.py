"""The doctor finds what is there, and what is missing with the command that gets it."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import core.game.rom
from core.cli import doctor
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.ddqn.training.train import train_ddqn
from core.errors import InputError
from core.fcn.training.train import train_fcn
from core.game.rom import EUROPE, ROM_SHA1, WORLD, Rom
from tests.core.game.relocated import relocated

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every library of the window is there."""
    monkeypatch.setattr(doctor, "_loads", lambda name: True)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both engines start, without the second that trying them takes."""
    monkeypatch.setattr(doctor, "_engine", lambda name, rom: {"name": name, "ok": True, "problem": ""})


@pytest.mark.usefixtures("libraries")
def test_finds_what_this_machine_has() -> None:
    findings = doctor.examine()
    assert json.loads(json.dumps(findings)) == findings
    assert findings["python"]["ok"]
    assert {engine["name"]: engine["ok"] for engine in findings["engines"]} == {"stable-retro": True, "nes-py": True}
    assert findings["rom"] == {
        "ok": True, "sha1": ROM_SHA1, "revision": EUROPE.name, "tested": True, "problem": "",
    }  # fmt: skip
    packages = {package["name"]: package for package in findings["packages"]}
    assert {"numpy", "keras", "onnxruntime", "PySide6-Essentials"} <= set(packages)
    assert all(package["ok"] for package in packages.values())
    assert findings["machine"]["cores"] >= 1
    assert findings["problems"] == []
    assert findings["ok"]


@pytest.mark.usefixtures("engines")
def test_report_tells_it_to_people() -> None:
    findings = doctor.examine()
    findings["packages"][0] |= {"version": "1.0", "ok": False}
    findings["problems"] = [{"problem": "numpy is 1.0.", "fix": "pip install numpy"}]
    report = doctor.report(findings)
    assert f"rom        ok {ROM_SHA1} Super Mario Bros. (Europe) (Rev A)\n" in report
    assert "numpy                     1.0         PROBLEM (tested: >=2.2,<2.5)" in report
    assert report.endswith("numpy is 1.0.\n    pip install numpy")


def test_a_truncated_rom_is_named_with_its_sum(rom: Rom, tmp_path: Path) -> None:
    path = tmp_path / "short.nes"
    path.write_bytes(rom.data[:-1])
    findings = doctor.examine(path)
    assert not findings["rom"]["ok"]
    assert not findings["ok"]
    assert "short.nes is 40,975 bytes long instead of 40,976" in findings["rom"]["problem"]
    assert not any(engine["ok"] for engine in findings["engines"])
    assert any("--rom FILE" in problem["fix"] for problem in findings["problems"])


@pytest.mark.usefixtures("libraries", "engines")
def test_a_revision_that_was_never_tested_is_named(rom: Rom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No dump of it is at hand: a program with everything elsewhere stands for it, then one without a table."""
    path = tmp_path / "world.nes"
    for game in (relocated(rom), Rom(relocated(rom).data.replace(bytes.fromhex("00050a0e13171b20"), bytes(8)), None)):
        world = dataclasses.replace(WORLD, sha1=hashlib.sha1(game.data[16:]).hexdigest())
        monkeypatch.setattr(core.game.rom, "REVISIONS", (EUROPE, world))
        path.write_bytes(game.data)
        findings = doctor.examine(path)
        assert findings["rom"]["revision"] == "Super Mario Bros. (World)" and not findings["rom"]["tested"]
        if findings["ok"]:
            line = f"rom        ok {game.sha1} {world.name}: never tested; please send us what --doctor --json says\n"
            assert line in doctor.report(findings)
    assert "(World) cannot be read: it holds the table of areas 0 times" in findings["rom"]["problem"]
    assert "rom        PROBLEM --rom: Super Mario Bros. (World) cannot be read" in doctor.report(findings)


@pytest.mark.usefixtures("libraries", "engines")
def test_a_package_outside_its_tested_range_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "9.9" if name == "pyqtgraph" else real(name))
    problems = doctor.examine()["problems"]
    assert [problem["problem"] for problem in problems] == ["pyqtgraph is 9.9, tested >=0.14,<0.15."]
    assert problems[0]["fix"].startswith("pip install")


@pytest.mark.usefixtures("libraries", "engines")
@pytest.mark.parametrize(
    ("chosen", "problem", "fix"),
    [
        ("jax", "KERAS_BACKEND: jax is not installed.", "pip install jax"),
        ("torch", "KERAS_BACKEND: torch is not installed.", "pip install torch"),
        ("openvino", "KERAS_BACKEND: 'openvino' cannot train; choose one of tensorflow, jax, torch.", "unset"),
    ],
)
def test_a_backend_of_keras_that_is_not_there_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chosen: str, problem: str, fix: str
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("jax", "torch") else real(name))
    monkeypatch.setenv("KERAS_BACKEND", chosen)
    findings = doctor.examine()
    (found,) = findings["problems"]
    assert found["problem"] == problem and found["fix"].startswith(fix) and not findings["ok"]
    assert f"backend    PROBLEM {chosen}" in doctor.report(findings)
    for train in (partial(train_fcn, FcnConfig()), partial(train_ddqn, DdqnConfig())):
        with pytest.raises(InputError, match=f"{problem[:-1]}; {fix}"):
            train(tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("engines")
def test_a_missing_library_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_loads", lambda name: name != "libEGL.so.1")
    findings = doctor.examine()
    assert [problem["fix"] for problem in findings["problems"]] == ["sudo apt-get install libegl1"]
    assert "PROBLEM missing: libEGL.so.1" in doctor.report(findings)


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_works_with_nothing_but_the_standard_library(words: tuple[str, ...], tmp_path: Path) -> None:
    """``-S`` hides every installed package, as on a machine where nothing was set up."""
    for name in ("core", "assets", "requirements.txt", "main.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-S", "main.py", "--doctor", *words]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    if words:
        findings = json.loads(result.stdout)
        assert not findings["ok"]
        assert {problem["fix"] for problem in findings["problems"]} >= {"pip install -r requirements.txt"}
    else:
        assert "pip install -r requirements.txt" in result.stdout


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Linux with an X display and every library."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "_loads", lambda name: True)
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    return monkeypatch


def test_nothing_stands_in_the_way_of_the_window(linux: pytest.MonkeyPatch) -> None:
    assert doctor.window_obstacle() is None


def test_no_display(linux: pytest.MonkeyPatch) -> None:
    linux.delenv("DISPLAY")
    assert "needs a display" in str(doctor.window_obstacle())
    linux.setenv("QT_QPA_PLATFORM", "offscreen")
    assert doctor.window_obstacle() is None


def test_missing_pyside(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    assert "the window needs PySide6, which is not installed" in str(doctor.window_obstacle())


def test_missing_libraries_come_with_the_line_to_type(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(doctor, "_loads", lambda name: name not in {"libEGL.so.1", "libxcb-cursor.so.0"})
    assert "sudo apt-get install libegl1 libxcb-cursor0" in str(doctor.window_obstacle())


def test_libraries_of_x_are_not_needed_on_wayland(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(doctor, "_loads", lambda name: "xcb" not in name)
    assert "libxcb" in str(doctor.window_obstacle())
    linux.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert doctor.window_obstacle() is None
