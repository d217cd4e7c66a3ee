"""Places along a level for evaluations: as many as asked for, in order, evenly, and always the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.game import memory as ram
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import Rom
from core.level_search.places import find_places, spread
from core.level_search.starts import Start


def made_up(progress: float) -> tuple[float, Start]:
    return progress, Start("1-1", 1, int(3000 * progress), str(progress).encode())


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60, unique=True), st.data())
def test_they_are_different_in_order_and_from_end_to_end(progress: list[float], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(progress)))
    chosen = [float(place.state) for place in spread([made_up(at) for at in progress], count, "1-1")]
    assert len(set(chosen)) == count and chosen == sorted(chosen)
    assert chosen[0] == min(progress)
    if count > 1:
        assert chosen[-1] == max(progress)


def test_they_lie_evenly_where_that_can_be() -> None:
    crowded = [made_up(at / 1000) for at in (*range(100), *range(100, 1001, 50))]
    assert [float(place.state) for place in spread(crowded, 5, "1-1")] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(InputError, match="places: 1-1 has 2 places to begin at; ask for no more of them"):
        spread([made_up(0.1), made_up(0.2)], 3, "1-1")


def test_places_of_several_levels(emulator: RetroEmulator, rom: Rom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.level_search.places.SEARCH_STEPS", 200)
    levels = (Level(1, 1, dark=True), Level(1, 1))
    places = find_places(emulator, rom, levels, 3)
    assert [place.level for place in places] == 3 * ["1-1-dark"] + 3 * ["1-1"]
    assert [place.x for place in places[:3]] == [place.x for place in places[3:]] == sorted(p.x for p in places[:3])
    emulator.enter(levels[0])
    assert places[0].x == ram.player_x(emulator.memory())
    assert places == find_places(emulator, rom, levels, 3)
