"""Runs the trials of a plan on this machine, so many at once, whatever becomes of the driver or of a trial.

Trials are ordinary run folders, trained by processes of their own. A driver that is killed leaves them running; the
next one finds them and waits for them. Nothing that was trained is trained again: a trial that ended early goes on from
its checkpoint.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias

from core.config.fields import setting_of
from core.errors import InputError, RunError
from core.experiment.plan import Plan, Trial
from core.experiment.record import LOCK_NAME, Failure, Record, fix_plan, make_folder, values_of
from core.file_lock import file_lock
from core.files import write_json
from core.runs.commands import Machine, resume_arguments, train_arguments
from core.runs.launching import PROGRAM, launch, mistake
from core.runs.preflight import free_disk
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.runs.state import Observed, observe, tail

TRIES = 3  # after which a trial is left alone
TRIAL_NAME = "trial.json"
_LOGS = ".launched"
_LOOK = 0.5  # seconds between looks
_FULL = 2**28  # bytes free below which nothing new begins

TrialState: TypeAlias = Literal["waiting", "running", "stopped", "done", "failed"]


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What is known of a trial.

    Attributes:
        trial: which.
        path: its run folder.
        state: "waiting" to begin or to go on, "running", "stopped" by somebody, "done" or "failed" for good.
        progress: share that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        tries: how often it ended without being done.
        error: why it ended last; "" when it did not.
    """

    trial: Trial
    path: Path
    state: TrialState
    progress: float = 0.0
    time_left: float | None = None
    tries: int = 0
    error: str = ""


def look(plan: Plan, folder: Path, record: Record | None) -> list[TrialReport]:
    """Every trial of a plan as its run folder tells, in the order in which they run; nothing is changed."""
    failures = {} if record is None else record.failures
    return [_report(trial, folder / trial.name, failures.get(trial.name)) for trial in plan.trials()]


