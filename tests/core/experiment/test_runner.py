"""The driver of an experiment, with real processes and run folders: interrupted, killed, doubled, out of disk."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import core.experiment.runner
from core.errors import InputError, RunError
from core.experiment.forecast import forecast
from core.experiment.launcher import LocalLauncher
from core.experiment.plan import Plan, TrialEvaluation
from core.experiment.plan_file import read_plan
from core.experiment.record import LOCK_NAME, RECORD_NAME, STOP_NAME, fix_plan, make_folder, read_record
from core.experiment.runner import TRIAL_NAME, Runner, TaskReport, is_driven, look, request_stop
from core.experiment.table import evaluation_rows, judgements, write_tables
from core.file_lock import file_lock
from core.runs.commands import Machine
from core.runs.launching import launch
from core.runs.provenance import processor_name
from core.runs.run_folder import RunFolder, Status
from core.runs.state import is_locked, observe
from tests.core.experiment.rival_plan import RIVAL
from tests.core.runs.scripted_trainer import end_trainings

TRAINER = (sys.executable, "-m", "tests.core.runs.scripted_trainer")
_PATIENCE = 100.0  # seconds that a busy machine may need


@pytest.fixture(autouse=True)
def nothing_trains_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ends what still trains after the test; and looks often."""
    monkeypatch.setattr(core.experiment.runner, "_LOOK", 0.02)
    yield
    end_trainings()


def plan_of(folder: Path, *arms: str, epochs: int = 5, seeds: tuple[int, ...] = (1, 2)) -> Plan:
    """A plan whose arms are named by what the scripted trainer is to do."""
    lines = ["version = 1", 'name = "small"', "[settings.fcn]", f"epochs = {epochs}"]
    for arm in arms:
        lines += ["[[arms]]", f'name = "{arm}"', 'kind = "fcn"', f"seeds = {list(seeds)}"]
        lines += [f'settings = {{ architecture = "{arm}" }}']
    path = folder / "plan.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_plan(path)


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never was so"
        threading.Event().wait(0.02)


def states(reports: list[TaskReport]) -> dict[str, str]:
    return {report.task.name: report.state for report in reports}


def test_all_trials_run_two_at_once_and_are_marked(tmp_path: Path) -> None:
    plan, runs, told = plan_of(tmp_path, "steady", "deaf"), tmp_path / "runs", []
    busy: list[int] = []

    def keep(reports: list[TaskReport]) -> None:
        busy.append(sum(report.state == "running" for report in reports))
        write_tables(runs, plan, reports)

    reports = Runner(plan, runs, jobs=2, tell=told.append, keep=keep, program=TRAINER).run()
    assert states(reports) == dict.fromkeys(("steady-1", "deaf-1", "steady-2", "deaf-2"), "done")
    assert max(busy) == 2 and busy[-1] == 0
    assert [line for line in told if "begins" in line] == [f"{name}: begins" for name in states(reports)]
    with (runs / "trials.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [(row["arm"], row["seed"], row["state"]) for row in table[:2]] == [
        ("steady", "1", "done"),
        ("deaf", "1", "done"),
    ]
    marked = json.loads((runs / "deaf-2" / TRIAL_NAME).read_text())
    assert marked == {"version": 1, "experiment": "small", "plan_sha256": plan.digest, "arm": "deaf", "seed": 2}
    began = {path.name: (path / "config.json").stat().st_mtime_ns for path in runs.glob("*-*")}
    told.clear()
    Runner(plan, runs, tell=told.append, program=TRAINER).run()
    assert not told, "nothing is trained twice"
    assert began == {path.name: (path / "config.json").stat().st_mtime_ns for path in runs.glob("*-*")}


def test_what_is_done_is_not_looked_at_again_while_others_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, runs, looked = plan_of(tmp_path, "steady"), tmp_path / "runs", []
    monkeypatch.setattr(core.experiment.runner, "observe", lambda path: (looked.append(path.name), observe(path))[1])

    def keep(reports: list[TaskReport]) -> None:
        if [report.state for report in reports] == ["done", "running"]:
            looked.clear()

    assert set(states(Runner(plan, runs, keep=keep, program=TRAINER).run()).values()) == {"done"}
    assert looked.count("steady-2") > 1
    assert looked.count("steady-1") == 1, "at the end, when all are"


