"""Writing a report: its page, its tables as CSV files, and the small files of every trial that it is made from."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from core.agents.encoder import EPOCHS_NAME
from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, setting_of
from core.config.mapping import MappingConfig
from core.errors import InputError, RunError
from core.experiment.claims import Judgement, by_pairs, few_runs, verdict_words
from core.experiment.measures import CURVES, MEASURES, measure_of, shown, spread
from core.experiment.plan import LINK, Plan
from core.experiment.record import LOCK_NAME, RECORD_NAME, Record, change, check_name, read_record
from core.experiment.report.content import changed, sections
from core.experiment.report.figures import stand_alone
from core.experiment.report.parts import Section, Table
from core.experiment.runner import TRIAL_NAME, TaskReport, look
from core.experiment.table import judgements, rows, write_tables
from core.files import is_free, write_bytes
from core.locations import seen_from
from core.runs.commands import starting_point
from core.runs.run_folder import CONFIG_NAME, ENCODER_NAME, EXAMPLES_NAME, STATUS_NAME
from core.wording import counted

PAGE_NAME, SUMMARY_NAME = "report.html", "summary.md"
FIGURES_NAME = "figures"
_SMALL = (
    CONFIG_NAME, "provenance.json", STATUS_NAME, TRIAL_NAME, "evaluation.json", *CURVES.values(), "evaluations.csv",
    EXAMPLES_NAME,
)  # fmt: skip
"""Of a trial: enough to make the report again."""


def write_report(out: Path, plan: Plan, folder: Path) -> Path:
    """Make or replace a report; its page.

    Made again from equal runs, or from the folder that it wrote (as that of the runs), it has the same bytes. So it
    tells what files tell, not what is at work: a run that goes on is one that is not done.

    Args:
        out: its folder, which is made.
        plan: what was to be run.
        folder: of the runs.

    Raises:
        InputError: something else is in the folder, or it cannot be made, or the plan is not that of the runs.
        RunError: the disk is full.
    """
    _check(out, plan, folder)
    _check_plan(plan, folder)
    if out.resolve() != folder.resolve():  # first, so that all is made from one state of runs that may go on
        for task in plan.tasks():
            _copy_small(task.path(folder), task.path(out))
        _copy([folder / RECORD_NAME], out)
    record = read_record(out)
    reports = [
        replace(report, state="waiting") if report.state == "running" else report for report in look(plan, out, record)
    ]
    page, parts = out / PAGE_NAME, list(sections(plan, reports))
    content, pages = _content(plan, reports, record, parts), _pages()
    for name in (PAGE_NAME, SUMMARY_NAME):
        write_bytes(out / name, pages.get_template(name).render(content).encode("utf-8", "backslashreplace"))
    (out / FIGURES_NAME).mkdir(exist_ok=True)
    for part in parts:
        for figure in part.figures:
            write_bytes(
                out / FIGURES_NAME / f"{_anchor(part.title)}-{figure.name}.svg", stand_alone(figure.svg).encode()
            )
    write_tables(out, plan, reports)
    return page


def _check(out: Path, plan: Plan, folder: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"--report: {out} is a file; name a folder for the report")
    other = read_record(out)
    if other is not None and other.name != plan.name:
        raise InputError(f"--report: {out} is of the experiment {other.name}; name a new folder")
    if (out / LOCK_NAME).exists() and out.resolve() != folder.resolve():
        raise InputError(f"--report: {out} is a folder of runs; name a new folder")
    is_ours = any((out / name).exists() for name in (PAGE_NAME, RECORD_NAME, "trials.csv"))
    if not is_free(out) and not is_ours:
        raise InputError(f"--report: something else is in {out}; name a new folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--report: {out} cannot be made ({error.strerror})") from None


def _check_plan(plan: Plan, folder: Path) -> None:
    record = read_record(folder)
    if record is None:
        return
    check_name(record, plan, folder)
    if changed := change(record, plan):
        raise InputError(
            f"{changed}; a report is of the plan of its runs: take the change back, or run it with --amend"
        )


def _copy_small(source: Path, target: Path) -> None:
    """Copy what a report is made from of a trial or an evaluation."""
    _copy([source / name for name in _SMALL], target)
    _copy([source / ENCODER_NAME / EPOCHS_NAME], target / ENCODER_NAME)


def _copy(paths: Iterable[Path], target: Path) -> None:
    for path in paths:
        try:
            if path.is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target / path.name)
            else:
                (target / path.name).unlink(missing_ok=True)  # of a report before
        except OSError as error:
            raise RunError(f"{target / path.name}: cannot be written ({error.strerror})") from error


def _pages() -> jinja2.Environment:
    """The templates of the page, HTML with everything inside, and of its short form, Markdown with its tables."""
    folder = resources.files("core.experiment.report")
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in (PAGE_NAME, SUMMARY_NAME, "table.html")}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["anchor"] = _anchor
    environment.filters["cell"] = lambda value: " ".join(str(value).replace("|", "\\|").split())
    table = environment.get_template("table.html")
    environment.globals["show"] = lambda one: Markup(table.render(table=one))
    return environment


def _content(
    plan: Plan, reports: Sequence[TaskReport], record: Record | None, parts: Sequence[Section]
) -> dict[str, Any]:
    """What the templates show."""
    found = judgements(plan, reports)
    return {
        "plan": plan,
        "begun": f"fixed on {record.begun[:10]}" if record else "not begun yet",
        **_digests(plan, record),
        "state": _state(reports),
        "titles": _titles(bool(found), parts),
        "claims": [_claim(one) for one in sorted(found, key=lambda one: one.verdict == "waiting")],
        "sections": parts,
        "trials": _trials(reports),
        "has_pairs": any(one.is_paired for one in found),
        "has_fcns": any(isinstance(arm.config, FcnConfig) for arm in plan.arms),
        "has_mappings": any(isinstance(arm.config, MappingConfig) for arm in plan.arms),
        "has_networks": any(isinstance(a.config, DdqnConfig) and a.config.has_frozen_encoder for a in plan.arms),
        "settings": [*_settings(plan), *_protocols(plan)],
    }


def _digests(plan: Plan, record: Record | None) -> dict[str, Any]:
    """The SHA-256 of the plan as it was fixed, and each change with that of the plan from then on."""
    amendments = record.amendments if record else []
    first, *later = [*(one.sha256 for one in amendments), plan.digest]
    return {"sha256": first, "changes": list(zip(amendments, later, strict=True))}


def _anchor(title: str) -> str:
    """The title of a section as part of an address or a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _titles(has_claims: bool, parts: Sequence[Section]) -> list[str]:
    return [*(["Claims"] if has_claims else []), *(part.title for part in parts), "Trials", "Methods", "Prior work"]


