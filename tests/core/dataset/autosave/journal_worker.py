"""A process that, when told to begin, labels until it is killed, and says after each stroke that it is kept."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import numpy as np

from core.dataset.autosave.journal import Journal
from core.dataset.editing.annotation import Annotation
from core.frame import CLASS_MAP_SHAPE, FRAME_SHAPE


def new_annotation(seed: int) -> Annotation:
    """What the process begins with."""
    rng = np.random.default_rng(seed)
    start = rng.integers(0, 16, (14, 15), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
    frame = rng.integers(0, 256, FRAME_SHAPE, np.uint8)
    return Annotation(start, automatic=np.zeros(CLASS_MAP_SHAPE, np.uint8), frame=frame)


def change(annotation: Annotation, seed: int, number: int) -> None:
    """Its change number so and so, of which each changes the class map."""
    if number % 7 == 5:
        annotation.undo()
    elif number % 7 == 6 and number % 2:
        annotation.redo()
    else:
        rng = np.random.default_rng((seed, number))
        annotation.begin((int(annotation.class_map[100, 100]) + 1) % 16)
        annotation.brush_to(100, 100, 3)
        for _ in range(5):
            annotation.brush_to(int(rng.integers(240)), int(rng.integers(224)), 9)
        annotation.end()


def main(folder: Path, seed: int) -> None:
    annotation = new_annotation(seed)
    sys.stdin.readline()
    annotation.listener = Journal(folder, annotation, {"seed": seed}).record
    for number in count():
        change(annotation, seed, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
