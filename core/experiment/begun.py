"""What was begun by a plan before, against the plan as it is now: amended, it may neither change nor drop that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fields import setting_of
from core.errors import InputError
from core.evaluation.files import DOCUMENT_NAME
from core.experiment.measures import read_document
from core.experiment.plan import Plan, PlayerEvaluation, Task, Trial, TrialEvaluation, links_in, links_of
from core.experiment.plan_file import parse_plan
from core.experiment.record import read_record
from core.game.level import parse_levels
from core.locations import seen_at, whole_path
from core.runs.run_folder import CONFIG_NAME, RunFolder

_NONE = "none"
_PLAYED = ("sticky", "epsilon", "seed", "max_noops", "stall_limit_steps", "places", "limit_steps")


def check_begun(plan: Plan, folder: Path) -> None:
    """InputError when a run or an evaluation that is there was begun with other settings than the plan has for it.

    So it is when the plan before had it, and this one has it no more.
    """
    _check_kept(plan, folder)
    for task in plan.tasks():
        if isinstance(task, Trial):
            what, whose, changes = "run was begun", "arm", _trial_changes(task, folder)
        else:
            what, whose, changes = "evaluation was played", "evaluation", _evaluation_changes(task, folder)
        for name, begun, planned in changes:
            raise InputError(
                f"{task.path(folder)}: this {what} with {name} {begun}, and the plan has {planned} for it; leave the "
                f"{whose} as it was and add the changed one under another name, so that both are reported"
            )


def _check_kept(plan: Plan, folder: Path) -> None:
    """InputError when something was begun by the plan in force that the changed one has no more."""
    record = read_record(folder)
    if record is None or record.sha256 == plan.digest:
        return
    kept = {task.name for task in plan.tasks()}
    for task in parse_plan(plan.path, record.plan).tasks():
        if task.name not in kept and _has_begun(task, folder):
            raise InputError(
                f"{task.path(folder)}: this was begun by the plan, which has {task.name} no more; put it back, since "
                "all that was begun is reported, and add what is new under another name"
            )


def _has_begun(task: Task, folder: Path) -> bool:
    return (task.path(folder) / (CONFIG_NAME if isinstance(task, Trial) else DOCUMENT_NAME)).exists()


def _trial_changes(trial: Trial, folder: Path) -> Iterator[tuple[str, object, object]]:
    """Settings of a run that are others in the plan: which, as it was begun, as the plan has it."""
    path = trial.path(folder)
    if not (path / CONFIG_NAME).exists():
        return
    config = RunFolder(path).config(type(trial.config))
    links = links_in(trial)
    for item in fields(config):
        begun, planned = getattr(config, item.name), getattr(trial.config, item.name)
        if setting_of(item).folder:  # it may lie elsewhere today, but not be another one
            begun, planned = _named(path, begun, folder), links.get(item.name) or _outside(planned)
            is_unused = item.name == "encoder" and getattr(config, "observation", "") != "fcn"
            if is_unused or (item.name == "encoder" and "initial" in links):  # or the one of that agent
                continue
        if begun != planned:
            yield item.name, begun, planned


def _evaluation_changes(task: TrialEvaluation | PlayerEvaluation, folder: Path) -> Iterator[tuple[str, object, object]]:
    """The same of what a trial's agent, or a player without training, has played."""
    path, config = task.path(folder), task.config
    agent = task.trial.config if isinstance(task, TrialEvaluation) else None
    document = read_document(path / DOCUMENT_NAME)
    if not document:
        return
    default = EvaluateConfig()
    levels = parse_levels(config.level)
    planned: dict[str, Any] = {name: getattr(config, name) for name in _PLAYED}
    played: dict[str, Any] = {name: document.get(name, getattr(default, name)) for name in _PLAYED}
    planned["level"], played["level"] = ",".join(map(str, levels)), document.get("level")
    if not document.get("deterministic"):  # else as many as there are
        planned["episodes"] = config.episodes * len(levels) * config.places
        played["episodes"] = document.get("episodes")
    if isinstance(agent, DdqnConfig) and agent.observation == "segmented":
        planned["labels"] = agent.labels if config.labels == "trained" else config.labels
        played["labels"] = document.get("labels")
    mapping = str(document.get("mapping", ""))
    is_linked = bool(links_of(config))
    planned["mapping"] = task.needs[-1] if is_linked else _outside(config.mapping)
    played["mapping"] = _named(path, mapping, folder)
    for name, value in planned.items():
        if played[name] != value:
            yield name, played[name], value


def _named(path: Path, text: str, folder: Path) -> str:
    """The run of the experiment that a folder in a run's settings is; what another one is called, wherever it lies."""
    place = whole_path(seen_at(path, text))
    return place.name if text and place.parent.resolve() == folder.resolve() else _outside(text)


def _outside(text: str) -> str:
    return f"{whole_path(Path(text)).name} from elsewhere" if text else _NONE
