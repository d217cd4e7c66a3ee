"""A run folder is made once, written by one process, and read by anybody."""

from __future__ import annotations

import errno
import json
import logging
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from core.config.collect import CollectConfig
from core.config.fcn import FcnConfig
from core.errors import InputError, RunError
from core.file_lock import file_lock
from core.runs.run_folder import RunFolder, Status, list_runs
from core.runs.state import is_locked, observe

CONFIG = FcnConfig(data="../data", epochs=3, seed=5)
OTHER = FcnConfig(data="../data", seed=6)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", CONFIG, command=["main.py", "--train", "fcn"], engine="stable-retro")


def test_settings_come_back(run: RunFolder) -> None:
    assert RunFolder.open(run.path).config(FcnConfig) == CONFIG
    assert run.status() is not None and run.status().state == "starting" and run.status().pid == os.getpid()


def test_provenance_names_versions_and_no_folder_of_this_machine(tmp_path: Path) -> None:
    data = tmp_path / "data set"
    run = RunFolder.create(tmp_path / "run", CONFIG, command=[str(tmp_path / "main.py"), f"--data={data}", str(data)])
    text = (run.path / "provenance.json").read_text()
    values = json.loads(text)
    assert values["command"] == ["main.py", "--data=data set", "data set"]
    assert "numpy" in values["packages"] and values["python"].count(".") == 2 and values["processor"]
    assert str(tmp_path) not in text
    assert not platform.node() or platform.node() not in text


def test_nothing_that_exists_is_overwritten(run: RunFolder, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    with pytest.raises(InputError, match="something is there already"):
        RunFolder.create(run.path, CONFIG)
    assert {path: path.read_bytes() for path in run.path.iterdir()} == before
    file = tmp_path / "file"
    file.touch()
    for path in (file, file / "below"):
        with pytest.raises(InputError, match=str(path)):
            RunFolder.create(path, CONFIG)


def test_a_run_is_made_and_locked_in_one_step(tmp_path: Path) -> None:
    """Whoever comes while it is made, or while it is written, changes nothing."""
    path = tmp_path / "run"
    path.mkdir()
    with file_lock(path / "lock"), pytest.raises(InputError, match="is being written by process"):
        RunFolder.create(path, CONFIG)  # another process has just begun, and nothing but its lock is there
    assert [one.name for one in path.iterdir()] == ["lock"]
    with RunFolder.creating(path, CONFIG) as run:
        before = contents(path)
        for again in (RunFolder.creating(path, OTHER), RunFolder(path).writing()):
            with pytest.raises(InputError, match="something is there already|is being written"), again:
                pass
        assert contents(path) == before and is_locked(run.lock_path)
    with RunFolder(path).writing() as again:
        assert again.config(FcnConfig) == CONFIG


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir()}


def test_what_became_of_a_run_until_it_is_locked_is_looked_at_again(run: RunFolder) -> None:
    before = contents(run.path)

    def refuse(found: RunFolder) -> None:
        assert is_locked(found.lock_path)
        raise InputError("this run is done")

    with pytest.raises(InputError, match="this run is done"), run.writing(refuse):
        pass
    assert contents(run.path) == before


def test_a_run_that_goes_on_starts_from_the_moment_on_in_which_it_is_locked(run: RunFolder) -> None:
    """Until its framework is loaded it looked as it had been left, and another process was started beside it."""
    run.write_status(Status("stopped", pid=1, heartbeat=0.0, progress=0.5, time_left=3.0, error="the disk was full"))
    with run.writing(lambda found: None):
        found = observe(run.path)
        assert (found.state, found.pid, found.progress, found.sentence) == ("starting", os.getpid(), 0.5, "")


