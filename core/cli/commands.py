"""The command line: one command a flag, its other flags made from the settings' dataclasses.

Exit status 0 for done, 1 for a run that failed, 2 for bad arguments or input. With ``--json``, stdout holds one JSON
document and nothing else. Heavy imports happen inside the commands: help and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core import __version__
from core.cli.evaluate import evaluate_parser, run_evaluate
from core.cli.experiment import experiment_parser, run_experiment
from core.cli.flags import (
    PROGRAM,
    Parser,
    add_emulator_flags,
    add_json,
    add_settings,
    add_threads,
    given_settings,
    report_problem,
    settings_of,
    stdout_kept_for_json,
)
from core.cli.report import collection_report, training_report
from core.config.collect import CollectConfig
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, flag_of
from core.config.mapping import MappingConfig
from core.errors import InputError, RunError, sentence_of
from core.locations import runs_folder
from core.runs.commands import TRAINABLE, numbered_folder
from core.stop_signals import interrupt_on_stop_signals

_ABOUT = {
    FcnConfig.kind: "Train a segmentation network. It writes a run folder, which the window shows.",
    DdqnConfig.kind: "Train a Double DQN agent. It writes a run folder, which the window shows.",
    MappingConfig.kind: "Train a mapping of pictures, night to day say, for agents to see through.",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A flag that names a command.

    Attributes:
        flag, value: as typed, "--train" and "KIND"; an empty value for none.
        help: one sentence for the overview.
        build: makes the parser from the whole argument list.
        run: does it; what it returns is the JSON document.
    """

    flag: str
    value: str
    help: str
    build: Callable[[Sequence[str]], Parser]
    run: Callable[[argparse.Namespace], Any]


