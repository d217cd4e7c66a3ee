"""Runs a plan on this machine, so many tasks at once, whatever becomes of the driver or of a task.

Trials are ordinary run folders, trained by processes of their own. A driver that is killed leaves them running; the
next one finds them and waits for them. Nothing that was trained is trained again: a trial that ended early goes on from
its checkpoint. Evaluations of a trial are begun once it is done; one that ended early is played again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from core.errors import InputError, RunError
from core.evaluation.files import DOCUMENT_NAME
from core.experiment.begun import check_begun
from core.experiment.launcher import Handle, Launcher, LocalLauncher
from core.experiment.plan import Plan, Task, Trial
from core.experiment.record import LOCK_NAME, STOP_NAME, Failure, Record, fix_plan, make_folder, values_of
from core.file_lock import PATIENCE, file_lock
from core.files import write_bytes, write_json
from core.runs.commands import Machine
from core.runs.launching import PROGRAM, mistake
from core.runs.preflight import free_disk
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.runs.state import is_locked, observe, tail

TRIES = 3  # after which a trial is left alone
TRIAL_NAME = "trial.json"
_LOGS = ".launched"
_LOOK = 0.5  # seconds between looks
_LOST = {"failed": "failed", "stopped": "was stopped"}
_FULL = 2**28  # bytes free below which nothing new begins

TaskState: TypeAlias = Literal["waiting", "running", "stopped", "done", "failed"]


@dataclass(frozen=True, slots=True)
class TaskReport:
    """What is known of a task.

    Attributes:
        task: which.
        path: its folder.
        state: "waiting" to begin or to go on, "running", "stopped" by somebody, "done" or "failed" for good; what needs
            a task that failed or was stopped is so too.
        progress: share that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        tries: how often it ended without being done.
        error: why it ended last; "" when it did not.
    """

    task: Task
    path: Path
    state: TaskState
    progress: float = 0.0
    time_left: float | None = None
    tries: int = 0
    error: str = ""


def request_stop(folder: Path) -> None:
    """Ask the driver of an experiment's folder, if there is one, to stop; RunError when that cannot be written."""
    write_bytes(folder / STOP_NAME, b"")


def is_driven(folder: Path) -> bool:
    """Whether a driver works on an experiment's folder."""
    return is_locked(folder / LOCK_NAME)


def look(
    plan: Plan, folder: Path, record: Record | None, done: Mapping[str, TaskReport] | None = None
) -> list[TaskReport]:
    """Every task of a plan as its folder tells, in the order in which they run; nothing is changed.

    Args:
        plan: whose tasks.
        folder: of the runs.
        record: ``experiment.json``; None where there is none yet.
        done: by name, tasks whose folders are not looked at again.
    """
    failures, known = {} if record is None else record.failures, done or {}
    return _blocked(
        [known.get(task.name) or _report(task, task.path(folder), failures.get(task.name)) for task in plan.tasks()]
    )


def _report(task: Task, path: Path, failure: Failure | None) -> TaskReport:
    tries, error = (failure.times, failure.error) if failure else (0, "")
    state: TaskState = "failed" if tries >= TRIES else "waiting"
    if not isinstance(task, Trial):
        is_done = (path / DOCUMENT_NAME).exists()
        return TaskReport(
            task, path, "done" if is_done else state, float(is_done), None, tries, "" if is_done else error
        )
    run = observe(path)
    if run.is_active:
        state = "running"
    elif run.state == "done":
        state, error = "done", ""
    return TaskReport(task, path, state, run.progress, run.time_left, tries, error)


def _blocked(reports: list[TaskReport]) -> list[TaskReport]:
    """The same, what waits for a task that failed having failed too, and for a stopped one being stopped."""
    known = {report.task.name: report for report in reports}
    for _ in reports:  # as often as a chain of tasks can be long, at the most
        lost = {
            name: next((known[need] for need in report.task.needs if known[need].state in _LOST), None)
            for name, report in known.items()
            if report.state == "waiting"
        }
        if not any(lost.values()):
            break
        for name, needed in lost.items():
            if needed is not None:
                error = f"it needs {needed.task.name}, which {_LOST[needed.state]}"
                known[name] = replace(known[name], state=needed.state, error=error)
    return list(known.values())


