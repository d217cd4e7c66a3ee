"""What a report shows: sections of sentences, figures and tables, from the runs of an experiment as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.dataset.png_files import decode_mask, encode_mask
from core.errors import InputError
from core.experiment.curves import COLOURS, Curve, arm_curves, read_curve
from core.experiment.hours import comparable
from core.experiment.measures import (
    FIGURES,
    MEASURES,
    Measure,
    measure_of,
    read_document,
    read_measure,
    shown,
    spread,
    steps_to_half,
)
from core.experiment.plan import Arm, Plan, Trial, TrialEvaluation
from core.experiment.report import figures as draw
from core.experiment.report.parts import Picture, Section, Table
from core.experiment.runner import TaskReport
from core.experiment.statistics import estimate, interquartile_mean, logrank, profile, survival
from core.experiment.table import scores_of
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap
from core.runs.run_folder import ENCODER_NAME, EXAMPLES_NAME

_THRESHOLDS = np.linspace(0, 1, 101)
_END_PIXELS = 64.0
_HOUR = 3600.0
_FAR = 8.0  # times as long as agents took: what was before them would leave their curves no room
_SLOWER = 1.5  # times as long a step, before hours tell more than steps
_PROFILED = 5  # runs; with fewer, a profile says no more than the dots above it
PAPER_NETWORKS = {
    "fcn_f32-k3_f32-k3_s2_f64-k3_f64-k3_s2_d8": 0.993,
    "fcn_f32-k3_s2_f64-k3_f64-k3_s2_d8": 0.992,
    "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8": 0.992,
}
"""Accuracy of the networks of Bélignon's (2020) Table 1."""
_SHARE = Measure("share kept")
_SHOWN = ("area", "progress", "flags", "miou", "accuracy")


def sections(plan: Plan, reports: Sequence[TaskReport]) -> Iterator[Section]:
    """A section a group of arms, and one an evaluation, those with nothing to show left out."""
    for group in dict.fromkeys(arm.group for arm in plan.arms):
        arms = [arm for arm in plan.arms if arm.group == group]
        abouts = [f"{arm.name}: {arm.about}" for arm in arms if arm.about]
        section = Section(group or "Arms", abouts, heading=plan.heading(group))
        colours = _colours(arms)
        _learning(section, [arm for arm in arms if isinstance(arm.config, DdqnConfig)], reports, colours)
        _networks(section, [arm for arm in arms if not isinstance(arm.config, DdqnConfig)], reports, colours)
        section.tables += _arm_table(arms, reports)
        if section.figures or section.tables:
            yield section
    for one in plan.evaluations:
        arms = [arm for arm in plan.arms if arm.name in one.arms]
        section = Section(f"Evaluation: {one.name}", [one.about] if one.about else [])
        _evaluation(section, one.name, arms, reports)
        if section.tables:
            yield section
    if (carried := _carried(plan, reports)) is not None:
        yield carried


def _colours(arms: Sequence[Arm]) -> dict[str, str]:
    return {arm.name: COLOURS[place % len(COLOURS)] for place, arm in enumerate(arms)}


def _runs(arm: Arm, reports: Sequence[TaskReport]) -> list[tuple[Path, Trial]]:
    """The trials of an arm that have begun, in order."""
    own = [(report.path, report.task) for report in reports if isinstance(report.task, Trial)]
    return [(path, trial) for path, trial in own if trial.arm == arm.name]


