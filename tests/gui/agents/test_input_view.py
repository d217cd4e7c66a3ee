"""Where the pictures that go into a network are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize

from gui.agents.input_view import place_tiles


@pytest.mark.parametrize("channels", [8, 24, 32])
@pytest.mark.parametrize("size", [(240, 118), (900, 168), (240, 1000), (60, 4)])
def test_feature_maps_stay_within_the_room(size: tuple[int, int], channels: int) -> None:
    """A wide window gives width before it gives height; none of them may be cut off."""
    room = QSize(*size)
    tiles = place_tiles(np.zeros((4, 21, 21, channels), np.uint8), room, 1.0)
    assert len(tiles) == channels
    assert all(place.width() == place.height() for place, _ in tiles)
    if size != (60, 4):
        assert max(place.right() for place, _ in tiles) <= room.width() + 1e-9
        assert max(place.bottom() for place, _ in tiles) <= room.height() + 1e-9
        assert (
            max(place.right() / room.width() for place, _ in tiles) > 0.95
            or max(place.bottom() / room.height() for place, _ in tiles) > 0.95
        )
