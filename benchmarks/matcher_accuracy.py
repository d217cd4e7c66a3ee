"""How well the sprite matcher agrees with the exact labels, level by level, on frames reached by playing.

``python -m benchmarks.matcher_accuracy --frames 200`` prints the table; the matcher gets the pixels alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.played_frames import play_level
from core.classes import CLASS_COUNT, CLASS_NAMES
from core.frame import Snapshot
from core.game import memory as ram
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level, parse_levels
from core.game.rom import Rom, load_rom
from core.segmentation.exact.segmenter import ExactSegmenter
from core.segmentation.scores import Confusion, Scores, confusion_matrix, scores
from core.segmentation.sprites.matcher import SpriteMatcher

_BEFORE_FLAGPOLE = Level(1, 1)
_FLAGPOLE_X = 3160  # of 1-1, pixels; behind it stands the castle


def measure(
    rom: Rom, levels: Sequence[Level], *, frames: int, seed: int, search_steps: int
) -> Iterator[tuple[Level, Confusion]]:
    """Confusion matrix of each level: rows exact, columns sprite matcher."""
    exact, matcher = ExactSegmenter(rom), SpriteMatcher(rom)
    emulator = RetroEmulator(rom)
    try:
        for level in levels:
            confusion = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
            for snapshot in play_level(emulator, rom, level, frames=frames, seed=seed, search_steps=search_steps):
                if level == _BEFORE_FLAGPOLE and _is_past_flagpole(snapshot):
                    continue
                confusion += confusion_matrix(exact.segment(snapshot), matcher.segment(Snapshot(snapshot.frame)))
            yield level, confusion
    finally:
        emulator.close()


def _is_past_flagpole(snapshot: Snapshot) -> bool:
    return snapshot.memory is not None and ram.player_x(snapshot.memory) > _FLAGPOLE_X


def _line(name: str, result: Scores) -> str:
    weak = [f"{CLASS_NAMES[i]} {iou:.3f}" for i, iou in enumerate(result.iou) if iou < 0.95]
    return f"{name:>5}  {100 * result.accuracy:8.3f}  {result.miou:6.4f}  {', '.join(weak)}"


def main(argv: Sequence[str] | None = None) -> None:
    """Print a line a level and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=200, help="frames of each level (default 200)")
    parser.add_argument("--levels", default="all", help="like 1-1,1-2 (default all)")
    parser.add_argument("--seed", type=int, default=7, help="of the play (default 7)")
    parser.add_argument("--search-steps", type=int, default=4000, help="agent steps of search (default 4000)")
    args = parser.parse_args(argv)
    total = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    print("level  accuracy %  mIoU  classes below 0.95")
    levels = parse_levels(args.levels)
    settings = {"frames": args.frames, "seed": args.seed, "search_steps": args.search_steps}
    for level, confusion in measure(load_rom(), levels, **settings):
        print(_line(str(level), scores(confusion)), flush=True)
        total += confusion
    result = scores(total)
    print(_line("all", result))
    print("IoU: " + ", ".join(f"{CLASS_NAMES[i]} {iou:.4f}" for i, iou in enumerate(result.iou)))


if __name__ == "__main__":
    main()