def test_a_trial_that_fails_three_times_is_left_alone_and_the_rest_goes_on(tmp_path: Path) -> None:
    plan, runs = plan_of(tmp_path, "full", "refused", "steady", seeds=(1,)), tmp_path / "runs"
    reports = Runner(plan, runs, program=TRAINER).run()
    assert states(reports) == {"full-1": "failed", "refused-1": "failed", "steady-1": "done"}
    by_name = {report.task.name: report for report in reports}
    assert by_name["full-1"].tries == 3 and "No space left on device" in by_name["full-1"].error
    assert "'refused' is no network" in by_name["refused-1"].error
    record = read_record(runs)
    assert record is not None and record.failures["full-1"].times == 3
    assert states(look(plan, runs, record)) == states(reports), "the next driver knows"


def agents_of(folder: Path, more: str = "", steps: int = 3) -> Plan:
    """A network, agents on it, an agent that starts from another one, and what they play."""
    path = folder / "plan.toml"
    path.write_text(
        f"""
version = 1
name = "agents"
[settings.ddqn]
steps = {steps}
[[arms]]
name = "network"
kind = "fcn"
seeds = [1]
settings = {{ architecture = "steady", epochs = 3 }}
[[arms]]
name = "agent"
seeds = [2, 4]
settings = {{ observation = "fcn", encoder = "@network-1" }}
[[arms]]
name = "later"
seeds = [4]
settings = {{ observation = "fcn", initial = "@agent" }}
[[evaluations]]
name = "dark"
settings = {{ level = "1-1-dark" }}
{more}
[[claims]]
name = "more"
says = "more flags"
measure = "dark.flags"
arm = "agent"
against = "later"
""",
        encoding="utf-8",
    )
    return read_plan(path)


def test_tasks_wait_for_what_they_need_and_agents_play_once_they_are_done(tmp_path: Path) -> None:
    plan, runs, told = agents_of(tmp_path), tmp_path / "runs", []
    reports = Runner(plan, runs, jobs=4, tell=told.append, program=TRAINER).run()
    assert set(states(reports).values()) == {"done"} and len(reports) == 7
    said = {line: place for place, line in enumerate(told)}
    for first, then in (
        ("network-1: done", "agent-2: begins"),
        ("agent-4: done", "later-4: begins"),
        ("agent-2: done", "agent-2/evaluations/dark-last: begins"),
    ):
        assert said[first] < said[then]
    rows = sorted((row["arm"], row["seed"], row["level"], row["flags"]) for row in evaluation_rows(reports))
    assert rows == [
        ("agent", 2, "1-1-dark", 0.2),
        ("agent", 4, "1-1-dark", 0.4),
        ("later", 4, "1-1-dark", 0.4),
    ]
    (judged,) = judgements(plan, reports)
    assert judged.verdict == "waiting" and judged.seeds == (2, 1)
    write_tables(runs, plan, reports)
    assert (runs / "claims.csv").read_text().splitlines()[1].startswith("more,waiting,dark.flags,agent,2,2,0.3,")


def test_a_trial_that_somebody_stops_and_goes_on_with_elsewhere_is_followed(tmp_path: Path) -> None:
    """And left alone again when it is stopped again."""
    plan, runs = plan_of(tmp_path, "steady", seeds=(1,)), tmp_path / "runs"
    make_folder(runs)
    runner = Runner(plan, runs, program=TRAINER)
    runner.record = fix_plan(runs, plan)
    runner._left_alone.add("steady-1")
    run = RunFolder.create(runs / "steady-1", plan.trials()[0].config)
    for state, told in (("stopped", "stopped"), ("running", "running"), ("stopped", "stopped"), ("done", "done")):
        run.write_status(Status(state, os.getpid(), time.time()))  # type: ignore[arg-type]
        (report,) = look(plan, runs, runner.record)
        assert runner._followed(report).state == told
    assert not runner._left_alone


