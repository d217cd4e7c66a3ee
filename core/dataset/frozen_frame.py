"""A moment of a running game that a person wants to label, with what a data set needs to know about it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.dataset.png_files import encode_frame, encode_mask, parse_frame, parse_mask
from core.dataset.record import SPLITS, Record, Split, StackOrigin
from core.dataset.split_sizes import split_sizes
from core.dataset.store import DataSet
from core.errors import InputError
from core.files import write_bytes
from core.frame import CLASS_MAP_SHAPE, STACK_FRAMES, ClassMap, Frame, Snapshot
from core.game.env.actions import FRAMES_PER_STEP
from core.game.level import Level


@dataclass(frozen=True, slots=True, eq=False)
class FrozenFrame:
    """The frame to label and the three before it, an agent step apart: a stack.

    Attributes:
        snapshots: the four, the one to label last; where a play is too young, its first frame again.
        x: position of Mario in the level at each, pixels.
        frame: emulator frames from the level's start to the last snapshot.
        level: "1-1" to "8-4".
        engine: "stable-retro" or "nes-py".
        buttons: controller byte of each emulator frame from the level's start on; None when play did not begin there.
    """

    snapshots: tuple[Snapshot, ...]
    x: tuple[int, ...]
    frame: int
    level: str
    engine: str
    buttons: bytes | None = None

    @property
    def picture(self) -> Frame:
        """The frame to label, uint8 (224, 240, 3)."""
        return self.snapshots[-1].frame

    @property
    def has_memory(self) -> bool:
        """Whether exact labels can be made."""
        return all(item.memory is not None for item in self.snapshots)

    def origin(self, split: Split, labelled_by: str, episode: int, action_log: str) -> StackOrigin:
        """What a data set keeps about the stack."""
        steps = tuple(max(self.frame // FRAMES_PER_STEP - back, 0) for back in reversed(range(STACK_FRAMES)))
        return StackOrigin(self.level, self.engine, 0, episode, steps, self.x, split, labelled_by, action_log)


def pick_split(data: DataSet) -> Split:
    """The split of a person's next stack: training, but a data set that lacks another split gets that one second.

    A network needs all three splits; those that --collect made have them.
    """
    counts = {split: len(data.records(split)) for split in SPLITS}
    if not counts["train"]:
        return "train"
    return next((split for split in SPLITS if not counts[split]), "train")


def add_frozen_frame(data: DataSet, moment: FrozenFrame, masks: ClassMap, labelled_by: str, person: ClassMap) -> Record:
    """Add a stack with its automatic labels, and a person's class map of its last frame; the row of that frame.

    Args:
        data: open for writing.
        moment: the stack.
        masks: automatic class maps, uint8 (4, 224, 240).
        labelled_by: who made them: "exact", "sprites" or "fcn".
        person: uint8 (224, 240).

    Raises:
        InputError: the data set is a collection that is not finished: more stacks would keep it from going on.
        RunError: the disk is full; no row was added.
    """
    stacks = data.about.get("config", {}).get("stacks", 0)
    wanted = sum(split_sizes(stacks).values()) if stacks else 0
    if len(data) < wanted * STACK_FRAMES:
        raise InputError(
            f"{data.folder}: its collection is not finished; go on with it first, or choose another data set"
        )
    log = ""
    if moment.buttons is not None:
        log = f"action_logs/{len(data) // STACK_FRAMES:06d}.bin"
        (data.folder / log).parent.mkdir(exist_ok=True)
        write_bytes(data.folder / log, moment.buttons, is_durable=False)
    episode = 1 + max((record.episode for record in data.records(with_trash=True)), default=-1)
    frames = np.stack([item.frame for item in moment.snapshots])
    origin = moment.origin(pick_split(data), labelled_by, episode, log)
    number = len(data) + STACK_FRAMES - 1
    data.check_unchanged(may_grow=False)  # else the label of that number is another frame's
    data.write_person_mask(number, person)  # first, for the rows make it count: without them it is no part of the set
    try:
        return data.append_stack(frames, masks, origin, is_durable=True)[-1]
    except BaseException:
        data.mask_path(number, person=True).unlink(missing_ok=True)
        raise


def to_json(moment: FrozenFrame, masks: ClassMap) -> dict[str, Any]:
    """The moment (without memories) and its automatic class maps as JSON values, for an autosave journal."""
    return {
        "frames": [_text(encode_frame(item.frame)) for item in moment.snapshots],
        "masks": [_text(encode_mask(mask)) for mask in masks],
        "x": list(moment.x),
        "frame": moment.frame,
        "level": moment.level,
        "engine": moment.engine,
        "buttons": None if moment.buttons is None else _text(moment.buttons),
    }


def from_json(values: Mapping[str, Any]) -> tuple[FrozenFrame, ClassMap]:
    """What ``to_json`` gave; InputError on anything else."""
    try:
        frames = [parse_frame(_bytes(text), "its frame") for text in values["frames"]]
        masks = [parse_mask(_bytes(text), "its mask") for text in values["masks"]]
        if any(picture.shape[:2] != CLASS_MAP_SHAPE for picture in (*frames, *masks)):
            raise ValueError("of another size")
        x = tuple(int(value) for value in values["x"])
        if not len(frames) == len(masks) == len(x) == STACK_FRAMES:
            raise ValueError("not a stack")
        level, engine = str(Level.parse(values["level"])), str(values["engine"])
        moment = FrozenFrame(tuple(Snapshot(frame) for frame in frames), x, int(values["frame"]), level, engine)
        buttons = values["buttons"]
        return (moment if buttons is None else replace(moment, buttons=_bytes(buttons))), np.stack(masks)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise InputError("the frozen frame in the autosave journal is damaged") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
