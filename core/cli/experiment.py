"""``--experiment``: run all trials of a plan, and say what became of them."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.flags import Parser, add_json, add_threads, count_of
from core.errors import InputError, RunError
from core.locations import runs_folder
from core.wording import counted, time_left

if TYPE_CHECKING:
    from core.experiment.claims import Judgement
    from core.experiment.runner import TaskReport

_ALL = 100_000


def experiment_parser(_: Sequence[str]) -> Parser:
    """The flags of the command."""
    parser = Parser(
        "--experiment", "Run every arm and seed of a plan; the same command goes on after any interruption."
    )
    parser.add_argument("--experiment", type=Path, metavar="PLAN", required=True, help="TOML file with arms and seeds")
    parser.add_argument(
        "--runs",
        type=Path,
        metavar="DIR",
        help="where its runs are kept (default: runs/NAME, by the plan's name)",
    )
    parser.add_argument(
        "--jobs",
        type=count_of("trials", 1, 100_000),
        metavar="N",
        help="trials at once (default 1; on a cluster as many as it bears)",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what there is to run, and run nothing")
    parser.add_argument("--amend", default="", metavar="WHY", help="why the plan was changed after its first run")
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="run the trials on a Ray cluster, this machine being one of its nodes: auto, HOST:PORT, or local for a "
        "cluster of this machine alone (needs requirements-ray.txt)",
    )
    parser.add_argument("--retry", action="store_true", help="try again what failed for good")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="make the report there, with its tables and the trials' small files (with --dry-run: of what there is)",
    )
    parser.add_argument("--rom", type=Path, metavar="FILE", help="the game (default: the one in gym-super-mario-bros)")
    add_threads(parser)
    add_json(parser)
    return parser


def run_experiment(args: argparse.Namespace) -> dict[str, Any]:
    """Do it; the document has a row a trial. RunError when some failed for good, after the others were run."""
    from core.experiment.forecast import forecast, obstacles
    from core.experiment.plan_file import read_plan
    from core.experiment.record import change, read_record
    from core.experiment.runner import Runner, look
    from core.experiment.table import arm_rows, claim_rows, evaluation_rows, judgements, rows, write_tables
    from core.runs.commands import Machine

    plan = read_plan(args.experiment)
    folder = args.runs or runs_folder() / plan.name

    def told(reports: list[TaskReport]) -> dict[str, Any]:
        trials = rows(reports)
        arms, judged = arm_rows(trials), judgements(plan, reports)
        document = {
            "experiment": plan.name,
            "plan_sha256": plan.digest,
            "runs": str(folder),
            "trials": trials,
            "arms": arms,
            "evaluations": evaluation_rows(reports),
            "claims": claim_rows(judged),
        }
        ahead = forecast(reports, folder, args.jobs or 1)
        left = [f"left: {ahead.words}"] if ahead.words else []
        _tell("\n".join([_table(reports), *map(_arm, arms), *map(_claim, judged), *left]))
        return {
            **document,
            "hours_left": ahead.hours,
            "hours_likened": list(ahead.likened),
            "hours_unknown": list(ahead.unknown),
            "disk_needed": ahead.disk,
        }

    def report() -> dict[str, Any]:
        if args.report is None:
            return {}
        from core.experiment.report.write import write_report

        page = write_report(args.report, plan, folder)
        _tell(f"report: {page}")
        return {"report": str(page)}

    record = read_record(folder)
    reports = look(plan, folder, record)
    wrong = obstacles(reports, folder)
    if args.dry_run:
        for name, sentence in wrong.items():
            _tell(f"cannot begin: {name}: {sentence}")
        if record is not None and (changed := change(record, plan)):
            _tell(f"notice: {changed}; running it needs --amend")
        return told(reports) | report() | {"obstacles": wrong}
    if wrong:
        name, sentence = next(iter(wrong.items()))
        raise InputError(f"{plan.path}: {name} cannot begin: {sentence}")
    machine = Machine(threads=args.threads, rom=str(args.rom or ""))
    keep = partial(write_tables, folder, plan)
    launcher = None
    if args.ray is not None:
        from core.experiment.cluster.ray_launcher import RayLauncher, connect

        connect(args.ray)
        launcher = RayLauncher(plan.name, folder, machine)
        states = look(plan, folder, read_record(folder))
        launcher.release([one.task.name for one in states if one.state == "done"])
    jobs = args.jobs or (_ALL if launcher else 1)
    runner = Runner(
        plan, folder, jobs=jobs, machine=machine, why=args.amend, retry=args.retry, tell=_tell, keep=keep,
        launcher=launcher,
    )  # fmt: skip
    reports = runner.run()
    if launcher is not None:
        launcher.close()
    document = told(reports) | report()
    failed = [report for report in reports if report.state == "failed"]
    if failed:
        first = failed[0]
        raise RunError(
            f"{len(failed)} of {len(reports)} tasks failed, {first.task.name} first ({first.error}); fix what is "
            "wrong, and give the command again with --retry"
        )
    return document


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _table(reports: Sequence[TaskReport]) -> str:
    """A line a trial, with how many of its evaluations are done; of these a line where one ended before it was done."""
    from core.experiment.plan import Trial, TrialEvaluation

    played: dict[str, list[TaskReport]] = {}
    for report in reports:
        if isinstance(report.task, TrialEvaluation):
            played.setdefault(report.task.trial.name, []).append(report)
    lines = []
    for report in reports:
        if isinstance(report.task, Trial):
            own = played.get(report.task.name, [])
            done = sum(one.state == "done" for one in own)
            words = f"; {done} of {counted(len(own), 'evaluation')}" if own else ""
            lines.append((report.task.name, _words(report) + words))
            lines += [(f"  {one.path.name}", _words(one)) for one in own if one.tries and one.state != "done"]
        elif not isinstance(report.task, TrialEvaluation):
            lines.append((report.task.name, _words(report)))
    width = max(len(name) for name, _ in lines)
    count = {state: sum(report.state == state for report in reports) for state in ("done", "running", "failed")}
    told = f"{len(reports)} tasks: " + ", ".join(f"{number} {state}" for state, number in count.items())
    return "\n".join([*(f"{name:<{width}}  {words}" for name, words in lines), told])


def _arm(row: Mapping[str, Any]) -> str:
    """What is known of an arm, for people: its figure, with the interval where there is more than one seed."""
    from core.experiment.measures import MEASURES, spread
    from core.experiment.statistics import Estimate

    ends = [math.nan if row[column] == "" else row[column] for column in ("mean_low", "mean_high")]
    measure = MEASURES[row["figure"]]
    mean = spread(Estimate(row["mean"], *ends), measure)
    return f"{row['arm']}: {measure.title} {mean} over {counted(row['seeds'], 'seed')}"


def _claim(found: Judgement) -> str:
    """The verdict on a claim, for people."""
    from core.experiment.claims import by_pairs, few_runs, verdict_words
    from core.experiment.measures import measure_of, spread

    claim, (own, others), planned = found.claim, found.seeds, found.planned
    text = f"claim {claim.name}: {verdict_words(found)} ({own} of {planned[0]} runs of {claim.arm}, "
    text += f"{others} of {planned[1]} of {claim.against}{by_pairs(found)})"
    if found.difference is None:
        return text
    (measure, other), few = map(measure_of, claim.measures), few_runs(found)
    difference = spread(found.difference, measure, difference=True)
    title = f"{measure.title} and {other.title} differ" if claim.against_measure else f"{measure.title} differs"
    return f"{text}; {title} by {difference}, p {found.adjusted:.2g} after Holm{few and f' ({few})'}"


def _words(report: TaskReport) -> str:
    words = f"{report.state} {report.progress:4.0%}"
    if report.time_left is not None:
        words += f", {time_left(report.time_left)}"
    return words + (f" ({report.error})" if report.error else "")
