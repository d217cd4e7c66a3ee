"""Learning curves of the trials of an experiment, and their means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.experiment.plan import Arm, Trial
from core.experiment.runner import TaskReport
from core.runs.run_log import read_rows

Curve: TypeAlias = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""x and y, float64 (N,) with N at least 2, x ascending."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8d97aa", "#b8860b")
"""Of arms, in the order of the plan, again from the first beyond the last."""
_POINTS = 200  # of a mean curve


@dataclass(slots=True)
class ArmCurves:
    """The curves of an arm's trials.

    Attributes:
        done: of those that are done, in order.
        others: of those that run or were stopped on the way.
    """

    done: list[Curve] = field(default_factory=list)
    others: list[Curve] = field(default_factory=list)

    @property
    def all(self) -> list[Curve]:
        """Every trial's."""
        return self.done + self.others

    @property
    def counted(self) -> list[Curve]:
        """Those of which the mean is made: one under way would cut it short where it is itself."""
        return self.done or self.others

    @property
    def mean(self) -> Curve:
        """The mean curve."""
        return mean_curve(self.counted)


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How good a run is as it learns: two columns of a CSV file in its folder, with names for people."""

    file: str
    x: str
    y: str
    x_label: str
    y_label: str

    def read(self, run: Path) -> Curve | None:
        """That of a run folder, None where there is no line yet."""
        return read_curve(run / self.file, self.x, self.y)


LEARNING = {
    "ddqn": LearningCurve("learning.csv", "step", "mean_x", "agent steps", "mean x (pixels)"),
    "fcn": LearningCurve("epochs.csv", "epoch", "val_miou", "epoch", "mIoU, validation split"),
    "mapping": LearningCurve("updates.csv", "update", "cycle", "update", "error there and back (gray levels)"),
}
"""By kind of run."""


def read_curve(path: Path, x: str, y: str) -> Curve | None:
    """Two columns of a CSV file of a run, rows that lack one left out; None where that leaves no line."""
    try:
        table = read_rows(path)
    except OSError:
        return None
    points = [(row.get(x), row.get(y)) for row in table]
    known = [(a, b) for a, b in points if isinstance(a, float) and isinstance(b, float)]
    if len(known) < 2:
        return None
    xs, ys = np.array(known, np.float64).T
    return xs, ys


def arm_curves(
    arms: Sequence[Arm], reports: Sequence[TaskReport], read: Callable[[Path], Curve | None]
) -> dict[str, ArmCurves]:
    """The curves of each arm's trials, of arms that have some; ``read`` gets a run folder."""
    found = {arm.name: ArmCurves() for arm in arms}
    for report in reports:
        if isinstance(report.task, Trial) and report.task.arm in found and (curve := read(report.path)) is not None:
            own = found[report.task.arm]
            (own.done if report.state == "done" else own.others).append(curve)
    return {name: curves for name, curves in found.items() if curves.all}


def learning_curves(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> dict[str, ArmCurves]:
    """The learning curves of each arm's trials, of arms that have some."""
    found: dict[str, ArmCurves] = {}
    for kind, curve in LEARNING.items():
        found |= arm_curves([arm for arm in arms if arm.config.kind == kind], reports, curve.read)
    return found


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """The mean of several curves where all of them are known, by straight lines between their points."""
    begin, end = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    grid = np.linspace(begin, max(begin, end), _POINTS)
    return grid, np.mean([np.interp(grid, x, y) for x, y in curves], axis=0)
