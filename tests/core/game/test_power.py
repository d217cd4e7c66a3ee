"""Mario made small, big and fiery."""

from __future__ import annotations

import numpy as np
import pytest

from core.classes import MARIO, POWERUP
from core.game import memory as ram
from core.game.emulator import RIGHT, A, B
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.power import BIG, FIRE, SMALL, fill_question_blocks, set_power
from core.game.rom import Rom
from core.segmentation.exact.segmenter import ExactSegmenter


@pytest.mark.parametrize("wait", range(8))
def test_size_and_colours_change(emulator: RetroEmulator, rom: Rom, wait: int) -> None:
    """At any moment of the game's own use of the queue, which turns in 8 frames."""
    emulator.enter(Level(1, 1))
    emulator.step(0, frames=20 + wait)
    segmenter = ExactSegmenter(rom)
    heights, colours = {}, {}
    for power in (FIRE, SMALL, BIG):
        set_power(emulator, power)
        snapshot = emulator.step(0, frames=3)
        mario = segmenter.segment(snapshot) == MARIO
        heights[power] = int(mario.any(1).sum())
        colours[power] = {tuple(int(v) for v in colour) for colour in np.unique(snapshot.frame[mario], axis=0)}
        assert ram.read_variables(emulator.memory()).power == power
    assert heights[SMALL] == 16 and heights[BIG] == heights[FIRE] and heights[BIG] > 28
    assert colours[SMALL] == colours[BIG] and len(colours[FIRE] - colours[BIG]) == 1


def test_fire_can_be_thrown(emulator: RetroEmulator, rom: Rom) -> None:
    emulator.enter(Level(1, 1))
    emulator.step(RIGHT, frames=30)
    set_power(emulator, FIRE)
    emulator.step(0, frames=4)
    snapshot = emulator.step(RIGHT | B, frames=6)
    assert (ExactSegmenter(rom).segment(snapshot) == 15).any()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_question_blocks_are_given_mushrooms(emulator: RetroEmulator, rom: Rom, share: float) -> None:
    """The level's first block, at x 256, holds a coin."""
    emulator.enter(Level(1, 1))
    while ram.player_x(emulator.memory()) < 240:
        emulator.step(RIGHT, frames=1)
    emulator.step(0, frames=40)  # he slides on for some pixels
    fill_question_blocks(emulator, share, np.random.default_rng(1))
    segmenter, seen = ExactSegmenter(rom), False
    for _ in range(30):
        seen |= bool((segmenter.segment(emulator.step(A, frames=4)) == POWERUP).any())
    assert seen == (share == 1.0)
