"""What commands are made of: flags out of the settings' dataclasses, one-sentence mistakes, and clean JSON output."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from core.cli.streams import steady_text
from core.config.fields import Config, flag_of, parse_value, setting_of
from core.errors import InputError

PROGRAM = "main.py"
_HELP_WIDTH = 100

C = TypeVar("C", bound=Config)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose mistakes are ``InputError``, one sentence each."""

    def __init__(self, command: str, description: str, in_usage: bool = True) -> None:
        """Make a parser for a command.

        Args:
            command: the flag that names it, with its word where that is fixed ("--train fcn"); empty for the window.
            description: what it does, for ``--help``.
            in_usage: whether the usage begins with the command; no where its flag is listed with the others.
        """
        self._help_command = f"{PROGRAM} {command} --help".replace("  ", " ")
        super().__init__(
            prog=f"{PROGRAM} {command}".strip() if in_usage else PROGRAM,
            description=description,
            formatter_class=_HelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Raise InputError in place of printing the usage and leaving."""
        raise InputError(f"{message.removeprefix('argument ')} ({self._help_command} lists the flags)")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=_HELP_WIDTH)


def report_problem(problem: object, status: int) -> int:
    """Print one sentence on stderr; return the status."""
    print(f"{PROGRAM}: {problem}", file=sys.stderr)
    return status


@contextlib.contextmanager
def stdout_kept_for_json(wanted: bool) -> Iterator[Callable[[Any], None]]:
    """While a command runs, send everything that libraries print to stderr; yield what prints the document."""
    if not wanted:
        yield lambda document: None
        return
    sys.stdout.flush()
    real_stdout = os.dup(1)
    os.dup2(2, 1)  # for libraries that write below Python
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield lambda document: _print_json(document, real_stdout)
    finally:
        os.dup2(real_stdout, 1)
        os.close(real_stdout)


def _print_json(document: Any, descriptor: int) -> None:
    with steady_text(descriptor, None) as file:
        json.dump(document, file, indent=2, allow_nan=False)
        file.write("\n")


def add_settings(parser: Parser, config: type[Config]) -> None:
    """A flag for each field of a configuration; fields not given stay out of the namespace."""
    group = parser.add_argument_group("settings")
    begin = config.of({})
    for item in fields(config):
        about = setting_of(item)
        if about.flag:
            metavar = "{" + ",".join(map(str, about.choices)) + "}" if about.choices else _metavar(item.type)
            group.add_argument(
                flag_of(item),
                type=_reader(item),
                default=argparse.SUPPRESS,
                metavar=metavar,
                help=_help_of(item, begin).replace("%", "%%"),
            )
    parser.epilog = _rarer_settings(begin)
    group.add_argument(
        "--override",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="set a field of config.json by its name; may be repeated",
    )


def _rarer_settings(config: Config) -> str | None:
    """The fields without a flag of their own, a paragraph for the end of the help; None when there are none."""
    rarer = [item for item in fields(config) if not setting_of(item).flag]
    if not rarer:
        return None
    entries = (
        textwrap.fill(
            f"{item.name:<16}  {_help_of(item, config)}", _HELP_WIDTH, initial_indent="  ", subsequent_indent=" " * 20
        )
        for item in rarer
    )
    return "\n".join(("rarer settings, with --override NAME=VALUE:", *entries))


def _metavar(kind: object) -> str:
    return {"int": "N", "float": "X"}.get(str(kind), "TEXT")


def _reader(item: Any) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return parse_value(item, text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _help_of(item: Any, begin: Config) -> str:
    """The sentence on a field with its unit, range, the value that one begins with, and that one's source."""
    about, default = setting_of(item), getattr(begin, item.name)
    facts = [about.unit] if about.unit else []
    if about.choices and not about.flag:
        facts.append("one of " + ", ".join(map(str, about.choices)))
    if about.low is not None and about.high is not None:
        facts.append(f"{about.low:,} to {about.high:,}")
    facts += [f"{choice}: {note}" for choice, note in about.choice_notes.items()]
    facts.append(f"default {default}" if default != "" else "no default")
    if about.source and default == item.default:
        facts.append(f"from {about.source}")
    return f"{about.help} ({'; '.join(facts)})"


def given_settings(args: argparse.Namespace, config: type[Config]) -> dict[str, Any]:
    """The fields that flags and overrides give, by name."""
    values = {item.name: getattr(args, item.name) for item in fields(config) if hasattr(args, item.name)}
    values.update(config.parse_override(text) for text in args.override)
    return values


def settings_of(args: argparse.Namespace, config: type[C]) -> C:
    """The configuration that the flags and overrides give."""
    return config.of(given_settings(args, config))


def add_emulator_flags(parser: Parser, default_engine: str | None = "auto") -> None:
    """``--engine`` and ``--rom``; without a default engine the caller knows one."""
    from core.game.emulator import ENGINE_NAMES

    parser.add_argument(
        "--engine",
        choices=ENGINE_NAMES,
        default=default_engine,
        help=f"emulator (default {default_engine or 'the one used last'}); auto takes the first that is installed",
    )
    parser.add_argument(
        "--rom",
        type=Path,
        metavar="FILE",
        help="an .nes file, or a folder or zip that holds one (default: the one in gym-super-mario-bros)",
    )


def add_threads(parser: Parser) -> None:
    """``--threads``."""
    parser.add_argument(
        "--threads",
        type=count_of("threads", 0, 1024),
        default=0,
        metavar="N",
        help="processor threads to use (default 0: all cores)",
    )


def count_of(what: str, low: int, high: int) -> Callable[[str], int]:
    """A reader of a flag's whole number within bounds, both included."""

    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of {what}, {low} to {high}")
        return int(text)

    return read


def add_json(parser: Parser) -> None:
    """``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout, and nothing else")
