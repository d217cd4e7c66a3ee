"""The command ``--evaluate``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.flags import Parser, add_emulator_flags, add_json, add_settings, add_threads, settings_of
from core.cli.report import evaluation_report
from core.config.evaluate import EvaluateConfig
from core.errors import InputError, RunError
from core.locations import evaluations_folder

if TYPE_CHECKING:
    from core.evaluation.evaluate import Evaluation
    from core.evaluation.play import EvaluationSetup


def evaluate_parser(_: Sequence[str]) -> Parser:
    """The flags of the command."""
    parser = Parser("--evaluate", "Tell how good an agent is: episodes from different starts, greedy.", in_usage=False)
    parser.add_argument(
        "--evaluate",
        metavar="RUN",
        required=True,
        help="run folder of a trained agent, or one of the words random and right-and-jump",
    )
    parser.add_argument(
        "--checkpoint",
        default="",
        metavar="NAME",
        help="which network of the run: best, last, or one that was kept (default: best, its model.onnx; a finished "
        "run's own report, its evaluation.json, is of the last)",
    )
    add_settings(parser, EvaluateConfig)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder to make for the episodes, which can be played again from it (default: a new one in "
        "RUN/evaluations, for a shipped agent evaluations/RUN; random and right-and-jump keep none)",
    )
    parser.add_argument(
        "--video", type=Path, metavar="FILE", help="write the first episode, frame by frame, to a new .mp4 or .webm"
    )
    add_emulator_flags(parser)
    add_threads(parser)
    add_json(parser)
    return parser


def run_evaluate(args: argparse.Namespace) -> dict[str, Any]:
    """Do it; print a table, or return the document for ``--json``."""
    from core.evaluation.evaluate import evaluate
    from core.evaluation.play import EvaluationSetup
    from core.evaluation.video import check_video

    config = settings_of(args, EvaluateConfig)
    _check_out(args)
    if args.video is not None:
        check_video(args.video)
    setup = EvaluationSetup(args.evaluate, args.checkpoint, config, args.engine, args.rom)
    evaluation = evaluate(setup, args.threads)
    if evaluation.notice:
        print(f"notice: {evaluation.notice}", file=sys.stderr)
    try:
        made = _keep(args, evaluation)
    except RunError:
        print(evaluation_report(evaluation.document), file=sys.stderr)  # all that is left of it
        raise
    if not args.json:
        print(evaluation_report(evaluation.document))
    if args.video is not None:
        _write_video(args.video, setup, evaluation)
        made["video"] = str(args.video)
    return evaluation.document | made


def _check_out(args: argparse.Namespace) -> None:
    """Find out before hours of play whether the episodes can be kept."""
    if args.out is not None and args.out.exists():
        raise InputError(f"--out: {args.out} exists; give a name that is free")
    if args.out is not None:
        there = next(path for path in args.out.absolute().parents if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise InputError(f"--out: {there} is no folder that can be written; name another place")
    run = Path(args.evaluate)
    is_kept_inside = run.is_dir() and evaluations_folder(run).is_relative_to(run)
    if args.out is None and is_kept_inside and not os.access(run, os.W_OK):
        raise InputError(f"--out: {run} cannot be written, so name a folder for the episodes")


def _keep(args: argparse.Namespace, evaluation: Evaluation) -> dict[str, str]:
    """Write the episodes where they belong; say where."""
    from core.evaluation.files import keep_evaluation, keep_in_new_folder

    folder = args.out
    if folder is not None:
        keep_evaluation(folder, evaluation.document, evaluation.recordings)
    elif evaluation.document["observation"]:
        parent = evaluations_folder(Path(args.evaluate))
        folder = keep_in_new_folder(parent, evaluation.document, evaluation.recordings)
    else:
        return {}
    print(f"episodes: {folder}", file=sys.stderr)
    return {"kept_in": str(folder)}


def _write_video(path: Path, setup: EvaluationSetup, evaluation: Evaluation) -> None:
    from contextlib import closing

    from core.evaluation.video import write_video
    from core.game.engines import make_emulator

    with closing(make_emulator(setup.engine, setup.rom)) as emulator:
        write_video(path, evaluation.recordings[0], emulator, setup.open_player().agent)
    print(f"video of the first episode: {path}", file=sys.stderr)
