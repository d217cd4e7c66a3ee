"""The manifest's counts against counts made the slow way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.classes import CLASS_NAMES
from core.dataset.manifest import count_records
from core.dataset.store import DataSet


def test_counts_are_those_of_the_masks(small_set: Path) -> None:
    data = DataSet.open(small_set)
    manifest = json.loads((small_set / "manifest.json").read_text())
    assert manifest == data.manifest()
    assert (manifest["stacks"], manifest["frames"], manifest["episodes"]) == (6, 24, 6)
    assert manifest["splits"] == {split: {"stacks": 2, "frames": 8} for split in ("train", "validation", "test")}
    assert manifest["levels"]["1-2"] == {
        "train": {"stacks": 1, "frames": 4},
        "validation": {"stacks": 1, "frames": 4},
        "test": {"stacks": 1, "frames": 4},
    }
    for masks, classes in (
        (data.load()[1], manifest["classes"]),
        (data.load("test")[1], manifest["classes_by_split"]["test"]),
        (data.load(levels=["1-1"])[1], manifest["classes_by_level"]["1-1"]),
    ):
        for index, name in enumerate(CLASS_NAMES):
            assert classes[name]["pixels"] == int((masks == index).sum())
            assert classes[name]["frames"] == int((masks == index).any((1, 2)).sum())
            assert np.isclose(classes[name]["share"], (masks == index).mean(), atol=1e-7)


def test_an_empty_data_set_counts_nothing() -> None:
    counts = count_records([])
    assert counts["frames"] == counts["stacks"] == 0 and counts["classes"]["mario"]["share"] == 0
