"""What is done with runs: notes, trash, sharing; the slow things in a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from core.errors import InputError, RunError
from core.runs import share, trash
from core.runs.index import RunInfo
from core.runs.notes import write_notes
from gui.kit.messages import explain
from gui.runs.model import RunsModel


class RunActions(QObject):
    """Changes run folders and has the list of runs know; the window's thread only.

    Signals:
        work_changed: ``work`` or ``share_done``.
        problem: one sentence on what could not be done.
        notice: one sentence on what was done.

    Attributes:
        folders: where runs lie; new ones come into the last.
        work: what is being done in the background, "" for nothing.
        share_done: of that, 0 to 1.
    """

    work_changed = Signal()
    problem = Signal(str)
    notice = Signal(str)
    _worked = Signal(float)
    _ended = Signal(object)

    def __init__(self, runs: RunsModel) -> None:
        super().__init__()
        self._runs = runs
        self.folders = runs.folders
        self.work = ""
        self.share_done = 0.0
        self._workers = ThreadPoolExecutor(1, "runs-work")
        self._is_cancelled = threading.Event()
        self._is_closed = False
        queued = Qt.ConnectionType.QueuedConnection
        self._worked.connect(self._keep_progress, queued)
        self._ended.connect(self._keep_end, queued)

    def close(self) -> None:
        """End the thread; what is being done is given up."""
        self._is_closed = True
        self._is_cancelled.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def note(self, run: RunInfo, **changes: Any) -> None:
        """Change name, tags or note of a run."""
        try:
            write_notes(run.path, replace(run.notes, **changes))
        except (InputError, RunError) as error:
            self.problem.emit(explain(error))
        else:
            self._runs.set_notes(run, replace(run.notes, **changes))
        self._runs.scan()

    def move_to_trash(self, paths: Sequence[Path]) -> None:
        """Move runs to the trash beside them."""
        moved = []
        for path in paths:
            try:
                moved.append(trash.move_to_trash(path))
            except (InputError, RunError) as error:
                self.problem.emit(explain(error))
        if moved:
            what = f"{moved[0].shown} is" if len(moved) == 1 else f"{len(moved)} runs are"
            self.notice.emit(f"{what} in the trash; the Trash button brings them back")
        self._runs.scan()

    def trashed(self) -> list[trash.Trashed]:
        """What lies in the trash."""
        return trash.list_trash(self.folders)

    def restore(self, item: trash.Trashed) -> None:
        """Bring a run back from the trash."""
        self._try(lambda: trash.restore(item), f"{item.shown} is back")

    def delete_for_good(self, item: trash.Trashed) -> None:
        """Delete a run that lies in the trash."""
        self._try(lambda: trash.delete_for_good(item), f"{item.shown} is deleted")

    def _try(self, what: Callable[[], object], done: str) -> None:
        try:
            what()
        except (InputError, RunError) as error:
            self.problem.emit(explain(error))
        else:
            self.notice.emit(done)
        self._runs.scan()

    def share(self, run: RunInfo, target: Path) -> None:
        """Write a run as one zip, in the background."""

        def work() -> str:
            share.export_run(run.path, target, self._on_progress)
            return f"{run.name} is in {target}"

        self._work(f"sharing {run.name} …", work)

    def take_in(self, archive: Path, name: str = "") -> None:
        """Unpack a shared run into the last folder, in the background."""

        def work() -> str:
            return f"{share.import_run(archive, self.folders[-1], name, self._on_progress).name} was taken in"

        self._work(f"taking in {archive.name} …", work)

    @staticmethod
    def shared_name(archive: Path) -> str:
        """Name of the run in a zip; "" when it is none, as taking it in will tell."""
        try:
            return share.shared_name(archive)
        except InputError:
            return ""

    def cancel(self) -> None:
        """End what is being done in the background."""
        self._is_cancelled.set()

    def _work(self, what: str, work: Callable[[], str]) -> None:
        if self.work:
            self.problem.emit(f"one thing at a time: {self.work}")
            return
        self._is_cancelled.clear()
        self.work, self.share_done = what, 0.0
        self.work_changed.emit()
        self._workers.submit(self._do, work)

    def _do(self, work: Callable[[], str]) -> None:
        try:
            self._ended.emit((work(), ""))
        except Exception as error:  # noqa: BLE001  # the window shows the reason
            self._ended.emit(("", explain(error)))

    def _on_progress(self, share_done: float) -> bool:
        self._worked.emit(share_done)
        return not self._is_cancelled.is_set()

    def _keep_progress(self, share_done: float) -> None:
        self.share_done = share_done
        self.work_changed.emit()

    def _keep_end(self, result: tuple[str, str]) -> None:
        if self._is_closed:
            return
        done, problem = result
        self.work, self.share_done = "", 0.0
        self.work_changed.emit()
        if problem:
            self.problem.emit(problem)
        else:
            self.notice.emit(done)
        self._runs.scan()
