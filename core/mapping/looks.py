"""The two looks of the game that a mapping learns from: which frames of a data set, as agents on gray see them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.config.mapping import MappingConfig
from core.dataset.record import Record, Split
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import SMALL_SIZE, shrink_frame, to_gray
from core.game.level import parse_levels

_SPLITS: tuple[Split, ...] = ("train", "test")


def problems_of(config: MappingConfig, data: DataSet) -> dict[str, str]:
    """What is wrong with the levels of the two looks, a sentence by field: a look needs frames to learn and to test."""
    problems: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    for name in ("from_levels", "to_levels"):
        try:
            chosen[name] = _levels(config, name)
        except InputError as error:
            problems[name] = str(error)
    for name, levels in chosen.items():
        for split in _SPLITS:
            known = {record.level for record in data.records(split)}
            if missing := [level for level in levels if level not in known]:
                has = ", ".join(sorted(known))
                problems[name] = f"{data.folder} has no frames of {', '.join(missing)} to {split} with; it has {has}"
                break
    both = set(chosen.get("from_levels", ())) & set(chosen.get("to_levels", ()))
    if both and not problems:
        problems["to_levels"] = f"{', '.join(sorted(both))} is in from_levels too; a mapping needs two looks"
    return problems


def look_records(config: MappingConfig, data: DataSet, split: Split) -> tuple[list[Record], list[Record]]:
    """The frames of a split that are mapped, and those that they shall look like."""
    return data.records(split, _levels(config, "from_levels")), data.records(split, _levels(config, "to_levels"))


def load_pictures(data: DataSet, records: Sequence[Record]) -> npt.NDArray[np.uint8]:
    """Frames in gray, shrunk by area: uint8 (N, 84, 84, 1)."""
    pictures = np.empty((len(records), SMALL_SIZE, SMALL_SIZE, 1), np.uint8)
    for place, record in enumerate(records):
        pictures[place, ..., 0] = shrink_frame(to_gray(data.read(record)[0]))
    return pictures


def _levels(config: MappingConfig, name: str) -> tuple[str, ...]:
    return tuple(map(str, parse_levels(getattr(config, name))))
