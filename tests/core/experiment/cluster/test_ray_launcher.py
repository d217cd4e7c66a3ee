"""An experiment on a cluster whose nodes and drivers come and go: real processes, and a stand-in for Ray."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import core.experiment.cluster.worker
import core.experiment.runner
from core.errors import InputError
from core.experiment.cluster.ray_launcher import RayHandle, RayLauncher, connect
from core.experiment.plan import Plan
from core.experiment.plan_file import read_plan
from core.experiment.runner import Runner, TaskReport, request_stop
from core.runs.commands import Machine
from core.runs.state import observe
from tests.core.experiment.cluster.fake_ray import FakeRay, install
from tests.core.runs.scripted_trainer import end_trainings

ROOT = Path(__file__).resolve().parents[4]
# Notes which run begins or goes on, before it trains.
NOTING = (
    "import os, sys; from pathlib import Path; from tests.core.runs.scripted_trainer import main\n"
    "how = '--run' if '--run' in sys.argv else '--resume'\n"
    "words = how + ' ' + sys.argv[sys.argv.index(how) + 1] + '\\n'\n"
    "with Path(os.environ['NOTES']).open('a') as file: file.write(words)\n"
    "sys.exit(main(sys.argv[1:]))"
)
TRAINER = (sys.executable, "-c", NOTING)
_PATIENCE = 100.0  # seconds that a busy machine may need


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Looks often; ends what still trains after the test."""
    monkeypatch.setattr(core.experiment.cluster.worker, "LOOK", 0.05)
    monkeypatch.setattr(core.experiment.runner, "_LOOK", 0.02)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    yield
    end_trainings()


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never was so"
        threading.Event().wait(0.02)


def plan_of(folder: Path, arm: str, epochs: int = 5, seeds: str = "[1, 2, 3]") -> Plan:
    path = folder / "plan.toml"
    head = f'version = 1\nname = "small"\n[settings.fcn]\nepochs = {epochs}\n[settings.ddqn]\nsteps = 3\n'
    path.write_text(f'{head}[[arms]]\nname = "one"\nseeds = {seeds}\n{arm}')
    return read_plan(path)


STEADY = 'kind = "fcn"\nsettings = { architecture = "steady" }\n'


def ended(handle: RayHandle) -> int | None:
    until(lambda: handle.poll() is not None)
    return handle.poll()


def notes(folder: Path) -> list[str]:
    return (folder / "notes").read_text().splitlines()


def drive(plan: Plan, runs: Path, told: list[str]) -> tuple[threading.Thread, list[TaskReport]]:
    done: list[TaskReport] = []
    launcher = RayLauncher(plan.name, runs, Machine(threads=1), TRAINER)
    runner = Runner(plan, runs, jobs=9, tell=told.append, launcher=launcher)
    thread = threading.Thread(target=lambda: done.extend(runner.run()), daemon=True)
    thread.start()
    return thread, done


def test_a_node_dies_and_another_comes_and_nothing_is_begun_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray, plan, runs = install(monkeypatch, nodes=2), plan_of(tmp_path, STEADY, epochs=10_000), tmp_path / "runs"
    told: list[str] = []
    thread, done = drive(plan, runs, told)
    until(lambda: observe(runs / "one-1").progress > 0 and observe(runs / "one-2").progress > 0)
    before = observe(runs / "one-1").progress
    ray.lose_node("small: one-1")
    ray.add_node()
    until(lambda: "--resume one-1" in notes(tmp_path))
    ray.add_node()
    until(lambda: observe(runs / "one-3").progress > 0)
    until(lambda: observe(runs / "one-1").progress > before)
    request_stop(runs)
    thread.join(_PATIENCE)
    assert [observe(report.path).state for report in done] == ["stopped"] * 3
    assert not any("ended without being done" in line for line in told), "to lose a node is no fault of a trial"
    assert sorted(notes(tmp_path)) == ["--resume one-1", "--run one-1", "--run one-2", "--run one-3"]
    assert list(ray.actors) == ["small: store"], "what has ended holds no processor"
    RayLauncher("small", runs, Machine()).close()
    assert not ray.actors