def _report(trial: Trial, path: Path, failure: Failure | None) -> TrialReport:
    run = observe(path)
    tries, error = (failure.times, failure.error) if failure else (0, "")
    state: TrialState = "waiting"
    if run.is_active:
        state = "running"
    elif run.state == "done":
        state, error = "done", ""
    elif tries >= TRIES:
        state = "failed"
    return TrialReport(trial, path, state, run.progress, run.time_left, tries, error)


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
        tell: Callable[[str], object] = lambda sentence: None,
        keep: Callable[[list[TrialReport]], object] = lambda reports: None,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """Make a driver.

        Args:
            plan: what to run.
            folder: of the runs.
            jobs: how many trials at once.
            machine: what each is told of this machine.
            why: the reason for a change of the plan, see ``fix_plan``.
            tell: gets a sentence whenever something happens to a trial.
            keep: gets all trials whenever the state of one has changed, and in the end.
            program: what gets a trial's arguments.
        """
        self._plan, self._folder, self._jobs = plan, folder, jobs
        self._machine, self._why, self._program = machine or Machine(), why, tuple(program)
        self._tell, self._keep = tell, keep
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._left_alone: set[str] = set()  # stopped by somebody: they go on with the next command
        self._states: list[TrialState] = []
        self._lack = ""

    def run(self) -> list[TrialReport]:
        """Run until all trials are done, failed for good, or stopped by somebody; what became of them.

        Ctrl+C, or a polite kill, has the trials save a checkpoint and end; a second one leaves them running.

        Raises:
            InputError: the folder, or the plan since the first run, is not as it was; another driver is at work.
            RunError: the disk is full, or trials failed for good; the others were run first.
        """
        with self._locked():
            self._check_settings()
            self.record = fix_plan(self._folder, self._plan, self._why)
            try:
                reports = self._tick()
                while any(report.state in ("waiting", "running") for report in reports):
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

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        make_folder(self._folder)
        lock = file_lock(self._folder / LOCK_NAME)
        try:
            lock.acquire(timeout=0)
        except TimeoutError:
            raise InputError(f"{self._folder}: another driver runs this experiment; wait for it or stop it") from None
        try:
            yield
        finally:
            lock.release()

    def _check_settings(self) -> None:
        """InputError when a run that is there was begun with other settings than the plan, amended say, has for it."""
        for trial in self._plan.trials():
            path = self._folder / trial.name
            if not (path / CONFIG_NAME).exists():
                continue
            config = RunFolder(path).config(type(trial.config))
            for item in fields(config):
                begun, planned = getattr(config, item.name), getattr(trial.config, item.name)
                if begun != planned and not setting_of(item).folder:
                    raise InputError(
                        f"{path}: this run was begun with {item.name} {begun}, and the plan has {planned} for it; give "
                        "the changed arm another name, so that both are reported"
                    )

    def _tick(self) -> list[TrialReport]:
        """Look at all trials, note those that ended, begin what there is room for."""
        reports = look(self._plan, self._folder, self.record)
        for place, report in enumerate(reports):
            reports[place] = self._followed(report)
        room = self._jobs - sum(report.state == "running" for report in reports)
        for place, report in enumerate(reports):
            if room > 0 and report.state == "waiting" and not self._no_room_on_disk():
                self._begin(report)
                reports[place], room = replace(report, state="running"), room - 1
        states = [report.state for report in reports]
        if states != self._states:
            self._states = states
            self._keep(reports)
        return reports

    def _followed(self, report: TrialReport) -> TrialReport:
        name = report.trial.name
        self._mark(report)
        process = self._processes.get(name)
        if process is not None and process.poll() is None:
            return replace(report, state="running")  # also before its folder tells so
        if process is not None:
            del self._processes[name]
            return self._ended(report)
        return replace(report, state="stopped") if name in self._left_alone else report

    def _ended(self, report: TrialReport) -> TrialReport:
        name, run = report.trial.name, observe(report.path)
        if run.state == "done":
            self._tell(f"{name}: done")
            return report
        if run.is_active:
            return report  # somebody else went on with it meanwhile, and ours was refused
        if run.state == "stopped":
            self._left_alone.add(name)
            self._tell(f"{name}: stopped by somebody; the same command goes on with it")
            return replace(report, state="stopped")
        failure = Failure(report.tries + 1, self._why_ended(name, run))
        self.record.failures[name] = failure
        self.record.save(self._folder)
        again = "it is left alone" if failure.times >= TRIES else "it goes on from its last checkpoint"
        self._tell(f"{name}: ended without being done, {failure.times} of {TRIES} times ({failure.error}); {again}")
        return _report(report.trial, report.path, failure)

    def _why_ended(self, name: str, run: Observed) -> str:
        said = tail(self._log(name), 20)
        return mistake(said) or run.sentence or said.rpartition("\n")[2] or "the process ended without a word"

    def _no_room_on_disk(self) -> bool:
        free = free_disk(self._folder)
        full = f"{self._folder}: only {free // 2**20} MiB of the disk are free; make room and give the command again"
        self._lack = full if free < _FULL else ""
        return bool(self._lack)

    def _begin(self, report: TrialReport) -> None:
        name, config = report.trial.name, report.trial.config
        exists = (report.path / CONFIG_NAME).exists()
        arguments = (
            resume_arguments(config.kind, report.path, self._machine)
            if exists
            else train_arguments(config, report.path, self._machine)
        )
        self._processes[name] = launch(arguments, self._log(name), self._program)
        self._tell(f"{name}: {'goes on' if exists else 'begins'}")

    def _mark(self, report: TrialReport) -> None:
        """Write into a run which trial of which experiment it is, once there is a run."""
        path = report.path / TRIAL_NAME
        if report.state in ("running", "done") and not path.exists() and (report.path / CONFIG_NAME).exists():
            trial = report.trial
            write_json(path, {"version": 1, **values_of(self.record), "arm": trial.arm, "seed": trial.seed})

    def _stop(self) -> None:
        """Have the trials save and end, and wait for it; those of an earlier driver too."""
        active = [report for report in look(self._plan, self._folder, self.record) if report.state == "running"]
        asked = {report.path for report in active} | {self._folder / name for name in self._processes}
        self._tell(f"stopping {len(asked)} trials; once more leaves them running")
        while asked:
            for path in sorted(asked):
                process = self._processes.get(path.name)
                if observe(path).is_active:
                    RunFolder(path).request_stop()
                elif process is None or process.poll() is not None:
                    asked.discard(path)
                elif not (path / CONFIG_NAME).exists():
                    process.terminate()  # it has not begun yet, so there is nothing to save
            time.sleep(_LOOK)

    def _log(self, name: str) -> Path:
        return self._folder / _LOGS / f"{name}.log"
