"""Trainings as processes: started one after another, stopped, resumed, killed, found again; by two windows at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError, RunError
from core.file_lock import file_lock
from core.files import write_json
from core.runs.commands import Machine
from core.runs.launching import launch
from core.runs.priority import LOW_PRIORITY
from core.runs.queue import Launched, QueueFile, Waiting
from core.runs.run_folder import RunFolder, Status
from core.runs.state import Observed, observe, tail
from core.runs.supervisor import Supervisor, TrainingsState
from tests.core.runs.scripted_trainer import end_trainings

TRAINER = (sys.executable, "-m", "tests.core.runs.scripted_trainer")
_PATIENCE = 100.0  # seconds that a busy machine may need


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """A folder of runs; what still trains there is ended after the test."""
    folder = tmp_path / "runs"
    yield folder
    end_trainings()


def waiting(name: str, how: str = "steady", epochs: int = 10_000) -> Waiting:
    return Waiting(name, "fcn", FcnConfig(architecture=how, epochs=epochs))


def until(supervisor: Supervisor, is_so: Callable[[TrainingsState], object]) -> TrainingsState:
    """Tick until something is so."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        snapshot = supervisor.tick()
        if is_so(snapshot):
            return snapshot
        threading.Event().wait(0.02)
    raise AssertionError(f"it never was so: {snapshot}")


def state(snapshot: TrainingsState, name: str) -> str:
    return next((run.state for run in snapshot.runs if run.name == name), "")


def run_of(snapshot: TrainingsState, name: str) -> Observed:
    return next(run for run in snapshot.runs if run.name == name)


def test_a_training_is_started_stopped_and_resumed(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a", epochs=10_000))
    snapshot = supervisor.tick()
    assert state(snapshot, "a") == "starting" and snapshot.waiting == ()
    snapshot = until(supervisor, lambda now: state(now, "a") == "running" and run_of(now, "a").progress > 0)
    a = run_of(snapshot, "a")
    assert a.is_ours and a.pid != os.getpid()
    assert os.name == "nt" or psutil.Process(a.pid).nice() >= LOW_PRIORITY
    session = Path(f"/proc/{a.pid}/autogroup")
    assert not session.exists() or session.read_text().endswith(f"nice {LOW_PRIORITY}\n")
    supervisor.stop(a.path)
    assert state(supervisor.tick(), "a") in ("stopping", "stopped")
    stopped = run_of(until(supervisor, lambda now: state(now, "a") == "stopped"), "a")
    assert stopped.can_resume and 0 < stopped.progress < 1
    assert supervisor.tick().watched == a.path, "what it said last can still be read"
    supervisor.add(Waiting("a", "fcn"))
    again = until(supervisor, lambda now: state(now, "a") == "running" and run_of(now, "a").pid != a.pid)
    assert run_of(again, "a").progress >= stopped.progress
    supervisor.stop(a.path)
    until(supervisor, lambda now: state(now, "a") == "stopped")
    assert supervisor.queue.read().launched == []


@pytest.mark.parametrize(("epochs", "end"), [(500, "stopped"), (1, "done")])
def test_what_a_launcher_starts_is_followed(runs: Path, epochs: int, end: str) -> None:
    """As python.exe in a virtual environment of Windows does: the process that trains is its child."""
    start = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"
    supervisor = Supervisor(runs, (sys.executable, "-c", start, *TRAINER[1:]))
    supervisor.add(waiting("a", epochs=epochs))
    if end == "stopped":
        until(supervisor, lambda now: state(now, "a") == "running")
        (item,) = supervisor.queue.read().launched
        assert item.pid == run_of(supervisor.tick(), "a").pid
        supervisor.stop(runs / "a")
    else:
        supervisor._next_scan = time.monotonic() + 100
        supervisor.start_now("a")
        for process in supervisor._starter._processes:
            process.wait()
    assert not run_of(until(supervisor, lambda now: state(now, "a") == end), "a").sentence
    assert supervisor.queue.read().launched == []


def test_one_trains_at_a_time_in_the_order_of_the_queue(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    for name, epochs in (("a", 10_000), ("b", 10_000), ("c", 1), ("d", 1)):
        supervisor.add(waiting(name, epochs=epochs))
    snapshot = until(supervisor, lambda now: state(now, "a") == "running")
    assert [item.name for item in snapshot.waiting] == ["b", "c", "d"]
    supervisor.move("d", -1)
    supervisor.move("b", 1)
    supervisor.remove("c")
    assert [item.name for item in supervisor.tick().waiting] == ["d", "b"]
    supervisor.hold(True)
    supervisor.stop(runs / "a")
    snapshot = until(supervisor, lambda now: state(now, "a") == "stopped")
    assert not supervisor.tick().active and snapshot.is_held, "a queue that is held starts nothing"
    supervisor.hold(False)
    until(supervisor, lambda now: (runs / "d").exists() and observe(runs / "d").state == "done")
    until(supervisor, lambda now: state(now, "b") == "running")
    supervisor.add(waiting("e"))
    supervisor.start_now("e")
    until(supervisor, lambda now: len([run for run in now.active if run.state == "running"]) == 2)


def test_the_queue_outlives_the_window_and_so_does_the_training(runs: Path) -> None:
    first = Supervisor(runs, TRAINER)
    first.add(waiting("a"))
    first.add(Waiting("b", "fcn", FcnConfig(data="some/data", architecture="steady"), Machine(2)))
    until(first, lambda now: state(now, "a") == "running")
    second = Supervisor(runs, TRAINER)
    snapshot = second.tick()
    a = run_of(snapshot, "a")
    assert a.state == "running" and a.is_ours
    assert snapshot.waiting == (Waiting("b", "fcn", FcnConfig(data="some/data", architecture="steady"), Machine(2)),)
    second.stop(a.path)
    until(second, lambda now: state(now, "a") == "stopped" and state(now, "b") in ("running", "done"))
    assert "some" in (runs / "b").joinpath("provenance.json").read_text()


def test_two_windows_start_a_queued_training_once(runs: Path) -> None:
    windows = [Supervisor(runs, TRAINER), Supervisor(runs, TRAINER)]
    windows[0].add(waiting("a"))
    windows[0].add(waiting("b"))
    threads = [threading.Thread(target=window.tick) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for window in windows:
        snapshot = until(window, lambda now: state(now, "a") == "running")
        assert [item.name for item in snapshot.waiting] == ["b"]
    assert len(windows[0].queue.read().launched) == 1


def test_a_run_that_lies_elsewhere_is_resumed_too(runs: Path) -> None:
    elsewhere = runs.parent / "others" / "a"
    RunFolder.create(elsewhere, FcnConfig(architecture="steady", epochs=10_000))
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(Waiting("../others/a", "fcn", changes={"steps": 9}))
    assert Supervisor(runs).queue.read().waiting == [Waiting("../others/a", "fcn", changes={"steps": 9})]
    snapshot = until(supervisor, lambda now: state(now, "a") == "running")
    assert [run.path for run in snapshot.runs] == [elsewhere]
    supervisor.stop(elsewhere)
    until(supervisor, lambda now: state(now, "a") == "stopped")
    supervisor.dismiss(elsewhere)
    assert supervisor.tick().runs == ()


def test_a_killed_training_is_interrupted_and_resumes(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a"))
    pid = run_of(until(supervisor, lambda now: state(now, "a") == "running"), "a").pid
    psutil.Process(pid).kill()
    a = run_of(until(supervisor, lambda now: state(now, "a") == "interrupted"), "a")
    assert a.can_resume and "killed" in a.sentence
    supervisor.add(Waiting("a", "fcn"))
    until(supervisor, lambda now: state(now, "a") == "running" and run_of(now, "a").pid != pid)


def test_a_folder_that_is_removed_ends_its_training(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a"))
    pid = run_of(until(supervisor, lambda now: state(now, "a") == "running"), "a").pid
    (runs / "a").rename(runs / "elsewhere")
    shutil.rmtree(runs / "elsewhere")
    a = run_of(until(supervisor, lambda now: state(now, "a") == "gone"), "a")
    assert "gone" in a.sentence and not a.can_resume
    until(supervisor, lambda now: not psutil.pid_exists(pid))
    supervisor.dismiss(a.path)
    assert supervisor.tick().runs == ()


@pytest.mark.parametrize("how", ["removed", "refused"])
def test_a_name_that_was_kept_for_a_training_is_given_back_when_nothing_comes_of_it(runs: Path, how: str) -> None:
    (runs / "a").mkdir(parents=True)
    supervisor = Supervisor(runs, TRAINER)
    if how == "removed":
        supervisor.hold(True)
    supervisor.add(waiting("a", "refused"))
    assert not supervisor.tick().problem
    if how == "removed":
        assert (runs / "a").is_dir()
        supervisor.remove("a")
    else:
        assert "is no network" in run_of(until(supervisor, lambda now: state(now, "a") == "failed"), "a").sentence
    assert not (runs / "a").exists()


def test_settings_that_are_refused_leave_their_sentence(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a", "refused"))
    a = run_of(until(supervisor, lambda now: state(now, "a") == "failed"), "a")
    assert a.sentence == "--architecture: 'refused' is no network"
    assert not (runs / "a").exists()
    other = Supervisor(runs, TRAINER)
    assert run_of(other.tick(), "a").sentence == a.sentence, "the next window tells it too"
    other.dismiss(a.path)
    assert other.tick().runs == () and supervisor.tick().runs == ()


def test_a_full_disk_is_told(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a", "full"))
    a = run_of(until(supervisor, lambda now: state(now, "a") == "failed"), "a")
    assert "No space left on device" in a.sentence and a.can_resume


def test_a_disk_too_full_for_the_status_is_told_by_the_processs_last_words(runs: Path) -> None:
    run = RunFolder.create(runs / "a", FcnConfig())
    run.write_status(Status("running", 2**22 + 7, 1.0, 0.5))
    log = runs / ".launched" / "a.log"
    log.parent.mkdir()
    log.write_text("something\nmain.py: epochs.csv: cannot be written (No space left on device)\n")
    a = run_of(Supervisor(runs, TRAINER).tick(), "a")
    assert (a.state, a.sentence) == ("interrupted", "epochs.csv: cannot be written (No space left on device)")


class FullDisk:
    """Refuses to write the queue where its turn says so; what it lets through is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, refuses: Callable[[int], bool]) -> None:
        self.refuses, self._turn = refuses, 0
        monkeypatch.setattr("core.runs.queue.write_json", self._write)

    def _write(self, path: Path, values: object) -> None:
        self._turn += 1
        if self.refuses(self._turn):
            raise RunError(f"{path}: cannot be written (No space left on device); what was there is kept")
        write_json(path, values)


@pytest.mark.parametrize("which", ["the first", "the second", "the second and what follows"])
def test_what_cannot_be_noted_as_started_is_not_started_again_and_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: Any) -> subprocess.Popen[bytes]:
        started.append(launch(*words))
        return started[-1]

    monkeypatch.setattr("core.runs.starter.START_AGAIN", 600.0)
    monkeypatch.setattr("core.runs.starter.launch", start)
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("a"))
    supervisor.add(waiting("b"))
    disk = FullDisk(monkeypatch, {"the first": lambda turn: True, "the second": lambda turn: turn == 2}.get(
        which, lambda turn: turn >= 2
    ))  # fmt: skip
    for _ in range(3):
        snapshot = supervisor.tick()
        assert "No space left" in snapshot.problem and not snapshot.active
    assert len(started) == (0 if which == "the first" else 1)
    assert all(process.poll() is not None for process in started), "what is not noted does not go on"
    disk.refuses = lambda turn: False
    assert [item.name for item in supervisor.tick().waiting] == ["a", "b"]
    monkeypatch.setattr("core.runs.starter.START_AGAIN", 0.0)
    supervisor.start_now("a")
    assert not until(supervisor, lambda now: state(now, "a") == "running").problem
    assert [item.name for item in supervisor.queue.read().waiting] == ["b"]


def test_a_program_that_cannot_be_started_leaves_its_training_in_the_queue(runs: Path) -> None:
    supervisor = Supervisor(runs, (str(runs / "no program"),))
    supervisor.add(waiting("a"))
    for _ in range(2):
        snapshot = supervisor.tick()
        assert "No such file" in snapshot.problem or os.name == "nt"
    assert [item.name for item in supervisor.queue.read().waiting] == ["a"] and not supervisor.queue.read().launched


def test_a_training_stopped_before_it_made_its_folder_is_ended(runs: Path) -> None:
    supervisor = Supervisor(runs, (sys.executable, "-c", "import threading; threading.Event().wait(600)"))
    supervisor.add(waiting("a"))
    snapshot = supervisor.tick()
    pid = run_of(snapshot, "a").pid
    supervisor.stop(runs / "a")
    until(supervisor, lambda now: not now.runs and not psutil.pid_exists(pid))


def test_a_process_that_ends_while_it_is_stopped_ends_nothing_else(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(runs, TRAINER)
    with supervisor.queue.change() as queue:
        queue.launched.append(Launched("a", "fcn", 2**22 + 7, time.time()))
    monkeypatch.setattr("core.runs.supervisor.is_process", lambda pid, begun: True)
    supervisor.stop(runs / "a")
    assert supervisor.queue.read().launched == []


def test_a_stop_that_comes_too_late_stops_nothing_that_begins_later(runs: Path) -> None:
    run = RunFolder.create(runs / "a", FcnConfig())
    supervisor = Supervisor(runs, TRAINER)
    run.write_status(Status("running", os.getpid(), time.time(), 0.5))
    assert state(supervisor.tick(), "a") == "running"
    run.write_status(Status("failed", os.getpid(), time.time(), 0.5))
    supervisor.stop(run.path)
    assert state(supervisor.tick(), "a") == "failed" and not run.stop_requested()
    run.write_status(Status("running", os.getpid(), time.time(), 0.5))
    for _ in range(2):
        assert state(supervisor.tick(), "a") == "running" and not run.stop_requested()


def test_a_training_that_cannot_be_queued_gives_its_name_back(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (runs / "a").mkdir(parents=True)
    RunFolder.create(runs / "b", FcnConfig())
    FullDisk(monkeypatch, lambda turn: True)
    for item in (waiting("a"), Waiting("b", "fcn")):
        with pytest.raises(RunError, match="No space left"):
            Supervisor(runs, TRAINER).add(item)
    assert not (runs / "a").exists() and (runs / "b" / "config.json").exists()


def test_the_queue_waits_for_an_experiment(runs: Path) -> None:
    trial = RunFolder.create(runs / "plan" / "gray-21", FcnConfig())
    (runs / "plan" / "experiment.json").write_text("{}")
    supervisor = Supervisor(runs, TRAINER)
    supervisor.add(waiting("b"))
    for is_driven in (False, True):
        state_of_trial, lock = ("stopped", "lock") if is_driven else ("running", "other")
        trial.write_status(Status(state_of_trial, os.getpid(), time.time(), 0.5))  # type: ignore[arg-type]
        with file_lock(runs / "plan" / lock):
            snapshot = Supervisor(runs, TRAINER).tick()
            assert snapshot.is_busy and not snapshot.runs, "no window stops or resumes its trials by a card"
            snapshot = supervisor.tick()
            assert snapshot.is_experimenting and [item.name for item in snapshot.waiting] == ["b"]
    supervisor._next_scan = 0.0
    assert state(until(supervisor, lambda now: not now.waiting), "b") == "starting"
    supervisor._next_scan = time.monotonic() + 100
    with file_lock(runs / "plan" / "lock"):
        until(supervisor, lambda now: state(now, "b") == "running")
        supervisor.add(waiting("c"))
        supervisor.stop(runs / "b")
        snapshot = until(supervisor, lambda now: state(now, "b") == "stopped" and now.is_experimenting)
        assert [item.name for item in snapshot.waiting] == ["c"], "it began since the look at all runs"


def test_a_run_that_was_dismissed_and_goes_on_elsewhere_is_told_of_again(runs: Path) -> None:
    run = RunFolder.create(runs / "a", FcnConfig())
    supervisor = Supervisor(runs, TRAINER)
    run.write_status(Status("failed", os.getpid(), time.time(), 0.5))
    assert state(supervisor.tick(), "a") == "failed"
    supervisor.dismiss(run.path)
    assert not supervisor.tick().runs
    run.write_status(Status("running", os.getpid(), time.time(), 0.5))
    supervisor._next_scan = 0.0
    assert state(supervisor.tick(), "a") == "running"
    run.write_status(Status("failed", os.getpid(), time.time(), 0.6, error="the disk is full"))
    assert run_of(supervisor.tick(), "a").sentence == "the disk is full"


def test_stopping_what_is_about_to_be_started_ends_no_window(runs: Path) -> None:
    supervisor = Supervisor(runs, TRAINER)
    noted = Launched("a", "fcn", os.getpid(), time.time())
    with supervisor.queue.change() as queue:
        queue.launched.append(noted)
    supervisor.stop(runs / "a")
    assert supervisor.queue.read().launched == [noted]


def test_a_queue_that_cannot_be_read_is_named_and_kept(runs: Path) -> None:
    runs.mkdir()
    path = runs / "queue.json"
    for text in ("{", "[]", '{"version": 1}', '{"version": 99}'):
        path.write_text(text)
        assert "queue.json" in Supervisor(runs, TRAINER).tick().problem
        with pytest.raises(InputError, match="queue.json"), QueueFile(runs).change():
            pass
        assert path.read_text() == text
    path.unlink()


def test_the_queue_of_a_folder_that_is_a_link_names_folders_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("another/disk", "another/data", "work/here", "work/data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "work" / "runs").symlink_to(tmp_path / "another" / "disk")
    monkeypatch.chdir(tmp_path / "work")
    for text in ("data", "runs/../data"):  # beside the link, and beside where it leads
        with QueueFile(Path("runs")).change() as queue:
            queue.waiting = [Waiting("a", "fcn", FcnConfig(data=text))]
        for runs in (Path("runs"), tmp_path / "another" / "disk"):
            (item,) = QueueFile(runs).read().waiting
            assert Path(item.config.data).samefile(text)
            assert ".." not in item.config.data


def test_the_queue_finds_the_game_from_another_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    game = tmp_path / "here" / "smb.nes"
    game.touch()
    queue = QueueFile(tmp_path / "runs")
    with queue.change() as changed:
        changed.waiting = [
            Waiting(str(place), "ddqn", None, Machine(rom=rom)) for place, rom in enumerate(("smb.nes", ""))
        ]
    assert [item.machine.rom for item in queue.read().waiting] == ["smb.nes", ""]
    monkeypatch.chdir(tmp_path / "there")
    assert [item.machine.rom for item in queue.read().waiting] == [str(game), ""]
    path = queue.runs / "queue.json"
    values = json.loads(path.read_text())
    assert values["waiting"][0]["machine"]["rom"] == "../here/smb.nes"
    values["waiting"][0]["machine"]["rom"] = "smb.nes"  # as older programs wrote it
    path.write_text(json.dumps(values))
    monkeypatch.chdir(tmp_path / "here")
    assert queue.read().waiting[0].machine.rom == "smb.nes"


def test_what_can_no_longer_be_trained_does_not_stop_the_others(runs: Path) -> None:
    """As an older program left it: one that waits with prioritised replay."""
    with QueueFile(runs).change() as queue:
        queue.waiting += [Waiting("a", "ddqn", DdqnConfig()), Waiting("b", "ddqn", DdqnConfig())]
    path = runs / "queue.json"
    values = json.loads(path.read_text())
    values["waiting"][0]["settings"]["priority"] = 0.5
    path.write_text(json.dumps(values))
    read = QueueFile(runs).read()
    assert [item.name for item in read.waiting] == ["b"]
    assert [(item.name, item.error) for item in read.launched] == [
        ("a", "a: priority is no longer there; only runs with priority 0.0 can be trained")
    ]
    with QueueFile(runs).change() as queue:
        queue.is_held = True
    assert [item.name for item in QueueFile(runs).read().launched] == ["a"]


def test_a_run_that_is_being_imported_is_none(runs: Path) -> None:
    RunFolder.create(runs / ".a.12.tmp", FcnConfig())
    assert Supervisor(runs, TRAINER).tick().runs == ()


def test_a_run_that_somebody_else_writes_is_running(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "a", FcnConfig())
    run.write_status(Status("running", 2**22 + 7, time.time(), 0.5))
    assert observe(run.path).state == "interrupted"
    with run.writing():
        assert observe(run.path).state == "running", "the lock says so, whoever holds it"
    run.write_status(Status("running", os.getpid(), time.time(), 0.5))
    assert observe(run.path).state == "running"
    run.request_stop()
    assert observe(run.path).state == "stopping"
    run.write_status(Status("running", os.getpid(), 1.0, 0.5))
    assert observe(run.path).state == "interrupted", "this process began after that sign of life"
    (run.path / "config.json").write_text("{")
    assert observe(run.path).state == "damaged" and "config.json" in observe(run.path).sentence
    assert observe(tmp_path / "none").state == "gone"


def test_the_tail_holds_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert tail(path) == ""
    path.write_text("".join(f"line {i}\n" for i in range(20_000)) + "half")
    assert tail(path, 2) == "line 19998\nline 19999"
