"""The queue of frames to label, and the agreement of a person with the automatic labels."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.classes import CLASS_COUNT, ENEMY
from core.dataset.agreement import agreement, frame_agreement
from core.dataset.label_queue import HARDNESSES, Answers, Hardness, Ranking, answer, hardness, network_key, next_without
from core.dataset.person_labels import open_label, save_label
from core.dataset.store import DataSet
from core.errors import InputError
from core.fcn.predictor import FcnPredictor
from core.frame import CLASS_MAP_SHAPE, Frame, Snapshot, shrink_class_map
from core.runs.run_folder import RunFolder
from core.segmentation.scores import confusion_matrix, scores

NETWORK = Path(__file__).resolve().parents[3] / "saved_agents" / "fcn-84"


class Guesser:
    """A network that is right but for the first rows of a frame, more of them the darker its first pixel is."""

    def __init__(self, data: DataSet, *, small: bool = False) -> None:
        self.shape = (84, 84) if small else CLASS_MAP_SHAPE
        self._truth = {self._name(data.read(record)[0]): data.read(record)[1] for record in data.records()}
        self.asked: Counter[bytes] = Counter()

    @staticmethod
    def _name(frame: Frame) -> bytes:
        return frame.tobytes()

    def probabilities(self, snapshot: Snapshot) -> npt.NDArray[np.float32]:
        self.asked[self._name(snapshot.frame)] += 1
        truth = self._truth[self._name(snapshot.frame)]
        if self.shape == (84, 84):
            truth = shrink_class_map(truth)
        wrong = int(snapshot.frame[0, 0, 0]) * self.shape[0] // 512
        guess = truth.copy()
        guess[:wrong] = (guess[:wrong] + 1) % CLASS_COUNT
        sure = 0.5 + snapshot.frame[0, 0, 1] / 512
        chances = np.full((CLASS_COUNT, *self.shape), (1 - sure) / (CLASS_COUNT - 1), np.float32)
        np.put_along_axis(chances, guess[None].astype(np.intp), sure, axis=0)
        return chances


@pytest.mark.parametrize(("by", "small"), [*((by, True) for by in HARDNESSES), ("wrong pixels", False)])
def test_the_hardest_come_first(small_set: Path, by: Hardness, small: bool) -> None:
    data = DataSet.open(small_set)
    network = Guesser(data, small=small)
    ranking = Ranking(data, network, "key", by=by, answers={})
    assert ranking.order() == data.records(), "nothing is known yet"
    assert list(ranking.measure()) == [(number, 24) for number in range(1, 25)]
    values = [ranking.hardness(record) for record in ranking.order()]
    assert all(value is not None and 0 <= value <= 1 for value in values) and len(set(values)) > 10
    assert values == sorted(values, key=lambda value: -(value or 0))
    corner = {record.number: data.read(record)[0][0, 0] for record in data.records()}
    if by == "wrong pixels":
        for record in data.records():
            wrong = int(corner[record.number][0]) * network.shape[0] // 512 / network.shape[0]
            assert math.isclose(ranking.hardness(record) or 0, wrong, abs_tol=1e-9)
    if by == "uncertainty":
        surest = sorted(data.records(), key=lambda record: corner[record.number][1])
        assert [corner[r.number][1] for r in ranking.order()] == [corner[r.number][1] for r in surest]


def test_it_can_be_left_and_taken_up_and_a_network_is_asked_once(small_set: Path) -> None:
    data = DataSet.open(small_set)
    network, answers = Guesser(data), Answers()
    ranking = Ranking(data, network, "key", by="disagreement", answers=answers)
    for done, _ in ranking.measure():
        if done == 5:
            break
    order = ranking.order()
    assert {record.number for record in order[:5]} == set(range(5)) and order[5:] == data.records()[5:]
    assert next(ranking.measure()) == (6, 24)
    for by in HARDNESSES:
        list(Ranking(data, network, "key", by=by, answers=answers).measure())
    assert set(network.asked.values()) == {1} and len(network.asked) == 24
    list(Ranking(data, network, "another", by="uncertainty", answers=answers, records=data.records("test")).measure())
    assert sum(network.asked.values()) == 32 and len(answers) == 32


def test_a_saved_label_changes_its_place(small_set: Path) -> None:
    data = DataSet.open(small_set)
    ranking = Ranking(data, Guesser(data), "key", by="wrong pixels", answers={})
    list(ranking.measure())
    best = ranking.order()[-1]
    save_label(data, open_label(data, best), (data.read(best)[1] + np.uint8(5)) % np.uint8(CLASS_COUNT))
    assert ranking.update(best) > 0.9
    assert ranking.order()[0] == best


def test_entropy_is_a_share_of_that_of_equal_chances() -> None:
    class Flat:
        shape = (84, 84)

        def __init__(self, sure: bool) -> None:
            self.sure = sure

        def probabilities(self, snapshot: Snapshot) -> npt.NDArray[np.float32]:
            one = np.eye(CLASS_COUNT, dtype=np.float32)[3] if self.sure else np.full(CLASS_COUNT, 1 / 16, np.float32)
            return np.tile(one[:, None, None], (1, 84, 84))

    frame = Snapshot(np.zeros((224, 240, 3), np.uint8))
    assert answer(Flat(True), frame).entropy == 0
    assert math.isclose(answer(Flat(False), frame).entropy, 1, abs_tol=1e-6)
    assert (answer(Flat(True), frame).class_map == 3).all()


def test_hardness_of_a_real_network(small_set: Path) -> None:
    predictor = FcnPredictor(NETWORK, threads=1)
    data = DataSet.open(small_set)
    key = network_key(RunFolder(NETWORK))
    answers = Answers()
    ranking = Ranking(data, predictor, key, by="disagreement", answers=answers, records=data.records("test"))
    assert len(list(ranking.measure())) == 8
    record = ranking.order()[0]
    frame, label = data.read(record)
    truth = shrink_class_map(label) if predictor.size == "84" else label
    expected = scores(confusion_matrix(truth, predictor.segment(Snapshot(frame))))
    assert math.isclose(ranking.hardness(record) or 0, 1 - expected.miou)
    assert math.isclose(hardness(answers[key, record.number], label, "wrong pixels"), 1 - expected.accuracy)


def test_a_network_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.onnx: the file is missing"):
        network_key(RunFolder(tmp_path))


def test_the_next_without_a_persons_label_goes_round(small_set: Path) -> None:
    records = DataSet.open(small_set).records()[:6]
    shuffled = [records[i] for i in (3, 1, 4, 0, 5, 2)]
    labelled = {1, 5, 2}

    def number(after: int | None, *, back: bool = False) -> int | None:
        found = next_without(shuffled, labelled, after, back=back)
        return None if found is None else found.number

    assert [number(after) for after in (None, 3, 4, 0, 99)] == [3, 4, 0, 3, 3]
    assert [number(after, back=True) for after in (None, 3, 0)] == [0, 0, 4]
    assert next_without(shuffled, range(6)) is None and next_without([], labelled) is None
    assert next_without(shuffled, {0, 1, 2, 4, 5}, 3) == records[3], "itself, when it is the last one"


# ---- agreement


def test_agreement_of_a_person_with_the_automatic_labels(small_set: Path) -> None:
    data = DataSet.open(small_set)
    none = agreement(data)
    assert none is not None and none.frames == [] and math.isnan(none.scores.accuracy)
    shares = {3: 10, 9: 100}
    for number, rows in shares.items():
        mask = data.read(data.records()[number])[1].copy()
        mask[:rows] = ENEMY
        save_label(data, open_label(data, data.records()[number]), mask)
    progress: list[tuple[int, int]] = []
    found = agreement(data, progress=lambda *both: progress.append(both))
    assert found is not None and progress == [(1, 2), (2, 2)]
    assert [record.number for record, _ in found.frames] == [9, 3], "the worst first"
    total = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    for number in shares:
        record = data.records()[number]
        one = frame_agreement(data.read(record, person=True)[1], data.read(record)[1])
        total += one.confusion
        assert {row.number: share for row, share in found.frames}[number] == one.accuracy
    np.testing.assert_array_equal(found.scores.confusion, total)
    assert found.scores.confusion[ENEMY].sum() >= 110 * 240, "rows are the person's classes"
    assert agreement(data, cancelled=lambda: True) is None
    only = agreement(data, data.records("train"))
    assert only is not None and [record.number for record, _ in only.frames] == [3]
