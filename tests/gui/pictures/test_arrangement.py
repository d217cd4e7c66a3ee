"""Three pictures at the largest scales that fit: whole numbers, or sixteenths."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.pictures.arrangement import FINE, Rectangle, Space, arrange
from gui.play.view_panel import CHROME_HEIGHT, CHROME_WIDTH

RATIOS = st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0])


def apart(a: Rectangle, b: Rectangle) -> bool:
    return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


@given(
    st.integers(763, 5000), st.integers(281, 3000), RATIOS, st.sampled_from(["equal", "large"]), st.integers(0, 2),
    st.sampled_from([1, FINE]),
)  # fmt: skip
def test_views_fit_and_do_not_touch(
    width: int, height: int, ratio: float, arrangement: str, large: int, step: float
) -> None:
    space = Space(width, height, ratio, CHROME_WIDTH, CHROME_HEIGHT, step)
    places = arrange(space, arrangement, large)
    for place in places:
        assert place.scale >= 1
        assert (240 * place.scale) % 1 == (224 * place.scale) % 1 == 0, "whole device pixels"
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= width
        assert place.y + place.height <= height
        assert place.width - CHROME_WIDTH >= 240 * place.scale / ratio
        assert place.height - CHROME_HEIGHT >= 224 * place.scale / ratio
    assert all(apart(a, b) for a, b in combinations(places, 2))
    if arrangement == "equal":
        assert len({place.scale for place in places}) == 1
    elif len({(place.width, place.height) for place in places}) > 1:
        assert places[large].scale == max(place.scale for place in places)


@pytest.mark.parametrize(
    ("size", "ratio", "arrangement", "scales", "step"),
    [
        ((980, 630), 1.0, "large", [2, 1, 1], 1),
        ((1600, 990), 1.0, "equal", [2, 2, 2], 1),
        ((1600, 990), 2.0, "equal", [4, 4, 4], 1),
        ((1600, 990), 1.25, "equal", [2, 2, 2], 1),
        ((980, 630), 2.0, "large", [5, 2, 2], 1),
        ((2200, 1300), 1.0, "large", [5, 2, 2], 1),
        ((980, 630), 1.0, "large", [2.5, 1.125, 1.125], FINE),
        ((1600, 990), 1.25, "equal", [2.6875] * 3, FINE),
    ],
)
def test_scales(size: tuple[int, int], ratio: float, arrangement: str, scales: list[float], step: float) -> None:
    places = arrange(Space(*size, ratio, CHROME_WIDTH, CHROME_HEIGHT, step), arrangement)
    assert [place.scale for place in places] == scales


def test_too_little_room_still_shows_something() -> None:
    places = arrange(Space(100, 100, 1.0, CHROME_WIDTH, CHROME_HEIGHT), "large")
    assert [place.scale for place in places] == [1, 1, 1]
