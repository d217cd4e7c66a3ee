"""Tables of an experiment, made from the run folders: CSV files of trials, arms, evaluations and claims."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from core.experiment.claims import Judgement, corrected, judge, sides
from core.experiment.hours import comparable, processor_of
from core.experiment.measures import (
    CURVES,
    FIGURES,
    MEASURES,
    evaluations_of,
    figure,
    read_document,
    read_measure,
    steps_to_half,
)
from core.experiment.plan import Arm, Plan, PlayerEvaluation, Task, Trial, TrialEvaluation
from core.experiment.runner import TaskReport
from core.experiment.statistics import Estimate, estimate, interquartile_mean, mean
from core.files import write_bytes
from core.runs.run_log import read_rows

COLUMNS = (
    "arm",
    "seed",
    "state",
    "progress_of_run",
    "steps",
    "hours",
    "area",
    "x",
    "progress",
    "flags",
    "steps_to_half",
    "miou",
    "accuracy",
    "tries",
    "error",
    "commit",
    "processor",
    "cores",
)
"""Steps are agent steps (epochs of a network, updates of a mapping); figures are those of ``core.experiment.measures``.
``steps_to_half`` is empty for a trial that did not get there."""
ARM_COLUMNS = ("arm", "figure", "seeds", "mean", "mean_low", "mean_high", "iqm", "iqm_low", "iqm_high")
"""Intervals are those of 95% from resampling seeds (``core.experiment.statistics``)."""
EVALUATION_COLUMNS = ("arm", "seed", "evaluation", "checkpoint", "level", "episodes", *FIGURES)
CLAIM_COLUMNS = (
    "claim", "verdict", "measure", "arm", "arm_seeds", "arm_planned", "arm_mean", "arm_low",
    "arm_high", "against", "against_seeds", "against_planned", "against_mean", "against_low", "against_high",
    "difference", "difference_low", "difference_high", "least", "better", "better_low", "better_high", "p", "p_holm",
    "paired", "against_measure",
)  # fmt: skip

_STEPS = {"ddqn": "step", "fcn": "epoch", "mapping": "update"}  # column of the file in CURVES


def rows(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    """A row a trial, by column; "" where nothing is known yet."""
    return [_row(report, report.task) for report in reports if isinstance(report.task, Trial)]


def arm_rows(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the rows of trials say of their arms, by column; an interval is "" where an arm has one seed."""
    arms = dict.fromkeys(trial["arm"] for trial in trials)
    return [
        row for arm in arms for row in _arm_rows(arm, [t for t in trials if t["arm"] == arm and t["state"] == "done"])
    ]


def evaluation_rows(reports: Sequence[TaskReport]) -> list[dict[str, Any]]:
    """A row an evaluation that is done, by column."""
    done = [(report, report.task) for report in reports if report.state == "done"]
    return [_evaluation_row(report, task) for report, task in done if not isinstance(task, Trial)]


def judgements(plan: Plan, reports: Sequence[TaskReport]) -> list[Judgement]:
    """What the trials that are done say of the plan's claims; on hours, those on one kind of processor."""
    return corrected(list(each_judged(plan, reports)))


def each_judged(plan: Plan, reports: Sequence[TaskReport]) -> Iterator[Judgement]:
    """The same claim by claim, before any correction for the others: it takes seconds, and somebody may not wait."""
    failed = [report.task for report in reports if report.state == "failed"]
    arms = {arm.name: arm for arm in plan.arms}
    paired = [claim.name for claim in plan.claims if plan.is_paired(claim)]
    known = {side: seed_scores(reports, *side) for side in {side for claim in plan.claims for side in sides(claim)}}
    for claim in plan.claims:
        is_timed = any(map(_is_timed, claim.measures))
        elsewhere = _elsewhere([arms[claim.arm], arms[claim.against]], reports) if is_timed else {}
        scores, planned = {}, {}
        for arm, measure in sides(claim):
            left_out = {*_lost(failed, arm, measure), *(elsewhere.get(arm, ()) if _is_timed(measure) else ())}
            own = known[arm, measure].items()
            scores[arm, measure] = {seed: value for seed, value in own if seed not in left_out}
            planned[arm, measure] = set(plan.seeds_with(arms[arm], measure)) - left_out
        yield from judge([claim], scores, planned, paired)


def _is_timed(measure: str) -> bool:
    return "hours" in measure.split("/")


