"""``main.py --benchmark``: runs sections and prints their rows."""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections.abc import Sequence
from typing import Any

from core.cli.flags import Parser, add_json, report_problem, stdout_kept_for_json
from core.errors import InputError, RunError
from core.stop_signals import interrupt_on_stop_signals

SECTIONS = ("engine", "environment", "segmentation", "fcn", "training", "backends", "app", "curves")
"""Modules of this package, each with ``run() -> list[Row]``, in the order in which they run."""


def main(argv: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    try:
        interrupt_on_stop_signals()
        args = _parser().parse_args(argv)
        sections = _chosen(args.benchmark)
        with stdout_kept_for_json(args.json) as answer:
            rows = _measure(sections)
            answer([dataclasses.asdict(row) for row in rows])
        if not args.json:
            from benchmarks.rows import table

            print(table(rows))
    except InputError as error:
        return report_problem(error, 2)
    except KeyboardInterrupt:
        return report_problem("stopped", 1)
    except (RunError, OSError) as error:
        return report_problem(error, 1)
    return 0


def _parser() -> Parser:
    parser = Parser(
        "--benchmark",
        "Time ours and the obvious alternative side by side; a ratio above 1 favours ours.",
        in_usage=False,
    )
    parser.add_argument(
        "--benchmark",
        nargs="*",
        metavar="SECTION",
        required=True,
        help=f"what to measure: {', '.join(SECTIONS)} (default: all of them)",
    )
    add_json(parser)
    return parser


def _chosen(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in SECTIONS:
            raise InputError(f"--benchmark: {name!r} is not a section; the sections are {', '.join(SECTIONS)}")
    return [section for section in SECTIONS if section in names or not names]


def _measure(sections: Sequence[str]) -> list[Any]:
    from benchmarks.rows import machine_row

    rows = []
    for number, section in enumerate(sections, 1):
        print(f"measuring {section}, section {number} of {len(sections)} …", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{section}").run()
    return [*rows, machine_row()]
