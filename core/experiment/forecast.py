"""What is still to come of an experiment: hours and disk, as far as they can be told, and what will be in the way."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.config.mapping import MappingConfig
from core.ddqn.preflight import preflight as agent_preflight
from core.errors import InputError
from core.experiment.hours import processor_of
from core.experiment.measures import read_measure
from core.experiment.plan import Trial, TrialEvaluation, links_of
from core.experiment.runner import TaskReport
from core.fcn.preflight import preflight as network_preflight
from core.mapping.preflight import preflight as mapping_preflight
from core.runs.preflight import Preflight
from core.runs.provenance import processor_name
from core.runs.run_folder import CONFIG_NAME, RunFolder
from core.wording import duration, gigabytes

_HOUR = 3600.0
_NAMED = 4  # arms, before the others are counted
_LIKE = {
    "seed", "level", "steps", "epochs", "updates", "from_levels", "to_levels", "encoder", "encoder_weights", "initial",
    "initial_checkpoint", "epsilon_start",
    "replay_steps", "learning_rate", "checkpoint_rule",
}  # fmt: skip
"""Settings that say how much there is to do, and on what: a step takes about as long, unless another encoder is of
another architecture."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come.

    Attributes:
        hours: of training, evaluations aside, of the trials that are left in arms of which one is done or runs, or of
            which another arm's are like them.
        likened: the arms that were reckoned from another one's.
        unknown: the other arms that are left: nobody knows what theirs take.
        disk: bytes that the trials which are not done may need more.
    """

    hours: float
    likened: tuple[str, ...]
    unknown: tuple[str, ...]
    disk: int

    @property
    def words(self) -> str:
        """For people; empty where nothing is left."""
        if not self.disk:
            return ""
        by_like = f" ({_some(self.likened)} by what like arms took)" if self.likened else ""
        parts = [f"about {duration(self.hours * _HOUR)} of training{by_like}"] if self.hours else []
        parts += [f"nobody knows how long for {_some(self.unknown)}"] if self.unknown else []
        return f"{', and '.join(parts)}; up to {gigabytes(self.disk)} of disk"


def forecast(reports: Sequence[TaskReport], folder: Path, jobs: int) -> Forecast:
    """Reckon from the trials that are done how long the others of their arms take, and what fits the settings.

    An arm of which none is done takes as long a step (or epoch) as one whose settings differ only in what a step's time
    hardly depends on, as the level or the weights at the start; so does one of which none was done on this kind of
    processor, where some like it were. Of several, only those on this kind count, where there are some.

    Args:
        reports: of all tasks.
        folder: of the experiment.
        jobs: how many run at once.
    """
    trials = [(report, report.task) for report in reports if isinstance(report.task, Trial)]
    own_arm, like_arm, own = dict[str, _Hours](), dict[str, _Hours](), processor_name()
    for report, task in trials:
        hours = read_measure(report.path, task.config.kind, "hours")
        if report.state == "done" and hours is not None:
            is_here = processor_of(report.path) == own
            own_arm.setdefault(task.arm, _Hours()).add(hours, is_here)
            like_arm.setdefault(_likeness(task.config), _Hours()).add(hours / _amount(task.config), is_here)
    left, likened, unknown, disk = 0.0, dict[str, None](), dict[str, None](), 0
    for report, task in trials:
        if report.state in ("done", "failed"):
            continue
        disk += preflight(task.config_in(folder), task.path(folder)).disk
        exact, like = own_arm.get(task.arm), like_arm.get(_likeness(task.config))
        if exact is not None and (exact.is_here or like is None or not like.is_here):
            left += exact.mean * (1 - report.progress)
        elif report.time_left is not None:
            left += report.time_left / _HOUR
        elif like is not None:
            left += like.mean * _amount(task.config) * (1 - report.progress)
            likened[task.arm] = None
        else:
            unknown[task.arm] = None
    return Forecast(left / jobs, tuple(likened), tuple(unknown), disk)


class _Hours:
    """Of several trials; those on other kinds of processors count while there are no others."""

    def __init__(self) -> None:
        self._here: list[float] = []
        self._elsewhere: list[float] = []

    def add(self, hours: float, is_here: bool) -> None:
        (self._here if is_here else self._elsewhere).append(hours)

    @property
    def is_here(self) -> bool:
        return bool(self._here)

    @property
    def mean(self) -> float:
        return statistics.fmean(self._here or self._elsewhere)


def _likeness(config: Config) -> str:
    """The same for settings of which a step takes about as long, and which end by the same count."""
    settings = dataclasses.asdict(config)
    kept = sorted((name, value) for name, value in settings.items() if name not in _LIKE)
    return f"{config.kind} {not settings.get('steps')} {kept}"


def _amount(config: Config) -> int:
    """Steps of a run in the end, epochs or updates; 1 where episodes alone end it, which like ones have as many of."""
    settings = dataclasses.asdict(config)
    return settings.get("steps") or settings.get("epochs") or settings.get("updates") or 1


def _some(arms: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(arms) - _NAMED} more arms" if len(arms) > _NAMED else ""
    return ", ".join(arms[:_NAMED]) + more


def obstacles(reports: Sequence[TaskReport], folder: Path) -> dict[str, str]:
    """What keeps trials of an arm, or evaluations, from beginning: wrong settings, or files that are not there.

    Those that have begun are not looked at, nor what other runs of the experiment are to bring.

    Args:
        reports: of all tasks.
        folder: of the experiment.

    Returns:
        By name of the first trial, or evaluation, one sentence that begins with a field's name.
    """
    found: dict[str, str] = {}
    looked_at: set[str] = set()
    for report in reports:
        task = report.task
        if report.state != "waiting" or (report.path / CONFIG_NAME).exists():
            continue
        if isinstance(task, Trial) and task.arm not in looked_at:
            looked_at.add(task.arm)
            linked = {name for name, _ in links_of(task.config)}
            linked |= {"encoder"} if "initial" in linked else set()  # that agent's
            problems = preflight(task.config_in(folder), task.path(folder)).problems
            own = [f"{name}: {text}" for name, text in problems.items() if name not in linked]
            if own:
                found[task.name] = own[0]
        elif isinstance(task, TrialEvaluation) and task.config.mapping and not links_of(task.config):
            try:
                RunFolder.open(Path(task.config.mapping)).config(MappingConfig)
            except InputError as error:
                found[task.name] = f"mapping: {error}"
    return found


def preflight(config: Config, folder: Path) -> Preflight:
    """Look at the settings of any kind of run; paths as seen from the working directory."""
    if isinstance(config, DdqnConfig):
        return agent_preflight(config, folder)
    if isinstance(config, MappingConfig):
        return mapping_preflight(config, folder)
    assert isinstance(config, FcnConfig)
    return network_preflight(config, folder)
