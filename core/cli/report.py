"""What a command says when it is done: a few lines for people, on stderr; programs read ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROWS = (  # figure, its title with the unit, what it is multiplied with
    ("progress", "progress (%)", 100),
    ("gain", "progress gained (%)", 100),
    ("x", "x (pixels)", 1),
    ("paper_return", "the paper's return (reward)", 1),
    ("steps", "agent steps", 1),
)


def collection_report(folder: Path, manifest: Mapping[str, Any]) -> str:
    """How many stacks a data set has, and how far along each level the play of each split came."""
    splits = ", ".join(f"{split['stacks']} {name}" for name, split in manifest["splits"].items())
    lines = [f"{folder}: {manifest['stacks']} stacks of 4 frames ({splits}) from {manifest['episodes']} plays"]
    for level, coverage in manifest["coverage"].items():
        reached = ", ".join(f"{name} {_reach(split)}" for name, split in coverage.items())
        if reached:  # a play that was stopped has none yet
            lines.append(f"  {level} seen up to: {reached}")
    return "\n".join(lines)


def _reach(split: Mapping[str, Any]) -> str:
    return "the goal" if split["reached_goal"] else f"{split['share']:.0%}"


def training_report(folder: Path, kind: str, state: str | None, evaluation: Mapping[str, Any] | None) -> str:
    """The scores of a finished run, or how to go on with a stopped one."""
    if state != "done" or evaluation is None:
        return f"{folder}: {state}; go on with: main.py --train {kind} --resume {folder}"
    scores = {"ddqn": _agent_scores, "fcn": _network_scores, "mapping": _mapping_scores}[kind]
    return f"{folder}: done; {scores(evaluation)}"


def _network_scores(evaluation: Mapping[str, Any]) -> str:
    """Accuracy, mIoU and the hardest classes."""
    present = {name: one["iou"] for name, one in evaluation["classes"].items() if one["pixels"] > 0}
    hardest = ", ".join(f"{name} {iou:.2f}" for name, iou in sorted(present.items(), key=lambda item: item[1])[:3])
    return (
        f"on {evaluation['frames']} test frames accuracy {evaluation['accuracy']:.2%}, "
        f"mIoU {evaluation['miou']:.3f} over {len(present)} classes (lowest IoU: {hardest})"
    )


def _mapping_scores(evaluation: Mapping[str, Any]) -> str:
    """How much is lost there and back."""
    return (
        f"{evaluation['frames']} test frames come back with a mean error of {evaluation['cycle_error']:.1f} gray levels"
    )


def _agent_scores(evaluation: Mapping[str, Any]) -> str:
    """How far the last network came, and the best one."""
    text = (
        f"its {evaluation.get('checkpoint', 'best')} network, of step {evaluation['step']:,}, reached "
        f"{_reached(evaluation)} of {evaluation['level']}"
    )
    best = evaluation.get("best")
    if best is not None and best["step"] != evaluation["step"]:
        text += f"; the best one during training, of step {best['step']:,}, {_reached(best)}"
    return text


def _reached(scores: Mapping[str, Any]) -> str:
    """Progress (x, where an older program measured no other) and flags."""
    flags = f"the flag from {scores['flags']['count']} of {scores['episodes']} starts"
    if "progress" in scores:
        return f"{scores['progress']['mean']:.1%} of the way on average and {flags}"
    return f"x {scores['x']['mean']:,.0f} on average and {flags}"


def evaluation_report(document: Mapping[str, Any]) -> str:
    """A plain table of an evaluation: how far its player came, how often to the flag, and how episodes ended."""
    rows: list[tuple[str, ...]] = [("", "mean", "± error", "min", "25%", "median", "75%", "max")]
    for name, title, factor in _ROWS:
        if name not in document:  # a gain is measured from places along the level only
            continue
        spread = document[name]
        keys = ("mean", "error", "min", "q25", "median", "q75", "max")
        columns = ("" if spread[key] is None else f"{factor * spread[key]:,.1f}" for key in keys)
        rows.append((title, *columns))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(f"{text:{'<' if i == 0 else '>'}{widths[i]}}" for i, text in enumerate(row)) for row in rows]
    ends = ", ".join(f"{count} {end}" for end, count in document["ends"].items() if count)
    return "\n".join(
        (
            _played(document),
            *table,
            f"flag: {_share(document['flags'], document['episodes'])}",
            *(_level_line(level, own) for level, own in document.get("levels", {}).items()),
            f"ends: {ends}",
            f"trajectories: {document['trajectories']} of {document['episodes']} differ",
        )
    )


def _level_line(level: str, figures: Mapping[str, Any]) -> str:
    """One of several levels."""
    return f"  {level}: progress {figures['progress']['mean']:.1%}, x {figures['x']['mean']:,.0f}, " + (
        f"flag {figures['flags']['rate']:.1%}"
    )


def _played(document: Mapping[str, Any]) -> str:
    """Who played what, in one line."""
    facts = [f"{document['policy']} on {document['level']}", f"{document['episodes']} episodes"]
    facts += [f"{name} {document[name]:g}" for name in ("sticky", "epsilon") if document[name]]
    facts += [f"{name} {document[name]}" for name in ("observation", "labels", "checkpoint") if document[name]]
    facts += [f"through {Path(mapping).resolve().name}"] if (mapping := document.get("mapping")) else []
    return ", ".join((*facts, document["engine"]))


def _share(flags: Mapping[str, Any], episodes: int) -> str:
    text = f"{flags['count']} of {episodes}, {flags['rate']:.1%}"
    if flags["low"] is None:
        return f"{text} (of all starts there are; no interval)"
    return f"{text} (95% interval {flags['low']:.1%} to {flags['high']:.1%})"
