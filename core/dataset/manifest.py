"""The manifest of a data set: its settings, and how much of what it holds.

All counts come from the rows of the index, so a manifest that a crash left behind can always be made again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classes import CLASS_COUNT, CLASS_NAMES
from core.dataset.png_files import read_bytes
from core.dataset.record import SPLITS, Record
from core.errors import InputError
from core.frame import STACK_FRAMES

FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"


def make_manifest(about: dict[str, Any], records: Sequence[Record]) -> dict[str, Any]:
    """The manifest's values: ``about`` (settings, origin, coverage) and the counts of the records."""
    return {"format": "data set", "version": FORMAT_VERSION, **about, **count_records(records)}


def count_records(records: Sequence[Record]) -> dict[str, Any]:
    """Frames and stacks by split and level, pixels and frames by class, over all and by split."""
    levels = np.array([record.level for record in records], str)
    splits = np.array([record.split for record in records], "U10")
    pixels = np.array([record.pixels for record in records], np.int64).reshape(-1, CLASS_COUNT)
    everything = np.ones(len(records), bool)
    names = sorted({record.level for record in records})
    return {
        **_size(everything),
        "episodes": len({record.episode for record in records}),
        "splits": {split: _size(splits == split) for split in SPLITS},
        "levels": {name: {split: _size((levels == name) & (splits == split)) for split in SPLITS} for name in names},
        "classes": _classes(pixels),
        "classes_by_split": {split: _classes(pixels[splits == split]) for split in SPLITS},
        "classes_by_level": {name: _classes(pixels[levels == name]) for name in names},
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check ``manifest.json``; InputError when the folder holds no data set that is known here."""
    path = folder / MANIFEST_NAME
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such data set; make one with --collect")
    if not path.is_file():
        raise InputError(f"{folder}: this folder holds no data set (no {MANIFEST_NAME}); make one with --collect")
    try:
        manifest = json.loads(read_bytes(path))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise InputError(f"{path}: this is not JSON; the data set's manifest is damaged") from None
    if not isinstance(manifest, dict) or manifest.get("format") != "data set":
        raise InputError(f"{path}: this is not the manifest of a data set")
    version = manifest.get("version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise InputError(f"{path}: version {version!r} is not known here; this program reads up to {FORMAT_VERSION}")
    return manifest


def _size(chosen: npt.NDArray[np.bool_]) -> dict[str, int]:
    frames = int(chosen.sum())
    return {"stacks": frames // STACK_FRAMES, "frames": frames}


def _classes(pixels: npt.NDArray[np.int64]) -> dict[str, dict[str, float]]:
    totals, present = pixels.sum(0), (pixels > 0).sum(0)
    return {
        name: {
            "pixels": int(totals[index]),
            "share": round(int(totals[index]) / max(int(totals.sum()), 1), 8),
            "frames": int(present[index]),
        }
        for index, name in enumerate(CLASS_NAMES)
    }
