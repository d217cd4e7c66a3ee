"""Starting trainings as processes of their own, one after another, and knowing what becomes of them.

A training belongs to nobody: it goes on when whoever started it ends, and whoever looks into the folder of runs finds
it. No Qt here; ``gui.trainings.model`` has ``tick`` called twice a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from core.errors import InputError, RunError, sentence_of
from core.runs.experiments import Experiments
from core.runs.launching import PROGRAM, mistake
from core.runs.queue import Launched, Queue, QueueFile, Waiting
from core.runs.run_folder import CONFIG_NAME, RunFolder, visible_folders
from core.runs.starter import Starter
from core.runs.state import Observed, RunState, is_process, is_started_by, observe, tail

SCAN_EVERY = 5.0  # seconds between looks at all runs; those that are active are looked at in each tick
SHOWN_ENDED = 8  # of the runs that ended without being done, the newest so many are told of


@dataclass(frozen=True, slots=True)
class TrainingsState:
    """What a tick found.

    Attributes:
        runs: those that are active, oldest first, then those that ended, newest first.
        waiting: the queue, next one first.
        is_held: whether nothing in it starts by itself.
        is_experimenting: whether an experiment is at work, which the queue waits for; its trials are not in ``runs``.
        watched: the run whose log this is, None without any.
        log: its last lines.
        problem: what is wrong with the queue or the folder, one sentence; "" otherwise.
    """

    runs: tuple[Observed, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    is_held: bool = False
    is_experimenting: bool = False
    watched: Path | None = None
    log: str = ""
    problem: str = ""

    @property
    def active(self) -> tuple[Observed, ...]:
        """Those that a process works on."""
        return tuple(run for run in self.runs if run.is_active)

    @property
    def is_busy(self) -> bool:
        """Whether something trains."""
        return self.is_experimenting or bool(self.active)


class Supervisor:
    """The trainings of one folder of runs; one thread's.

    Attributes:
        runs: the folder.
        queue: what waits.
        rests: whether it starts nothing by itself for now, because the window is about to close.
    """

    def __init__(self, runs: Path, program: Sequence[str] | None = None) -> None:
        """``program`` is what gets the arguments, ``main.py`` unless given."""
        self.runs = runs.resolve()
        self.queue = QueueFile(self.runs)
        self.rests = False
        self._experiments = Experiments(self.runs)
        self._is_experimenting = False
        self._starter = Starter(self.queue, program or PROGRAM)
        self._seen: dict[Path, tuple[int, Observed]] = {}
        self._next_scan = 0.0
        self._followed: set[Path] = set()
        self._stopping: set[Path] = set()
        self._dismissed: set[Path] = set()
        self._watched: Path | None = None
        self._latest: Path | None = None  # the last one seen to train

    # What the user asks for

    def add(self, item: Waiting) -> None:
        """Put a training at the end of the queue; it starts with the next tick when nothing else trains."""
        try:
            with self.queue.change() as queue:
                queue.launched = [other for other in queue.launched if other.name != item.name]
                queue.waiting = [*(other for other in queue.waiting if other.name != item.name), item]
        except BaseException:
            self._give_back(item.name)
            raise
        self._dismissed.discard(self._path(item.name))

    def move(self, name: str, by: int) -> None:
        """Move one that waits up (-1) or down (1)."""
        with self.queue.change() as queue:
            places = [item.name for item in queue.waiting]
            if name in places:
                item = queue.waiting.pop(places.index(name))
                queue.waiting.insert(max(places.index(name) + by, 0), item)

    def remove(self, name: str) -> None:
        """Take one that waits out of the queue."""
        with self.queue.change() as queue:
            queue.waiting = [item for item in queue.waiting if item.name != name]
        self._give_back(name)

    def hold(self, is_held: bool) -> None:
        """Let nothing start by itself, or let it again."""
        with self.queue.change() as queue:
            queue.is_held = is_held

    def start_now(self, name: str) -> None:
        """Start one that waits, whatever else trains."""
        self._follow(self._starter.start(name))

    def stop(self, path: Path) -> None:
        """Ask a training to save a checkpoint and end; one that has not made its folder yet is ended at once."""
        run = observe(path)
        begun = [] if run.is_active else [item for item in self.queue.read().launched if self._begins(item, run)]
        if run.is_active or (begun and (path / CONFIG_NAME).exists()):
            self._stopping.add(path)
            self._request_stop(path)
            return
        for item in begun:  # none where the run ended just now: a request would stop its next session
            with suppress(psutil.Error):  # it ended just now
                process = psutil.Process(item.pid)
                if "--train" not in process.cmdline():
                    continue  # the window that is about to start it
                process.terminate()
            self.dismiss(path)

    def dismiss(self, path: Path) -> None:
        """Tell no more of a run that ended; its folder stays."""
        self._dismissed.add(path)
        self._followed.discard(path)
        with self.queue.change() as queue:
            self._forget(queue, path)

    def watch(self, path: Path | None) -> None:
        """Show this run's log; None for that of the first active one, or of the last that was."""
        self._watched = path

    # Looking

    def tick(self) -> TrainingsState:
        """Look at everything, and start what is next."""
        problem = ""
        found: list[Observed] = []
        queue = Queue()
        try:
            self._starter.reap()
            found = self._find()
            queue = self.queue.read()
            found = self._with_launched(found, queue)
            if self._starter.put_back():
                queue = self.queue.read()
            is_free = not self._is_experimenting and not any(run.is_active for run in found)
            if queue.waiting and is_free and self._starter.is_due and not (queue.is_held or self.rests):
                self._is_experimenting = self._experiments.are_at_work()  # it may have begun since the look at all runs
                if not self._is_experimenting:
                    self._follow(self._starter.start_next())
                    queue = self.queue.read()
                    found = self._with_launched(found, queue)
        except (InputError, RunError, OSError, TimeoutError) as error:
            problem = sentence_of(error)
        runs = self._shown(found)
        paths = [run.path for run in runs]
        self._latest = next(
            (run.path for run in runs if run.is_active), self._latest if self._latest in paths else None
        )
        watched = self._watched or self._latest
        log = "" if watched is None else self.log(watched)
        problem = problem or self._starter.problem
        return TrainingsState(runs, tuple(queue.waiting), queue.is_held, self._is_experimenting, watched, log, problem)

    def log(self, path: Path) -> str:
        """What a run said last: its own log, or before it has one, what its process said."""
        return tail(path / "train.log") or tail(self._starter.log_path(path.name))

    def _find(self) -> list[Observed]:
        """All runs but those that are done; files are read where they changed, or where somebody writes."""
        now = time.monotonic()
        paths = sorted({path for path, (_, run) in self._seen.items() if run.is_active} | self._followed)
        if now >= self._next_scan:
            self._next_scan = now + SCAN_EVERY
            paths = visible_folders(self.runs)
            self._is_experimenting = self._experiments.are_at_work()
            self._seen = {path: self._seen[path] for path in {*paths, *self._followed} if path in self._seen}
            paths = [*paths, *(self._followed - set(paths))]
        for path in paths:
            self._look(path)
        return [run for path, (_, run) in self._seen.items() if run.state != "done" or path in self._followed]

    def _look(self, path: Path) -> None:
        changed = 0
        with suppress(OSError):
            changed = (path / "status.json").stat().st_mtime_ns
        before, run = self._seen.get(path, (-1, None))
        if changed != before or run is None or run.is_active:
            if not changed and not (path / CONFIG_NAME).exists() and run is None:
                return  # no run, or not yet
            last, run = run, replace(observe(path), is_ours=self._starter.log_path(path.name).exists())
            if run.state == "gone" and last is not None and last.is_active and last.is_ours:
                self._abandon(last)
            self._seen[path] = changed, self._told(run)
            if run.is_active:
                self._followed.add(path)
                self._dismissed.discard(path)  # somebody went on with it: its next end is told again
                if path in self._stopping and run.state != "stopping":
                    self._request_stop(path)  # it was starting, and cleared the request of an earlier session
            else:
                self._stopping.discard(path)

    def _abandon(self, run: Observed) -> None:
        """End a training whose folder was taken away: there is nothing left to save, and it would make it again."""
        if is_process(run.pid, run.heartbeat):
            with suppress(psutil.Error):  # it ended just now
                psutil.Process(run.pid).kill()

    def _told(self, run: Observed) -> Observed:
        """With the sentence that its process left, where its status could not be written: on a full disk, say."""
        said = mistake(tail(self._starter.log_path(run.name))) if run.state == "interrupted" else ""
        return replace(run, sentence=said) if said else run

    def _shown(self, found: Sequence[Observed]) -> tuple[Observed, ...]:
        active = sorted((run for run in found if run.is_active), key=lambda run: run.name)
        ended = [run for run in found if not run.is_active and run.path not in self._dismissed]
        ended.sort(key=lambda run: run.heartbeat, reverse=True)
        return (*active, *ended[:SHOWN_ENDED])

    # Those that were started

    def _follow(self, item: Waiting | None) -> None:
        if item is not None:
            self._followed.add(self._path(item.name))

    def _with_launched(self, found: list[Observed], queue: Queue) -> list[Observed]:
        """The runs, with those that were started and have not written a status of their own yet, or never will."""
        runs = {run.path: run for run in found}
        for item in filter(self._starter.has_started, queue.launched):
            path = self._path(item.name)
            run = runs.get(path)
            lives = is_process(item.pid, item.begun)
            if not lives and (run is None or run.pid != item.pid) and (path / CONFIG_NAME).exists():
                run = replace(observe(path), is_ours=True)  # it may have begun and ended since the look at all runs
            if lives and run is not None and run.is_active and is_started_by(run.pid, item.pid):
                item = self._take_over(item, run)
            if run is not None and (run.state == "gone" or _is_of(run, item, lives)):
                if not run.is_active:
                    self._end(item, run)
            elif lives and not item.error:
                state: RunState = "stopping" if path in self._stopping else "starting"
                progress = run.progress if run else 0.0
                runs[path] = Observed(path, item.kind, state, item.pid, progress, heartbeat=item.begun, is_ours=True)
                self._followed.add(path)
            else:
                error = item.error or self._why(item)
                failed = Observed(path, item.kind, "failed", heartbeat=item.begun)
                runs[path] = replace(run or failed, sentence=error, is_ours=True)
                if not item.error:
                    self._keep_error(item, error)
        return list(runs.values())

    def _take_over(self, item: Launched, run: Observed) -> Launched:
        """Note the process that trains in place of the one that was started.

        In a virtual environment of Windows that is a launcher, whose child is Python.
        """
        found = replace(item, pid=run.pid, begun=run.heartbeat)
        with self.queue.change() as queue:
            queue.launched = [found if one == item else one for one in queue.launched]
        return found

    def _begins(self, item: Launched, run: Observed) -> bool:
        """Whether it is that run's process and lives, and has written no status yet."""
        return self._path(item.name) == run.path and run.pid != item.pid and is_process(item.pid, item.begun)

    def _why(self, item: Launched) -> str:
        said = tail(self._starter.log_path(item.name), 20)
        return mistake(said) or said.rpartition("\n")[2] or "the process ended before it could begin"

    def _keep_error(self, item: Launched, error: str) -> None:
        self._give_back(item.name)
        with self.queue.change() as queue:
            queue.launched = [replace(one, error=error) if one == item else one for one in queue.launched]

    def _end(self, item: Launched, run: Observed) -> None:
        with self.queue.change() as queue:
            queue.launched = [one for one in queue.launched if one != item]
        if run.state in ("done", "stopped"):
            self._starter.log_path(item.name).unlink(missing_ok=True)

    def _forget(self, queue: Queue, path: Path) -> None:
        for item in [item for item in queue.launched if self._path(item.name) == path]:
            queue.launched.remove(item)
            self._give_back(item.name)
        self._starter.log_path(path.name).unlink(missing_ok=True)

    def _give_back(self, name: str) -> None:
        """Remove the folder that was made to keep a name, if nothing came of it."""
        with suppress(OSError):
            self._path(name).rmdir()

    def _request_stop(self, path: Path) -> None:
        with suppress(OSError):  # its folder is gone: there is nobody to ask
            RunFolder(path).request_stop()

    def _path(self, name: str) -> Path:
        """The run folder of that name, which may lie elsewhere: "../others/a"."""
        return Path(os.path.normpath(self.runs / name))


def _is_of(run: Observed, item: Launched, lives: bool) -> bool:
    """Whether a status is of the process that was started, or of a child of it that has ended with it."""
    return run.pid == item.pid or not (lives or run.is_active or run.heartbeat <= item.begun)