def main(argv: Sequence[str]) -> int:
    """Run one command; return the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # names that are no UTF-8 leave as they came
    try:
        interrupt_on_stop_signals()
        command = _command_of(argv)
        parser = command.build(argv)
        args = parser.parse_args(["--help"] if {"-h", "--help"} & set(argv) else argv)
        with stdout_kept_for_json(args.json) as answer:
            answer(command.run(args))
    except InputError as error:
        return report_problem(error, 2)
    except KeyboardInterrupt:
        return report_problem("stopped", 1)
    except (RunError, OSError) as error:
        return report_problem(sentence_of(error), 1)
    return 0


def window_arguments(argv: Sequence[str]) -> dict[str, Any]:
    """Read the flags of the window: engine, rom and runs, None where not given; ``--help`` prints the overview."""
    parser = Parser("", _overview())
    add_emulator_flags(parser, default_engine=None)
    parser.add_argument("--runs", type=Path, metavar="DIR", help="folder of runs, beside saved_agents (default runs)")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return vars(parser.parse_args(argv))


def is_command(argv: Sequence[str]) -> bool:
    """Whether the arguments name a command of this module."""
    return any(_names(argument, flag) for argument in argv for flag in _COMMANDS)


def _names(argument: str, flag: str) -> bool:
    return argument == flag or argument.startswith(flag + "=")


def _command_of(argv: Sequence[str]) -> Command:
    named = [flag for flag in _COMMANDS if any(_names(argument, flag) for argument in argv)]
    if len(named) > 1:
        raise InputError(f"{named[1]}: one command at a time; {named[0]} is given too")
    return _COMMANDS[named[0]]


def _overview() -> str:
    rows = [("", "open the window")]
    rows += [(f"{command.flag} {command.value}".strip(), command.help) for command in _COMMANDS.values()]
    rows.append(("--benchmark [SECTION …]", "time ours and the obvious alternative side by side"))
    width = max(len(left) for left, _ in rows)
    lines = [f"  {PROGRAM} {left:<{width}}   {right}" for left, right in rows]
    return "\n".join(
        (
            "Super Mario Bros. seen three ways: as the emulator draws it, segmented, and as a network predicts it.",
            "",
            *lines,
            "",
            "Each command has its own --help. Flags of the window:",
        )
    )


def _train_parser(argv: Sequence[str]) -> Parser:
    position = next(index for index, argument in enumerate(argv) if _names(argument, "--train"))
    _, equals, kind = argv[position].partition("=")
    if not equals:
        kind = argv[position + 1] if position + 1 < len(argv) else ""
    if kind in ("-h", "--help"):
        kind = next(iter(TRAINABLE))
    if kind not in TRAINABLE:
        raise InputError(f"--train: {kind!r} is not a kind of run; choose one of {', '.join(TRAINABLE)}")
    parser = Parser(f"--train {kind}", _ABOUT[kind])
    parser.add_argument("--train", choices=[kind], required=True, help=argparse.SUPPRESS)
    place = parser.add_argument_group("the run's folder").add_mutually_exclusive_group()
    place.add_argument("--run", type=Path, metavar="DIR", help="folder to make (default: RUNS/KIND-DATE-N)")
    place.add_argument("--resume", type=Path, metavar="DIR", help="go on with a stopped run, with its own settings")
    parser.add_argument(
        "--runs", type=Path, default=runs_folder(), metavar="DIR", help="where runs are kept (default: runs)"
    )
    add_settings(parser, TRAINABLE[kind])
    if kind == DdqnConfig.kind:
        add_emulator_flags(parser)
        parser.add_argument(
            "--tensorboard", action="store_true", help="also write event files, which TensorBoard shows"
        )
    add_threads(parser)
    add_json(parser)
    return parser


def _collect_parser(_: Sequence[str]) -> Parser:
    parser = Parser("--collect", "Play levels and store labelled frames as a data set.", in_usage=False)
    parser.add_argument("--collect", type=Path, metavar="DIR", required=True, help="folder of the data set to make")
    add_settings(parser, CollectConfig)
    add_emulator_flags(parser)
    add_json(parser)
    return parser


def _segment_parser(_: Sequence[str]) -> Parser:
    parser = Parser("--segment", "Segment frames that lie in files.", in_usage=False)
    parser.add_argument(
        "--segment",
        type=Path,
        metavar="IN",
        required=True,
        help="a .npy of uint8 (N, 224, 240, 3), or a folder of PNGs of 240 x 224 pixels",
    )
    parser.add_argument(
        "--segmenter", choices=("sprites", "fcn"), required=True, help="sprites: by sprite matching; fcn: by a network"
    )
    parser.add_argument("--network", type=Path, metavar="RUN", help="run folder of the network, for --segmenter fcn")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="OUT",
        required=True,
        help="what to make: a .npy of uint8 (N, H, W), or a folder of indexed PNGs",
    )
    parser.add_argument("--rom", type=Path, metavar="FILE", help="ROM whose sprites are matched")
    add_threads(parser)
    add_json(parser)
    return parser


def _doctor_parser(_: Sequence[str]) -> Parser:
    parser = Parser("--doctor", "Tell what is installed, what is missing and how to get it.")
    parser.add_argument("--doctor", action="store_true", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rom", type=Path, metavar="FILE", help="check this ROM in place of the packaged one")
    add_json(parser)
    return parser


def _train(args: argparse.Namespace) -> dict[str, Any]:
    train = _train_agent if args.train == DdqnConfig.kind else _train_from_data
    given = args.resume or args.run
    with nullcontext(given) if given else numbered_folder(args.runs, args.train) as folder:
        train(args, folder)
    from core.runs.run_folder import RunFolder

    run = RunFolder(folder)
    status = run.status()
    scores = run.evaluation()
    print(training_report(folder, args.train, status.state if status else None, scores), file=sys.stderr)
    return {"run": str(folder), "state": status.state if status else None, "evaluation": scores}


def _train_from_data(args: argparse.Namespace, folder: Path) -> None:
    kind = TRAINABLE[args.train]
    if args.resume and (given := _given(args, kind)):
        raise InputError(f"{given[0]}: a resumed run keeps the settings in its config.json; leave this flag out")
    from core.runs.run_folder import RunFolder

    settings = RunFolder.open(folder).config(kind) if args.resume else settings_of(args, kind)
    print(f"run folder: {folder}", file=sys.stderr)
    from core.threads import limit_threads

    limit_threads(args.threads)
    if isinstance(settings, MappingConfig):
        from core.mapping.training.train import train_mapping

        train_mapping(settings, folder, resume=args.resume is not None)
    else:
        assert isinstance(settings, FcnConfig)
        from core.fcn.training.train import train_fcn

        train_fcn(settings, folder, resume=args.resume is not None)


def _train_agent(args: argparse.Namespace, folder: Path) -> None:
    given = given_settings(args, DdqnConfig)
    config = None if args.resume else DdqnConfig.of(given)
    from core.ddqn.training.train import train_ddqn

    train_ddqn(
        config,
        folder,
        resume=args.resume is not None,
        changes=given,
        engine=args.engine,
        rom=args.rom,
        threads=args.threads,
        tensorboard=args.tensorboard,
    )


def _given(args: argparse.Namespace, config: type[Config]) -> list[str]:
    """The flags of settings that were given."""
    return [flag_of(item) for item in fields(config) if hasattr(args, item.name)] + ["--override"] * len(args.override)


def _collect(args: argparse.Namespace) -> dict[str, Any]:
    from core.collection.collect import collect
    from core.dataset.manifest import read_manifest

    collect(settings_of(args, CollectConfig), args.collect, engine=args.engine, rom=args.rom)
    manifest = read_manifest(args.collect)
    print(collection_report(args.collect, manifest), file=sys.stderr)
    return {"data": str(args.collect), "manifest": manifest}


def _segment(args: argparse.Namespace) -> dict[str, Any]:
    if (args.segmenter == "fcn") != (args.network is not None):
        wrong = "give the run folder of a network" if args.segmenter == "fcn" else "only --segmenter fcn takes one"
        raise InputError(f"--network: {wrong}")
    if args.out.exists():
        raise InputError(f"--out: {args.out} exists; give a name that is free")
    from core.collection.segment_files import segment

    segment(args.segment, args.out, _segmenter(args))
    print(f"class maps: {args.out}", file=sys.stderr)
    return {"in": str(args.segment), "out": str(args.out), "segmenter": args.segmenter}


def _segmenter(args: argparse.Namespace) -> Any:
    if args.segmenter == "fcn":
        from core.fcn.predictor import FcnPredictor

        return FcnPredictor(args.network, threads=args.threads)
    from core.game.rom import load_rom
    from core.segmentation.sprites.matcher import SpriteMatcher

    return SpriteMatcher(load_rom(args.rom))


def _doctor(args: argparse.Namespace) -> dict[str, Any]:
    from core.cli.doctor import examine, report

    findings = examine(args.rom)
    if not args.json:
        print(report(findings))
    return findings


_COMMANDS = {
    command.flag: command
    for command in (
        Command(
            "--train", "|".join(TRAINABLE), "train a segmentation network, an agent or a mapping", _train_parser, _train
        ),
        Command("--collect", "DIR", "play levels and store labelled frames as a data set", _collect_parser, _collect),
        Command("--evaluate", "RUN", "tell how good an agent is, with error bars", evaluate_parser, run_evaluate),
        Command("--experiment", "PLAN", "run every arm and seed of a plan", experiment_parser, run_experiment),
        Command("--segment", "IN", "segment frames that lie in files", _segment_parser, _segment),
        Command("--doctor", "", "what is installed, what is missing, how to get it", _doctor_parser, _doctor),
    )
}
