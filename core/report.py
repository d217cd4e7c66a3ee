"""What a command says when it is done: a few lines for people, on stderr; programs read ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


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


def training_report(folder: Path, state: str | None, evaluation: Mapping[str, Any] | None) -> str:
    """The scores of a finished run with its hardest classes, or how to go on with a stopped one."""
    if evaluation is None:
        return f"{folder}: {state}; go on with: main.py --train fcn --resume {folder}"
    present = {name: one["iou"] for name, one in evaluation["classes"].items() if one["pixels"] > 0}
    hardest = ", ".join(f"{name} {iou:.2f}" for name, iou in sorted(present.items(), key=lambda item: item[1])[:3])
    return (
        f"{folder}: done; on {evaluation['frames']} test frames accuracy {evaluation['accuracy']:.2%}, "
        f"mIoU {evaluation['miou']:.3f} (lowest IoU: {hardest})"
    )
