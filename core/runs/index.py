"""All runs under some folders, told in a few words each; looked through again and again at little cost.

A folder's time of change tells whether anything in it was replaced: every file that matters is moved into place. So
a second look costs one ``stat`` a folder, and only what changed is read again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import numpy as np

from core.config.fields import setting_of
from core.errors import InputError
from core.runs.commands import TRAINABLE
from core.runs.curves.growing_table import GrowingTable
from core.runs.curves.metrics import EPOCHS, EVALUATIONS
from core.runs.notes import Notes, read_notes
from core.runs.run_folder import CONFIG_NAME, STATUS_NAME, RunFolder, State, Status
from core.runs.state import is_written

RunState = Literal["starting", "running", "stopping", "stopped", "done", "failed", "interrupted", "damaged"]
PORTION = 100  # runs read between two looks at the rest of the world

_RACY = 2.0  # seconds: a folder changed so lately may change again within the same tick of the disk's clock
_WRITTEN_STATES = get_args(State)
_FOLDERS = {
    item.name for config in TRAINABLE.values() for item in dataclasses.fields(config) if setting_of(item).folder
}
Stamp: TypeAlias = tuple[int, int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run in a few words.

    Attributes:
        path: its folder.
        kind: "ddqn", "fcn", or another program's word; "" when its settings cannot be read.
        sees: what an agent sees, or the size of a network's pictures.
        level: what an agent plays, or the data set a network learns from.
        seed: None where there is none.
        state: "interrupted" when the process that wrote it is gone, "damaged" when its files cannot be read.
        progress: share that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        heartbeat: Unix time of its last sign of life; None without any.
        begun: Unix time of its beginning.
        best: its best figure: mIoU, or mean x in pixels; None before the first.
        best_of: what that is.
        notes: what people wrote about it.
        group: equal for runs whose settings differ by the seed only.
        problem: sentence on what went wrong, "" when nothing did.
    """

    path: Path
    kind: str = ""
    sees: str = ""
    level: str = ""
    seed: int | None = None
    state: RunState = "damaged"
    progress: float = 0.0
    time_left: float | None = None
    heartbeat: float | None = None
    begun: float = 0.0
    best: float | None = None
    best_of: str = ""
    notes: Notes = field(default_factory=Notes)
    group: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """The name to show."""
        return self.notes.name or self.path.name

    @property
    def long_name(self) -> str:
        """The name with its folder's before it, for where two runs have the same."""
        return f"{self.path.parent.name}/{self.name}"

    @property
    def is_live(self) -> bool:
        """Whether a process is writing it."""
        return self.state in ("starting", "running", "stopping")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a portion of a scan found: runs that are new or differ, and folders that are gone."""

    changed: Sequence[RunInfo] = ()
    gone: Sequence[Path] = ()


@dataclass(slots=True)
class _Known:
    stamp: Stamp | None  # None for one that has to be read again
    info: RunInfo | None
    status: Status | None = None  # of a run that is being written

    def check_life(self) -> None:
        """Find out whether a run that is being written still is; one that is not stays so until its folder changes."""
        if self.info is not None and self.status is not None and not is_written(self.info.path, self.status):
            self.info = replace(self.info, state="interrupted", time_left=None)
            self.status = None


class RunIndex:
    """Knows the runs that lie directly in some folders.

    Attributes:
        folders: they need not exist.
        runs: by folder, as the last scan found them.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(dict.fromkeys(folders))
        self.runs: dict[Path, RunInfo] = {}
        self._known: dict[str, _Known] = {}  # by path as text, which is quick to look up

    def scan(self, again: Collection[Path] = ()) -> Iterator[Changes]:
        """Look through the folders, in portions of about ``PORTION`` runs that were read; the last names what is gone.

        Args:
            again: runs to read even if their folders look unchanged.
        """
        there: set[str] = set()
        seen: set[Path] = set()
        wanted = {str(path) for path in again}
        changed: list[RunInfo] = []
        looked = 0
        for name, stamp in self._folders():
            there.add(name)
            known = self._known.get(name)
            if known is None or stamp is None or known.stamp != stamp or name in wanted:
                known = self._known[name] = _read(Path(name), stamp)
                looked += 1
            if known.info is not None:
                seen.add(known.info.path)
                known.check_life()
                if self.runs.get(known.info.path) != known.info:
                    self.runs[known.info.path] = known.info
                    changed.append(known.info)
            if looked >= PORTION:
                yield Changes(tuple(changed))
                changed, looked = [], 0
        gone = [path for path in self.runs if path not in seen]
        for path in gone:
            del self.runs[path]
        for name in set(self._known) - there:
            del self._known[name]
        yield Changes(tuple(changed), tuple(gone))

    def _folders(self) -> Iterator[tuple[str, Stamp | None]]:
        now = time.time()
        for folder in self.folders:
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    if entry.is_dir():
                        about = entry.stat()
                        is_settled = about.st_mtime < now - _RACY
                        yield entry.path, (about.st_mtime_ns, about.st_ino) if is_settled else None
                except OSError:
                    continue  # it went away meanwhile


