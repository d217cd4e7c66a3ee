"""What a trained network makes of a few test frames: one small picture of class maps beside its scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.dataset.store import DataSet
from core.fcn.predictor import FcnPredictor
from core.frame import ClassMap, Snapshot, shrink_class_map

COUNT = 6


def draw_examples(run: Path, data: DataSet, count: int = COUNT) -> ClassMap | None:
    """Class maps of test frames side by side, as labelled in the upper row, as the network predicts in the lower one.

    The frames stand evenly in the test split, by level and x, so that the networks of one data set show the same ones.

    Args:
        run: folder with the exported network.
        data: the data set that it was trained on; a person's class maps count in preference to the automatic ones.
        count: frames, fewer where the split has fewer.

    Returns:
        uint8 (2 H, count W), H x W being 84 x 84 or 224 x 240; None when the test split is empty.
    """
    predictor = FcnPredictor(run)
    records = sorted(data.records("test"), key=lambda record: (record.level, record.x, record.number))
    count = min(count, len(records))
    pairs = []
    for place in range(count):
        frame, mask = data.read(records[(2 * place + 1) * len(records) // (2 * count)], person=True)
        truth = shrink_class_map(mask) if predictor.size == "84" else mask
        pairs.append(np.concatenate([truth, predictor.segment(Snapshot(frame))]))
    return np.concatenate(pairs, axis=1) if pairs else None
