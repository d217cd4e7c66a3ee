"""What a report shows: sections of sentences, figures and tables, from the runs of an experiment as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.mapping import MappingConfig
from core.experiment.curves import COLOURS
from core.experiment.hours import comparable
from core.experiment.measures import (
    FIGURES,
    HALF,
    MEASURES,
    Measure,
    figure,
    measure_of,
    read_document,
    shown,
    spread,
)
from core.experiment.plan import OWN_LEVEL, Arm, Plan, PlayerEvaluation, Trial, TrialEvaluation
from core.experiment.report import figures as draw
from core.experiment.report.learning import learning
from core.experiment.report.networks import mappings, networks
from core.experiment.report.parts import Picture, Section, Table
from core.experiment.runner import TaskReport
from core.experiment.statistics import estimate, interquartile_mean
from core.experiment.table import scores_of
from core.wording import counted

_END_PIXELS = 64.0
_MEANS = "Means over seeds with their 95% bootstrap interval."
_SHARE = Measure("share kept")
_SHOWN = ("area", "progress", "flags", "miou", "accuracy")


def sections(plan: Plan, reports: Sequence[TaskReport]) -> Iterator[Section]:
    """A section a group of arms, and one an evaluation, those with nothing to show left out."""
    for group in dict.fromkeys(arm.group for arm in plan.arms):
        arms = [arm for arm in plan.arms if arm.group == group]
        abouts = [f"{arm.name}: {arm.about}" for arm in arms if arm.about]
        section = Section(group or "Arms", abouts, heading=plan.heading(group))
        section.texts.insert(0, _how_far(arms, reports))
        others = plan.compared(group)
        section.texts += [f"{arm.name}: of {arm.group or 'the others'}, for comparison" for arm in others]
        colours = _colours([*arms, *others])
        agents = [arm for arm in (*arms, *others) if isinstance(arm.config, DdqnConfig)]
        learning(section, agents if any(arm in arms for arm in agents) else [], reports, colours)
        networks(section, [arm for arm in arms if isinstance(arm.config, FcnConfig)], reports, colours)
        mappings(section, [arm for arm in arms if isinstance(arm.config, MappingConfig)], reports, colours)
        section.tables += _arm_table(arms, reports)
        if section.figures or section.tables:
            yield section
    for one in plan.evaluations:
        arms = [arm for arm in plan.arms if arm.name in one.arms]
        section = Section(f"Evaluation: {one.name}", [one.about] if one.about else [])
        _evaluation(section, one.name, arms, reports)
        if one.config.level == OWN_LEVEL:
            section.texts += _reached(one.name, arms, reports)
        if section.tables:
            yield section
    if (carried := _carried(plan, reports)) is not None:
        yield carried


def _how_far(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> str:
    """Whether a part is complete, or no result yet, its runs being not all there."""
    names = {arm.name for arm in arms}
    own = [report for report in reports if isinstance(report.task, Trial) and report.task.arm in names]
    done = sum(report.state == "done" for report in own)
    runs = counted(len(own), "run")
    return f"Complete: {runs}." if done == len(own) else f"So far: {done} of {runs} are done, so this is no result."


def _colours(arms: Sequence[Arm]) -> dict[str, str]:
    return {arm.name: COLOURS[place % len(COLOURS)] for place, arm in enumerate(arms)}


def _arm_table(arms: Sequence[Arm], reports: Sequence[TaskReport]) -> Iterator[Table]:
    """Means over seeds, with intervals; measures that no arm has are left out."""
    scores = {arm.name: {name: scores_of(reports, arm.name, name) for name in _SHOWN} for arm in arms}
    own = [report.task.arm for report in reports if isinstance(report.task, Trial) and report.state == "done"]
    done = Counter(arm for arm in own if arm in scores)
    names = [name for name in _SHOWN if any(found[name] for found in scores.values())]
    if not names:
        return
    rows, alike = [], comparable(arms, reports)
    is_one = max(done.values()) == 1
    for arm, found in scores.items():
        hours = scores_of(alike.reports, arm, "hours")
        cells = [spread(estimate(found[name]), MEASURES[name]) if found[name] else "–" for name in names]
        if not is_one:
            middle = estimate(found[names[0]], interquartile_mean) if found[names[0]] else None
            cells.append(spread(middle, MEASURES[names[0]]))
        time = shown(sum(hours) / len(hours), MEASURES["hours"]) if hours else "–"
        rows.append((arm, done[arm], *cells, time))
    titles = [MEASURES[name].title for name in names]
    note = "Time is that of training alone." if is_one else _MEANS + " Time is that of training alone, a mean."
    middles = () if is_one else (f"{titles[0]}, IQM",)
    yield Table("Arms", ("arm", "seeds", *titles, *middles, "hours"), rows, note + alike.note)


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
    for player, document in _players(name, reports).items():
        rows.append((player, "–", *(shown(figure(document, one), FIGURES[one]) for one in measures)))
        episodes = document.get("per_episode", [])
        played[player] = [(float(one["x"]), str(one["end"])) for one in episodes]
    section.tables.append(Table("", ("arm", "seeds", *measures), rows, _MEANS))
    if any(played.values()):
        svg = draw.ends(played, "x where the episode ended (pixels)", _END_PIXELS)
        section.figures.append(
            Picture(
                "ends", svg, "Where the episodes of all seeds together ended, and how; each row has a scale of its own."
            )
        )


def _reached(name: str, arms: Sequence[Arm], reports: Sequence[TaskReport]) -> Iterator[str]:
    """On which levels agents that each played their own one reach the goal more often than not."""
    flags = {arm.name: scores_of(reports, arm.name, f"{name}.flags") for arm in arms}
    played = {arm: sum(found) / len(found) for arm, found in flags.items() if found}
    there = [arm for arm, share in played.items() if share >= HALF]
    if played:
        named = f": {', '.join(there)}" if there else ""
        yield f"The goal is reached in at least half of the episodes by {len(there)} of {len(played)} arms{named}."


def _players(name: str, reports: Sequence[TaskReport]) -> dict[str, dict[str, Any]]:
    """What players without training made of an evaluation: their documents, by name."""
    own = [(report, report.task) for report in reports if report.state == "done"]
    return {
        task.player: read_document(report.path / "evaluation.json")
        for report, task in own
        if isinstance(task, PlayerEvaluation) and task.evaluation == name
    }


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
    played = [_players(name, reports) for name in names]
    blind = "as is told below" if any(played) else "--evaluate random"
    caption = (
        f"Progress gained, as a share of what the same agents gain in the evaluation {names[0]}: 1 is as much as "
        f"there. Who has learned nothing gains something too ({blind}): a share alone is no proof of skill. "
        "Means over the seeds that played both; the agents learn nothing in between."
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
    note = _MEANS
    section.tables.append(Table("", ("arm", f"gained in {names[0]}", *names[1:]), cells, note))
    gains = [(arm, [scores_of(reports, arm, f"{name}.gain") for name in names]) for arm in arms]
    rows = [(arm, *(spread(estimate(one), FIGURES["gain"]) if one else "–" for one in found)) for arm, found in gains]
    for player in dict.fromkeys(player for found in played for player in found):
        rows.append((player, *(shown(figure(found.get(player, {}), "gain"), FIGURES["gain"]) for found in played)))
    section.tables.append(Table("Progress gained", ("player", *names), rows, note))
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
