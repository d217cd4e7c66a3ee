"""What is done with runs: notes, trash, sharing; all of it in the background, for disks are slow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import InputError, RunError
from core.files import replace_file
from core.runs import share, trash
from core.runs.index import RunInfo
from core.runs.notes import Notes, write_notes
from gui.kit.background import Background, Job
from gui.kit.messages import explain
from gui.runs.model import RunsModel


class RunActions(QObject):
    """Changes run folders and has the list of runs know; the window's thread only.

    Signals:
        work_changed: ``work`` or ``share_done``.
        problem: one sentence on what could not be done.
        notice: one sentence on what was done.
        folders_changed: runs came, or went.
        trash_listed: what lies in the trash, a list of ``core.runs.trash.Trashed``.

    Attributes:
        folders: where runs lie; new ones come into the last.
    """

    work_changed = Signal()
    problem = Signal(str)
    notice = Signal(str)
    folders_changed = Signal()
    trash_listed = Signal(object)

    def __init__(self, runs: RunsModel, background: Background) -> None:
        super().__init__()
        self._runs = runs
        self.folders = runs.folders
        self._changes = background.jobs("changing of runs")
        self._sharing = background.jobs("sharing of runs")
        self._sharing.changed.connect(self.work_changed)

    @property
    def work(self) -> str:
        """What is being shared or imported, "" for nothing."""
        job = self._sharing.current
        return "" if job is None else job.text

    @property
    def share_done(self) -> float:
        """Of that, 0 to 1."""
        job = self._sharing.current
        return 0.0 if job is None else job.share

    def note(self, run: RunInfo, **changes: Any) -> None:
        """Change name, tags or note of a run."""
        notes = replace(run.notes, **changes)
        self._runs.unwritten[run.path] = notes
        self._runs.set_notes(run, notes)

        def end(kept: Notes, problem: str = "") -> None:
            if self._runs.unwritten.get(run.path) is notes:  # else there are newer ones
                del self._runs.unwritten[run.path]
                self._runs.set_notes(run, kept)
            if problem:
                self.problem.emit(problem)
            self._runs.scan()

        self._changes.start(
            lambda job: write_notes(run.path, notes), lambda _: end(notes), lambda problem: end(run.notes, problem)
        )

    def move_to_trash(self, paths: Sequence[Path]) -> None:
        """Move runs to the trash beside them."""

        def work(job: Job) -> tuple[list[trash.Trashed], list[str]]:
            moved, problems = [], []
            for path in paths:
                try:
                    moved.append(trash.move_to_trash(path))
                except (InputError, RunError) as error:
                    problems.append(explain(error))
            return moved, problems

        def tell(done: tuple[list[trash.Trashed], list[str]]) -> None:
            moved, problems = done
            for problem in problems:
                self.problem.emit(problem)
            if moved:
                what, which = (f"{moved[0].shown} is", "it") if len(moved) == 1 else (f"{len(moved)} runs are", "them")
                self.notice.emit(f"{what} in the trash; Trash… restores {which}")
            self._look_at_all()

        self._changes.start(work, tell, self.problem.emit)

    def list_trash(self) -> None:
        """Have ``trash_listed`` emitted."""
        self._changes.start(lambda job: trash.list_trash(self.folders), self.trash_listed.emit, self.problem.emit)

    def restore(self, item: trash.Trashed) -> None:
        """Bring a run back from the trash."""
        self._change(partial(trash.restore, item), f"{item.shown} is restored")

    def delete_for_good(self, item: trash.Trashed) -> None:
        """Delete a run that lies in the trash."""
        self.notice.emit(f"deleting {item.shown} …")
        self._change(partial(trash.delete_for_good, item), f"{item.shown} is deleted")

    def _change(self, what: Callable[[], object], done: str) -> None:
        def tell(_: object) -> None:
            self.notice.emit(done)
            self._look_at_all()

        def fail(problem: str) -> None:
            self.problem.emit(problem)
            self._look_at_all()

        self._changes.start(lambda job: what(), tell, fail)

    def _look_at_all(self) -> None:
        self._runs.scan()
        self.list_trash()
        self.folders_changed.emit()

    def save(self, path: Path, write: Callable[[Path], None]) -> None:
        """Write a file, whole or not at all; ``write`` gets a temporary name, in another thread."""
        self._changes.start(
            lambda job: replace_file(path, write), lambda _: self.notice.emit(f"saved {path}"), self.problem.emit
        )

    def share(self, run: RunInfo, target: Path) -> None:
        """Write a run as one zip."""

        def work(job: Job) -> str:
            share.export_run(run.path, target, partial(_go_on, job))
            return f"{run.path.name} is in {target}"

        self._work(f"sharing {run.path.name} …", work)

    def take_in(self, archive: Path, name: str = "") -> None:
        """Unpack a shared run into the last folder."""

        def work(job: Job) -> str:
            return f"{share.import_run(archive, self.folders[-1], name, partial(_go_on, job)).name} is imported"

        self._work(f"importing {archive.name} …", work, brings_runs=True)

    def look_into(self, archive: Path, then: Callable[[str], object]) -> None:
        """Hand over the name of the run in a zip if another run here has it, else ""."""

        def taken_name() -> str:
            try:
                inside = share.shared_name(archive)
            except InputError:
                return ""  # it is none, as taking it in will tell
            return inside if (self.folders[-1] / inside).exists() else ""

        self._sharing.start(lambda job: taken_name(), then, self.problem.emit)

    def cancel(self) -> None:
        """End what is being shared or imported."""
        self._sharing.cancel()

    def _work(self, what: str, work: Callable[[Job], str], *, brings_runs: bool = False) -> None:
        if self.work:
            self.problem.emit(f"one thing at a time: {self.work}")
            return

        def tell(done: str) -> None:
            self.notice.emit(done)
            self._runs.scan()
            if brings_runs:
                self.folders_changed.emit()

        self._sharing.start(work, tell, self.problem.emit, what)


def _go_on(job: Job, share_done: float) -> bool:
    """Note how much is done, and tell whether to go on."""
    job.share = share_done
    return not job.is_cancelled
