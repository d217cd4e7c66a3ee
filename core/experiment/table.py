"""``trials.csv``, a row a trial, and ``arms.csv``, a row an arm and figure, made from the run folders."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.experiment.runner import TrialReport
from core.experiment.statistics import estimate, interquartile_mean, mean
from core.files import write_bytes
from core.runs.json_files import finite, read_json

COLUMNS = (
    "arm",
    "seed",
    "state",
    "progress_of_run",
    "steps",
    "hours",
    "mean_x",
    "progress",
    "flags",
    "miou",
    "tries",
    "error",
    "commit",
    "processor",
    "cores",
)
"""Steps are agent steps (epochs of a network); x, progress, flags and mIoU those of the last network's evaluation."""

_CURVES = {"ddqn": ("learning.csv", "step"), "fcn": ("epochs.csv", "epoch")}


ARM_COLUMNS = ("arm", "figure", "seeds", "mean", "mean_low", "mean_high", "iqm", "iqm_low", "iqm_high")
"""Intervals are those of 95% from resampling seeds (``core.experiment.statistics``)."""

FIGURES = ("flags", "progress", "mean_x", "miou")
"""What is summed up over the seeds of an arm that are done, where they have it."""


def rows(reports: Sequence[TrialReport]) -> list[dict[str, Any]]:
    """A row a trial, by column; "" where nothing is known yet."""
    return [_row(report) for report in reports]


def arm_rows(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the rows of trials say of their arms, by column; an interval is "" where an arm has one seed."""
    arms = dict.fromkeys(trial["arm"] for trial in trials)
    return [
        row for arm in arms for row in _arm_rows(arm, [t for t in trials if t["arm"] == arm and t["state"] == "done"])
    ]


def _arm_rows(arm: str, done: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for figure in FIGURES:
        scores = [float(trial[figure]) for trial in done if trial[figure] != ""]
        if scores:
            row: dict[str, Any] = {"arm": arm, "figure": figure, "seeds": len(scores)}
            for name, statistic in (("mean", mean), ("iqm", interquartile_mean)):
                found = estimate(scores, statistic)
                values = {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
                row |= {key: "" if isnan(value) else round(value, 6) for key, value in values.items()}
            yield row


def write_tables(folder: Path, reports: Sequence[TrialReport]) -> None:
    """Replace both files; RunError when the disk is full."""
    trials = rows(reports)
    _write(folder / "trials.csv", COLUMNS, trials)
    _write(folder / "arms.csv", ARM_COLUMNS, arm_rows(trials))


def _write(path: Path, columns: Sequence[str], table: Sequence[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    write_bytes(path, text.getvalue().encode())


def _row(report: TrialReport) -> dict[str, Any]:
    scores, origin = (_json(report.path / name) for name in ("evaluation.json", "provenance.json"))
    steps, seconds = _length(report)
    found = {
        "arm": report.trial.arm,
        "seed": report.trial.seed,
        "state": report.state,
        "progress_of_run": round(report.progress, 4),
        "steps": steps,
        "hours": None if seconds is None else round(seconds / 3600, 3),
        "mean_x": finite(scores, "x", "mean"),
        "progress": finite(scores, "progress", "mean"),
        "flags": finite(scores, "flags", "rate"),
        "miou": finite(scores, "miou"),
        "tries": report.tries,
        "error": report.error,
        "commit": origin.get("commit"),
        "processor": origin.get("processor"),
        "cores": origin.get("cores"),
    }
    return {name: "" if value is None else value for name, value in found.items()}


def _json(path: Path) -> dict[str, Any]:
    """A file of a run; empty where there is none, or it is damaged: the rest of the table is still worth having."""
    try:
        return read_json(path) or {}
    except InputError:
        return {}


def _length(report: TrialReport) -> tuple[int | None, float | None]:
    """How far its curve goes: agent steps or epochs, and seconds of training."""
    name, column = _CURVES[report.trial.config.kind]
    try:
        with (report.path / name).open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        return None, None
    try:
        return int(table[-1][column]), float(table[-1]["wall_time"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None, None