class Runner:
    """The driver of an experiment: one a folder, which it locks.

    Attributes:
        record: ``experiment.json``.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        *,
        jobs: int = 1,
        machine: Machine | None = None,
        why: str = "",
        retry: bool = False,
        tell: Callable[[str], object] = lambda sentence: None,
        keep: Callable[[list[TaskReport]], object] = lambda reports: None,
        program: Sequence[str] = PROGRAM,
        launcher: Launcher | None = None,
    ) -> None:
        """Make a driver.

        Args:
            plan: what to run.
            folder: of the runs.
            jobs: how many tasks at once.
            machine: what each is told of this machine.
            why: the reason for a change of the plan, see ``fix_plan``.
            retry: whether what failed for good is tried again.
            tell: gets a sentence whenever something happens to a task.
            keep: gets all tasks whenever the state of one has changed, and in the end.
            program: what gets a task's arguments.
            launcher: what starts tasks; None for processes on this machine.
        """
        self._plan, self._folder, self._jobs, self._retry = plan, folder, jobs, retry
        self._why = why
        self._launcher = launcher or LocalLauncher(folder, machine or Machine(), program)
        self._tell, self._keep = tell, keep
        self._handles: dict[str, Handle] = {}
        self._left_alone: set[str] = set()  # stopped by somebody: they go on with the next command
        self._states: list[TaskState] = []
        self._done: dict[str, TaskReport] = {}  # as they were when they were done: a look costs, and there are hundreds
        self._lack = ""

    def run(self) -> list[TaskReport]:
        """Run until all tasks are done, failed for good, or stopped by somebody; what became of them.

        Ctrl+C, or a polite kill, has the trials save a checkpoint and end; a second one leaves them running. So does
        ``request_stop``, which is no interruption.

        Raises:
            InputError: the folder, or the plan since the first run, is not as it was; another driver is at work.
            RunError: the disk is full, or tasks failed for good; the others were run first.
        """
        begun = time.time()
        with self._locked():
            self._forget_stop(begun)
            check_begun(self._plan, self._folder)
            self.record = fix_plan(self._folder, self._plan, self._why)
            if self._retry:
                self.record.failures.clear()
                self.record.save(self._folder)
            try:
                reports = self._tick()
                while any(report.state in ("waiting", "running") for report in reports):
                    if (self._folder / STOP_NAME).exists():
                        self._stop()
                        (self._folder / STOP_NAME).unlink(missing_ok=True)
                        return look(self._plan, self._folder, self.record)
                    if self._lack and not any(report.state == "running" for report in reports):
                        raise RunError(self._lack)
                    time.sleep(_LOOK)
                    reports = self._tick()
            except KeyboardInterrupt:
                self._stop()
                raise
            finally:
                self._keep(look(self._plan, self._folder, self.record))
        return reports

    def _forget_stop(self, begun: float) -> None:
        """Take back a request that was meant for a driver before, not one that came since this one began."""
        path = self._folder / STOP_NAME
        if path.exists() and path.stat().st_mtime < begun:
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        make_folder(self._folder)
        lock = file_lock(self._folder / LOCK_NAME)
        try:
            lock.acquire(timeout=PATIENCE)
        except TimeoutError:
            raise InputError(f"{self._folder}: another driver runs this experiment; wait for it or stop it") from None
        try:
            yield
        finally:
            lock.release()

    def _tick(self) -> list[TaskReport]:
        """Look at all tasks, note those that ended, begin what there is room for."""
        seen = look(self._plan, self._folder, self.record, self._done)
        reports = _blocked([report if report.task.name in self._done else self._followed(report) for report in seen])
        self._done = {report.task.name: report for report in reports if report.state == "done"}
        busy = {report.task.name for report in reports if report.state == "running"} | set(self._handles)
        room = self._jobs - len(busy)
        for place, report in enumerate(reports):
            is_next = report.state == "waiting" and self._done.keys() >= set(report.task.needs)
            is_next &= report.task.name not in self._handles
            if room > 0 and is_next and not self._no_room_on_disk():
                self._begin(report)
                reports[place], room = replace(report, state="running"), room - 1
        states = [report.state for report in reports]
        if states != self._states:
            self._states = states
            self._keep(reports)
        return reports

    def _followed(self, report: TaskReport) -> TaskReport:
        name = report.task.name
        self._mark(report)
        handle = self._handles.get(name)
        if handle is not None and handle.poll() is None:
            return replace(report, state="running" if handle.has_begun() else "waiting")
        if handle is not None:
            del self._handles[name]
            return self._ended(report)
        if (
            name in self._left_alone and report.state != "running"
        ):  # else somebody went on with it, and may stop it again
            if report.state == "waiting" and observe(report.path).state == "stopped":
                return replace(report, state="stopped")
            self._left_alone.discard(name)
        return report

    def _ended(self, report: TaskReport) -> TaskReport:
        name, run = report.task.name, observe(report.path)
        report = _report(report.task, report.path, self.record.failures.get(name))  # it ended since it was looked at
        if report.state == "done":
            self._tell(f"{name}: done")
            return report
        if run.is_active:
            return report  # somebody else went on with it meanwhile, and ours was refused
        if run.state == "stopped":
            self._left_alone.add(name)
            self._tell(f"{name}: stopped by somebody; the same command goes on with it")
            return replace(report, state="stopped")
        failure = Failure(
            report.tries + 1, self._why_ended(name, run.sentence if isinstance(report.task, Trial) else "")
        )
        self.record.failures[name] = failure
        self.record.save(self._folder)
        once_more = "it goes on from its last checkpoint" if isinstance(report.task, Trial) else "it is played again"
        again = "it is left alone" if failure.times >= TRIES else once_more
        self._tell(f"{name}: ended without being done, {failure.times} of {TRIES} times ({failure.error}); {again}")
        return _report(report.task, report.path, failure)

    def _why_ended(self, name: str, sentence: str) -> str:
        said = tail(self._log(name), 20)
        return mistake(said) or sentence or said.rpartition("\n")[2] or "the process ended without a word"

    def _no_room_on_disk(self) -> bool:
        free = free_disk(self._folder)
        full = f"{self._folder}: only {free // 2**20} MiB of the disk are free; make room and give the command again"
        self._lack = full if free < _FULL else ""
        return bool(self._lack)

    def _begin(self, report: TaskReport) -> None:
        name, exists = report.task.name, (report.path / CONFIG_NAME).exists()
        self._handles[name] = self._launcher.start(report.task, self._log(name))
        self._tell(f"{name}: {'goes on' if exists else 'begins'}")

    def _mark(self, report: TaskReport) -> None:
        """Write into a run which trial of which experiment it is, once there is a run."""
        path, trial = report.path / TRIAL_NAME, report.task
        is_there = report.state in ("running", "done") and (report.path / CONFIG_NAME).exists()
        if isinstance(trial, Trial) and is_there and not path.exists():
            write_json(path, {"version": 1, **values_of(self.record), "arm": trial.arm, "seed": trial.seed})

    def _stop(self) -> None:
        """Have the trials save and end, and wait for it; those of an earlier driver too. Evaluations are broken off."""
        active = [report for report in look(self._plan, self._folder, self.record) if report.state == "running"]
        asked = {report.path for report in active} | {self._folder / name for name in self._handles}
        self._tell(f"stopping {len(asked)} tasks; once more leaves them running")
        while asked:
            for path in sorted(asked):
                handle = self._handles.get(path.relative_to(self._folder).as_posix())
                is_over = handle.poll() is not None if handle else not observe(path).is_active
                if is_over:
                    asked.discard(path)
                elif handle:
                    handle.request_stop()
                else:  # an earlier driver's
                    RunFolder(path).request_stop()
            time.sleep(_LOOK)

    def _log(self, name: str) -> Path:
        return self._folder / _LOGS / f"{name.replace('/', '.')}.log"
