"""In which order frames are labelled: the next without a person's label, or those first that a network finds hard.

A network's answers take time, so a thread of the window goes on with ``measure`` while what is there is shown already::

    ranking = Ranking(data, FcnPredictor(run), by="disagreement", answers=answers)
    for done, total in ranking.measure():         # in a thread, with a predictor of its own
        …                                         # report progress; leave the loop to stop
    ranking.order()                               # at any time: the rows, the hardest first
    ranking.update(record)                        # after its label was saved

A network is asked once a frame as long as the window keeps ``answers``; only the labels are compared anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, ClassMap, Snapshot, shrink_class_map
from core.runs.run_folder import RunFolder
from core.segmentation.scores import confusion_matrix, scores

Hardness = Literal["disagreement", "wrong pixels", "uncertainty"]
HARDNESSES: tuple[Hardness, ...] = get_args(Hardness)
"""What makes a frame hard, each 0 to 1: 1 - mIoU of the network against the label that counts; the share of pixels that
it has wrong; its mean entropy a pixel, 1 where all classes seem alike."""


class Network(Protocol):
    """What is asked of a network; ``core.fcn.predictor.FcnPredictor`` answers it."""

    shape: tuple[int, int]

    def probabilities(self, snapshot: Snapshot) -> npt.NDArray[np.float32]:
        """Probability of each class at each pixel, float32 (16, H, W)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network made of a frame, small enough to keep thousands (about 1 KB).

    Attributes:
        entropy: mean over the pixels, as a share of that of equal chances.
        shape: height and width of its class map.
        packed: the class map, compressed.
    """

    entropy: float
    shape: tuple[int, int]
    packed: bytes

    @property
    def class_map(self) -> ClassMap:
        """The likeliest classes, uint8 (H, W)."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


Answers: TypeAlias = dict[tuple[str, int], Answer]
"""By ``network_key`` and number of the frame."""


def network_key(run: RunFolder) -> str:
    """What tells a trained network from others, and from itself after more training; InputError without a model."""
    try:
        stat = run.model_path.stat()
    except OSError:
        raise InputError(f"{run.model_path}: the file is missing; choose a network that has finished") from None
    return f"{run.path.resolve()}:{stat.st_mtime_ns}:{stat.st_size}"


def answer(network: Network, snapshot: Snapshot) -> Answer:
    """Ask a network about a frame."""
    chances = network.probabilities(snapshot)
    entropy = -(chances * np.log(np.maximum(chances, 1e-12))).sum(axis=0).mean() / np.log(len(chances))
    class_map = chances.argmax(axis=0).astype(np.uint8)
    return Answer(min(max(float(entropy), 0.0), 1.0), network.shape, zlib.compress(class_map.tobytes(), 1))


class Ranking:
    """The frames of a data set by how hard a network finds them.

    Attributes:
        by: what makes a frame hard.
    """

    def __init__(
        self,
        data: DataSet,
        network: Network,
        key: str,
        *,
        by: Hardness,
        answers: Answers,
        records: Sequence[Record] | None = None,
    ) -> None:
        """Nothing is measured yet.

        Args:
            data: the data set.
            network: asked only in ``measure`` and ``update``; one that no other thread uses.
            key: its ``network_key``.
            by: "disagreement", "wrong pixels" or "uncertainty".
            answers: what networks said so far; added to.
            records: the rows to order; all unless given.
        """
        self.by = by
        self._data, self._network, self._key, self._answers = data, network, key, answers
        self._records = list(data.records() if records is None else records)
        self._hardness: dict[int, float] = {}

    def measure(self) -> Iterator[tuple[int, int]]:
        """Measure frame by frame what is not measured yet; yields how many are done, and of how many.

        InputError when a frame or mask cannot be used; the message names the file.
        """
        for record in self._records:
            if record.number not in self._hardness:
                self.update(record)
                yield len(self._hardness), len(self._records)

    def update(self, record: Record) -> float:
        """Measure one frame (again): how hard it is, 0 to 1."""
        frame, label = self._data.read(record, person=True)
        found = self._answers.get((self._key, record.number))
        if found is None:
            found = self._answers[self._key, record.number] = answer(self._network, Snapshot(frame))
        self._hardness[record.number] = hardness(found, label, self.by)
        return self._hardness[record.number]

    def hardness(self, record: Record) -> float | None:
        """How hard a frame is, 0 to 1; None when it was not measured yet."""
        return self._hardness.get(record.number)

    def order(self) -> list[Record]:
        """The rows, the hardest first; those not measured yet follow as they lie in the data set."""
        known = self._hardness.copy()
        return sorted(self._records, key=lambda record: -known.get(record.number, -1.0))


def hardness(found: Answer, label: ClassMap, by: Hardness) -> float:
    """How hard a frame is, 0 to 1, given a network's answer and its label, uint8 (224, 240)."""
    if by == "uncertainty":
        return found.entropy
    truth = label if found.shape == CLASS_MAP_SHAPE else shrink_class_map(label)
    result = scores(confusion_matrix(truth, found.class_map))
    return 1 - (result.miou if by == "disagreement" else result.accuracy)


def next_without(
    records: Sequence[Record], labelled: Container[int], after: int | None = None, *, back: bool = False
) -> Record | None:
    """The next of some rows whose number is not ``labelled``, going round at the end; None when all are.

    Args:
        records: rows in the order of the queue.
        labelled: numbers of frames, as ``core.dataset.person_labels.person_numbers`` gives them.
        after: number of the frame shown now; None to begin with the first.
        back: go backwards.
    """
    ordered = list(reversed(records)) if back else list(records)
    place = next((index for index, record in enumerate(ordered) if record.number == after), -1)
    return next((r for r in ordered[place + 1 :] + ordered[: place + 1] if r.number not in labelled), None)
