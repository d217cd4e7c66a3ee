"""The program's door: what it imports, refuses and opens. Each test is a process of its own where imports matter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import main

ROOT = Path(__file__).resolve().parents[1]


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter in the project's root."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment or None, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_an_unsupported_python_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 1))
    assert main.main(["--doctor"]) == 2
    major, minor = version
    assert capsys.readouterr().err == f"main.py: Python 3.11, 3.12 or 3.13 is needed; this is {major}.{minor}\n"


def test_a_missing_package_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(argv: list[str]) -> int:
        raise ModuleNotFoundError("No module named 'numpy.core'", name="numpy.core")

    monkeypatch.setattr("core.cli.commands.main", lacking)
    assert main.main(["--doctor"]) == 2
    assert "the package numpy is missing; 'make run' installs everything" in capsys.readouterr().err


def test_a_mistake_of_ours_is_not_called_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(argv: list[str]) -> int:
        raise ModuleNotFoundError("No module named 'core.fnc'", name="core.fnc")

    monkeypatch.setattr("core.cli.commands.main", broken)
    with pytest.raises(ModuleNotFoundError, match="core.fnc"):
        main.main(["--doctor"])


@pytest.mark.parametrize("argv", [["--doctor"], []])
def test_what_the_system_refuses_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    def refused(argv: list[str]) -> int:
        raise PermissionError(13, "Permission denied", "somewhere")

    for door in ("core.cli.commands.main", "core.cli.commands.window_arguments"):
        monkeypatch.setattr(door, refused)
    assert main.main(argv) == 1
    assert capsys.readouterr().err == "main.py: somewhere: Permission denied\n"


def test_output_that_a_full_disk_does_not_take_is_a_failure() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "main.py", "--doctor"]
        result = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == "main.py: No space left on device\n"


@pytest.mark.parametrize("flag", ["-P", "-I"])
def test_it_finds_itself_where_python_does_not_look_beside_it(flag: str, tmp_path: Path) -> None:
    (tmp_path / "linked.py").symlink_to(ROOT / "main.py")
    command = [sys.executable, flag, "linked.py", "--train", "fcn", "--runs", "runs"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "--data: name the folder of a data set" in result.stderr


@pytest.mark.parametrize("argv", [["--train", "fcn", "--help"], ["--collect", "--help"], ["--benchmark", "--help"]])
def test_commands_never_import_qt(argv: list[str]) -> None:
    code = f"""
import sys, main
try:
    main.main({argv!r})
except SystemExit as leaving:
    assert leaving.code == 0
loaded = [name for name in ("PySide6", "pyqtgraph", "keras", "tensorflow", "onnxruntime") if name in sys.modules]
assert not loaded, loaded
"""
    result = python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("usage: main.py")


def test_training_works_without_qt_on_the_machine() -> None:
    """All of the trainer is imported with PySide6 and pyqtgraph out of reach."""
    code = """
import sys
sys.modules |= {"PySide6": None, "pyqtgraph": None}
import main, core.fcn.training.train, core.collection.collect
sys.exit(main.main(["--train", "fcn"]))
"""
    result = python(code)
    assert result.returncode == 2, result.stderr
    assert "main.py: " in result.stderr
    assert "data" in result.stderr.splitlines()[-1]


def test_without_a_display_the_window_says_so() -> None:
    result = python("import sys, main; sys.exit(main.main([]))", PATH="/usr/bin:/bin", HOME="/nowhere")
    assert result.returncode == 2
    assert result.stderr == (
        "main.py: the window needs a display and there is none here; commands like --train work without (see --help)\n"
    )


def test_a_wrong_flag_of_the_window_has_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--full-screen"]) == 2
    assert "unrecognized arguments: --full-screen (main.py --help lists the flags)" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from core import __version__

    with pytest.raises(SystemExit) as leaving:
        main.main(["--version"])
    assert leaving.value.code == 0
    assert capsys.readouterr().out == f"main.py {__version__}\n"
