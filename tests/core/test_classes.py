"""The class table agrees with itself and with what is drawn from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core import classes
from core.classes import CLASS_COUNT, CLASS_NAMES, CLASSES

CLASS_MAPS = arrays(np.uint8, (7, 5), elements=st.integers(0, CLASS_COUNT - 1))


def test_sixteen_classes_in_the_order_of_their_ids() -> None:
    assert [item.id for item in CLASSES] == list(range(16))
    assert CLASS_NAMES == (
        "background", "ground", "block", "brick", "question", "pipe", "coin", "goal", "mario", "goomba", "koopa",
        "piranha", "powerup", "enemy", "platform", "fireball",
    )  # fmt: skip


@pytest.mark.parametrize("name", CLASS_NAMES)
def test_constant_of_each_class_is_its_id(name: str) -> None:
    assert getattr(classes, name.upper()) == classes.class_id(name)


def test_names_and_colours_are_distinct() -> None:
    assert len(set(CLASS_NAMES)) == CLASS_COUNT
    assert len({item.colour for item in CLASSES}) == CLASS_COUNT


def test_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(KeyError, match="marioo.*background, ground"):
        classes.class_id("marioo")


def test_palette_has_256_rows_and_black_after_the_classes() -> None:
    table = classes.palette()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert tuple(table[classes.MARIO]) == CLASSES[classes.MARIO].colour
    assert not table[CLASS_COUNT:].any()


@given(CLASS_MAPS)
def test_colours_tell_the_classes_back(class_map: classes.ClassMap) -> None:
    picture = classes.palette()[class_map]
    assert picture.shape == (7, 5, 3)
    by_colour = {item.colour: item.id for item in CLASSES}
    back = [[by_colour[tuple(map(int, pixel))] for pixel in row] for row in picture]
    assert (np.array(back) == class_map).all()


@given(CLASS_MAPS)
def test_gray_levels_are_17_apart(class_map: classes.ClassMap) -> None:
    gray = classes.to_gray_levels(class_map)
    assert gray.dtype == np.uint8
    assert (gray.astype(int) == 17 * class_map.astype(int)).all()


def test_gray_levels_span_black_to_white() -> None:
    assert classes.to_gray_levels(np.array([[0, 15]], np.uint8)).tolist() == [[0, 255]]
