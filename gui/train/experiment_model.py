"""An experiment as the window knows it: its plan, what has become of each trial, and what can be asked of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.errors import InputError
from core.runs import launching
from core.runs.run_folder import EXPERIMENT_NAME
from core.runs.state import tail
from gui.kit.background import Background
from gui.kit.command_process import CommandProcess
from gui.kit.preferences import Preferences

if TYPE_CHECKING:  # SciPy comes with them
    from core.experiment.claims import Judgement
    from core.experiment.curves import ArmCurves
    from core.experiment.forecast import Forecast
    from core.experiment.plan import Arm, Plan
    from core.experiment.runner import TaskReport

TICK = 1.0  # seconds between looks while the dialog is seen
_REST = 9.0  # a look is followed by a pause so many times as long as it took
_REPORT = "report"
_REPORTS = ".reports"  # in the folder of runs: of experiments that have no folder of their own there


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """What is known of an experiment at a moment.

    Attributes:
        plan: as its file says.
        folder: of the runs that are shown.
        own: the folder of the runs that this window would start.
        published: that of runs that came with the plan; None where none did, or where it is ``own``.
        tasks: what became of each.
        forecast: hours and disk still to come.
        claims: judged by the trials that are done; none at the first look.
        curves: how good each arm's trials are as they learn.
        is_driven: whether a driver works on it.
        problem: why the last driver of this window ended, "" when nothing was wrong.
        change: how the plan differs from the one that these runs were begun by; "" when it is that one.
    """

    plan: Plan
    folder: Path
    own: Path
    published: Path | None
    tasks: tuple[TaskReport, ...]
    forecast: Forecast
    claims: tuple[Judgement, ...]
    curves: Mapping[str, ArmCurves] = field(default_factory=dict)
    is_driven: bool = False
    problem: str = ""
    change: str = ""

    def trial(self, arm: str, seed: int) -> TaskReport | None:
        """The trial of an arm and a seed, None where the plan has none."""
        return next((task for task in self.tasks if task.task.name == f"{arm}-{seed}"), None)

    @property
    def is_published(self) -> bool:
        """Whether runs are shown that came with the plan: they are looked at only."""
        return self.folder == self.published

    @property
    def arms(self) -> tuple[Arm, ...]:
        """In the order of the plan."""
        return self.plan.arms


class ExperimentModel(QObject):
    """Opens a plan, follows its trials while somebody looks, starts and stops the driver; the window's thread only.

    Drivers outlive the window, as trainings do.

    Signals:
        changed: ``view`` or ``problem``.
        reported: the page of a report was written, a ``Path``.

    Attributes:
        path: of the plan; None before one was opened.
        view: the newest look; None before the first, and when the plan cannot be used.
        reporting: the process that writes a report, or the last one that did.
        problem: why the plan cannot be used; "" when it can.
    """

    changed = Signal()
    reported = Signal(object)

    def __init__(self, runs: Path, preferences: Preferences, background: Background, reporting: CommandProcess) -> None:
        """``runs`` is the folder of runs, in which an experiment has one of its own."""
        super().__init__()
        self._runs, self._preferences = runs, preferences
        self._asked: tuple[Path, Path | None] | None = None
        self._last_look: tuple[Path, Path | None] | None = None  # of the worker alone
        self.path: Path | None = None
        self.view: ExperimentView | None = None
        self.problem = ""
        self._seen = False
        self._starting: set[Path] = set()  # folders of runs whose drivers were started and do not work yet
        self._drivers: dict[Path, subprocess.Popen[bytes]] = {}  # by the folder of runs, the last of this window
        self._tell = background.tell
        self._keep = background.in_window(self._take)
        self.reporting = reporting  # half a minute of the study's, none of it of this process
        self.reporting.answered.connect(lambda document: self.reported.emit(Path(document["report"])))
        self._worker = background.workers.make("experiment", self._look)

    @property
    def is_starting(self) -> bool:
        """Whether a driver of the runs that are shown was started that does not work yet."""
        return self.view is not None and self.view.folder in self._starting

    def open(self, path: Path) -> None:
        """Show another plan: its own runs, where there are any, else those that came with it."""
        self._ask(path, None)
        self._worker.start()
        self._worker.tick_soon()
        self.changed.emit()

    def open_last(self) -> None:
        """Show the plan that was shown last, at first that of the study, unless one is shown or it is gone."""
        last = Path(str(self._preferences.get("plan")))
        if self.path is None and last.is_file():
            self.open(last)

    def show_runs(self, folder: Path) -> None:
        """Show the plan's runs in another of its folders, ``own`` or ``published`` of the view."""
        if self.path is not None:
            self._ask(self.path, folder)
            self._worker.tick_soon()
            self.changed.emit()

    def _ask(self, path: Path, folder: Path | None) -> None:
        self._asked = path, folder
        self.path, self.view, self.problem = path, None, ""

    def watch(self, seen: bool) -> None:
        """Look at it again and again while somebody sees it."""
        self._seen = seen
        if seen and self.path is not None:
            self._worker.start()
            self._worker.tick_soon()

    def start(self, jobs: int, threads: int) -> None:
        """Run what is left, in a process of its own: ``jobs`` trials at once, with so many threads each, 0 for all."""
        view = self.view
        if view is None or view.is_published or view.change or view.is_driven or self.is_starting:
            return
        self._drivers.pop(view.folder, None)  # what an earlier one said is over
        self._starting.add(view.folder)
        self.changed.emit()
        arguments = ["--experiment", str(self.path), "--runs", str(view.folder), "--jobs", str(jobs)]
        arguments += ["--threads", str(threads)] if threads else []
        rom = str(self._preferences.get("rom"))
        arguments += ["--rom", rom] if rom else []
        log = self._log(view.plan.name)
        self._post(lambda: self._launch(view.folder, arguments, log))

    def stop(self) -> None:
        """Have the driver's trials save a checkpoint and end, and itself too."""
        if self.view is not None and not self.view.is_published:
            folder = self.view.folder
            self._post(lambda: _request_stop(folder))

    def report(self) -> None:
        """Write the report of what there is; ``reported`` tells where.

        It lies in the folder of its runs, or elsewhere while that is not begun or came with the plan.
        """
        view = self.view
        if view is None:
            return
        is_own = (view.folder / EXPERIMENT_NAME).is_file() and not view.is_published
        folder = view.folder / _REPORT if is_own else self._runs / _REPORTS / view.plan.name
        arguments = ["--experiment", str(self.path), "--runs", str(view.folder), "--dry-run", "--report", str(folder)]
        self.reporting.start(f"writing the report of {view.plan.name}", arguments)

    def _log(self, name: str) -> Path:
        return self._runs / ".launched" / f"{name}.experiment.log"

    def _post(self, task: Callable[[], object]) -> None:
        def work() -> None:
            task()
            self._worker.tick_soon()

        self._worker.post(work)

    # In the thread

    def _launch(self, folder: Path, arguments: list[str], log: Path) -> None:
        try:
            self._drivers[folder] = launching.launch(arguments, log, launching.PROGRAM)
        except OSError:
            self._starting.discard(folder)
            raise

    def _look(self) -> float | None:
        asked = self._asked
        if asked is None:
            return None
        begun = time.thread_time()
        try:
            view = self._view(*asked)
            if asked != self._last_look:  # the grid is there at once; to judge claims first takes seconds
                self._keep(asked, view, "")
            self._last_look = asked
            if (judged := self._judged(asked, view)) is not None:
                self._keep(asked, judged, "")
        except InputError as error:
            self._keep(asked, None, str(error))
        return max(TICK, (time.thread_time() - begun) * _REST) if self._seen else None

    def _view(self, path: Path, folder: Path | None) -> ExperimentView:
        from core.experiment.curves import learning_curves
        from core.experiment.forecast import forecast
        from core.experiment.plan_file import read_plan
        from core.experiment.record import RECORD_NAME, change, published_runs, read_record
        from core.experiment.runner import is_driven, look

        plan = read_plan(path)
        own, published = self._runs / plan.name, published_runs(path)
        if published is not None and published.resolve() == own.resolve():
            published = None
        if folder is None or folder not in (own, published):
            has_own = (own / RECORD_NAME).is_file()
            folder = own if has_own or published is None else published
        record = read_record(folder)
        tasks = look(plan, folder, record)
        said = launching.mistake(tail(self._log(plan.name))) if self._has_ended(folder) else ""
        return ExperimentView(
            plan, folder, own, published, tuple(tasks), forecast(tasks, folder, 1), (),
            learning_curves(plan.arms, tasks), is_driven(folder), "" if said == "stopped" else said,
            change(record, plan) if record else "",
        )  # fmt: skip

    def _judged(self, asked: tuple[Path, Path | None], view: ExperimentView) -> ExperimentView | None:
        """The same with its claims judged; None where nobody waits for it any more."""
        from core.experiment.claims import corrected
        from core.experiment.table import each_judged

        found = []
        for one in each_judged(view.plan, view.tasks):
            found.append(one)
            if self._worker.is_closing or asked != self._asked:
                return None
        return replace(view, claims=tuple(corrected(found)))

    def _has_ended(self, folder: Path) -> bool:
        """Whether this window started a driver of a folder, and the last one has ended."""
        driver = self._drivers.get(folder)
        return driver is not None and driver.poll() is not None

    # Back in the window

    def _take(self, asked: tuple[Path, Path | None], view: ExperimentView | None, problem: str) -> None:
        if view is not None and (view.is_driven or self._has_ended(view.folder)):
            self._starting.discard(view.folder)
        if asked == self._asked:
            if view is not None and self.view is None:
                self._preferences.set("plan", str(asked[0].absolute()))
            self.view, self.problem = view, problem
            self.changed.emit()


def _request_stop(folder: Path) -> None:
    from core.experiment.runner import request_stop

    request_stop(folder)
