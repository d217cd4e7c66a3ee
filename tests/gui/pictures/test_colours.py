"""Colours of class maps and of disagreement."""

from __future__ import annotations

import numpy as np

from core.classes import BACKGROUND, CLASSES, GROUND, MARIO, PIPE, class_colours
from gui.pictures.colours import CONFUSED, INVENTED, MISSED, class_table, error_map, error_table

COLOURS = class_colours()


def parts(colour: np.uint32) -> tuple[int, int, int, int]:
    """Alpha, red, green, blue."""
    value = int(colour)
    return value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255


def test_colours_are_those_of_the_table_of_classes() -> None:
    table = class_table(COLOURS, (), None, None)
    assert table.shape == (256,)
    for item in CLASSES:
        assert parts(table[item.id]) == (255, *item.colour)


def test_safe_colours_are_those_of_the_table_of_classes() -> None:
    table = class_table(class_colours(safe=True), (), None, None)
    assert [parts(table[item.id])[1:] for item in CLASSES] == [item.safe_colour for item in CLASSES]


def test_a_hidden_class_looks_like_background() -> None:
    table = class_table(COLOURS, {PIPE}, None, None)
    assert table[PIPE] == table[BACKGROUND]
    assert parts(class_table(COLOURS, {PIPE}, None, 0.5)[PIPE])[0] == 0


def test_highlighting_dims_the_others() -> None:
    plain, table = class_table(COLOURS, (), None, None), class_table(COLOURS, (), MARIO, None)
    assert table[MARIO] == plain[MARIO]
    assert sum(parts(table[GROUND])[1:]) < sum(parts(plain[GROUND])[1:])


def test_over_a_picture_background_is_clear_and_the_rest_as_opaque_as_asked() -> None:
    table = class_table(COLOURS, (), None, 0.6)
    assert parts(table[BACKGROUND])[0] == 0
    alpha, red, _, _ = parts(table[MARIO])
    assert alpha == round(0.6 * 255)
    assert red == round(0.6 * CLASSES[MARIO].colour[0])  # premultiplied


def test_kinds_of_disagreement() -> None:
    truth = np.array([[BACKGROUND, MARIO, BACKGROUND, MARIO, PIPE]], np.uint8)
    prediction = np.array([[BACKGROUND, MARIO, PIPE, BACKGROUND, GROUND]], np.uint8)
    assert error_map(truth, prediction).tolist() == [[0, 0, INVENTED, MISSED, CONFUSED]]
    table = error_table()
    assert table[0] == 0
    assert len({int(table[kind]) for kind in (MISSED, INVENTED, CONFUSED)}) == 3
