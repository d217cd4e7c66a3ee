"""The sprite matcher over the paper's plain way, the exact labels' speed, and how well the two agree."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from benchmarks.matcher_accuracy import measure
from benchmarks.plain_matcher import PlainMatcher
from benchmarks.played_frames import play_level
from benchmarks.progress import Progress
from benchmarks.rows import Row, alone, faster, rate
from core.frame import ClassMap, Snapshot
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import load_rom
from core.segmentation.exact.segmenter import ExactSegmenter
from core.segmentation.scores import scores
from core.segmentation.sprites.catalogue import load_catalogue
from core.segmentation.sprites.matcher import SpriteMatcher

_SECTION = "segmentation"
_SECONDS = 6.0
_SPEED_LEVELS = (Level(1, 1), Level(1, 2), Level(2, 2), Level(1, 4), Level(8, 3))
_SPEED_FRAMES = 60  # of each
_ACCURACY_LEVELS = (Level(1, 1), Level(1, 2), Level(2, 2), Level(3, 3), Level(5, 4))
_ACCURACY_FRAMES = 60  # of each
_SEARCH_STEPS = 800
_SEED = 11


def run() -> list[Row]:
    """Frames a second on one core, and agreement with the exact labels."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    progress = Progress(_SECTION, 2)
    try:
        progress.begin("speed")
        speed = _speed()
        progress.begin(f"agreement with the exact labels in {len(_ACCURACY_LEVELS)} levels")
        return [*speed, *_agreement()]
    finally:
        cv2.setNumThreads(threads)


def _speed() -> list[Row]:
    rom, snapshots = load_rom(), _played()
    frames = [Snapshot(snapshot.frame) for snapshot in snapshots]
    matcher, exact = SpriteMatcher(rom), ExactSegmenter(rom)
    on_level = frames[:_SPEED_FRAMES]  # the plain way is given the colours and the scroll phase of 1-1
    plain = PlainMatcher(load_catalogue(), rom, "ground", 0x22)
    phases = itertools.cycle(range(16))
    ours = rate(_each(matcher.segment, frames), _SECONDS)
    ours_on_level = rate(_each(matcher.segment, on_level), _SECONDS)
    turns = itertools.cycle(on_level)
    theirs = rate(lambda: plain.segment(next(turns).frame, next(phases)), _SECONDS)
    note = f"one core; other: block comparison and cv2.matchTemplate of {plain.templates} templates"
    return [
        faster(_SECTION, "sprite matcher over the paper's plain way, 1-1", ours_on_level, theirs, "frames/s", note),
        alone(_SECTION, "sprite matcher, five kinds of level", ours, "frames/s", "one core"),
        alone(_SECTION, "exact labels", rate(_each(exact.segment, snapshots), _SECONDS), "frames/s", "one core"),
    ]


def _each(segment: Callable[[Snapshot], ClassMap], snapshots: Sequence[Snapshot]) -> Callable[[], ClassMap]:
    turns = itertools.cycle(snapshots)
    return lambda: segment(next(turns))


def _played() -> list[Snapshot]:
    rom = load_rom()
    emulator = RetroEmulator(rom)
    try:
        return [
            snapshot
            for level in _SPEED_LEVELS
            for snapshot in play_level(
                emulator, rom, level, frames=_SPEED_FRAMES, seed=_SEED, search_steps=_SEARCH_STEPS
            )
        ]
    finally:
        emulator.close()


def _agreement() -> list[Row]:
    total = np.zeros((16, 16), np.int64)
    rows = []
    for level, confusion in measure(
        load_rom(), _ACCURACY_LEVELS, frames=_ACCURACY_FRAMES, seed=_SEED, search_steps=_SEARCH_STEPS
    ):
        total += confusion
        if level == _ACCURACY_LEVELS[0]:
            rows += _scores_of(confusion, f"{level} up to the flagpole")
    return rows + _scores_of(total, ", ".join(map(str, _ACCURACY_LEVELS)))


def _scores_of(confusion: np.ndarray, where: str) -> list[Row]:
    result = scores(confusion)
    note = f"{_ACCURACY_FRAMES} played frames a level, against exact labels"
    return [
        alone(_SECTION, f"pixel accuracy, {where}", 100 * result.accuracy, "%", note),
        alone(_SECTION, f"mIoU, {where}", result.miou, "", note),
    ]
