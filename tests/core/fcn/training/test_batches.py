"""Batches depend on settings and position only, and rare classes come more often when they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config.fcn import FcnConfig
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.fcn.training.batches import Batches, input_shape, load_split, load_validation, repeat_chances
from core.frame import to_gray
from tests.core.fcn.training.tiny_data import make_tiny_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return DataSet.open(make_tiny_data(tmp_path_factory.mktemp("data") / "tiny"))


def batches(data: DataSet, **changes: Any) -> Batches:
    return Batches(FcnConfig(batch_size=5, **changes), data)


def test_an_epoch_has_every_frame_once(data: DataSet) -> None:
    made = batches(data)
    assert (made.frames, made.per_epoch) == (12, 3)
    pictures, masks = (np.concatenate(parts) for parts in zip(*made.epoch(0), strict=True))
    frames, truth = data.load("train", size="84")
    assert pictures.shape == (12, 84, 84, 3) and pictures.dtype == masks.dtype == np.uint8

    def sorted_bytes(arrays: np.ndarray) -> list[bytes]:
        return sorted(array.tobytes() for array in arrays)

    assert sorted_bytes(pictures) == sorted_bytes(frames) and sorted_bytes(masks) == sorted_bytes(truth)
    np.testing.assert_array_equal(made.pixels, sum(np.array(record.pixels) for record in data.records("train")))


@pytest.mark.parametrize("size", ["84", "native"])
def test_an_epoch_begun_in_the_middle_goes_on_as_it_would_have(data: DataSet, size: str) -> None:
    made = batches(data, size=size, augmentation="full", loss="balanced")
    whole, rest = list(made.epoch(3)), list(made.epoch(3, begin=1))
    assert len(rest) == 2
    for (pictures, masks), (same_pictures, same_masks) in zip(whole[1:], rest, strict=True):
        np.testing.assert_array_equal(pictures, same_pictures)
        np.testing.assert_array_equal(masks, same_masks)


def test_epochs_and_seeds_differ(data: DataSet) -> None:
    made = batches(data)
    first, second, other = (next(iter(b.epoch(e)))[0] for b, e in ((made, 0), (made, 1), (batches(data, seed=2), 0)))
    assert not np.array_equal(first, second) and not np.array_equal(first, other)


def test_windows_of_native_frames_divide_by_the_pooling(data: DataSet) -> None:
    made = batches(data, size="native", augmentation="full", architecture="fcn_f4-k3_s16_d16")
    pictures, masks = next(iter(made.epoch(0)))
    assert pictures.shape == (5, 112, 112, 3) and masks.shape == (5, 112, 112)


def test_whole_native_frames_without_augmentation(data: DataSet) -> None:
    pictures, masks = next(iter(batches(data, size="native").epoch(0)))
    assert pictures.shape == (5, 224, 240, 3) and masks.shape == (5, 224, 240)


@pytest.mark.parametrize("augmentation", ["none", "full"])
def test_gray_input_has_one_channel(data: DataSet, augmentation: str) -> None:
    config = FcnConfig(input="gray", augmentation=augmentation)
    pictures, _ = next(iter(Batches(config, data).epoch(0)))
    assert pictures.shape == (4, *input_shape(config)) and pictures.shape[-1] == 1
    validation, _ = load_split(data, config, "validation")
    frames, _ = data.load("validation", size="84")
    np.testing.assert_array_equal(validation[0, ..., 0], to_gray(frames[0]))


def test_frames_with_rare_classes_come_more_often() -> None:
    def record(number: int, *classes: int) -> Record:
        pixels = tuple(100 * (class_id in classes) for class_id in range(16))
        return Record(number, number // 4, number % 4, "1-1", "stable-retro", 1, 0, 0, 0, "train", "exact", pixels)

    records = [record(number, 0, 12) if number < 4 else record(number, 0) for number in range(1600)]
    chances = repeat_chances(records)
    assert chances.sum() == pytest.approx(1)
    assert chances[0] / chances[-1] == pytest.approx((0.1 / 0.0025) ** 0.5)


def test_only_the_chosen_levels_are_learned(tmp_path: Path) -> None:
    with DataSet.open(make_tiny_data(tmp_path / "data", (4, 2, 1), ("1-1", "1-2"))) as data:
        every, some = (FcnConfig(data="x", levels=levels) for levels in ("all", "1-2"))
        assert (Batches(every, data).frames, Batches(some, data).frames) == (16, 8)
        assert len(load_validation(data, every)[0]) == 2 * len(load_validation(data, some)[0]) == 8
        np.testing.assert_array_equal(
            load_split(data, some, "train")[1], data.load("train", size="84", levels=["1-2"])[1]
        )