def test_an_evaluation_that_a_killed_driver_left_ends_when_it_is_played_again(tmp_path: Path) -> None:
    """Its process would play on beside the new one."""
    plan, runs = agents_of(tmp_path), tmp_path / "runs"
    task = next(task for task in plan.tasks() if isinstance(task, TrialEvaluation))
    endless = (sys.executable, "-c", "import threading; threading.Event().wait()")
    left = LocalLauncher(runs, Machine(), endless).start(task, tmp_path / "logs" / "played.log")
    other = launch([], tmp_path / "logs" / "other.log", endless)  # whose number a copied note may have
    (tmp_path / "logs" / "copied.pid").write_text(str(other.pid))
    copied = LocalLauncher(runs, Machine(), endless).start(task, tmp_path / "logs" / "copied.log")
    assert other.poll() is None
    for process in (other, copied._process):
        process.kill()
        process.wait()
    again = LocalLauncher(runs, Machine(), endless).start(task, tmp_path / "logs" / "played.log")
    assert left.poll() is not None and again.poll() is None
    again.request_stop()
    until(lambda: again.poll() is not None)


def test_agents_see_through_the_mapping_of_their_seed_once_it_is_there(tmp_path: Path) -> None:
    """Three of four agents play again through one; each is compared with itself, and the fourth is not waited for."""
    (tmp_path / "plan.toml").write_text(RIVAL, encoding="utf-8")
    plan, runs, told = read_plan(tmp_path / "plan.toml"), tmp_path / "runs", []
    reports = Runner(plan, runs, jobs=4, tell=told.append, program=TRAINER).run()
    assert set(states(reports).values()) == {"done"} and len(reports) == 4 + 3 + 4 + 3
    said = {line: place for place, line in enumerate(told)}
    assert said["day-3: done"] < said["gray-3/evaluations/mapped-last: begins"]
    (judged,) = judgements(plan, reports)
    assert (judged.verdict, judged.seeds, judged.planned) == ("holds", (3, 3), (3, 3)) and judged.is_paired
    assert judged.difference is not None and judged.difference.value == pytest.approx(0.5)
    lost = [
        replace(one, state="failed") if one.task.name == "gray-3/evaluations/mapped-last" else one for one in reports
    ]
    (runs / "gray-3/evaluations/mapped-last/evaluation.json").unlink()
    (judged,) = judgements(plan, lost)
    assert (judged.seeds, judged.planned) == ((2, 2), (2, 2)), "one that failed for good is not waited for"


def test_half_an_evaluation_is_played_again_and_one_that_fails_is_left_alone(tmp_path: Path) -> None:
    unlucky = '[[evaluations]]\nname = "unlucky"\nsettings = { seed = 13 }\n'
    plan, runs, told = agents_of(tmp_path, unlucky), tmp_path / "runs", []
    half = runs / "agent-2" / "evaluations" / "dark-last"

    def leave_half(line: str) -> None:
        told.append(line)
        if line == "agent-2: done":
            half.mkdir(parents=True)
            (half / "episodes.jsonl").write_text("half")

    reports = Runner(plan, runs, tell=leave_half, program=TRAINER).run()
    by_name = states(reports)
    assert by_name["agent-2/evaluations/dark-last"] == "done" and not (half / "episodes.jsonl").exists()
    assert by_name["agent-2/evaluations/unlucky-last"] == "failed" and by_name["later-4"] == "done"
    failed = next(report for report in reports if report.state == "failed")
    assert failed.tries == 3 and failed.error == "--seed: it is unlucky"


