"""A data set that a network can be trained, watched and tested on."""

from __future__ import annotations

from pathlib import Path

from core.dataset.record import SPLITS
from core.dataset.store import DataSet
from core.errors import InputError

SPLIT_BY_FRAME = (
    "the frames of this data set were added one by one and go to the splits in turn, those of one play too; neighbours "
    "are alike, so figures on its validation and test frames are too good"
)


def open_complete(folder: Path) -> DataSet:
    """The data set; InputError when one of its three splits has no frames."""
    data = DataSet.open(folder)
    for split in SPLITS:
        if not data.records(split):
            remedy = (
                "the next frame that is added from the game goes there"
                if _is_made_by_hand(data)
                else "each play goes to one split, so label or collect frames of more plays"
            )
            raise InputError(f"{folder}: the data set has no frames in its {split} split; {remedy}")
    return data


def split_warning(data: DataSet) -> str:
    """What to know of figures on its splits, one sentence; "" where no play is in two of them."""
    return SPLIT_BY_FRAME if _is_made_by_hand(data) else ""


def _is_made_by_hand(data: DataSet) -> bool:
    """Whether a person added its frames from the game, and no collection did (``frozen_frame.pick_split``)."""
    return not data.about.get("config") and all(record.seed == 0 for record in data.records())