def _read(path: Path, stamp: Stamp | None) -> _Known:
    """A run folder; one without settings and status is none."""
    if not (path / CONFIG_NAME).exists() and not (path / STATUS_NAME).exists():
        return _Known(stamp, None)
    run = RunFolder(path)
    values, unreadable = _tried(run.config_values)
    status, wrong_status = _tried(lambda: _checked(run.status(), path))
    notes, wrong_notes = _tried(lambda: read_notes(path))
    best, best_of = _best(run, str((values or {}).get("kind", "")))
    info = RunInfo(
        path, begun=_begun(run), best=best, best_of=best_of, notes=notes or Notes(), **_settings(values or {}, path)
    )
    info = replace(info, problem="; ".join(filter(None, (unreadable, wrong_status, wrong_notes))))
    if status is not None:
        info = replace(
            info,
            state=status.state,
            progress=status.progress,
            time_left=status.time_left,
            heartbeat=status.heartbeat,
            problem=info.problem or status.error,
        )
    if unreadable or wrong_status:
        return _Known(stamp, replace(info, state="damaged"))
    if status is None:
        return _Known(stamp, replace(info, state="interrupted"))
    if not info.is_live:
        return _Known(stamp, info)
    return _Known(stamp, replace(info, state="stopping") if run.stop_requested() else info, status)


def _tried(read: Callable[[], T]) -> tuple[T | None, str]:
    """What was read, or None and the sentence on why not."""
    try:
        return read(), ""
    except InputError as error:
        return None, str(error)


def _settings(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    kind, seed = values.get("kind", ""), values.get("seed")
    if kind == "ddqn":
        labels = f", {values.get('labels')}" if values.get("observation") == "segmented" else ""
        sees, level = f"{values.get('observation', '')}{labels}", str(values.get("level", ""))
    elif kind == "fcn":
        size = {"84": "84 × 84", "native": "224 × 240"}.get(str(values.get("size")), str(values.get("size", "")))
        sees, level = f"{size} {values.get('input', '')}".strip(), Path(str(values.get("data", ""))).name
    else:
        sees = level = ""
    same = json.dumps(_compared(values, path), sort_keys=True)
    return {
        "kind": str(kind),
        "sees": sees,
        "level": level,
        "seed": seed if type(seed) is int else None,
        "group": hashlib.sha1(same.encode(), usedforsecurity=False).hexdigest() if values else "",
    }


def _compared(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Settings that make runs differ: not the seed, nor what a run does not use; folders by where they really lie."""
    kept = {name: value for name, value in values.items() if name != "seed"}
    if kept.get("kind") == "ddqn":
        for name, observation in (("encoder", "fcn"), ("labels", "segmented")):
            if kept.get("observation") != observation:
                kept.pop(name, None)
    for name in _FOLDERS & set(kept):
        kept[name] = kept[name] and os.path.normpath(path / str(kept[name]))
    return kept


def _checked(status: Status | None, path: Path) -> Status | None:
    """A status whose values have the types they should have; InputError otherwise."""
    if status is None:
        return None
    values = dataclasses.asdict(status)
    numbers = [values["heartbeat"], values["progress"], values["time_left"] or 0.0]
    if (
        values["state"] not in _WRITTEN_STATES
        or type(values["pid"]) is not int
        or not isinstance(values["error"], str)
        or not all(_float(value) is not None for value in numbers)
    ):
        raise InputError(f"{path / STATUS_NAME}: a value is not what a status has there")
    return status


def _begun(run: RunFolder) -> float:
    """When it began: as its provenance says, or when its settings were written."""
    try:
        return datetime.fromisoformat(str(run.provenance().get("started"))).timestamp()
    except (InputError, ValueError, OverflowError):
        pass
    for path in (run.path / CONFIG_NAME, run.path):
        try:
            return path.stat().st_mtime
        except OSError:
            continue
    return 0.0


def _best(run: RunFolder, kind: str) -> tuple[float | None, str]:
    """The figure that a run is judged by: of its evaluation, or the highest of its curve while there is none."""
    evaluation = _evaluation(run.evaluation_path)
    if kind == "fcn":
        value = _float(evaluation.get("miou"))
        return (value, "mIoU on the test split") if value is not None else _highest(run, EPOCHS, "val_miou")
    if kind == "ddqn":
        x = evaluation.get("x")
        value = _float(x.get("mean")) if isinstance(x, dict) else None
        return (value, "mean x of its evaluation") if value is not None else _highest(run, EVALUATIONS, "mean_x")
    return None, ""


def _evaluation(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _float(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _highest(run: RunFolder, file: str, column: str) -> tuple[float | None, str]:
    table = GrowingTable(run.path / file)
    table.read([column])
    values = table.column(column)
    values = values[np.isfinite(values)]
    what = "highest mIoU on the validation split" if file == EPOCHS else "highest mean x of its greedy evaluations"
    return (float(values.max()), what) if len(values) else (None, "")