def test_what_needs_a_failed_trial_fails_with_it_until_it_is_tried_again(tmp_path: Path) -> None:
    plan, runs = agents_of(tmp_path), tmp_path / "runs"
    refused = (sys.executable, "-c", "import sys; sys.exit('main.py: no, not today')")
    reports = Runner(plan, runs, program=refused).run()
    assert set(states(reports).values()) == {"failed"}
    errors = {report.task.name: report.error for report in reports}
    assert errors["network-1"] == "no, not today" and errors["agent-2"] == "it needs network-1, which failed"
    assert errors["later-4/evaluations/dark-last"] == "it needs later-4, which failed"
    assert set(states(Runner(plan, runs, program=TRAINER).run()).values()) == {"failed"}
    assert set(states(Runner(plan, runs, jobs=3, retry=True, program=TRAINER).run()).values()) == {"done"}


def test_what_is_left_is_reckoned_from_what_is_done(tmp_path: Path) -> None:
    plan, runs = agents_of(tmp_path, steps=3), tmp_path / "runs"
    before = forecast(look(plan, runs, None), runs, jobs=1)
    assert before.hours == 0 and before.unknown == ("network", "agent", "later") and before.disk > 10**6
    assert before.words.startswith("nobody knows how long for network, agent, later; up to ")
    reports = Runner(plan, runs, jobs=4, program=TRAINER).run()
    for name in ("agent-2", "agent-4"):
        (runs / name / "learning.csv").write_text("step,wall_time\n1000,7200.0\n")
    one_left = [
        replace(report, state="waiting", progress=0.25) if report.task.name == "agent-4" else report
        for report in reports
    ]
    ahead = forecast(one_left, runs, jobs=2)
    assert ahead.hours == pytest.approx(2 * 0.75 / 2) and ahead.unknown == ()
    partly = forecast([*one_left, replace(reports[0], state="waiting", progress=0.0)], runs, jobs=2)
    assert partly.hours == ahead.hours and partly.unknown == (reports[0].task.name.split("-")[0],)
    assert partly.words.startswith(
        f"about 45 min 00 s of training, and nobody knows how long for {partly.unknown[0]}; up"
    )
    assert forecast(reports, runs, jobs=2).words == ""
    (runs / "agent-2" / "provenance.json").write_text(json.dumps({"processor": processor_name()}))
    (runs / "agent-2" / "learning.csv").write_text("step,wall_time\n1000,3600.0\n")
    faster = forecast(one_left, runs, jobs=2)
    assert faster.hours == pytest.approx(0.75 / 2), "what was done on another kind of processor tells less"


def test_an_arm_without_runs_is_reckoned_from_a_like_one(tmp_path: Path) -> None:
    more = "".join(
        f"""
[[arms]]
name = "{name}"
seeds = [7]
settings = {{ observation = "fcn", encoder = "@network-1", {settings} }}
"""
        for name, settings in {
            "dark": 'level = "1-1-dark", steps = 6',
            "wide": "hidden_units = 7",
            "endless": "steps = 0, episodes = 9",
            "endless-dark": 'level = "1-1-dark", steps = 0, episodes = 9',
        }.items()
    )
    plan, runs = agents_of(tmp_path, more), tmp_path / "runs"
    waiting = look(plan, runs, None)
    agent = next(report for report in waiting if report.task.name == "agent-2")
    agent.path.mkdir(parents=True)
    (agent.path / "learning.csv").write_text("step,wall_time\n3,7200.0\n")
    done = [replace(report, state="done") if report is agent else report for report in waiting]
    ahead = forecast(done, runs, jobs=1)
    assert ahead.likened == ("later", "dark") and ahead.unknown == ("network", "wide", "endless", "endless-dark")
    assert ahead.hours == pytest.approx(2 + 2 + 4), "another seed, three steps from an agent, six in the dark"
    told = "about 8 h 00 min of training (later, dark by what like arms took), and nobody knows how long for"
    assert ahead.words.startswith(told)
    dark = next(report for report in waiting if report.task.name == "dark-7")
    dark.path.mkdir(parents=True)
    (dark.path / "learning.csv").write_text("step,wall_time\n6,3600.0\n")
    (dark.path / "provenance.json").write_text(json.dumps({"processor": processor_name()}))
    both = [replace(report, state="done") if report in (agent, dark) else report for report in waiting]
    here = forecast(both, runs, jobs=1)
    assert here.hours == pytest.approx(0.5 + 0.5) and here.likened == ("later", "agent"), "known from here before all"


