"""How far along a level a moment is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import InputError
from core.game import memory as ram
from core.game.area import area_objects
from core.game.emulator import DOWN, RIGHT, B
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.mario_env import MarioEnv
from core.game.level import ALL_LEVELS, Level
from core.game.rom import Rom
from core.game.route import EpisodeProgress, Route, route_of
from tests.core.game.action_logs import TO_THE_AXE_OF_1_4, TO_THE_FLAG_OF_1_1
from tests.core.game.relocated import SHIFT, relocated

_X_SPEED, _Y_SPEED, _Y_FORCE, _X_SPEED_SHOWN, _STAR_TIMER = 0x57, 0x9F, 0x433, 0x705, 0x79F  # in work RAM
LEGS = {"1-2": 2, "2-2": 2, "4-2": 2, "7-2": 2, "8-4": 5}  # of the others one


def _route(rom: Rom, level: str) -> Route:
    return route_of(rom, Level.parse(level))


@pytest.mark.parametrize("level", ALL_LEVELS, ids=str)
def test_every_level_has_a_way_to_its_goal(rom: Rom, level: Level) -> None:
    route = route_of(rom, level)
    assert len(route.legs) == LEGS.get(str(level), 1) and 2200 < route.length < 6000
    assert all(leg.length > 200 for leg in route.legs)
    assert any(item.is_goal and item.x == route.legs[-1].end for item in area_objects(rom, route.legs[-1].area))


def test_the_ways_are_found_wherever_the_program_keeps_them(rom: Rom) -> None:
    """As in another revision, where the same tables have other addresses."""
    other = relocated(rom)
    for level in ALL_LEVELS:
        moved = tuple(dataclasses.replace(leg, area=leg.area + SHIFT) for leg in route_of(other, level).legs)
        assert moved == route_of(rom, level).legs


def _with(rom: Rom, changes: dict[int, bytes]) -> Rom:
    data = bytearray(rom.data)
    for address, values in changes.items():
        data[16 + address - 0x8000 : 16 + address - 0x8000 + len(values)] = values
    return Rom(bytes(data), None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({0x9CB4: b"\xff"}, "it holds the table of areas 0 times"),
        ({0x8000: bytes.fromhex("0303060606060606070707")}, "it holds the table of mazes 2 times"),
        ({0x9D2C: bytes(68)}, "its tables of areas lead nowhere|no way through"),
    ],
)
def test_a_program_built_otherwise_is_told(rom: Rom, changes: dict[int, bytes], sentence: str) -> None:
    with pytest.raises(InputError, match=f"--rom: .*({sentence}).*; please report it"):
        route_of(_with(rom, changes), Level.parse("1-1"))


@pytest.mark.parametrize("level", ALL_LEVELS, ids=str)
def test_progress_grows_along_the_way_and_stays_short_of_the_goal(rom: Rom, level: Level) -> None:
    route = route_of(rom, level)
    places = [(leg.area, x) for leg in route.legs for x in range(leg.begin, leg.end + 1, 8)]
    shares = [route.progress_at(area, x) for area, x in places]
    assert shares == sorted(shares) and len(set(shares)) >= len(shares) - len(route.legs)
    assert shares[0] == 0.0 and 0.99 < shares[-1] < 1.0
    assert max(route.progress_at(leg.area, x) for leg in route.legs for x in range(0, 8000, 64)) < 1.0


def test_every_level_begins_at_nothing_where_its_way_begins(emulator: RetroEmulator, rom: Rom) -> None:
    for level in ALL_LEVELS:
        emulator.enter(level)
        memory = emulator.memory()
        assert ram.area_address(memory) == route_of(rom, level).legs[0].area
        assert route_of(rom, level).progress(memory) == 0.0


def test_what_lies_behind_the_pipe_that_leads_on_is_worth_no_more(rom: Rom) -> None:
    route = _route(rom, "4-2")
    first, last = route.legs
    assert first.end < 3000, "the warp zone's pipe stands at 3,424"
    assert route.progress_at(first.area, 3424) == route.progress_at(first.area, first.end)
    assert route.progress_at(first.area, 3424) < route.progress_at(last.area, last.begin + 8)
    assert route.progress_at(_route(rom, "8-4").legs[0].area, first.end) == 0.0, "an area of another level"


def test_the_halls_of_8_4_lie_behind_each_other(rom: Rom) -> None:
    route = _route(rom, "8-4")
    castle = route.legs[0].area
    assert [leg.area == castle for leg in route.legs] == [True, True, True, False, True]
    assert [(leg.begin, leg.end) for leg in route.legs] == [
        (40, 1296), (1848, 2432), (3128, 3648), (56, 1088), (4152, 4816),
    ]  # fmt: skip
    assert route.progress_at(castle, 1500) == route.progress_at(castle, 1296), "past the pipe the hall begins anew"
    assert route.progress_at(castle, 30) == 0.0


@pytest.mark.parametrize(("level", "actions"), [("1-1", TO_THE_FLAG_OF_1_1), ("1-4", TO_THE_AXE_OF_1_4)])
def test_progress_is_1_at_the_goal_only(emulator: RetroEmulator, level: str, actions: list[int]) -> None:
    env = MarioEnv(level, emulator=emulator)
    _, info = env.reset()
    places = [(info["x"], info["progress"], False)]
    for action in actions:
        if not places[-1][2]:
            info = env.step(action)[4]
            places.append((info["x"], info["progress"], info["flag"]))
    shares = [share for _, share, _ in places]
    assert shares == sorted(shares) and [share == 1.0 for share in shares] == [flag for *_, flag in places]
    assert shares[-1] == 1.0
    length = route_of(emulator.rom, env.level).length
    walked = np.maximum.accumulate([min(x - 40, length) for x, *_ in places[:-1]])
    np.testing.assert_allclose(shares[:-1], walked / (length + 1))


class Flight:
    """Mario carried along a level by pokes: past all enemies and pits, not through walls.

    Attributes:
        shares: the greatest progress after each frame.
        areas: those that Mario was in, in order.
    """

    def __init__(self, emulator: RetroEmulator, rom: Rom, level: str) -> None:
        self._emulator, self.route = emulator, _route(rom, level)
        emulator.enter(Level.parse(level))
        self._progress = EpisodeProgress(rom, emulator.memory())
        self.shares, self.areas = [0.0], [ram.area_address(emulator.memory())]

    @property
    def x(self) -> int:
        return ram.player_x(self._emulator.memory())

    @property
    def state(self) -> int:
        return int(self._emulator.memory()[ram.PLAYER_STATE])

    def step(self, buttons: int, frames: int = 1) -> None:
        for _ in range(frames):
            self._emulator.step(buttons)
            memory = self._emulator.memory()
            self._progress.note(memory, reached_goal=False)
            self.shares.append(self._progress.greatest)
            self.areas = list(dict.fromkeys([*self.areas, ram.area_address(memory)]))

    def fly(self, wanted: Callable[[int], bool], y: int, page: int = 1) -> None:
        """Run to the right at a height until x is as wanted."""
        for _ in range(2500):
            if wanted(self.x):
                return
            self.place(y, page)
            self.step(RIGHT | B)
        pytest.fail(f"Mario is stuck at x {self.x}")

    def place(self, y: int, page: int = 1) -> None:
        """Put Mario at a height, without speed of fall, safe from what he touches."""
        self._emulator.poke({_STAR_TIMER: 0x23, ram.PLAYER_Y_PAGE: page, ram.PLAYER_Y: y, _Y_SPEED: 0, _Y_FORCE: 0})

    def stop(self) -> None:
        self._emulator.poke({_X_SPEED: 0, _X_SPEED_SHOWN: 0})

    def wait_for_control(self) -> None:
        self.step(0, 30)
        for _ in range(600):
            if ram.is_under_control(self._emulator.memory()):
                return
            self.step(0)
        pytest.fail("Mario did not come out of the pipe")


@pytest.mark.parametrize(("level", "pipe"), [("1-2", 2656), ("4-2", 2992)])
def test_progress_goes_on_behind_a_pipe(emulator: RetroEmulator, rom: Rom, level: str, pipe: int) -> None:
    """Out of a cave to the end of another area, where x begins anew and is less than what it was."""
    flight = Flight(emulator, rom, level)
    flight.fly(lambda x: x >= pipe - 40, 0xE0, page=0)  # above the cave's ceiling
    flight.place(100)
    for _ in range(60):
        if flight.state != 2:  # walking into a pipe
            flight.step(RIGHT)
    before = flight.shares[-1]
    flight.wait_for_control()
    first, last = flight.route.legs
    assert flight.areas == [first.area, last.area] and flight.x == last.begin
    assert flight.shares == sorted(flight.shares)
    assert before <= flight.shares[-1] == pytest.approx(first.length / (flight.route.length + 1))
    flight.step(RIGHT, 30)
    assert flight.shares[-1] > first.length / flight.route.length


def test_a_warp_zone_is_worth_what_the_pipe_before_it_is(emulator: RetroEmulator, rom: Rom) -> None:
    flight = Flight(emulator, rom, "1-2")
    flight.fly(lambda x: x > 2900, 0xE0, page=0)
    last = flight.route.legs[-1]
    assert flight.shares[-1] == flight.route.progress_at(last.area, last.begin) < 0.9
    assert flight.shares == sorted(flight.shares)


def test_the_right_pipe_of_8_4_leads_to_its_second_hall(emulator: RetroEmulator, rom: Rom) -> None:
    """The game takes Mario four pages back before he is there, without showing it; the pipe comes with him."""
    flight = Flight(emulator, rom, "8-4")
    first, second, *_ = flight.route.legs
    flight.fly(lambda x: x >= 1195, 80)
    flight.fly(lambda x: first.end - 1024 + 12 <= x < 1000, 96)
    before = flight.shares[-1]
    flight.stop()
    flight.step(DOWN, 30)
    assert flight.state == 3, "on his way down a pipe"
    flight.wait_for_control()
    assert flight.x == second.begin
    assert flight.shares == sorted(flight.shares)
    assert before < flight.shares[-1] == first.length / (flight.route.length + 1)


def test_elsewhere_it_stays_what_it_was(emulator: RetroEmulator, rom: Rom) -> None:
    """In another level (a warp), a bonus room, and while an area is entered."""
    emulator.enter(Level.parse("1-2"))
    emulator.step(0x81, 60)
    memory = emulator.memory()
    progress = EpisodeProgress(rom, memory)
    assert progress.greatest == 0.0 or progress.greatest < 0.05
    for changes in (
        {ram.WORLD: 3, ram.STAGE: 0, ram.PLAYER_X_PAGE: 9},
        {ram.AREA_DATA: 0x7B, ram.AREA_DATA + 1: 0xAD, ram.PLAYER_X_PAGE: 9},
        {ram.PLAYER_STATE: 0, ram.PLAYER_X_PAGE: 9},
        {ram.MODE_TASK: 1, ram.PLAYER_X_PAGE: 9},
        {ram.PLAYER_X_PAGE: 0xFF},
    ):
        before, other = progress.greatest, memory.copy()
        for address, value in changes.items():
            other[address] = value
        progress.note(other, reached_goal=False)
        assert progress.greatest == before, changes
    memory[ram.PLAYER_X_PAGE] = 9
    progress.note(memory, reached_goal=False)
    assert progress.greatest > 0.8


def test_a_level_that_is_none_has_no_progress_but_its_goal(emulator: RetroEmulator, rom: Rom) -> None:
    emulator.enter(Level.parse("1-1"))
    memory = emulator.memory()
    memory[ram.WORLD] = 35  # the "minus world"
    progress = EpisodeProgress(rom, memory)
    progress.note(memory, reached_goal=False)
    assert progress.greatest == 0.0
    progress.note(memory, reached_goal=True)
    assert progress.greatest == 1.0
