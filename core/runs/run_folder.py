"""A run is a folder: the trainer writes it, the window, the command line and other machines read it.

config.json          the settings, written before the first step
provenance.json      command, versions, commit, processor, engine
status.json          state, process, heartbeat, progress, error; replaced as a whole
stop                 an empty file: somebody asks the run to stop
lock                 held by the process that writes
checkpoints/         the last ones and the best
epochs.csv           or episodes.csv and learning.csv, or updates.csv: curves, a row at a time
weights.safetensors  the kept weights with their counters
model.onnx           the same network, exported for ONNX Runtime
evaluation.json      its scores
train.log            what the program said
"""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import filterfalse
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from core.config.fields import Config
from core.errors import InputError, RunError, sentence_of
from core.file_lock import PATIENCE, file_lock
from core.files import TEMPORARY, is_being_written, is_free, write_json
from core.runs.checkpoint_files import CheckpointStore
from core.runs.json_files import (
    OBJECT,
    TEXT,
    check_fields,
    number,
    one_of,
    or_null,
    read_json,
    whole,
)
from core.runs.provenance import provenance

State = Literal["starting", "running", "stopped", "done", "failed"]
CONFIG_NAME = "config.json"
STATUS_NAME = "status.json"
EXPERIMENT_NAME = "experiment.json"
"""In a folder of the runs of one experiment (``core.experiment.record``)."""
EXAMPLES_NAME = "examples.png"
"""Class maps of a few test frames, as labelled and below as a network predicts them, side by side."""
ENCODER_NAME = "encoder"
"""Folder of an fcn agent's encoder in its run, itself a run folder of a network."""
PROCESS_ID = whole(0, 2**32 - 1)
TIME = number(0, 253_402_300_799)
"""Unix time, seconds, up to the end of the year 9999."""
_STATUS = {"state": one_of(*get_args(State)), "pid": PROCESS_ID, "heartbeat": TIME}
_STATUS_MORE = {"progress": number(0, 1), "time_left": or_null(number(0)), "error": TEXT}
C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Status:
    """What ``status.json`` holds.

    Attributes:
        state: "starting", "running", "stopped" (on request, can go on), "done" or "failed".
        pid: process that writes, or wrote.
        heartbeat: Unix time of the last sign of life, seconds.
        progress: share of the run that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        error: sentence on what went wrong, empty when nothing did.
    """

    state: State
    pid: int
    heartbeat: float
    progress: float = 0.0
    time_left: float | None = None
    error: str = ""


