"""Shrinking frames and class maps to 84 x 84, and gray."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.frame import CLASS_MAP_SHAPE, FRAME_SHAPE, ClassMap, Frame, shrink_class_map, shrink_frame, to_gray

COLOURS = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def plain(colour: tuple[int, int, int]) -> Frame:
    """A frame of one colour."""
    return np.full(FRAME_SHAPE, colour, np.uint8)


@given(COLOURS)
def test_a_plain_frame_stays_plain(colour: tuple[int, int, int]) -> None:
    small = shrink_frame(plain(colour))
    assert small.shape == (84, 84, 3)
    assert small.dtype == np.uint8
    assert (small == colour).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_a_shrunk_frame_keeps_its_mean_and_its_range(seed: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, FRAME_SHAPE, np.uint8)
    small = shrink_frame(frame)
    assert abs(float(small.mean()) - float(frame.mean())) < 1
    assert small.min() >= frame.min()
    assert small.max() <= frame.max()


def test_a_cell_is_the_mean_of_the_area_under_it() -> None:
    """Cell (0, 0) covers 2 2/3 rows and 2 6/7 columns."""
    frame = plain((0, 0, 0))
    frame[0, 0] = 255
    assert int(shrink_frame(frame)[0, 0, 0]) == round(255 / (224 / 84 * 240 / 84))
    assert not shrink_frame(frame)[1:, 1:].any()


def test_a_gray_picture_shrinks_too() -> None:
    assert shrink_frame(np.full(CLASS_MAP_SHAPE, 7, np.uint8)).shape == (84, 84)


@given(arrays(np.uint8, CLASS_MAP_SHAPE, elements=st.integers(0, 15)))
@settings(max_examples=20)
def test_a_shrunk_class_map_mixes_no_classes(class_map: ClassMap) -> None:
    small = shrink_class_map(class_map)
    assert small.shape == (84, 84)
    assert small.dtype == np.uint8
    assert small.flags.c_contiguous
    assert set(np.unique(small)) <= set(np.unique(class_map))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (83, 83), (41, 42), (10, 70)])
def test_a_class_is_taken_at_the_cells_centre(row: int, column: int) -> None:
    class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    class_map[int((row + 0.5) * 224 / 84), int((column + 0.5) * 240 / 84)] = 8
    small = shrink_class_map(class_map)
    assert np.argwhere(small == 8).tolist() == [[row, column]]


def test_frame_and_class_map_shrink_alike() -> None:
    """A picture of two halves: cells away from the border agree in both."""
    class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    class_map[:, 100:] = 15
    frame = np.repeat((class_map * 17)[..., None], 3, axis=2)
    differing = np.argwhere(shrink_frame(frame)[..., 0] != shrink_class_map(class_map) * 17)
    assert set(differing[:, 1]) <= {34, 35}


@pytest.mark.parametrize(
    ("colour", "luma"),
    [((255, 255, 255), 255), ((0, 0, 0), 0), ((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)],
)
def test_gray_is_the_luma_of_bt_601(colour: tuple[int, int, int], luma: int) -> None:
    assert (to_gray(plain(colour)) == luma).all()
