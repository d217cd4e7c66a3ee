"""A data set that a network can be trained, watched and tested on."""

from __future__ import annotations

from pathlib import Path

from core.dataset.record import SPLITS
from core.dataset.store import DataSet
from core.errors import InputError


def open_complete(folder: Path) -> DataSet:
    """The data set; InputError when one of its three splits has no frames."""
    data = DataSet.open(folder)
    for split in SPLITS:
        if not data.records(split):
            raise InputError(
                f"{folder}: the data set has no frames in its {split} split; each play goes to one split, so label or "
                "collect frames of more plays"
            )
    return data
