"""How well two class maps agree.

A confusion matrix counts pixels; everything else is computed from it, so matrices of many frames can be added first.
Definitions are those of semantic segmentation (Long, Shelhamer and Darrell 2015, section 5; Everingham et al. 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.classes import CLASS_COUNT

Confusion: TypeAlias = npt.NDArray[np.int64]
"""Pixel counts, int64 (classes, classes): rows are the true class, columns the predicted one."""
PerClass: TypeAlias = npt.NDArray[np.float64]
"""A score per class, float64 (classes,), 0 to 1; NaN where the score's denominator is 0."""


def confusion_matrix(
    truth: npt.NDArray[np.uint8], prediction: npt.NDArray[np.uint8], classes: int = CLASS_COUNT
) -> Confusion:
    """Count the pixels of each pair of classes.

    Args:
        truth: class ids, uint8 of any shape.
        prediction: class ids, uint8 of the same shape.
        classes: number of classes; ids must be below it.

    Returns:
        int64 (classes, classes), rows truth, columns prediction.

    Raises:
        ValueError: the shapes differ, or an id is not below ``classes``.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth has shape {truth.shape} and prediction {prediction.shape}; they must be equal")
    if truth.size == 0:
        return np.zeros((classes, classes), np.int64)
    for name, labels in (("truth", truth), ("prediction", prediction)):
        if int(labels.min()) < 0 or int(labels.max()) >= classes:
            raise ValueError(f"{name} holds class ids outside 0 to {classes - 1}")
    pairs = truth.astype(np.intp).ravel() * classes + prediction.ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of a confusion matrix; see ``scores``.

    Attributes:
        confusion: int64 (classes, classes), rows truth.
        accuracy: share of pixels that are right; NaN without pixels.
        iou: intersection over union per class; NaN where a class is in neither truth nor prediction.
        miou: mean IoU over the classes present in the truth; NaN without pixels.
        miou_any: the same over the classes present in truth or prediction, so that a class which is seen where there is
            none counts as 0; the usual convention where a test set has every class.
        weighted_iou: mean IoU weighted by the true pixels of each class (Long et al.'s frequency-weighted IU).
        precision: share of the pixels predicted as a class that are it; NaN where none is predicted.
        recall: share of a class's pixels that are found; NaN where the truth has none.
        f1: harmonic mean of precision and recall (Dice); NaN where IoU is.
    """

    confusion: Confusion
    accuracy: float
    iou: PerClass
    miou: float
    miou_any: float
    weighted_iou: float
    precision: PerClass
    recall: PerClass
    f1: PerClass


def scores(confusion: Confusion) -> Scores:
    """Compute every score from a confusion matrix, int (classes, classes) with rows truth."""
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"a confusion matrix is square; this one has shape {confusion.shape}")
    right = np.diagonal(confusion).astype(np.float64)
    true_pixels = confusion.sum(axis=1).astype(np.float64)
    predicted_pixels = confusion.sum(axis=0).astype(np.float64)
    iou = _ratio(right, true_pixels + predicted_pixels - right)
    present = true_pixels > 0
    total = true_pixels.sum()
    return Scores(
        confusion=confusion,
        accuracy=float(right.sum() / total) if total else float("nan"),
        iou=iou,
        miou=float(iou[present].mean()) if present.any() else float("nan"),
        miou_any=float(np.nanmean(iou)) if total else float("nan"),
        weighted_iou=float((true_pixels * np.nan_to_num(iou)).sum() / total) if total else float("nan"),
        precision=_ratio(right, predicted_pixels),
        recall=_ratio(right, true_pixels),
        f1=_ratio(2 * right, true_pixels + predicted_pixels),
    )


def _ratio(numerator: PerClass, denominator: PerClass) -> PerClass:
    """Numerator over denominator, NaN where the denominator is 0."""
    quotient: PerClass = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient
