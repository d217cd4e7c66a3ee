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

_LOOKS = ("from_levels", "to_levels")
_SPLITS: tuple[Split, ...] = ("train", "test")


def looks_problems(config: MappingConfig) -> dict[str, str]:
    """What is wrong with the levels of the two looks, whatever the data, a sentence by field."""
    problems: dict[str, str] = {}
    chosen: list[set[str]] = []
    for name in _LOOKS:
        try:
            chosen.append(set(_levels(config, name)))
        except InputError as error:
            problems[name] = str(error)
    if not problems and (both := chosen[0] & chosen[1]):
        problems[_LOOKS[1]] = f"{', '.join(sorted(both))} is in {_LOOKS[0]} too; a mapping needs two looks"
    return problems


def problems_of(config: MappingConfig, data: DataSet) -> dict[str, str]:
    """The same with the data: a look needs frames to learn from and to be tested on."""
    problems = looks_problems(config)
    for name in (name for name in _LOOKS if not problems):
        for split in _SPLITS:
            known = {record.level for record in data.records(split)}
            if missing := [level for level in _levels(config, name) if level not in known]:
                has = ", ".join(sorted(known))
                return {name: f"{data.folder} has no frames of {', '.join(missing)} to {split} with; it has {has}"}
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
