"""What an experiment's folder keeps besides its runs: the plan that was fixed, and what went wrong.

``experiment.json`` is written before the first run. A plan that differs from it later is refused, unless the change is
explained; both the old text and the reason stay.
"""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.experiment.plan import Plan
from core.files import is_leaving, write_json
from core.runs.experiments import EXPERIMENT_LOCK
from core.runs.json_files import NAME, OBJECT, TEXT, check_fields, list_of, read_json, version, whole
from core.runs.run_folder import EXPERIMENT_NAME

RECORD_NAME = EXPERIMENT_NAME
STOP_NAME = "stop"
"""A file that asks the driver to have its trials save and end, and to end."""
LOCK_NAME = EXPERIMENT_LOCK
"""Held by the driver."""

_VERSION = 1
_FIELDS = {"version": version(_VERSION), "name": NAME, "plan": TEXT, "sha256": TEXT, "begun": TEXT}
_MORE = {"amendments": list_of(OBJECT), "failures": OBJECT}
_AMENDMENT = {"when": TEXT, "why": NAME, "plan": TEXT, "sha256": TEXT}
_FAILURE = {"times": whole(0, 10**6), "error": TEXT}
_SHOWN = 4  # changed lines that a refusal tells


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of the plan after the first run.

    Attributes:
        when: UTC, ISO 8601.
        why: the reason that was given.
        plan, sha256: the plan that held before.
    """

    when: str
    why: str
    plan: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Failure:
    """How often a trial ended without being done, and the last reason."""

    times: int
    error: str


@dataclass(slots=True)
class Record:
    """``experiment.json``.

    Attributes:
        name: of the experiment.
        plan, sha256: the plan in force.
        begun: when it was fixed, UTC, ISO 8601.
        amendments: earlier plans, oldest first.
        failures: by the trial's name.
    """

    name: str
    plan: str
    sha256: str
    begun: str
    amendments: list[Amendment] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Replace the file; RunError when the disk is full."""
        write_json(folder / RECORD_NAME, {"version": _VERSION, **dataclasses.asdict(self)})


def read_record(folder: Path) -> Record | None:
    """The record of a folder, None without one; InputError naming the file when it is damaged."""
    path = folder / RECORD_NAME
    values = read_json(path)
    if values is None:
        return None
    check_fields(values, path, _FIELDS, _MORE)
    for amendment in values.get("amendments", []):
        check_fields(amendment, f"{path}: amendments", _AMENDMENT)
    for failure in values.get("failures", {}).values():
        check_fields(failure, f"{path}: failures", _FAILURE)
    return Record(
        values["name"],
        values["plan"],
        values["sha256"],
        values["begun"],
        [Amendment(**one) for one in values.get("amendments", [])],
        {name: Failure(**one) for name, one in values.get("failures", {}).items()},
    )


def fix_plan(folder: Path, plan: Plan, why: str = "") -> Record:
    """The record of an experiment that begins or goes on, on the disk before its first run.

    Args:
        folder: of its runs.
        plan: as it is now.
        why: the reason for a change since then; empty when there was none.

    Raises:
        InputError: the folder is of another experiment, or the plan was changed and no reason is given.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    record = read_record(folder)
    if record is None:
        record = Record(plan.name, plan.text, plan.digest, now)
        record.save(folder)
        return record
    check_name(record, plan, folder)
    if record.sha256 != plan.digest:
        if not why:
            raise InputError(f"{change(record, plan)}; take the change back, or give the reason with --amend")
        record.amendments.append(Amendment(now, why, record.plan, record.sha256))
        record.plan, record.sha256 = plan.text, plan.digest
        record.save(folder)
    elif why:
        raise InputError("--amend: the plan is as it was; leave the flag out")
    return record


def check_name(record: Record, plan: Plan, folder: Path) -> None:
    """InputError when the runs of a folder are of another experiment."""
    if record.name != plan.name:
        raise InputError(f"{folder}: the runs there are of the experiment {record.name}; name another folder")


def change(record: Record, plan: Plan) -> str:
    """That a plan is not the one in force, and which lines are others; empty where it is that one."""
    if record.sha256 == plan.digest:
        return ""
    return f"{plan.path}: the plan was changed after its first run ({difference(record.plan, plan.text)})"


def difference(before: str, after: str) -> str:
    """The lines that changed between two plans, in a few words."""
    changed = [
        f"{line[0]} {line[1:].strip()}"
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        if line[0] in "+-" and not line.startswith(("+++", "---")) and line[1:].strip()
    ]
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return "; ".join(changed[:_SHOWN]) + more if changed else "blank lines only"


def make_folder(folder: Path) -> None:
    """Make the folder of an experiment; InputError when something else is there, or it cannot be made."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: this is a file; name a folder for the runs with --runs")
    is_ours = (folder / RECORD_NAME).exists() or not folder.exists()
    if not is_ours and any(path.name != LOCK_NAME and not is_leaving(path.name) for path in folder.iterdir()):
        raise InputError(f"{folder}: something is there already that is no experiment; name a new folder with --runs")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the folder cannot be made ({error.strerror})") from None


def values_of(record: Record) -> dict[str, Any]:
    """What a trial is told of its experiment: its name and the digest of the plan in force."""
    return {"experiment": record.name, "plan_sha256": record.sha256}


def published_runs(plan: Path) -> Path | None:
    """The folder of runs that came with a plan: beside its file, named like it without the ending; None without one."""
    folder = plan.with_suffix("")
    return folder if (folder / RECORD_NAME).is_file() else None