def test_somebody_who_looks_whether_a_driver_is_at_work_does_not_keep_one_out(tmp_path: Path) -> None:
    plan, runs = plan_of(tmp_path, "steady", seeds=(1,)), tmp_path / "runs"
    make_folder(runs)
    looking = file_lock(runs / LOCK_NAME, is_of_thread=False)
    looking.acquire()
    threading.Timer(0.2, lambda: looking.release()).start()
    assert states(Runner(plan, runs, program=TRAINER).run()) == {"steady-1": "done"}


def test_a_killed_driver_leaves_its_trials_running_and_the_next_one_waits_for_them(tmp_path: Path) -> None:
    plan, runs = plan_of(tmp_path, "steady", epochs=10_000, seeds=(1,)), tmp_path / "runs"
    code = (
        "import sys; from pathlib import Path; from core.experiment.plan_file import read_plan\n"
        "from core.experiment.runner import Runner\n"
        "Runner(read_plan(Path(sys.argv[1])), Path(sys.argv[2]), program=sys.argv[3:]).run()"
    )
    driver = subprocess.Popen([sys.executable, "-c", code, str(plan.path), str(runs), *TRAINER])
    until(lambda: observe(runs / "steady-1").progress > 0)
    driver.kill()
    driver.wait()
    before = observe(runs / "steady-1")
    assert before.is_active
    told: list[str] = []
    done: list[TaskReport] = []
    thread = threading.Thread(target=lambda: done.extend(Runner(plan, runs, tell=told.append, program=TRAINER).run()))
    thread.start()
    until(lambda: is_locked(runs / LOCK_NAME))
    with pytest.raises(InputError, match="another driver runs this experiment"):
        Runner(plan, runs, program=TRAINER).run()
    assert observe(runs / "steady-1").pid == before.pid and not told, "it is not begun a second time"
    psutil.Process(before.pid).kill()  # now the trial dies too
    until(lambda: told == ["steady-1: goes on"])
    until(lambda: observe(runs / "steady-1").is_active)
    assert observe(runs / "steady-1").progress >= before.progress
    # Asked again and again: a run that is just beginning takes an earlier request back.
    until(lambda: RunFolder(runs / "steady-1").request_stop() or not thread.is_alive())
    assert states(done) == {"steady-1": "stopped"}


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT for a thread of one's own")
def test_ctrl_c_has_the_trials_save_and_end(tmp_path: Path) -> None:
    plan, runs, told = plan_of(tmp_path, "steady", epochs=10_000), tmp_path / "runs", []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts tests in the background ignores it

    def interrupt() -> None:
        until(lambda: all(observe(runs / f"steady-{seed}").progress > 0 for seed in (1, 2)))
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        Runner(plan, runs, jobs=2, tell=told.append, program=TRAINER).run()
    signal.signal(signal.SIGINT, before)
    thread.join()
    assert [observe(runs / f"steady-{seed}").state for seed in (1, 2)] == ["stopped", "stopped"]
    assert "stopping 2 tasks; once more leaves them running" in told
    assert not read_record(runs).failures  # type: ignore[union-attr]


def test_a_driver_can_be_asked_to_stop_without_knowing_its_process(tmp_path: Path) -> None:
    plan, runs = plan_of(tmp_path, "steady", epochs=10_000, seeds=(1, 2)), tmp_path / "runs"
    done: list[TaskReport] = []
    thread = threading.Thread(target=lambda: done.extend(Runner(plan, runs, program=TRAINER).run()))
    thread.start()
    until(lambda: observe(runs / "steady-1").progress > 0)
    assert is_driven(runs)
    request_stop(runs)
    until(lambda: not thread.is_alive())
    assert (
        states(done) == {"steady-1": "waiting", "steady-2": "waiting"} and observe(runs / "steady-1").state == "stopped"
    )
    assert not is_driven(runs) and not (runs / STOP_NAME).exists()


