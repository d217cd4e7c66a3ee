"""A data set to label, and what a person's labels of its frames are now, in journal or data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.classes import CLASS_COUNT
from core.dataset.autosave.recovery import recover
from core.dataset.person_labels import open_label
from core.dataset.record import StackOrigin
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, STACK_FRAMES, ClassMap
from core.game.nes_palette import nes_colours

_BLOCK = 16  # pixels a side


def make_data(folder: Path, frames: int) -> None:
    """A data set of random blocks, a multiple of four frames."""
    rng = np.random.default_rng(1)
    blocks = tuple(-(-side // _BLOCK) for side in CLASS_MAP_SHAPE)
    with DataSet.create(folder, {"config": {}}) as data:
        for episode in range(frames // STACK_FRAMES):
            classes = rng.integers(0, CLASS_COUNT, (STACK_FRAMES, *blocks), np.uint8)
            masks = np.kron(classes, np.ones((1, _BLOCK, _BLOCK), np.uint8))
            masks = np.ascontiguousarray(masks[:, : CLASS_MAP_SHAPE[0], : CLASS_MAP_SHAPE[1]])
            origin = StackOrigin("1-1", "stable-retro", 1, episode, (0, 1, 2, 3), (9, 9, 9, 9), "train", "exact")
            data.append_stack(nes_colours()[masks], masks, origin)


def unreadable(folder: Path, frames: int) -> list[str]:
    """A sentence on everything in a data set that cannot be read or is not there."""
    try:
        data = DataSet.open(folder)
        records = data.records()
    except InputError as error:
        return [str(error)]
    problems = [] if len(records) == frames else [f"{folder}: {len(records)} frames, not {frames}"]
    for record in records:
        try:
            data.read(record)
            open_label(data, record)
        except InputError as error:
            problems.append(str(error))
    return problems


def current_map(settings: Path, data: Path, number: int) -> tuple[ClassMap, ClassMap]:
    """A frame's class map as the next window will show it, and as it was before the last stroke where that is known.

    Args:
        settings: folder of the window's settings, where its journals lie.
        data: folder of the data set.
        number: of the frame.
    """
    found = recover(settings / "journals").found
    try:
        for item in found:
            if item.about.get("number") == number:
                now = item.annotation.class_map.copy()
                item.annotation.undo()
                return now, item.annotation.class_map.copy()
    finally:
        for item in found:
            item.leave()
    opened = DataSet.open(data)
    now = open_label(opened, opened.records()[number]).start
    return now, now
