"""What ``make`` does before Python packages: system packages, and the choice of an interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / ".ci" / "system-packages"
LINES = (ROOT / "assets" / "system_libraries.txt").read_text().splitlines()
LIBRARIES = [line.split() for line in LINES if not line.startswith("#")]
Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Runs the script on a pretended Linux machine; what apt-get is asked for lies in ``apt.log``."""
    programs = tmp_path / "bin"
    programs.mkdir()

    def program(name: str, body: str) -> None:
        path = programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def run(
        *words: str, lacking: tuple[str, ...] = (), user: int = 0, sudo: bool = False
    ) -> subprocess.CompletedProcess[str]:
        found = "\n".join(f"\t{name} (libc6,x86-64) => /lib/{name}" for name, _ in LIBRARIES if name not in lacking)
        program("ldconfig", f"cat <<'END'\n{found}\nEND")
        program("uname", "echo Linux")
        program("id", f"echo {user}")
        program("sudo", 'test "$1" = -n && shift; "$@"' if sudo else "exit 1")
        program("apt-get", f'echo "$@" >> "{tmp_path}/apt.log"')
        program("g++", "exit 0")
        program("Xvfb", "exit 0")
        program("find", "echo /usr/share/fonts/a.ttf")
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path)}
        command = ["sh", str(SCRIPT), sys.executable, *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def test_nothing_happens_where_nothing_is_missing(machine: Machine, tmp_path: Path) -> None:
    result = machine("test")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not (tmp_path / "apt.log").exists()


@pytest.mark.parametrize(("user", "sudo"), [(0, False), (1000, True)], ids=["root", "sudo"])
def test_what_is_missing_is_installed_without_a_question(
    machine: Machine, tmp_path: Path, user: int, sudo: bool
) -> None:
    result = machine(lacking=("libEGL.so.1", "libxcb-cursor.so.0"), user=user, sudo=sudo)
    assert result.returncode == 0
    assert "Installing system packages: libegl1 libxcb-cursor0" in result.stderr
    log = (tmp_path / "apt.log").read_text().splitlines()
    assert log == ["update", "install -y --no-install-recommends libegl1 libxcb-cursor0"]


def test_a_user_without_rights_gets_the_line_and_goes_on(machine: Machine, tmp_path: Path) -> None:
    result = machine(lacking=("libEGL.so.1",), user=1000)
    assert result.returncode == 0
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1\n" in result.stderr
    assert not (tmp_path / "apt.log").exists()


def test_a_library_is_not_taken_for_one_whose_name_it_begins(machine: Machine) -> None:
    """libxcb.so.1 says nothing of libxcb-cursor.so.0, nor libGLX of libGL."""
    assert "libgl1" in machine(lacking=("libGL.so.1",), user=1000).stderr


def make(*words: str, path: str) -> subprocess.CompletedProcess[str]:
    """``make`` in a folder without a set-up, with only some programs on the path."""
    environment = {**os.environ, "PATH": path}
    return subprocess.run(["/usr/bin/make", *words], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def old_pythons(tmp_path: Path) -> Path:
    """A folder whose python3 is too old, and whose python3.12 is a shim that fails."""
    for name in ("python3", "python3.12"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    for name in ("sh", "env", "test", "touch", "uname"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if Path(f"/bin/{name}").exists() else f"/usr/bin/{name}")
    return tmp_path


def test_no_fitting_python_is_refused_in_one_sentence(old_pythons: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "project")
    words = ("-C", str(ROOT), f"VENV={folder}", f"{folder}/bin/python")
    result = make(*words, path=str(old_pythons))
    assert result.returncode == 2
    assert "Python 3.11, 3.12 or 3.13 is needed and none was found" in result.stderr
    assert not Path(folder).exists()


def test_a_fitting_python_is_found_behind_one_that_fails(old_pythons: Path, tmp_path: Path) -> None:
    (old_pythons / "python3.13").symlink_to(sys.executable)
    words = ("-C", str(ROOT), "-n", f"VENV={tmp_path}/project", f"{tmp_path}/project/bin/python")
    result = make(*words, path=str(old_pythons))
    assert result.returncode == 0, result.stderr
    assert f"{old_pythons}/python3.13 -m venv" in result.stdout