def test_an_empty_folder_may_become_a_run(tmp_path: Path) -> None:
    assert RunFolder.create(tmp_path, CONFIG).config(FcnConfig) == CONFIG


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "holds no JSON object"),
        ('{"version": 99, "kind": "fcn"}', "version 99"),
        ('{"version": 1, "kind": "collect"}', "kind 'collect'"),
        ('{"version": 1, "kind": "fcn", "colour": 1}', "unknown field 'colour'"),
        ('{"version": 1, "kind": "fcn", "epochs": 0}', "epochs: 0 is too small"),
        ('{"version": 1, "kind": "fcn", "epochs": "many"}', "epochs"),
    ],
)
def test_settings_that_cannot_be_used_name_the_file(run: RunFolder, text: str, reason: str) -> None:
    (run.path / "config.json").write_text(text)
    with pytest.raises(InputError, match=reason) as caught:
        RunFolder.open(run.path).config(FcnConfig)
    assert "config.json" in str(caught.value)


def test_a_folder_without_settings_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json: the file is missing"):
        RunFolder.open(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        RunFolder.open(tmp_path / "nowhere")


def test_runs_of_a_folder(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "nowhere") == []
    for name, config in (("b", CONFIG), ("a", CollectConfig())):
        RunFolder.create(tmp_path / name, config)
    (tmp_path / "other").mkdir()
    (tmp_path / "file").touch()
    RunFolder.create(tmp_path / ".c.12.tmp", CONFIG)  # being imported
    assert [run.path.name for run in list_runs(tmp_path)] == ["a", "b"]


def test_status_comes_back_and_a_damaged_one_is_named(run: RunFolder) -> None:
    status = Status("running", 12, 34.5, 0.25, 6.0)
    run.write_status(status)
    assert run.status() == status
    (run.path / "status.json").write_text('{"mood": "good"}')
    with pytest.raises(InputError, match=r"status\.json"):
        run.status()
    (run.path / "status.json").unlink()
    assert run.status() is None


def test_a_full_disk_keeps_the_status(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run.status()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"status\.json: cannot be written \(No space left on device\)"):
        run.write_status(Status("running", 1, 2.0))
    assert run.status() == before


def test_a_request_to_stop_is_a_file(run: RunFolder) -> None:
    assert not run.stop_requested()
    run.request_stop()
    assert run.stop_requested() and (run.path / "stop").is_file()
    run.clear_stop()
    run.clear_stop()
    assert not run.stop_requested()


def test_one_process_writes(run: RunFolder) -> None:
    other = (
        "import sys; from pathlib import Path; from core.errors import InputError\n"
        "from core.runs.run_folder import RunFolder\n"
        "try:\n"
        "    with RunFolder(Path(sys.argv[1])).writing(): print('wrote')\n"
        "except InputError as error: print(error)\n"
    )

    def elsewhere() -> str:
        command = [sys.executable, "-c", other, str(run.path)]
        root = Path(__file__).resolve().parents[3]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    with run.writing():
        assert elsewhere() == f"{run.path}: the run is being written by process {os.getpid()}; stop it first"
        assert run.status().state == "starting"
    assert elsewhere() == "wrote"


def test_half_files_of_a_crash_are_removed(run: RunFolder) -> None:
    (run.path / "checkpoints").mkdir()
    gone = "99999999"  # no process has this number
    half = [run.path / f".status.json.{gone}.tmp", run.path / "checkpoints" / f".step-000000001.safetensors.{gone}.tmp"]
    others = run.path / f".trial.json.{os.getppid()}.tmp"  # which a driver is about to move into place
    for path in (*half, others):
        path.touch()
    with run.writing():
        assert not any(path.exists() for path in half) and others.exists()
    assert run.status() is not None


def test_a_failure_is_kept_in_status_and_log(run: RunFolder) -> None:
    run.write_status(Status("running", 1, 2.0, progress=0.5))

    def train() -> None:
        with run.writing():
            logging.getLogger("core.training").info("a word from the trainer")
            raise RunError("the loss is no number")

    with pytest.raises(RunError):
        train()
    status = run.status()
    assert (status.state, status.progress, status.error) == ("failed", 0.5, "the loss is no number")
    log = (run.path / "train.log").read_text()
    assert "a word from the trainer" in log and "RunError: the loss is no number" in log