@pytest.mark.parametrize(("age", "state"), [(60, "done"), (-60, "waiting")])
def test_a_request_to_stop_is_taken_back_only_when_it_is_older_than_the_driver(
    tmp_path: Path, age: float, state: str
) -> None:
    plan, runs = plan_of(tmp_path, "steady", seeds=(1,)), tmp_path / "runs"
    make_folder(runs)
    fix_plan(runs, plan)
    request_stop(runs)
    os.utime(runs / STOP_NAME, (time.time() - age,) * 2)
    assert states(Runner(plan, runs, program=TRAINER).run()) == {"steady-1": state}
    assert not (runs / STOP_NAME).exists()


def test_a_changed_plan_is_refused_with_the_difference_unless_it_is_explained(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first = plan_of(tmp_path, "steady", seeds=(1,))
    Runner(first, runs, program=TRAINER).run()
    changed = plan_of(tmp_path, "steady", seeds=(1, 2))
    kept = (runs / RECORD_NAME).read_bytes()
    with pytest.raises(InputError) as caught:
        Runner(changed, runs, program=TRAINER).run()
    assert "- seeds = [1]; + seeds = [1, 2]" in str(caught.value) and "--amend" in str(caught.value)
    assert (runs / RECORD_NAME).read_bytes() == kept
    reports = Runner(changed, runs, why="one seed says nothing", program=TRAINER).run()
    assert states(reports) == {"steady-1": "done", "steady-2": "done"}
    record = read_record(runs)
    assert record is not None and record.sha256 == changed.digest
    assert [(one.why, one.sha256, one.plan) for one in record.amendments] == [
        ("one seed says nothing", first.digest, first.text)
    ]
    with pytest.raises(InputError, match="the plan is as it was"):
        Runner(changed, runs, why="again", program=TRAINER).run()


def test_an_amended_plan_may_not_change_what_was_begun(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    Runner(plan_of(tmp_path, "steady", seeds=(1,)), runs, program=TRAINER).run()
    kept = (runs / RECORD_NAME).read_bytes()
    longer = plan_of(tmp_path, "steady", epochs=6, seeds=(1,))
    with pytest.raises(InputError, match="this run was begun with epochs 5, and the plan has 6 for it"):
        Runner(longer, runs, why="more is better", program=TRAINER).run()
    assert (runs / RECORD_NAME).read_bytes() == kept


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    plan, runs = plan_of(tmp_path, "steady"), tmp_path / "runs"
    runs.mkdir()
    (runs / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="something is there already that is no experiment"):
        Runner(plan, runs, program=TRAINER).run()
    assert [path.name for path in runs.iterdir()] == ["notes.txt"]
    with pytest.raises(InputError, match="this is a file"):
        Runner(plan, runs / "notes.txt", program=TRAINER).run()


@pytest.mark.parametrize(
    ("content", "named"),
    [("{", "cannot be read as JSON"), ('{"version": 1, "name": 3}', "name is 3"), ("[]", "holds no JSON object")],
)
def test_a_damaged_record_is_named(tmp_path: Path, content: str, named: str) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / RECORD_NAME).write_text(content)
    with pytest.raises(InputError) as caught:
        Runner(plan_of(tmp_path, "steady"), runs, program=TRAINER).run()
    assert named in str(caught.value) and RECORD_NAME in str(caught.value)


def test_on_a_full_disk_nothing_begins_and_the_same_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, runs = plan_of(tmp_path, "steady", seeds=(1,)), tmp_path / "runs"
    with monkeypatch.context() as patch:
        patch.setattr(core.experiment.runner, "free_disk", lambda folder: 2**20)
        with pytest.raises(RunError, match="only 1 MiB of the disk are free"):
            Runner(plan, runs, program=TRAINER).run()
    assert not (runs / "steady-1").exists()
    assert states(Runner(plan, runs, program=TRAINER).run()) == {"steady-1": "done"}
