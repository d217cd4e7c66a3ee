"""Scores against scikit-free references: hand-worked numbers, and set arithmetic pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.classes import CLASS_COUNT
from core.segmentation.scores import confusion_matrix, scores

label_maps = hnp.arrays(np.uint8, (2, 7, 9), elements=st.integers(0, CLASS_COUNT - 1))


def test_rows_are_truth_and_columns_prediction() -> None:
    truth = np.array([[0, 0, 1, 2]], np.uint8)
    prediction = np.array([[0, 1, 1, 0]], np.uint8)
    expected = np.zeros((CLASS_COUNT, CLASS_COUNT), np.int64)
    expected[0, 0] = expected[0, 1] = expected[1, 1] = expected[2, 0] = 1
    matrix = confusion_matrix(truth, prediction)
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(matrix, expected)


def test_scores_worked_by_hand() -> None:
    result = scores(np.array([[6, 2, 0], [1, 3, 0], [0, 0, 0]], np.int64))
    assert result.accuracy == 9 / 12
    np.testing.assert_allclose(result.iou, [6 / 9, 3 / 6, np.nan])
    assert result.miou == result.miou_any == pytest.approx((6 / 9 + 3 / 6) / 2)
    assert result.weighted_iou == pytest.approx((8 * 6 / 9 + 4 * 3 / 6) / 12)
    np.testing.assert_allclose(result.precision, [6 / 7, 3 / 5, np.nan])
    np.testing.assert_allclose(result.recall, [6 / 8, 3 / 4, np.nan])
    np.testing.assert_allclose(result.f1, [12 / 15, 6 / 9, np.nan])


def test_a_class_only_predicted_has_iou_zero_and_stays_out_of_the_mean() -> None:
    result = scores(confusion_matrix(np.zeros(4, np.uint8), np.array([0, 0, 0, 5], np.uint8)))
    assert result.iou[5] == 0
    assert result.miou == 3 / 4
    assert result.miou_any == 3 / 8, "the usual convention counts it as 0"
    assert math.isnan(result.recall[5])


def test_no_pixels_gives_nan() -> None:
    result = scores(confusion_matrix(np.zeros((0, 4), np.uint8), np.zeros((0, 4), np.uint8)))
    assert np.isnan((result.accuracy, result.miou, result.miou_any, result.weighted_iou)).all()
    assert np.isnan(result.iou).all()


@given(label_maps)
def test_iou_and_f1_agree_with_sets_of_pixels(maps: np.ndarray) -> None:
    truth, prediction = maps
    result = scores(confusion_matrix(truth, prediction))
    for class_id in range(CLASS_COUNT):
        true_set, found_set = truth == class_id, prediction == class_id
        union = int((true_set | found_set).sum())
        both = int((true_set & found_set).sum())
        if union == 0:
            assert math.isnan(result.iou[class_id]) and math.isnan(result.f1[class_id])
        else:
            assert result.iou[class_id] == pytest.approx(both / union)
            assert result.f1[class_id] == pytest.approx(2 * both / (union + both))
    assert result.accuracy == pytest.approx(float((truth == prediction).mean()))


@given(label_maps)
def test_equal_maps_score_one_and_matrices_add_up(maps: np.ndarray) -> None:
    assert scores(confusion_matrix(maps, maps)).miou == 1
    whole = confusion_matrix(maps[0], maps[1])
    parts = confusion_matrix(maps[0][:3], maps[1][:3]) + confusion_matrix(maps[0][3:], maps[1][3:])
    np.testing.assert_array_equal(whole, parts)


def test_bad_arguments_raise() -> None:
    with pytest.raises(ValueError, match="must be equal"):
        confusion_matrix(np.zeros(3, np.uint8), np.zeros(4, np.uint8))
    with pytest.raises(ValueError, match="prediction holds class ids outside 0 to 15"):
        confusion_matrix(np.zeros(3, np.uint8), np.full(3, 16, np.uint8))
    with pytest.raises(ValueError, match="square"):
        scores(np.zeros((2, 3), np.int64))
