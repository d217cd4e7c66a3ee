"""Scores of a trained segmentation network on the test split, as the program will run it: through ONNX Runtime."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from core.classes import CLASS_COUNT, CLASS_NAMES
from core.dataset.complete import split_warning
from core.dataset.record import Split
from core.dataset.store import DataSet
from core.fcn.predictor import FcnPredictor
from core.frame import Snapshot, shrink_class_map
from core.segmentation.scores import Confusion, Scores, confusion_matrix, scores


def evaluate_fcn(run: Path, data: DataSet, split: Split = "test") -> dict[str, Any]:
    """Score the exported network of a run folder; a person's class maps count in preference to the automatic ones.

    Returns:
        What ``evaluation.json`` holds: frames, accuracy, mIoU, scores by class and by level, and a warning where the
        splits are not by play. Scores without pixels are None.
    """
    predictor = FcnPredictor(run)
    by_level: dict[str, Confusion] = {}
    frames = 0
    for record, frame, mask in data.iterate(split, person=True):
        prediction = predictor.segment(Snapshot(frame))
        frames += 1
        truth = shrink_class_map(mask) if predictor.size == "84" else mask
        level = by_level.setdefault(record.level, np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64))
        level += confusion_matrix(truth, prediction)
    total = scores(sum(by_level.values(), np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)))
    return {
        "split": split,
        **({"warning": warning} if (warning := split_warning(data)) else {}),
        "frames": frames,
        "architecture": str(predictor.architecture),
        "size": predictor.size,
        **_summary(total),
        "classes": _classes(total),
        "levels": {level: _level(scores(confusion)) for level, confusion in sorted(by_level.items())},
        "confusion": total.confusion.tolist(),
    }


def _summary(result: Scores) -> dict[str, float | None]:
    return {
        "accuracy": _value(result.accuracy),
        "miou": _value(result.miou),
        "miou_any": _value(result.miou_any),
        "weighted_iou": _value(result.weighted_iou),
    }


def _level(result: Scores) -> dict[str, Any]:
    present = result.confusion.sum(axis=1) > 0
    iou = {name: _value(result.iou[place]) for place, name in enumerate(CLASS_NAMES) if present[place]}
    return {**_summary(result), "iou": iou}


def _classes(result: Scores) -> dict[str, dict[str, float | int | None]]:
    return {
        name: {
            "pixels": int(result.confusion[place].sum()),
            "iou": _value(result.iou[place]),
            "precision": _value(result.precision[place]),
            "recall": _value(result.recall[place]),
            "f1": _value(result.f1[place]),
        }
        for place, name in enumerate(CLASS_NAMES)
    }


def _value(number: float) -> float | None:
    return None if math.isnan(number) else round(float(number), 5)
