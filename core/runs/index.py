"""All runs under some folders, told in a few words each; looked through again and again at little cost.

A folder's time of change tells whether anything in it was replaced: every file that matters is moved into place. So
a second look costs one ``stat`` a folder, and only what changed is read again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import sys
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from core.config.ddqn import DdqnConfig, idle_settings
from core.config.fields import setting_of
from core.locations import seen_at
from core.runs.commands import TRAINABLE
from core.runs.curves.growing_table import GrowingTable
from core.runs.curves.metrics import EPOCHS, EVALUATIONS
from core.runs.json_files import finite
from core.runs.notes import Notes, read_notes
from core.runs.run_folder import CONFIG_NAME, EXPERIMENT_NAME, STATUS_NAME, RunFolder
from core.runs.state import ACTIVE, Observed, RunState, observe, tried

PORTION = 100  # runs read between two looks at the rest of the world

_RACY = 2.0  # seconds: a folder changed so lately may change again within the same tick of the disk's clock
_FOLDERS = {
    item.name for config in TRAINABLE.values() for item in dataclasses.fields(config) if setting_of(item).folder
}
Stamp: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """A figure that a run is judged by.

    Attributes:
        value: None before the first.
        unit: "mIoU" or "progress", both 0 to 1, or, of an older agent, "x" in pixels.
        what: what it is the score of, in words.
    """

    value: float | None = None
    unit: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run in a few words.

    Attributes:
        path: its folder.
        kind: "ddqn", "fcn", "mapping", or another program's word; "" when its settings cannot be read.
        sees: what an agent sees, the size of a network's pictures, or which levels a mapping maps from and to.
        level: what an agent plays, or the data set that others learn from.
        seed: None where there is none.
        state: as ``core.runs.state`` decides it.
        progress: share that is done, 0 to 1.
        time_left: estimate, seconds; None while unknown.
        heartbeat: Unix time of its last sign of life; None without any.
        begun: Unix time of its beginning.
        score: the figure it is judged by.
        notes: what people wrote about it.
        group: equal for runs whose settings differ by the seed only.
        values: its settings, in the order of the fields of its kind; empty when they cannot be read.
        folders: where the folders really lie that its settings name, by name of the setting.
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
    score: Score = field(default_factory=Score)
    notes: Notes = field(default_factory=Notes)
    group: str = ""
    values: tuple[Any, ...] = field(default=(), repr=False)
    folders: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    problem: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """Its settings by name, but for those that make no difference to it.

        Those that an older program did not have are what that one did.
        """
        return _that_matter(self.kind, self.values)

    @property
    def name(self) -> str:
        """The name to show."""
        return self.notes.name or self.path.name

    @property
    def long_name(self) -> str:
        """The name with the run's place, for where two runs have the same."""
        place = f"{self.path.parent.name}/{self.path.name}"
        return place if self.name == self.path.name else f"{self.name} ({place})"

    @property
    def is_live(self) -> bool:
        """Whether a process is writing it."""
        return self.state in ACTIVE


@cache
def setting_names(kind: str) -> tuple[str, ...]:
    """The settings of a kind of run; none of one that is not known."""
    return tuple(item.name for item in dataclasses.fields(TRAINABLE[kind])) if kind in TRAINABLE else ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a portion of a scan found: runs that are new or differ, and folders that are gone."""

    changed: Sequence[RunInfo] = ()
    gone: Sequence[Path] = ()


@dataclass(slots=True)
class _Known:
    stamp: Stamp | None  # None for one that has to be read again
    info: RunInfo | None
    is_experiment: bool = False

    def check_life(self) -> None:
        """Find out whether a run that is being written still is; one that is not stays so until its folder changes."""
        if self.info is not None and self.info.is_live:
            seen = observe(self.info.path)
            if seen.state != "gone":  # the next scan finds that out
                self.info = replace(self.info, **_progress(seen))


class RunIndex:
    """Knows the runs that lie directly in some folders, or in an experiment's folder there.

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
        names = deque(entry for folder in self.folders for entry in _entries(folder))
        while names:
            name, stamp = names.popleft()
            there.add(name)
            known = self._known.get(name)
            if known is None or stamp is None or known.stamp != stamp or name in wanted:
                known = self._known[name] = _read(Path(name), stamp)
                looked += 1
            if known.is_experiment and Path(name).parent in self.folders:  # a report in it has a copy of its runs
                names.extend(entry for entry in _entries(Path(name)) if not (Path(entry[0]) / EXPERIMENT_NAME).exists())
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


def _entries(folder: Path) -> Iterator[tuple[str, Stamp | None]]:
    """The folders in a folder, with what tells whether they have changed; None where that cannot be told yet."""
    now = time.time()
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
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
        return _Known(stamp, None, (path / EXPERIMENT_NAME).exists())
    run, seen = RunFolder(path), observe(path)
    if seen.state == "gone":
        return _Known(None, None)
    notes, wrong_notes = tried(lambda: read_notes(path))
    begun, wrong_beginning = _begun(run)
    score, wrong_figure = _score(run, seen.kind)
    wrong = (seen.sentence, wrong_notes, wrong_beginning, wrong_figure)
    info = RunInfo(path, begun=begun, score=score, notes=notes or Notes(), **_settings(seen, path))
    return _Known(stamp, replace(info, **_progress(seen), problem="; ".join(filter(None, wrong))))


