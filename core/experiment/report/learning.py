"""What a report shows of agents that learned: curves over steps and hours, and what they can in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.config.ddqn import DdqnConfig
from core.experiment.curves import LEARNING, Curve, arm_curves
from core.experiment.hours import comparable
from core.experiment.measures import (
    measure_of,
    read_document,
    read_measure,
    steps_to_half,
)
from core.experiment.plan import Arm, Trial
from core.experiment.report import figures as draw
from core.experiment.report.parts import Picture, Section, Table
from core.experiment.runner import TaskReport
from core.experiment.statistics import estimate, logrank, profile, survival
from core.experiment.table import scores_of
from core.runs.run_folder import ENCODER_NAME

_THRESHOLDS = np.linspace(0, 1, 101)
_HOUR = 3600.0
_FAR = 8.0  # times as long as agents took: what was before them would leave their curves no room
_SLOWER = 1.5  # times as long a step, before hours tell more than steps
_PROFILED = 5  # runs; with fewer, a profile says no more than the dots above it
_FIGURE_2 = (
    "The paper's figure 2, over episodes as there (the paper: over 7,000 until the baseline converges, about 2,000 for "
    "the two others). "
)


def learning(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """Curves of agents, how good they are in the end, and when half of the episodes reach the goal."""
    by_paper = any(isinstance(arm.config, DdqnConfig) and arm.config.preset == "paper" for arm in arms)
    by_episodes = replace(LEARNING["ddqn"], x="episodes", x_label="training episodes")
    drawn = [("learning-by-episodes", by_episodes)] if by_paper else []
    for name, curve in [*drawn, ("learning", LEARNING["ddqn"])]:
        if curves := arm_curves(arms, reports, curve.read):
            caption = _FIGURE_2 if curve is by_episodes else ""
            caption += (
                f"Mean x of the last 50 training episodes from the level's start, by {curve.x_label}. Thin: each seed; "
                "thick: the mean of those that are done, or of all while none is. Agents explore in training: how well "
                "they play is told below."
            )
            svg = draw.curves(curves, curve.x_label, curve.y_label, colours)
            section.figures.append(Picture(name, svg, caption))
    _by_hours(section, arms, reports, colours)
    dots(section, arms, reports, colours, ("progress", "flags"))
    halves = {arm.name: [half for path, _ in runs_of(arm, reports) if (half := steps_to_half(path))] for arm in arms}
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
        section.tables.append(half_table(halves))
    scores = {arm.name: scores_of(reports, arm.name, "progress") for arm in arms}
    profiles = {name: profile(found, _THRESHOLDS) for name, found in scores.items() if len(found) >= _PROFILED}
    if profiles:
        svg = draw.profiles(profiles, _THRESHOLDS.tolist(), "progress of the last network", colours)
        few = [name for name, found in scores.items() if found and name not in profiles]
        caption = "Performance profile: how many runs come further than that on average; band: its 95% interval."
        if few:
            caption += f" Left out, with fewer than {_PROFILED} runs: {', '.join(few)}."
        section.figures.append(Picture("profile", svg, caption))


def _by_hours(section: Section, arms: Sequence[Arm], reports: Sequence[TaskReport], colours: Mapping[str, str]) -> None:
    """The curves over hours, where they tell more than those over steps: charges, or steps that take longer.

    Agents on a network's features begin when that network was trained. Where every run is charged the same, they begin
    together; where it is far longer than agents took, words say so.
    """
    alike = comparable(arms, reports)
    by_seconds = replace(LEARNING["ddqn"], x="wall_time")
    charges: dict[str, set[float]] = {}
    paces: dict[str, float] = {}

    def read(run: Path) -> Curve | None:
        curve = by_seconds.read(run)
        return None if curve is None else (curve[0] / _HOUR, curve[1])

    for arm in arms:
        for path, _ in runs_of(arm, alike.reports):
            by_steps, by_hours = LEARNING["ddqn"].read(path), read(path)
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
            " Agents on a network's features are charged what it took to train that network, on the machine of that "
            f"time: they begin later ({each})."
        )
    elif told:
        caption += f" Before them, the network whose features the agents see was trained, {most:.2f} h for every arm."
    if told:
        caption += " The labels that it learned from cost more than is counted here."
    if any(isinstance(arm.config, DdqnConfig) and arm.config.initial for arm in arms):
        caption += " The training of the agents that others start from is not counted."
    svg = draw.curves(curves, "hours", by_seconds.y_label, colours, whole=False)
    section.figures.append(Picture("learning-by-hours", svg, caption + alike.note))


def _later(curve: Curve | None, hours: float) -> Curve | None:
    return None if curve is None else (curve[0] + hours, curve[1])


def _charged(run: Path) -> float:
    """Hours of training of the network whose weights an agent's encoder has; random ones cost nothing."""
    is_random = read_document(run / "config.json").get("encoder_weights") == "random"
    return 0.0 if is_random else read_measure(run / ENCODER_NAME, "fcn", "hours") or 0.0


def dots(
    section: Section,
    arms: Sequence[Arm],
    reports: Sequence[TaskReport],
    colours: Mapping[str, str],
    measures: Sequence[str],
    *,
    of: str = "last network",
) -> None:
    """A figure for each measure: every seed, and the mean with its interval; ``of`` what each seed has."""
    for name in measures:
        measure = measure_of(name)
        scores = {arm.name: [measure.factor * one for one in scores_of(reports, arm.name, name)] for arm in arms}
        rows = {arm: (found, estimate(found)) for arm, found in scores.items() if found}
        if rows:
            label = f"{measure.title} ({measure.unit})" if measure.unit else measure.title
            caption = f"Each seed's {of}: {measure.title}"
            is_one = all(len(found) == 1 for found, _ in rows.values())
            caption += "." if is_one else "; diamond and bar: their mean with its 95% interval."
            section.figures.append(Picture(name, draw.dots(rows, label, colours), caption))


def half_table(halves: Mapping[str, list[tuple[float, bool]]]) -> Table:
    """When the runs of each arm got there, or ended without (agent steps, whether); the first arm is the baseline."""
    first = next(iter(halves))
    rows = []
    for name, found in halves.items():
        median = survival(*_columns(found)).median
        there, others = (sum(is_there for _, is_there in each) for each in (found, halves[first]))
        p = f"{logrank(_columns(found), _columns(halves[first])):.2g}" if there or others else "–"  # nothing to compare
        p = "" if name == first else p
        rows.append((name, f"{there} of {len(found)}", "–" if median is None else f"{median:,.0f}", p))
    columns = ("arm", "runs that got there", "median, agent steps", f"p against {first} (log-rank)")
    return Table("Half of the training episodes reach the goal", columns, rows)


def _columns(found: Sequence[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [step for step, _ in found], [there for _, there in found]


def runs_of(arm: Arm, reports: Sequence[TaskReport]) -> list[tuple[Path, Trial]]:
    """The trials of an arm that have begun, in order."""
    own = [(report.path, report.task) for report in reports if isinstance(report.task, Trial)]
    return [(path, trial) for path, trial in own if trial.arm == arm.name]
