"""The queue of trainings: ``queue.json`` in the folder of runs, so that it outlives the window that filled it.

Several windows may share it: whoever changes it holds ``queue.lock`` meanwhile.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.config.fields import Config
from core.errors import InputError
from core.file_lock import file_lock
from core.files import write_json
from core.locations import seen_from, whole_path
from core.runs.commands import MOST_THREADS, TRAINABLE, Machine, resume_arguments, train_arguments, with_folders
from core.runs.json_files import (
    FLAG,
    NAME,
    OBJECT,
    TEXT,
    check_fields,
    list_of,
    one_of,
    or_null,
    read_json,
    version,
    whole,
)
from core.runs.run_folder import PROCESS_ID, TIME

QUEUE_VERSION = 1
_LOCK_SECONDS = 10.0  # that a change takes at the very most
_QUEUE = {
    "version": version(QUEUE_VERSION),
    "held": FLAG,
    "waiting": list_of(OBJECT),
    "launched": list_of(OBJECT),
}
_WAITING = {"name": NAME, "kind": one_of(*TRAINABLE), "settings": or_null(OBJECT), "machine": OBJECT}
_MACHINE = {"threads": whole(0, MOST_THREADS), "rom": TEXT, "tensorboard": FLAG}
_LAUNCHED = {"name": NAME, "kind": one_of(*TRAINABLE), "pid": PROCESS_ID, "begun": TIME}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A training that has not begun.

    Attributes:
        name: of its folder in the folder of runs.
        kind: of run.
        config: settings, paths as seen from the working directory; None to go on with the run that is there.
        machine: threads and the like.
        changes: settings by name that a run that is there goes on with.
    """

    name: str
    kind: str
    config: Config | None = None
    machine: Machine = field(default_factory=Machine)
    changes: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self, runs: Path) -> list[str]:
        """The arguments of ``main.py`` that start it."""
        run = shown(runs / self.name)
        if self.config is None:
            return resume_arguments(self.kind, run, self.machine, self.changes)
        return train_arguments(self.config, run, self.machine)


@dataclass(frozen=True, slots=True)
class Launched:
    """A training that was started, until its own status tells of it.

    Attributes:
        name, kind: as in ``Waiting``.
        pid: its process.
        begun: Unix time, seconds.
        error: why it ended before it could write a status; "" while it has not.
    """

    name: str
    kind: str
    pid: int
    begun: float
    error: str = ""


@dataclass
class Queue:
    """What ``queue.json`` holds.

    Attributes:
        waiting: next one first.
        launched: started by windows.
        is_held: whether nothing starts by itself.
    """

    waiting: list[Waiting] = field(default_factory=list)
    launched: list[Launched] = field(default_factory=list)
    is_held: bool = False

    def names(self) -> set[str]:
        """Folders that are spoken for."""
        return {item.name for item in self.waiting} | {item.name for item in self.launched}


class QueueFile:
    """The queue of one folder of runs.

    Attributes:
        runs: the folder; made with the first change.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self._path = runs / "queue.json"

    def read(self) -> Queue:
        """The queue as it is; empty without a file, InputError naming it when it is damaged or of a future version."""
        values = read_json(self._path)
        if values is None:
            return Queue()
        check_fields(values, self._path, _QUEUE)
        for item in values["launched"]:
            check_fields(item, self._path, _LAUNCHED, {"error": TEXT})
        queue = Queue(launched=[Launched(**item) for item in values["launched"]], is_held=values["held"])
        for item in values["waiting"]:
            check_fields(item, self._path, _WAITING, {"changes": OBJECT})
            try:
                if item["settings"] is not None:
                    TRAINABLE[item["kind"]].check_trainable(item["settings"], item["name"])
            except InputError as error:  # of an older program: the others go on, and this one says why it does not
                queue.launched.append(Launched(item["name"], item["kind"], os.getpid(), time.time(), str(error)))
            else:
                queue.waiting.append(self._waiting(item))
        return queue

    @contextmanager
    def change(self) -> Iterator[Queue]:
        """The queue to change; written when the block ends, while no other process can."""
        self.runs.mkdir(parents=True, exist_ok=True)
        with file_lock(self.runs / "queue.lock", seconds=_LOCK_SECONDS):
            queue = self.read()
            before = self._json(queue)
            yield queue
            if self._json(queue) != before:
                write_json(self._path, self._json(queue))

    def _json(self, queue: Queue) -> dict[str, Any]:
        return {
            "version": QUEUE_VERSION,
            "held": queue.is_held,
            "waiting": [
                {
                    "name": item.name,
                    "kind": item.kind,
                    # As seen from the folder of runs, so that a window opened elsewhere finds the same folders.
                    "settings": None if item.config is None else with_folders(item.config, self._from_here).to_json(),
                    "machine": dataclasses.asdict(
                        replace(item.machine, rom=self._from_here(_expanded(item.machine.rom)))
                    ),
                    "changes": dict(item.changes),
                }
                for item in queue.waiting
            ],
            "launched": [dataclasses.asdict(item) for item in queue.launched],
        }

    def _waiting(self, values: dict[str, Any]) -> Waiting:
        check_fields(values["machine"], self._path, {}, _MACHINE)
        kind, settings, config = values["kind"], values["settings"], None
        if settings is not None:
            config = with_folders(TRAINABLE[kind].from_json(settings, str(self._path)), self._to_here)
        machine = Machine(**values["machine"])
        if (self.runs / machine.rom).exists() or not Path(machine.rom).exists():  # else as older programs wrote it
            machine = replace(machine, rom=machine.rom and self._to_here(machine.rom))
        return Waiting(values["name"], kind, config, machine, values.get("changes", {}))

    def _from_here(self, text: str) -> str:
        return seen_from(self.runs, text)

    def _to_here(self, text: str) -> str:
        return shown(self.runs / text)


def shown(path: Path) -> str:
    """A path as one would type it: from the working directory where it lies below, else whole."""
    whole = whole_path(path)
    return str(whole.relative_to(Path.cwd())) if whole.is_relative_to(Path.cwd()) else str(whole)


def _expanded(rom: str) -> str:
    """The game's file with a home folder written out; "" stays ""."""
    return str(Path(rom).expanduser()) if rom else ""
