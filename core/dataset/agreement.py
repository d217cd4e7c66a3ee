"""How far a person's labels and the automatic ones agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from core.classes import CLASS_COUNT
from core.dataset.person_labels import person_numbers
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.frame import ClassMap
from core.segmentation.scores import Confusion, Scores, confusion_matrix, scores


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """The person counts as truth: rows of the confusion are the person's classes, columns the automatic ones.

    Attributes:
        scores: share of agreeing pixels (``accuracy``), IoU of each class, mIoU over the classes that the person used,
            and the confusion matrix, over all frames together.
        frames: for each frame that a person has labelled its row and the share of agreeing pixels, the worst first.
    """

    scores: Scores
    frames: list[tuple[Record, float]]


def frame_agreement(person: ClassMap, automatic: ClassMap) -> Scores:
    """Agreement on one frame, the person's class map being the truth; both uint8 (H, W)."""
    return scores(confusion_matrix(person, automatic))


def agreement(
    data: DataSet,
    records: Iterable[Record] | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Agreement | None:
    """Compare the labels of all frames that a person has labelled.

    Args:
        data: the data set.
        records: rows to look at; all unless given.
        progress: called with frames done and frames in all.
        cancelled: asked before each frame.

    Returns:
        The agreement, or None when it was cancelled; without a labelled frame its scores are NaN.

    Raises:
        InputError: a mask cannot be used; the message names the file.
    """
    numbers = person_numbers(data)
    chosen = [record for record in (data.records() if records is None else records) if record.number in numbers]
    total: Confusion = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    frames: list[tuple[Record, float]] = []
    for done, record in enumerate(chosen, 1):
        if cancelled is not None and cancelled():
            return None
        one = frame_agreement(data.read(record, person=True)[1], data.read(record)[1])
        total += one.confusion
        frames.append((record, one.accuracy))
        if progress is not None:
            progress(done, len(chosen))
    return Agreement(scores(total), sorted(frames, key=lambda item: item[1]))