def test_the_next_driver_finds_what_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray, plan, runs = install(monkeypatch, nodes=1), plan_of(tmp_path, STEADY, 40, "[1, 2]"), tmp_path / "runs"
    first, second = plan.trials()
    launcher = RayLauncher("small", runs, Machine(), TRAINER)
    handles = [launcher.start(task, tmp_path / f"{task.name}.log") for task in (first, second)]
    until(lambda: observe(runs / "one-1").progress > 0)
    assert handles[0].has_begun() and not handles[1].has_begun(), "it waits for a node"
    launcher.close()
    assert "small: store" in ray.actors, "tasks are under way"

    other = RayLauncher("small", runs, Machine(), TRAINER)  # of another driver: the first one is no more
    found = other.start(first, tmp_path / "one-1.log")
    assert ended(found) == 0 and observe(runs / "one-1").state == "done"
    assert notes(tmp_path).count("--run one-1") == 1, "the second driver waited for it"
    until(lambda: observe(runs / "one-2").state == "done")
    until(lambda: handles[1]._ended.done())
    assert list(ray.actors) == ["small: store", "small: one-2"], "it ended while nobody asked"
    other.release(["one-1", "one-2"])
    other.close()
    assert not ray.actors
    RayLauncher("small", runs, Machine())
    with pytest.raises(InputError, match=r"^--runs: a driver in this cluster keeps the runs of small in .*runs; name"):
        RayLauncher("small", tmp_path / "others", Machine())


def test_what_ray_has_lost_for_good_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray, plan = install(monkeypatch, nodes=0), plan_of(tmp_path, STEADY)
    log = tmp_path / "log"
    handle = RayLauncher("small", tmp_path / "runs", Machine(), TRAINER).start(plan.trials()[0], log)
    assert handle.poll() is None
    ray.kill(ray.get_actor("small: one-1"))
    assert ended(handle) == 1
    assert log.read_text() == "main.py: Ray has lost it (The actor is dead.)\n"


def test_one_that_waits_for_a_node_is_stopped_at_once_and_one_at_work_saves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray, plan, runs = install(monkeypatch, nodes=1), plan_of(tmp_path, STEADY, 10_000, "[1, 2]"), tmp_path / "runs"
    launcher = RayLauncher("small", runs, Machine(), TRAINER)
    working, waiting = (launcher.start(task, tmp_path / "log") for task in plan.trials())
    until(lambda: observe(runs / "one-1").progress > 0)
    waiting.request_stop()
    assert ended(waiting) == 1 and "small: one-2" not in ray.actors
    until(lambda: working.request_stop() or working.poll() is not None)
    assert working.poll() == 0 and observe(runs / "one-1").state == "stopped"


def test_an_encoder_travels_and_one_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, nodes=1)
    (tmp_path / "sight").mkdir()
    (tmp_path / "sight" / "weights").write_bytes(b"w")
    plan = plan_of(tmp_path, f'settings = {{ observation = "fcn", encoder = "{tmp_path / "sight"}" }}\n', seeds="[1]")
    code = (
        "import sys; from pathlib import Path; at = Path(sys.argv[sys.argv.index('--encoder') + 1]); "
        "assert not at.is_absolute() and (at / 'weights').read_bytes() == b'w'; sys.exit(0)"
    )
    launcher = RayLauncher("small", tmp_path / "runs", Machine(), (sys.executable, "-c", code))
    log = tmp_path / "log"
    assert ended(launcher.start(plan.trials()[0], log)) == 0, log.read_text()

    network = f'seeds = [1]\n{STEADY}[[arms]]\nname = "agent"\n'
    arms = f'{network}seeds = [1]\nsettings = {{ observation = "fcn", encoder = "@one" }}\n'
    path = tmp_path / "linked.toml"
    path.write_text(f'version = 1\nname = "small"\n[settings.ddqn]\nsteps = 3\n[[arms]]\nname = "one"\n{arms}')
    agent = next(trial for trial in read_plan(path).trials() if trial.arm == "agent")
    assert ended(launcher.start(agent, log)) == 2
    assert log.read_text() == "main.py: one-1, which agent-1 needs, is not among the runs of the driver's machine\n"


def test_a_cluster_is_joined_or_it_is_said_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"^--ray: Ray is not installed; pip install -r requirements-ray.txt$"):
        connect("auto")
    ray: FakeRay = install(monkeypatch, nodes=1)
    with pytest.raises(InputError, match=r"^--ray: no cluster answers at 'nowhere' \(nobody there\)$"):
        connect("nowhere")
    connect("local")
    assert ray.joined["runtime_env"]["working_dir"] == str(ROOT) and ray.joined["include_dashboard"] is False