def _progress(seen: Observed) -> dict[str, Any]:
    """What changes while a run is written."""
    return {
        "state": seen.state,
        "progress": seen.progress,
        "time_left": seen.time_left,
        "heartbeat": seen.heartbeat or None,
    }


def _settings(seen: Observed, path: Path) -> dict[str, Any]:
    values, kind, seed = seen.settings, seen.kind, seen.settings.get("seed")
    sees, level, data = "", "", Path(str(values.get("data", ""))).name
    if kind == "ddqn":
        labels = f", {values.get('labels')}" if values.get("observation") == "segmented" else ""
        sees, level = f"{values.get('observation', '')}{labels}", str(values.get("level", ""))
    elif kind == "fcn":
        size = {"84": "84 × 84", "native": "224 × 240"}.get(str(values.get("size")), str(values.get("size", "")))
        sees, level = f"{size} {values.get('input', '')}".strip(), data
    elif kind == "mapping":
        sees, level = f"{values.get('from_levels', '')} → {values.get('to_levels', '')}", data
    same = json.dumps(compared := _compared(values, path), sort_keys=True).encode()
    return {
        "kind": kind,
        "sees": sees,
        "level": level,
        "seed": seed if type(seed) is int else None,
        "values": _values(values, kind),
        "folders": tuple((name, sys.intern(compared[name])) for name in sorted(_FOLDERS) if compared.get(name)),
        "group": hashlib.sha1(same, usedforsecurity=False).hexdigest() if values else "",
    }


def _values(values: Mapping[str, Any], kind: str) -> tuple[Any, ...]:
    """What was set, in the order of the fields; equal words of thousands of runs are kept once."""
    config = TRAINABLE.get(kind)
    if config is None or not values:
        return ()
    given = {**config.later, **{config.renamed.get(name, name): value for name, value in values.items()}}
    found = (given.get(item.name, item.default) for item in dataclasses.fields(config))
    return tuple(sys.intern(value) if isinstance(value, str) else value for value in found)


def _that_matter(kind: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """Settings by name, of values in the order of the fields."""
    found = dict(zip(setting_names(kind), values, strict=False))
    idle = idle_settings(found) if found and kind == DdqnConfig.kind else ()
    return {name: value for name, value in found.items() if name not in idle}


def _compared(values: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Settings that make runs differ: not the seed, nor what a run does not use; folders by where they really lie."""
    trained = TRAINABLE.get(str(values.get("kind")))
    retired, renamed = (trained.retired, trained.renamed) if trained else ({}, {})
    kept = {
        renamed.get(name, name): value
        for name, value in values.items()
        if name != "seed" and not (name in retired and value == retired[name])
    }
    if trained is not None:
        matter = _that_matter(trained.kind, _values(values, trained.kind))
        for name in set(setting_names(trained.kind)) - set(matter):
            kept.pop(name, None)
    for name in _FOLDERS & set(kept):
        kept[name] = kept[name] and os.path.realpath(seen_at(path, str(kept[name])))
    return kept


def _begun(run: RunFolder) -> tuple[float, str]:
    """When it began, as its provenance says, or when its settings were written; and what is wrong with that file."""
    started, problem = tried(lambda: run.provenance().get("started", ""))
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(started or "").timestamp(), problem
    for path in (run.path / CONFIG_NAME, run.path):
        with suppress(OSError):
            return path.stat().st_mtime, problem
    return 0.0, problem


def _score(run: RunFolder, kind: str) -> tuple[Score, str]:
    """Of its evaluation, or of its curve while there is none; and what is wrong with the evaluation's file."""
    scores, problem = tried(run.evaluation)
    find = {"fcn": _network_score, "ddqn": _agent_score}.get(kind)
    return (Score() if find is None else find(run, scores or {})), problem


def _network_score(run: RunFolder, scores: Mapping[str, Any]) -> Score:
    value = finite(scores, "miou")
    if value is not None:
        flatters = " (flatters: one play may be in several splits)" if scores.get("warning") else ""
        return Score(value, "mIoU", f"mIoU on the test split{flatters}")
    values = _curve(run, EPOCHS, "val_miou")
    return Score(max(values), "mIoU", "highest mIoU on the validation split") if values else Score()


def _agent_score(run: RunFolder, scores: Mapping[str, Any]) -> Score:
    """Of its last network: the best of many evaluations owes much to chance."""
    for unit, column in (("progress", "mean_progress"), ("x", "mean_x")):
        value = finite(scores, unit, "mean")
        if value is not None:
            return Score(value, unit, f"mean {unit} of its {scores.get('checkpoint') or 'best'} network")
        values = _curve(run, EVALUATIONS, column) if not scores else []
        if values:
            return Score(values[-1], unit, f"mean {unit} of its latest evaluation")
    return Score()


def _curve(run: RunFolder, file: str, column: str) -> list[float]:
    table = GrowingTable(run.path / file)
    table.read([column])
    values = table.column(column)
    return [float(value) for value in values[np.isfinite(values)]]
