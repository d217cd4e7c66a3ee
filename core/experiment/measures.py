"""Figures of a trial by name, read from its run folder: what claims compare and reports show.

Of a trial itself: "area", "flags", "progress", "x", "miou", "accuracy", "hours". Of an evaluation that the plan names,
over its checkpoints: "NAME.flags", "NAME.progress", "NAME.gain", "NAME.x". "area@N" is the area up to agent step N,
and "A/B" any of these over another.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.experiment.statistics import Estimate
from core.runs.json_files import finite, read_json
from core.runs.run_log import read_rows
from core.wording import with_minus

EVALUATIONS = "evaluations"
"""Folder in a trial's; in it one for each evaluation and checkpoint, NAME-CHECKPOINT."""
HALF = 0.5
CURVES = {"ddqn": "learning.csv", "fcn": "epochs.csv", "mapping": "updates.csv"}
"""The file of a run with the seconds that it took, by its kind."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a trial.

    Attributes:
        title: in words.
        unit: of the value, after ``factor``; empty for a pure number.
        factor: what it is shown times.
        digits: behind the point.
    """

    title: str
    unit: str = ""
    factor: float = 1.0
    digits: int = 2


MEASURES: dict[str, Measure] = {
    "area": Measure("mean height of the learning curve", "pixels", digits=0),
    "flags": Measure("flags", "%", 100, 1),
    "progress": Measure("progress", "%", 100, 1),
    "x": Measure("x at the end", "pixels", digits=0),
    "miou": Measure("mIoU", digits=3),
    "accuracy": Measure("accuracy", "%", 100, 2),
    "hours": Measure("time", "hours", digits=2),
}
"""Of a trial itself. The area is the mean over its rows of ``learning.csv`` of mean x, that of the last 50 training
episodes from the level's start; flags, progress and x are those of its last network's own evaluation, from 31 starts
without chance."""
FIGURES: dict[str, Measure] = {
    "flags": MEASURES["flags"],
    "progress": MEASURES["progress"],
    "gain": Measure("progress gained", "%", 100, 1),
    "x": MEASURES["x"],
}
"""Of an evaluation."""
BY_KIND: dict[str, tuple[str, ...]] = {
    "ddqn": ("area", "flags", "progress", "x", "hours"),
    "fcn": ("miou", "accuracy", "hours"),
    "mapping": ("hours",),
}
"""Which of the measures of a trial itself each kind has."""
_AREA = re.compile(r"area@([1-9][0-9]*)")
_PLACES = {"flags": ("flags", "rate"), "miou": ("miou",), "accuracy": ("accuracy",)}  # others: (NAME, "mean")


def is_measure(name: str, evaluations: Collection[str]) -> bool:
    """Whether there is a measure of that name, in a plan with these evaluations."""
    parts = name.split("/")
    if len(parts) > 1:
        return len(parts) == 2 and all(is_measure(part, evaluations) for part in parts)
    evaluation, _, own_name = name.rpartition(".")
    return name in MEASURES or _AREA.fullmatch(name) is not None or (evaluation in evaluations and own_name in FIGURES)


def lacking(name: str, kind: str, steps: int) -> str:
    """Which part of a measure a run of a kind will never have, "" where it has all; ``steps`` are those of an agent."""
    for part in name.split("/"):
        match = _AREA.fullmatch(part)
        is_own = "." not in part
        if is_own and ("area" if match else part) not in BY_KIND[kind]:
            return part
        if match and steps and int(match[1]) > steps:
            return part
    return ""


def evaluations_of(name: str) -> set[str]:
    """The evaluations that a measure is of."""
    return {part.rpartition(".")[0] for part in name.split("/")} - {""}


def measure_of(name: str) -> Measure:
    """What a measure is, for people."""
    if "/" in name:
        return Measure(" over ".join(measure_of(part).title for part in name.split("/")))
    if match := _AREA.fullmatch(name):
        return replace(MEASURES["area"], title=f"{MEASURES['area'].title} to step {int(match[1]):,}")
    evaluation, _, own_name = name.rpartition(".")
    if not evaluation:
        return MEASURES[name]
    found = FIGURES[own_name]
    return Measure(f"{found.title} ({evaluation})", found.unit, found.factor, found.digits)


