"""One row of a data set's ``index.jsonl``: where a frame came from, who labelled it, and its split."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.classes import CLASS_COUNT
from core.errors import InputError
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, STACK_FRAMES, ClassMap
from core.runs.json_files import TEXT

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
LABELLERS: tuple[str, ...] = ("exact", "sprites", "fcn", "person")
"""Who labels; a network may be named, as in "fcn paper-native"."""


@dataclass(frozen=True, slots=True)
class StackOrigin:
    """Where the four frames of a stack came from.

    Attributes:
        level: "1-1" to "8-4".
        engine: "stable-retro" or "nes-py".
        seed: seed of the play.
        episode: number of the episode within the data set; all its stacks lie in one split.
        steps: agent step (4 emulator frames) of each frame since the level's start.
        x: position of Mario in the level at each frame, pixels.
        split: "train", "validation" or "test".
        labelled_by: "exact", "sprites", "fcn NAME" or "person".
        action_log: for a person's play, the file inside the data set that holds the controller bytes from the start
            of the level on, one an emulator frame; empty otherwise.
    """

    level: str
    engine: str
    seed: int
    episode: int
    steps: tuple[int, ...]
    x: tuple[int, ...]
    split: Split
    labelled_by: str
    action_log: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One frame of a data set.

    Attributes:
        number: its own number, from 0, and the name of its files.
        stack: number of its stack, from 0.
        position: 0 to 3 within the stack.
        level, engine, seed, episode, split, labelled_by, action_log: as in ``StackOrigin``.
        step: agent step since the level's start.
        x: position of Mario in the level, pixels.
        pixels: pixels of each class in the automatic mask, 16 numbers.
    """

    number: int
    stack: int
    position: int
    level: str
    engine: str
    seed: int
    episode: int
    step: int
    x: int
    split: Split
    labelled_by: str
    pixels: tuple[int, ...]
    action_log: str = ""

    def to_line(self) -> str:
        """The row as one line of JSON, with its newline."""
        return json.dumps(dataclasses.asdict(self), separators=(",", ":")) + "\n"


def is_labeller(name: object) -> bool:
    """Whether a word names who labels: one of ``LABELLERS``, or "fcn" and the name of a network."""
    return isinstance(name, str) and (name in LABELLERS or (name.startswith("fcn ") and bool(name[4:].strip())))


def make_records(origin: StackOrigin, masks: ClassMap, stack: int) -> list[Record]:
    """The four rows of a stack; masks is uint8 (4, H, W)."""
    return [
        Record(
            number=stack * STACK_FRAMES + position,
            stack=stack,
            position=position,
            level=origin.level,
            engine=origin.engine,
            seed=origin.seed,
            episode=origin.episode,
            step=origin.steps[position],
            x=origin.x[position],
            split=origin.split,
            labelled_by=origin.labelled_by,
            pixels=tuple(np.bincount(masks[position].ravel(), minlength=CLASS_COUNT).tolist()),
            action_log=origin.action_log,
        )
        for position in range(STACK_FRAMES)
    ]


_FIELDS = {item.name for item in dataclasses.fields(Record)}
_WHOLE_NUMBERS = ("number", "stack", "position", "seed", "episode", "step", "x")
_TEXTS = ("level", "engine", "action_log")
_LARGEST = 2**63 - 1  # of a whole number: what arrays of them hold
_PIXELS = FRAME_HEIGHT * FRAME_WIDTH


def parse_record(line: str, where: str) -> Record:
    """Read one line of ``index.jsonl``; InputError that begins with ``where`` on anything else."""
    try:
        values = json.loads(line)
    except json.JSONDecodeError:
        raise InputError(f"{where}: this is not a row of JSON; the data set's index is damaged") from None
    if not isinstance(values, dict) or not _FIELDS - {"action_log"} <= set(values) <= _FIELDS:
        raise InputError(f"{where}: the row does not have the fields {', '.join(sorted(_FIELDS))}")
    for name in _WHOLE_NUMBERS:
        if type(values[name]) is not int or not 0 <= values[name] <= _LARGEST:
            raise InputError(f"{where}: {name} is {values[name]!r}, which is not a whole number from 0 on")
    for name in _TEXTS:
        if not TEXT.fits(values.get(name, "")):
            raise InputError(f"{where}: {name} is {values[name]!r}, which is not {TEXT.wanted}")
    if values["split"] not in SPLITS:
        raise InputError(f"{where}: split is {values['split']!r}; the splits are {', '.join(SPLITS)}")
    if not is_labeller(values["labelled_by"]):
        raise InputError(f"{where}: labelled_by is {values['labelled_by']!r}; it is one of {', '.join(LABELLERS)}")
    pixels = values["pixels"]
    if not isinstance(pixels, list) or len(pixels) != CLASS_COUNT or not all(map(_is_count, pixels)):
        raise InputError(f"{where}: pixels is not a list of {CLASS_COUNT} counts")
    values["pixels"] = tuple(pixels)
    return Record(**values)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _PIXELS
