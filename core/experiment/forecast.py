"""What is still to come of an experiment: hours and disk, as far as they can be told."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.ddqn.preflight import preflight as agent_preflight
from core.experiment.hours import processor_of
from core.experiment.measures import read_measure
from core.experiment.plan import Trial
from core.experiment.runner import TaskReport
from core.fcn.preflight import preflight as network_preflight
from core.runs.provenance import processor_name
from core.wording import duration, gigabytes

_HOUR = 3600.0
_NAMED = 4  # arms, before the others are counted


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come.

    Attributes:
        hours: of training, evaluations aside, of the trials that are left in arms of which one is done or runs.
        unknown: the other arms that are left: nobody knows what theirs take.
        disk: bytes that the trials which are not done may need more.
    """

    hours: float
    unknown: tuple[str, ...]
    disk: int

    @property
    def words(self) -> str:
        """For people; empty where nothing is left."""
        if not self.disk:
            return ""
        parts = [f"about {duration(self.hours * _HOUR)} of training"] if self.hours else []
        parts += [f"nobody knows how long for {_some(self.unknown)}"] if self.unknown else []
        return f"{', and '.join(parts)}; up to {gigabytes(self.disk)} of disk"


def forecast(reports: Sequence[TaskReport], folder: Path, jobs: int) -> Forecast:
    """Reckon from the trials that are done how long the others of their arms take, and what fits the settings.

    Where some of an arm's were done on this kind of processor, only they count.

    Args:
        reports: of all tasks.
        folder: of the experiment.
        jobs: how many run at once.
    """
    trials = [(report, report.task) for report in reports if isinstance(report.task, Trial)]
    known, here, own = dict[str, list[float]](), dict[str, list[float]](), processor_name()
    for report, task in trials:
        hours = read_measure(report.path, task.config.kind, "hours")
        if report.state == "done" and hours is not None:
            known.setdefault(task.arm, []).append(hours)
            if processor_of(report.path) == own:
                here.setdefault(task.arm, []).append(hours)
    known |= here
    left, unknown, disk = 0.0, dict[str, None](), 0
    for report, task in trials:
        if report.state in ("done", "failed"):
            continue
        disk += _disk(task, folder)
        if task.arm in known:
            left += statistics.fmean(known[task.arm]) * (1 - report.progress)
        elif report.time_left is not None:
            left += report.time_left / _HOUR
        else:
            unknown[task.arm] = None
    return Forecast(left / jobs, tuple(unknown), disk)


def _some(arms: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(arms) - _NAMED} more arms" if len(arms) > _NAMED else ""
    return ", ".join(arms[:_NAMED]) + more


def _disk(trial: Trial, folder: Path) -> int:
    """Bytes of its run folder in the end."""
    config = trial.config_in(folder)
    if isinstance(config, DdqnConfig):
        return agent_preflight(config, trial.path(folder)).disk
    assert isinstance(config, FcnConfig)
    return network_preflight(config, trial.path(folder)).disk