def _elsewhere(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> dict[str, set[int]]:
    """Seeds of the runs of arms that began on another kind of processor than most, by arm."""
    alike = {report.task.name for report in comparable(arms, reports).reports}
    found: dict[str, set[int]] = {arm.name: set() for arm in arms}
    for report in reports:
        task = report.task
        if isinstance(task, Trial) and task.arm in found and task.name not in alike and processor_of(report.path):
            found[task.arm].add(task.seed)
    return found


def _lost(failed: Sequence[Task], arm: str, measure: str) -> Iterator[int]:
    """Seeds of an arm's runs that will never have a measure: they failed, or what they were to play did."""
    named = evaluations_of(measure)
    for task in failed:
        if isinstance(task, PlayerEvaluation):
            continue  # no arm's
        trial = task if isinstance(task, Trial) else task.trial
        if trial.arm == arm and (isinstance(task, Trial) or task.evaluation in named):
            yield trial.seed


def claim_rows(found: Sequence[Judgement]) -> list[dict[str, Any]]:
    """The same by column; "" where nothing is known yet."""
    return [_claim_row(one) for one in found]


def write_tables(folder: Path, plan: Plan, reports: Sequence[TaskReport]) -> None:
    """Replace the files; RunError when the disk is full."""
    trials = rows(reports)
    _write(folder / "trials.csv", COLUMNS, trials)
    _write(folder / "arms.csv", ARM_COLUMNS, arm_rows(trials))
    if plan.evaluations:
        _write(folder / "evaluations.csv", EVALUATION_COLUMNS, evaluation_rows(reports))
    if plan.claims:
        _write(folder / "claims.csv", CLAIM_COLUMNS, claim_rows(judgements(plan, reports)))


def scores_of(reports: Sequence[TaskReport], arm: str, measure: str) -> list[float]:
    """A measure of each trial of an arm that is done and has it, in the order of the seeds' trials."""
    return list(seed_scores(reports, arm, measure).values())


def seed_scores(reports: Sequence[TaskReport], arm: str, measure: str) -> dict[int, float]:
    """The same by seed."""
    checkpoints: dict[str, list[str]] = {}
    for report in reports:
        if isinstance(report.task, TrialEvaluation) and report.task.trial.arm == arm:
            own = checkpoints.setdefault(report.task.evaluation, [])
            own += [report.task.checkpoint] if report.task.checkpoint not in own else []
    found = {
        report.task.seed: read_measure(report.path, report.task.config.kind, measure, checkpoints)
        for report in reports
        if report.state == "done" and isinstance(report.task, Trial) and report.task.arm == arm
    }
    return {seed: value for seed, value in found.items() if value is not None}


def _arm_rows(arm: str, done: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for measure in (name for name in MEASURES if name != "hours"):
        scores = [float(trial[measure]) for trial in done if trial[measure] != ""]
        if scores:
            row: dict[str, Any] = {"arm": arm, "figure": measure, "seeds": len(scores)}
            for name, statistic in (("mean", mean), ("iqm", interquartile_mean)):
                row |= _spread(name, estimate(scores, statistic), name)
            yield row


def _spread(prefix: str, found: Estimate | None, name: str) -> dict[str, Any]:
    """An estimate in three columns."""
    values = (None, None, None) if found is None else (found.value, found.low, found.high)
    return dict(zip((name, f"{prefix}_low", f"{prefix}_high"), map(_plain, values), strict=True))


def _plain(value: float | None) -> float | str:
    return "" if value is None or isnan(value) else round(value, 6)


def _significant(value: float | None) -> float | str:
    """A p, which is no zero however small."""
    return "" if value is None or isnan(value) else float(f"{value:.6g}")


def _write(path: Path, columns: Sequence[str], table: Sequence[Mapping[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    write_bytes(path, text.getvalue().encode("utf-8", "backslashreplace"))


def _row(report: TaskReport, trial: Trial) -> dict[str, Any]:
    origin, kind = read_document(report.path / "provenance.json"), trial.config.kind
    figures = {name: read_measure(report.path, kind, name) for name in MEASURES}
    half = steps_to_half(report.path) if kind == "ddqn" else None
    found = {
        "arm": trial.arm,
        "seed": trial.seed,
        "state": report.state,
        "progress_of_run": round(report.progress, 4),
        "steps": _length(report.path, kind),
        **{name: None if value is None else round(value, 4) for name, value in figures.items()},
        "steps_to_half": int(half[0]) if half is not None and half[1] else None,
        "tries": report.tries,
        "error": report.error,
        "commit": origin.get("commit"),
        "processor": origin.get("processor"),
        "cores": origin.get("cores"),
    }
    return {name: "" if value is None else value for name, value in found.items()}


def _length(run: Path, kind: str) -> int | None:
    """How far its curve goes: agent steps, epochs or updates."""
    try:
        last = read_rows(run / CURVES[kind])[-1][_STEPS[kind]]
    except (OSError, IndexError, KeyError):
        return None
    return int(last) if isinstance(last, float) and isfinite(last) else None


def _evaluation_row(report: TaskReport, task: TrialEvaluation | PlayerEvaluation) -> dict[str, Any]:
    """Of a player without training: its name for the arm, and neither seed nor network."""
    document = read_document(report.path / "evaluation.json")
    arm, seed, checkpoint = (
        (task.player, "", "")
        if isinstance(task, PlayerEvaluation)
        else (task.trial.arm, task.trial.seed, task.checkpoint)
    )
    figures = {name: figure(document, name) for name in FIGURES}
    return {
        "arm": arm,
        "seed": seed,
        "evaluation": task.evaluation,
        "checkpoint": checkpoint,
        "level": document.get("level", ""),
        "episodes": document.get("episodes", ""),
        **{name: "" if value is None else round(value, 4) for name, value in figures.items()},
    }


def _claim_row(found: Judgement) -> dict[str, Any]:
    claim = found.claim
    return {
        "claim": claim.name,
        "verdict": found.verdict,
        "measure": claim.measures[0],
        "arm": claim.arm,
        "arm_seeds": found.seeds[0],
        "arm_planned": found.planned[0],
        **_spread("arm", found.arm, "arm_mean"),
        "against": claim.against,
        "against_seeds": found.seeds[1],
        "against_planned": found.planned[1],
        **_spread("against", found.against, "against_mean"),
        **_spread("difference", found.difference, "difference"),
        "least": claim.least,
        **_spread("better", found.better, "better"),
        "p": _significant(found.p),
        "p_holm": _significant(found.adjusted),
        "paired": "yes" if found.is_paired else "no",
        "against_measure": claim.measures[1],
    }
