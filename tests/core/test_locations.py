"""Where runs, data sets and evaluations lie: one rule, wherever the program was started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from core.locations import (
    PROGRAM,
    SHIPPED,
    data_folder,
    evaluation_folders,
    evaluations_folder,
    home_folder,
    runs_folder,
    seen_at,
    seen_from,
    whole_path,
)


@pytest.fixture
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder for data."""
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name, appauthor: tmp_path / "share" / name)
    return tmp_path / "share" / "mario-workbench"


def test_in_a_terminal_it_is_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder() == Path()
    assert runs_folder() == Path("runs") and data_folder() == Path("data")


@pytest.mark.parametrize("where", ["home", "root"])
def test_from_a_desktop_icon_it_is_the_users_data_folder(
    where: str, user_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path if where == "home" else Path(tmp_path.anchor))
    assert home_folder() == user_data and runs_folder() == user_data / "runs"


@pytest.mark.parametrize("name", ["runs", "data", "evaluations"])
def test_where_somebody_has_worked_it_stays_the_working_directory(
    name: str, user_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert home_folder() == user_data
    (tmp_path / name).mkdir()
    assert home_folder() == Path()


def test_the_programs_folder_is_one_to_work_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose user's folder is the checkout."""
    monkeypatch.setattr(Path, "home", lambda: PROGRAM)
    monkeypatch.setattr(Path, "is_dir", lambda path: False)
    monkeypatch.chdir(PROGRAM)
    assert home_folder() == Path()


def test_a_user_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", fail)
    monkeypatch.chdir(tmp_path)
    assert home_folder() == Path()


def test_from_a_read_only_checkout_too(user_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert data_folder() == user_data / "data"


def test_evaluations_of_a_shipped_agent_do_not_lie_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shipped, own = SHIPPED / "ddqn-gray-2", tmp_path / "runs" / "mine"
    assert evaluations_folder(shipped) == Path("evaluations/ddqn-gray-2")
    assert evaluations_folder(own) == own / "evaluations"
    assert evaluation_folders(shipped) == (shipped / "evaluations", Path("evaluations/ddqn-gray-2"))
    assert evaluation_folders(own) == (own / "evaluations",)


def test_the_doctor_says_where(tmp_path: Path) -> None:
    """From another folder, as somebody with a script would."""
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM)}
    code = "import sys; sys.modules['platformdirs'] = None; import core.cli.doctor as d"
    code += "; d._engine = lambda *_: {'name': '', 'ok': True}; d._problems = lambda _: []"
    command = [sys.executable, "-c", f"{code}; print(d.examine()['home'])"]
    for cwd, home in ((tmp_path, "working directory"), (Path(tmp_path.anchor), "user data folder")):
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == home


@pytest.fixture
def two_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in with a data set, whose ``runs`` and ``far`` are links to deeper places of another disk."""
    work, other = tmp_path / "work", tmp_path / "other" / "disk"
    (work / "data" / "set").mkdir(parents=True)
    for name in ("runs", "far"):
        (other / name).mkdir(parents=True)
        (work / name).symlink_to(other / name)
    (other / "far" / "set").mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.mark.parametrize("run", ["runs/one", "here/one", "far/../one", "here/../far/one", "."])
@pytest.mark.parametrize("path", ["data/set", "far/set", "far/../far/set", "data/../data/set"])
@pytest.mark.parametrize("whole", [False, True], ids=["relative", "whole"])
def test_a_path_seen_from_a_run_leads_there_whatever_is_a_link(
    two_disks: Path, run: str, path: str, whole: bool
) -> None:
    """As the system opens it, from the run's folder as it was named and as it really lies."""
    folder, path = (two_disks / run, str(two_disks / path)) if whole else (Path(run), path)
    seen = seen_from(folder, path)
    folder.mkdir(parents=True, exist_ok=True)
    assert not Path(seen).is_absolute()
    for start in (folder, folder.resolve()):
        assert (start / seen).samefile(path) and seen_at(start, seen).samefile(path)
    assert whole_path(folder / seen).samefile(path) and ".." not in whole_path(folder / seen).parts


def test_without_links_a_path_is_seen_by_its_names(two_disks: Path) -> None:
    assert seen_from(Path("here/one"), "data/set") == "../../data/set"
    assert seen_from(Path("here/one"), "far/set") == "../../far/set", "a link may lead elsewhere tomorrow"
    assert seen_from(Path("here/one"), "") == ""
    assert whole_path(Path("here/../far/set")) == two_disks / "far" / "set"


def test_a_run_that_was_moved_to_another_disk_is_found_through_the_link_in_its_place(two_disks: Path) -> None:
    seen = seen_from(Path("here/one"), "data/set")
    (two_disks / "here" / "one").mkdir(parents=True)
    (two_disks / "here").rename(two_disks.parent / "other" / "disk" / "here")
    (two_disks / "here").symlink_to(two_disks.parent / "other" / "disk" / "here")
    assert seen_at(Path("here/one"), seen).samefile("data/set")
    assert seen_at(Path("here/one"), "../nowhere") == Path("here/one/../nowhere")