def _state(reports: Sequence[TaskReport]) -> str:
    trials = rows(reports)
    done = [trial for trial in trials if trial["state"] == "done"]
    hours = sum(float(trial["hours"] or 0) for trial in trials)
    machines = sorted({f"{trial['processor']}, {trial['cores']} cores" for trial in trials if trial["processor"]})
    commits = sorted({str(trial["commit"]) for trial in trials if trial["commit"]})
    others = Counter(str(trial["state"]) for trial in trials if trial["state"] != "done")
    left = "".join(f", {count} {state}" for state, count in sorted(others.items()))
    return (
        f"{len(done)} of {len(trials)} trials are done{left}; {hours:,.1f} hours of training. "
        f"Machines: {'; '.join(machines) or 'none yet'}. Commits: {', '.join(commits) or 'none yet'}."
    )


def _claim(found: Judgement) -> dict[str, Any]:
    claim = found.claim
    measure, other = map(measure_of, claim.measures)
    by = f"{measure.title}, against {other.title}" if claim.against_measure else measure.title
    better = "–" if found.better is None else spread(found.better, MEASURES["progress"])
    p = f"{found.p:.2g}, {found.adjusted:.2g}" if found.difference else "–"
    return {
        "says": claim.says,
        "about": claim.about,
        "few": few_runs(found),
        "measure": by,
        "arm": f"{claim.arm} {spread(found.arm, measure)}, {_of(found, 0)},",
        "against": f"{claim.against} {spread(found.against, other)}, {_of(found, 1)}{by_pairs(found)}",
        "verdict": found.verdict,
        "words": verdict_words(found),
        "difference": spread(found.difference, measure, difference=True),
        "least": f"above {shown(claim.least, measure, difference=True).removeprefix('+') if claim.least else 0}",
        "better": better,
        "p": p,
    }