class RunFolder:
    """One run on the disk.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    # ---- making and opening

    @classmethod
    def create(
        cls, path: Path | str, config: Config, *, command: Sequence[str] | None = None, engine: str = "", rom: str = ""
    ) -> RunFolder:
        """A run with its settings, in a new or empty folder.

        Args:
            path: the folder.
            config: settings, kept in ``config.json``.
            command: the arguments as typed, for ``provenance.json``; None for this process's own.
            engine: emulator of the frames, where the run has one.
            rom: name of the game's revision, where the run plays it.

        Raises:
            InputError: something is there, the folder cannot be made, or another process makes a run of it.
        """
        with cls._created(path, config, command, engine, rom) as run:
            return run

    @classmethod
    @contextmanager
    def creating(cls, path: Path | str, config: Config, *, engine: str = "", rom: str = "") -> Iterator[RunFolder]:
        """``create`` a run and be the one process that writes it from its first file on, as in ``writing``."""
        with cls._created(path, config, None, engine, rom) as run, run._logged():
            yield run

    @classmethod
    @contextmanager
    def _created(
        cls, path: Path | str, config: Config, command: Sequence[str] | None, engine: str, rom: str
    ) -> Iterator[RunFolder]:
        run = cls(Path(path))
        run._check_empty()  # before there is a lock: nothing is put where something is
        try:
            run.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{path}: the folder cannot be made ({error.strerror})") from None
        with run._locked():
            run._check_empty()
            typed = sys.argv if command is None else command
            write_json(run.path / "provenance.json", provenance(typed, engine, rom))
            write_json(run.path / CONFIG_NAME, config.to_json())
            run.write_status(Status("starting", os.getpid(), time.time()))
            yield run

    def _check_empty(self) -> None:
        if not is_free(self.path, self.lock_path.name):
            raise InputError(f"{self.path}: something is there already; name a new folder for the run, or resume it")

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """A run that exists; InputError for a folder without a readable config.json."""
        run = cls(Path(path))
        run.config_values()
        return run

    # ---- settings

    def config_values(self) -> dict[str, Any]:
        """``config.json`` as plain values; InputError naming the file when it is missing or tells no kind of run."""
        path = self.path / CONFIG_NAME
        if not self.path.is_dir():
            raise InputError(f"{self.path}: there is no such folder; a run folder was expected")
        values = read_json(path)
        if values is None:
            raise InputError(f"{path}: the file is missing, so {self.path.name} is no run folder")
        check_fields(values, path, {}, {"kind": TEXT}, allow_others=True)
        return values

    @property
    def kind(self) -> str:
        """The word after ``--train`` that made it, "" when it does not say; InputError as for ``config_values``."""
        kind: str = self.config_values().get("kind", "")
        return kind

    def config(self, kind: type[C]) -> C:
        """The settings; InputError naming the file for another kind of run, a future version or a wrong value."""
        path = self.path / CONFIG_NAME
        try:
            return kind.from_json(self.config_values(), str(path))
        except InputError as error:
            text = str(error)
            raise error if text.startswith(str(self.path)) else InputError(f"{path}: {text}") from None

    def provenance(self) -> dict[str, Any]:
        """``provenance.json``; empty without the file, InputError when it is damaged."""
        path = self.path / "provenance.json"
        values = read_json(path) or {}
        check_fields(values, path, {}, {"started": TEXT, "engine": TEXT, "rom": TEXT}, allow_others=True)
        return values

    def evaluation(self) -> dict[str, Any] | None:
        """``evaluation.json``: "miou" of a network, "progress" and "x" of an agent; None without the file.

        InputError when it is damaged.
        """
        path = self.evaluation_path
        values = read_json(path)
        if values is not None:
            about = {"miou": number(0, 1), "x": OBJECT, "progress": OBJECT, "checkpoint": TEXT}
            check_fields(values, path, {}, about, allow_others=True)
            for name, rule in (("x", number()), ("progress", number(0, 1))):
                check_fields(values.get(name, {}), path, {}, {"mean": rule}, allow_others=True)
        return values

    # ---- files

    @property
    def checkpoints(self) -> CheckpointStore:
        """Its checkpoints."""
        return CheckpointStore(self.path / "checkpoints")

    @property
    def weights_path(self) -> Path:
        """The kept weights, a light checkpoint."""
        return self.path / "weights.safetensors"

    @property
    def model_path(self) -> Path:
        """The exported network."""
        return self.path / "model.onnx"

    @property
    def evaluation_path(self) -> Path:
        """Scores of the kept weights."""
        return self.path / "evaluation.json"

    @property
    def lock_path(self) -> Path:
        """What the process that writes it holds."""
        return self.path / "lock"

    # ---- status and requests

    def status(self) -> Status | None:
        """The last status, or None without any; InputError when the file is damaged."""
        path = self.path / STATUS_NAME
        values = read_json(path)
        if values is None:
            return None
        check_fields(values, path, _STATUS, _STATUS_MORE)
        return Status(**values)

    def write_status(self, status: Status) -> None:
        """Replace the status; RunError when the disk is full."""
        write_json(self.path / STATUS_NAME, dataclasses.asdict(status))

    def request_stop(self) -> None:
        """Ask the process that writes this run to stop at its next step."""
        (self.path / "stop").touch()

    def stop_requested(self) -> bool:
        """Whether somebody asked."""
        return (self.path / "stop").exists()

    def clear_stop(self) -> None:
        """Take the request back: it was heard, or the run goes on."""
        (self.path / "stop").unlink(missing_ok=True)

    # ---- writing

    @contextmanager
    def writing(self, check: Callable[[RunFolder], object] | None = None) -> Iterator[RunFolder]:
        """Be the one process that writes here, and log to ``train.log``.

        An exception that passes leaves the state "failed" with its sentence.

        Args:
            check: of a run that goes on: called once no other process can change it; what it raises passes and changes
                nothing. Then the status says at once that it starts, for it takes a while to learn again.

        Raises:
            InputError: another process writes this run; the message names it.
        """
        with self._locked():
            if check is not None:
                check(self)
                self._tell("starting")
            with self._logged():
                yield self

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = file_lock(self.lock_path)
        try:
            lock.acquire(timeout=PATIENCE)
        except TimeoutError:
            raise self.written_error() from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _logged(self) -> Iterator[None]:
        handler = logging.FileHandler(self.path / "train.log", encoding="utf-8", errors="backslashreplace")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root = logging.getLogger("core")
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        try:
            self._remove_remains()
            yield
        except BaseException as error:
            self._record_failure(error)
            raise
        finally:
            root.removeHandler(handler)
            handler.close()

    def _remove_remains(self) -> None:
        """Delete half files that a crash left behind; only the writer may.

        Others that are at work put files here as well: a driver its mark, a window its notes.
        """
        for path in filterfalse(is_being_written, self.path.rglob(TEMPORARY)):
            path.unlink(missing_ok=True)

    def written_error(self) -> InputError:
        """What is told when another process, named by the status, writes this run."""
        writer = "unknown"
        with suppress(InputError):
            writer = str(status.pid) if (status := self.status()) else writer
        return InputError(f"{self.path}: the run is being written by process {writer}; stop it first")

    def _record_failure(self, error: BaseException) -> None:
        logging.getLogger("core.runs").error("the run failed", exc_info=error)
        with suppress(RunError, InputError):  # on a full disk the status cannot be written either
            self._tell("failed", "interrupted" if isinstance(error, KeyboardInterrupt) else sentence_of(error))

    def _tell(self, state: State, error: str = "") -> None:
        progress = before.progress if (before := self.status()) else 0.0
        self.write_status(Status(state, os.getpid(), time.time(), progress, error=error))


def list_runs(folder: Path) -> list[RunFolder]:
    """The runs that lie directly in a folder, by name; none when there is no such folder."""
    return [RunFolder(path) for path in visible_folders(folder) if (path / CONFIG_NAME).is_file()]


def visible_folders(folder: Path) -> list[Path]:
    """The folders in a folder, by name, if there is one; not those that somebody is still filling (``new_folder``)."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.is_dir()]


def list_exported(folder: Path, kind: str) -> list[tuple[str, Path]]:
    """Names and folders of the runs of a kind that lie directly in a folder, exported; nothing is loaded."""
    exported = []
    for run in list_runs(folder):
        try:
            is_kind = run.kind == kind
        except InputError:
            continue
        if is_kind and run.model_path.is_file():
            exported.append((run.path.name, run.path))
    return exported