def _learning(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """Curves of agents, how good they are in the end, and when half of the episodes reach the goal."""
    by_paper = any(isinstance(arm.config, DdqnConfig) and arm.config.preset == "paper" for arm in arms)
    axes = [("learning-by-episodes", "episodes", "training episodes")] if by_paper else []
    axes += [("learning", "step", "agent steps")]
    for name, column, label in axes:
        curves = arm_curves(arms, reports, lambda run, x=column: read_curve(run / "learning.csv", x, "mean_x"))  # type: ignore[misc]
        if curves:
            caption = (
                f"Mean x of the last 50 training episodes from the level's start, by {label}. Thin: each seed; thick: "
                "the mean of those that are done. Exploration goes on, so agents play better than this."
            )
            section.figures.append(Picture(name, draw.curves(curves, label, "mean x (pixels)", colours), caption))
    _by_hours(section, arms, reports, colours)
    _dots(section, arms, reports, colours, ("progress", "flags"))
    halves = {arm.name: [half for path, _ in _runs(arm, reports) if (half := steps_to_half(path))] for arm in arms}
    halves = {name: found for name, found in halves.items() if found}
    if any(there for found in halves.values() for _, there in found):
        stairs = {
            name: (survival(*zip(*found, strict=True)), max(step for step, _ in found))
            for name, found in halves.items()
        }
        caption = (
            "When half of the last 50 training episodes from the level's start reached the goal, first (Kaplan-Meier)."
        )
        section.figures.append(Picture("steps-to-half", draw.staircases(stairs, "agent steps", colours), caption))
        section.tables.append(_half_table(halves))
    scores = {arm.name: scores_of(reports, arm.name, "progress") for arm in arms}
    profiles = {name: profile(found, _THRESHOLDS) for name, found in scores.items() if len(found) >= _PROFILED}
    if profiles:
        svg = draw.profiles(profiles, _THRESHOLDS.tolist(), "progress of the last network", colours)
        caption = "Performance profile: how many runs come further than that on average."
        section.figures.append(Picture("profile", svg, caption))


def _by_hours(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """The curves over hours, where they tell more than those over steps: charges, or steps that take longer.

    Agents on a network's features begin when that network was trained. Where every run is charged the same, they begin
    together; where it is far longer than agents took, words say so.
    """
    alike = comparable(arms, reports)
    charges: dict[str, set[float]] = {}
    paces: dict[str, float] = {}

    def read(run: Path) -> Curve | None:
        curve = read_curve(run / "learning.csv", "wall_time", "mean_x")
        return None if curve is None else (curve[0] / _HOUR, curve[1])

    for arm in arms:
        for path, _ in _runs(arm, alike.reports):
            by_steps, by_hours = read_curve(path / "learning.csv", "step", "mean_x"), read(path)
            if by_steps is not None and by_hours is not None:
                charges.setdefault(arm.name, set()).add(_charged(path))
                paces[arm.name] = max(by_hours[0][-1] / by_steps[0][-1], paces.get(arm.name, 0.0))
    every = {charge for found in charges.values() for charge in found}
    if not any(every) and (not paces or max(paces.values()) < _SLOWER * min(paces.values())):
        return
    curves = arm_curves(arms, alike.reports, read)
    most, longest = max(every), max(float(x[-1]) for seeds in curves.values() for x, _ in seeds.all)
    told = {arm: max(found) for arm, found in charges.items() if any(found)}
    caption = "The same over hours of training."
    if len(every) > 1 and most > _FAR * longest:
        section.texts.append(
            f"To train the network whose features {', '.join(told)} see took {most:.2f} h, and no agent here took more "
            f"than {longest:.2f} h: a figure over hours would show no more than that."
        )
        return
    if len(every) > 1:
        curves = arm_curves(arms, alike.reports, lambda run: _later(read(run), _charged(run)))
        each = ", ".join(f"{arm} at {hours:.2f} h" for arm, hours in told.items())
        caption += (
            " Agents on a network's features are charged what it took to train that network: they begin later "
            f"({each})."
        )
    elif told:
        caption += f" Before them, the network whose features the agents see was trained, {most:.2f} h for every arm."
    if told:
        caption += " The labels that it learned from cost more than is counted here."
    if any(isinstance(arm.config, DdqnConfig) and arm.config.initial for arm in arms):
        caption += " The training of the agents that others start from is not counted."
    svg = draw.curves(curves, "hours", "mean x (pixels)", colours, whole=False)
    section.figures.append(Picture("learning-by-hours", svg, caption + alike.note))


def _later(curve: Curve | None, hours: float) -> Curve | None:
    return None if curve is None else (curve[0] + hours, curve[1])


def _charged(run: Path) -> float:
    """Hours of training of the network whose weights an agent's encoder has; random ones cost nothing."""
    is_random = read_document(run / "config.json").get("encoder_weights") == "random"
    return 0.0 if is_random else read_measure(run / ENCODER_NAME, "fcn", "hours") or 0.0


def _dots(
    section: Section,
    arms: Sequence[Arm],
    reports: Sequence[TaskReport],
    colours: Mapping[str, str],
    measures: Sequence[str],
) -> None:
    for name in measures:
        measure = measure_of(name)
        scores = {arm.name: [measure.factor * one for one in scores_of(reports, arm.name, name)] for arm in arms}
        rows = {arm: (found, estimate(found)) for arm, found in scores.items() if found}
        if rows:
            label = f"{measure.title} ({measure.unit})" if measure.unit else measure.title
            title = measure.title[0].upper() + measure.title[1:]
            caption = f"{title} of each seed's last network; diamond and bar: their mean with its 95% interval."
            section.figures.append(Picture(name, draw.dots(rows, label, colours), caption))


def _half_table(halves: Mapping[str, list[tuple[float, bool]]]) -> Table:
    first = next(iter(halves))
    rows = []
    for name, found in halves.items():
        median = survival(*_columns(found)).median
        p = "" if name == first else f"{logrank(_columns(found), _columns(halves[first])):.2g}"
        there = sum(is_there for _, is_there in found)
        rows.append((name, f"{there} of {len(found)}", "–" if median is None else f"{median:,.0f}", p))
    columns = ("arm", "runs that got there", "median, agent steps", f"p against {first} (log-rank)")
    return Table("Half of the training episodes reach the goal", columns, rows)


def _columns(found: Sequence[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [step for step, _ in found], [there for _, there in found]


def _networks(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    curves = arm_curves(arms, reports, lambda run: read_curve(run / "epochs.csv", "epoch", "val_miou"))
    if curves:
        caption = "mIoU on the validation split. Thin: each seed; thick: their mean."
        section.figures.append(Picture("learning-networks", draw.curves(curves, "epoch", "mIoU", colours), caption))
    _dots(section, arms, reports, colours, ("miou",))
    _examples(section, arms, reports)
    rows = []
    for arm in arms:
        assert isinstance(arm.config, FcnConfig)
        accuracy = scores_of(reports, arm.name, "accuracy")
        if arm.config.architecture in PAPER_NETWORKS and accuracy:
            theirs = f"{PAPER_NETWORKS[arm.config.architecture]:.1%}"
            rows.append((arm.name, arm.config.architecture, theirs, spread(estimate(accuracy), MEASURES["accuracy"])))
    if rows:
        columns = ("arm", "network", "accuracy in the paper", "accuracy here")
        section.tables.append(Table("The paper's Table 1", columns, rows, "On each one's own test frames."))


def _examples(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport]) -> None:
    """Test frames as labelled, and as each arm predicts them: a figure for each test split."""
    strips: dict[bytes, dict[str, ClassMap]] = {}
    for arm in arms:
        done = [report.path / EXAMPLES_NAME for report in reports if report.state == "done" and _is_of(report, arm)]
        drawn = next((path for path in done if path.is_file()), None)
        try:
            both = None if drawn is None else decode_mask(drawn)
        except InputError:
            continue
        if both is not None:
            truth, predicted = np.split(both[: len(both) // 2 * 2], 2)
            strips.setdefault(truth.tobytes(), {"labels": truth})[arm.name] = predicted
    for place, rows in enumerate(strips.values(), start=1):
        caption = "Test frames as they are labelled, and as the first seed of each arm predicts them, in class colours."
        height = len(rows["labels"])
        step = FRAME_WIDTH if height == FRAME_HEIGHT else height  # small ones are square
        svg = draw.strips({name: encode_mask(row) for name, row in rows.items()}, step)
        section.figures.append(Picture(f"examples-{place}", svg, caption))


def _is_of(report: TaskReport, arm: Arm) -> bool:
    return isinstance(report.task, Trial) and report.task.arm == arm.name


def _arm_table(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> Iterator[Table]:
    """Means over seeds, with intervals; measures that no arm has are left out."""
    scores = {arm.name: {name: scores_of(reports, arm.name, name) for name in _SHOWN} for arm in arms}
    done = Counter(report.task.arm for report in reports if isinstance(report.task, Trial) and report.state == "done")
    names = [name for name in _SHOWN if any(found[name] for found in scores.values())]
    if not names:
        return
    rows, alike = [], comparable(arms, reports)
    for arm, found in scores.items():
        hours = scores_of(alike.reports, arm, "hours")
        cells = [spread(estimate(found[name]), MEASURES[name]) if found[name] else "–" for name in names]
        middle = estimate(found[names[0]], interquartile_mean) if found[names[0]] else None
        time = shown(sum(hours) / len(hours), MEASURES["hours"]) if hours else "–"
        rows.append((arm, done[arm], *cells, spread(middle, MEASURES[names[0]]), time))
    titles = [MEASURES[name].title for name in names]
    note = "Means over seeds with their 95% bootstrap interval; time is that of training alone, a mean." + alike.note
    yield Table("Arms", ("arm", "seeds", *titles, f"{titles[0]}, IQM", "hours"), rows, note)


def _evaluation(section: Section, name: str, arms: Sequence[Arm], reports: Sequence[TaskReport]) -> None:
    rows, played = [], {}
    measures = _evaluation_measures(name, arms, reports)
    for arm in arms:
        done = [
            read_document(report.path / "evaluation.json")
            for report in reports
            if isinstance(report.task, TrialEvaluation) and report.state == "done"
            if report.task.evaluation == name and report.task.trial.arm == arm.name
        ]
        if done and scores_of(reports, arm.name, f"{name}.flags"):
            found = {measure: scores_of(reports, arm.name, f"{name}.{measure}") for measure in measures}
            cells = [
                spread(estimate(scores), MEASURES.get(one, measure_of(f"{name}.{one}"))) if scores else "–"
                for one, scores in found.items()
            ]
            rows.append((arm.name, len(found["flags"]), *cells))
            episodes = [one for document in done for one in document.get("per_episode", [])]
            played[arm.name] = [(float(one["x"]), str(one["end"])) for one in episodes]
    if not rows:
        return
    section.tables.append(
        Table("", ("arm", "seeds", *measures), rows, "Means over seeds with their 95% bootstrap interval.")
    )
    if any(played.values()):
        svg = draw.ends(played, "x where the episode ended (pixels)", _END_PIXELS)
        section.figures.append(Picture("ends", svg, "Where the episodes of all seeds together ended, and how."))


def _carried(plan: Plan, reports: Sequence[TaskReport]) -> Section | None:
    """How much of its play each arm keeps where it was not trained: evaluations from places along a level."""
    names = [one.name for one in plan.evaluations if one.config.places > 1]
    arms = [arm.name for arm in plan.arms if names and scores_of(reports, arm.name, f"{names[0]}.gain")]
    if len(names) < 2 or not arms:
        return None
    kept = {arm: [scores_of(reports, arm, f"{name}.gain/{names[0]}.gain") for name in names[1:]] for arm in arms}
    means = {arm: [sum(scores) / len(scores) if scores else None for scores in found] for arm, found in kept.items()}
    if not any(value is not None for found in means.values() for value in found):
        return None
    caption = (
        f"Progress gained, as a share of what the same agents gain in the evaluation {names[0]}: 1 keeps all of its "
        "play, 0 nothing. Means over seeds; nothing is trained in between."
    )
    section = Section("What carries over", figures=[Picture("matrix", draw.matrix(means, names[1:]), caption)])
    cells = [
        (
            arm,
            spread(estimate(scores_of(reports, arm, f"{names[0]}.gain")), FIGURES["gain"]),
            *(spread(estimate(scores), _SHARE) if scores else "–" for scores in found),
        )
        for arm, found in kept.items()
    ]
    note = "Means over seeds with their 95% bootstrap interval."
    section.tables.append(Table("", ("arm", f"gained in {names[0]}", *names[1:]), cells, note))
    return section


def _evaluation_measures(name: str, arms: Sequence[Arm], reports: Sequence[TaskReport]) -> list[str]:
    """The figures that an evaluation has for some arm."""
    known = ("flags", "progress", "gain")
    return [one for one in known if any(scores_of(reports, arm.name, f"{name}.{one}") for arm in arms)]


def changed(configs: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Of several arms' settings, those that all have, and what each has of the others."""
    names = dict.fromkeys(name for values in configs.values() for name in values)
    common = {
        name: next(iter(configs.values()))[name]
        for name in names
        if len({repr(values.get(name)) for values in configs.values()}) == 1
    }
    return common, {arm: {k: v for k, v in values.items() if k not in common} for arm, values in configs.items()}