def _of(found: Judgement, side: int) -> str:
    count, planned = found.seeds[side], found.planned[side]
    return counted(count, "run") if count == planned else f"{count} of {counted(planned, 'run')}"


def _trials(reports: Sequence[TaskReport]) -> Table:
    table = rows(reports)
    columns = [name for name in table[0] if any(row[name] not in ("", 0, 0.0) for row in table)]
    is_same = {name: len({row[name] for row in table if row[name]}) < 2 for name in ("processor", "cores")}
    columns = [name for name in columns if not is_same.get(name)]
    titles = {"progress_of_run": "share done", "steps_to_half": "steps to half"}
    return Table(
        "", [titles.get(name, name) for name in columns], [[_cell(row[name]) for name in columns] for row in table]
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _settings(plan: Plan) -> list[Table]:
    """Settings that all arms of a kind have and that are not the defaults, and what tells the arms apart."""
    tables = []
    for kind in dict.fromkeys(arm.config.kind for arm in plan.arms):
        configs = {arm.name: _plain(arm.config, plan.path.parent) for arm in plan.arms if arm.config.kind == kind}
        common, own = changed(configs)
        default = _plain(type(next(arm.config for arm in plan.arms if arm.config.kind == kind))())
        told = [(name, value) for name, value in common.items() if value != default[name]]
        what = {DdqnConfig.kind: "agents", FcnConfig.kind: "networks", MappingConfig.kind: "mappings"}[kind]
        if told:
            tables.append(Table(f"Settings of all {what} that are not the defaults", ("setting", "value"), told))
        if any(own.values()):
            names = list(dict.fromkeys(name for values in own.values() for name in values))
            lines = [(arm, *(values.get(name, "") for name in names)) for arm, values in own.items()]
            tables.append(Table(f"What tells arms of {what} apart", ("arm", *names), lines))
    return tables


def _protocols(plan: Plan) -> list[Table]:
    if not plan.evaluations:
        return []
    default = _plain(EvaluateConfig())
    lines = []
    for one in plan.evaluations:
        differs = ", ".join(
            f"{name} {value}" for name, value in _plain(one.config, plan.path.parent).items() if value != default[name]
        )
        of_some = f"of seeds {', '.join(map(str, one.seeds))} only" if one.seeds else ""
        also = f"played by {' and '.join(one.players)} as well" if one.players else ""
        lines.append((one.name, ", ".join(one.checkpoints), ", ".join(filter(None, (differs, of_some, also)))))
    return [Table("Evaluations", ("name", "networks", "settings that are not the defaults"), lines)]


def _plain(config: Config, folder: Path | None = None) -> Mapping[str, Any]:
    """Settings as they are told: folders as seen from that of the plan, so that no place on a machine is named."""
    hidden = ("version", "kind", "seed")
    values = {name: value for name, value in config.to_json().items() if name not in hidden}
    for item in fields(config) if folder else ():
        text = values.get(item.name)
        if setting_of(item).folder and text and not str(text).startswith(LINK):
            is_given = text != getattr(starting_point(config), item.name)
            values[item.name] = seen_from(folder, text) if is_given else text  # type: ignore[arg-type]
    return values
