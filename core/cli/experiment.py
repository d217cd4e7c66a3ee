"""``--experiment``: run all trials of a plan, and say what became of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from core.cli.flags import Parser, add_json, add_threads, count_of
from core.errors import RunError
from core.locations import runs_folder
from core.wording import duration


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
        "--jobs", type=count_of("trials", 1, 1024), default=1, metavar="N", help="trials at once (default 1)"
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what there is to run, and run nothing")
    parser.add_argument("--amend", default="", metavar="WHY", help="why the plan was changed after its first run")
    parser.add_argument("--rom", type=Path, metavar="FILE", help="the game (default: the one in gym-super-mario-bros)")
    add_threads(parser)
    add_json(parser)
    return parser


def run_experiment(args: argparse.Namespace) -> dict[str, Any]:
    """Do it; the document has a row a trial. RunError when some failed for good, after the others were run."""
    from core.experiment.plan import read_plan
    from core.experiment.record import read_record
    from core.experiment.runner import Runner, TrialReport, look
    from core.experiment.table import arm_rows, rows, write_tables
    from core.runs.commands import Machine

    plan = read_plan(args.experiment)
    folder = args.runs or runs_folder() / plan.name

    def told(reports: list[TrialReport]) -> dict[str, Any]:
        trials = rows(reports)
        arms = arm_rows(trials)
        _tell("\n".join((_table(reports), *map(_sentence, arms))))
        head = {"experiment": plan.name, "plan_sha256": plan.digest, "runs": str(folder)}
        return {**head, "trials": trials, "arms": arms}

    if args.dry_run:
        return told(look(plan, folder, read_record(folder)))
    machine = Machine(threads=args.threads, rom=str(args.rom or ""))
    keep = partial(write_tables, folder)
    reports = Runner(plan, folder, jobs=args.jobs, machine=machine, why=args.amend, tell=_tell, keep=keep).run()
    document = told(reports)
    failed = [report for report in reports if report.state == "failed"]
    if failed:
        first = failed[0]
        raise RunError(
            f"{len(failed)} of {len(reports)} trials failed {first.tries} times, {first.trial.name} first "
            f"({first.error}); mend what is wrong, then go on with --train {first.trial.config.kind} --resume "
            f"{first.path}"
        )
    return document


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _table(reports: Sequence[Any]) -> str:
    width = max(len(report.trial.name) for report in reports)
    lines = [f"{report.trial.name:<{width}}  {_words(report)}" for report in reports]
    count = {state: sum(report.state == state for report in reports) for state in ("done", "running", "failed")}
    lines.append(f"{len(reports)} trials: " + ", ".join(f"{number} {state}" for state, number in count.items()))
    return "\n".join(lines)


def _sentence(row: Mapping[str, Any]) -> str:
    """What is known of an arm, for people: its figure, with the interval where there is more than one seed."""
    interval = f" ({row['mean_low']:.4g} to {row['mean_high']:.4g})" if row["mean_low"] != "" else ""
    return f"{row['arm']}: {row['figure']} {row['mean']:.4g}{interval} over {row['seeds']} seeds"


def _words(report: Any) -> str:
    words = f"{report.state} {report.progress:4.0%}"
    if report.time_left is not None:
        words += f", {duration(report.time_left)} left"
    return words + (f" ({report.error})" if report.error else "")
