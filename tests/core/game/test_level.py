"""Level names, and entering each of the 32."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.game import memory as ram
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import ALL_LEVELS, DARK_LEVELS, Level, parse_levels
from core.game.rom import Rom
from core.segmentation.labeller import make_labeller
from tests.core.game.action_logs import TO_THE_FLAG_OF_1_1, play


def test_there_are_32_levels_in_order() -> None:
    assert len(set(ALL_LEVELS)) == 32
    assert [str(level) for level in ALL_LEVELS[:5]] == ["1-1", "1-2", "1-3", "1-4", "2-1"]
    assert str(ALL_LEVELS[-1]) == "8-4"


_QUEUED_COLOUR = ram.PICTURE_QUEUE + 4  # of the sky, on its way to the picture chip


@given(st.sampled_from([*ALL_LEVELS, *DARK_LEVELS]))
def test_name_reads_back(level: Level) -> None:
    assert Level.parse(str(level)) == level
    assert Level.parse(f"  {level} ") == level


@pytest.mark.parametrize(
    "text",
    ["", "1", "11", "1-", "-1", "0-1", "1-0", "9-1", "1-5", "1-1-1", "1-1-", "1-1-darker", "one-one", "1–1", "²-1"],
)
def test_wrong_name_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="1-1 to 8-4"):
        Level.parse(text)


@pytest.mark.parametrize("text", ["1-2-dark", "2-2-dark", "1-4-dark", "3-1-dark"])
def test_what_is_dark_in_the_game_has_no_dark_level(text: str) -> None:
    with pytest.raises(InputError, match=f"{text} does not exist; only a level that begins in daylight"):
        Level.parse(text)


def test_lists_of_levels() -> None:
    assert parse_levels("all") == ALL_LEVELS
    assert parse_levels("1-2, 1-1,1-2") == (Level(1, 2), Level(1, 1))
    assert parse_levels("1-1-dark,1-1") == (Level(1, 1, dark=True), Level(1, 1))
    with pytest.raises(InputError, match="'x'"):
        parse_levels("1-1,x")


@pytest.mark.parametrize("level", ALL_LEVELS, ids=str)
def test_stable_retro_enters_every_level(emulator: RetroEmulator, level: Level) -> None:
    snapshot = emulator.enter(level)
    memory = emulator.memory()
    variables = ram.read_variables(memory)
    assert (variables.world, variables.stage) == (level.world, level.stage)
    assert int(memory[ram.AREA]) == level.area
    assert ram.is_under_control(memory) and not ram.is_dead(memory) and not ram.has_reached_goal(memory)
    assert variables.lives == 2 and variables.score == 0 and variables.coins == 0 and variables.power == 0
    assert variables.time in {200, 300, 400} or variables.time + 1 in {200, 300, 400}
    assert len(set(map(tuple, snapshot.frame.reshape(-1, 3)))) > 4, "the screen is not black"


def test_a_dark_level_is_the_same_game_before_a_black_sky(emulator: RetroEmulator, rom: Rom) -> None:
    """To the flag of 1-1: nothing but the colour of the sky differs, in memory, for labels and for sprites."""
    light, dark = (
        [emulator.enter(level), *play(emulator, TO_THE_FLAG_OF_1_1)] for level in (Level(1, 1), DARK_LEVELS[0])
    )
    labellers = [make_labeller(labels, rom) for labels in ("exact", "sprites")]
    for place, (day, night) in enumerate(zip(light, dark, strict=True)):
        assert day.memory is not None and night.memory is not None
        assert set(np.flatnonzero(day.memory != night.memory)) <= {ram.COLOUR_CONTROL, _QUEUED_COLOUR}
        if place % 50 == 0:
            assert night.frame[40, -1].max() == 0 < day.frame[40, -1].max()
            for labeller in labellers:
                assert (labeller.segment(day) == labeller.segment(night)).all()


@pytest.mark.parametrize("level", [Level(1, 1), Level(2, 2), Level(8, 4), DARK_LEVELS[0]], ids=str)
def test_nes_py_enters_levels(nes_py_emulator: NesPyEmulator, level: Level) -> None:
    nes_py_emulator.enter(level)
    nes_py_emulator.step(0)  # nes-py is a frame behind
    memory = nes_py_emulator.memory()
    variables = ram.read_variables(memory)
    assert (variables.world, variables.stage) == (level.world, level.stage)
    assert ram.is_under_control(memory)
    assert (memory[ram.COLOUR_CONTROL] == ram.NIGHT) == level.dark


def test_nes_py_enters_the_same_level_again_at_the_same_moment(nes_py_emulator: NesPyEmulator) -> None:
    first = nes_py_emulator.enter(Level(1, 1))
    played = nes_py_emulator.step(0x80, frames=30)
    again = nes_py_emulator.enter(Level(1, 1))
    assert (first.frame == again.frame).all() and (played.frame != again.frame).any()


def test_kinds_of_level_agree_with_the_game(emulator: RetroEmulator) -> None:
    """The game's own area kind: 0 water, 1 ground, 2 underground, 3 castle."""
    area_kinds = {"water": 0, "day": 1, "night": 1, "underground": 2, "castle": 3}
    for level in ALL_LEVELS:
        emulator.enter(level)
        assert int(emulator.memory()[ram.AREA_KIND]) == area_kinds[level.kind], str(level)