def shown(value: float | None, measure: Measure, *, difference: bool = False) -> str:
    """A figure in its unit; an en dash for none. A difference has its sign, and that of two shares is in points."""
    if value is None or math.isnan(value):
        return "–"
    unit = "percentage points" if difference and measure.unit == "%" else measure.unit
    space = " " if unit and unit != "%" else ""
    number = with_minus(f"{value * measure.factor:{'+' if difference else ''},.{measure.digits}f}")
    return f"{number}{space}{unit}"


def spread(found: Estimate | None, measure: Measure, *, difference: bool = False) -> str:
    """A mean with its interval."""
    if found is None:
        return "–"
    if math.isnan(found.low):
        return shown(found.value, measure, difference=difference)
    low, high = (shown(end, Measure("", "", measure.factor, measure.digits)) for end in (found.low, found.high))
    return f"{shown(found.value, measure, difference=difference)} ({low} to {high})"


def read_measure(
    run: Path, kind: str, name: str, checkpoints: Mapping[str, Collection[str]] | None = None
) -> float | None:
    """A figure of a trial; None where it has none (yet), or its file is damaged.

    Args:
        run: its run folder.
        kind: of the run, "ddqn", "fcn" or "mapping".
        name: of the measure.
        checkpoints: which networks play each evaluation of the plan; there is a figure once all of them have.
    """
    first, _, second = name.partition("/")
    if second:
        above, below = (read_measure(run, kind, part, checkpoints) for part in (first, second))
        return None if above is None or not below else above / below
    evaluation, _, own_name = name.rpartition(".")
    if evaluation:
        folders = [run / EVALUATIONS / f"{evaluation}-{one}" for one in (checkpoints or {}).get(evaluation, ())]
        return _of_evaluation(folders, own_name)
    if match := _AREA.fullmatch(name):
        return _area(run, int(match[1]))
    own: dict[str, Callable[[], float | None]] = {"area": lambda: _area(run), "hours": lambda: _hours(run, kind)}
    return own[name]() if name in own else figure(read_document(run / "evaluation.json"), name)


def read_document(path: Path) -> dict[str, Any]:
    """A JSON file; empty where there is none, or it is damaged: the other figures are still worth having."""
    try:
        return read_json(path) or {}
    except InputError:
        return {}


def steps_to_half(run: Path) -> tuple[float, bool] | None:
    """After how many agent steps half of the last 50 training episodes from the level's start reached the goal.

    Returns:
        The step, True; or the last one, False, where that did not happen; None without a curve.
    """
    rows = [row for row in _rows(run, "learning.csv") if isinstance(row.get("step"), float)]
    if not rows or "flag_share" not in rows[0]:  # of an older program
        return None
    for row in rows:
        if isinstance(share := row.get("flag_share"), float) and share >= HALF:
            return float(row["step"]), True  # type: ignore[arg-type]
    return float(rows[-1]["step"]), False  # type: ignore[arg-type]


def _of_evaluation(folders: Sequence[Path], name: str) -> float | None:
    """The mean over the checkpoints that play it, None before all have."""
    found = [figure(read_document(folder / "evaluation.json"), name) for folder in folders]
    known = [value for value in found if value is not None]
    return statistics.fmean(known) if known and len(known) == len(found) else None


def figure(document: Mapping[str, Any], name: str) -> float | None:
    """A figure of an evaluation's document, None where there is none."""
    return finite(document, *_PLACES.get(name, (name, "mean")))


def _area(run: Path, until: float = math.inf) -> float | None:
    """The mean of mean x; up to a step, None where the curve does not go as far."""
    points = [(row.get("step"), row.get("mean_x")) for row in _rows(run, "learning.csv")]
    known = [(step, x) for step, x in points if isinstance(step, float) and isinstance(x, float)]
    if until < math.inf and (not known or known[-1][0] < until):
        return None
    values = [x for step, x in known if step <= until]
    return statistics.fmean(values) if values else None


def _hours(run: Path, kind: str) -> float | None:
    rows = _rows(run, CURVES[kind])
    seconds = rows[-1].get("wall_time") if rows else None
    return seconds / 3600 if isinstance(seconds, float) else None


def _rows(run: Path, name: str) -> list[dict[str, float | str | None]]:
    try:
        return read_rows(run / name)
    except OSError:
        return []
