"""The colour table."""

from __future__ import annotations

import numpy as np

from core.game.engines.stable_retro import RetroEmulator
from core.game.level import ALL_LEVELS, Level
from core.game.nes_palette import nes_colours, nes_py_to_canonical


def test_tables_have_64_colours() -> None:
    for engine in ("stable_retro", "nes_py"):
        table = nes_colours(engine)
        assert table.shape == (64, 3) and table.dtype == np.uint8


def test_canonical_colours_are_rounded_to_rgb565() -> None:
    """libretro's 16-bit pixels have 5, 6 and 5 bits, so the low bits repeat the high ones or are 0."""
    levels = [len(np.unique(nes_colours()[:, channel] >> shift)) for channel, shift in enumerate((3, 2, 3))]
    assert [len(np.unique(nes_colours()[:, channel])) for channel in range(3)] == levels


def test_nes_py_colours_become_canonical() -> None:
    picture = nes_colours("nes_py").reshape(8, 8, 3)
    recoloured = nes_py_to_canonical(picture).reshape(64, 3)
    for index, colour in enumerate(nes_colours("nes_py")):
        same = (nes_colours("nes_py") == colour).all(axis=1)
        assert (nes_colours()[same] == recoloured[index]).all(axis=1).any(), f"colour {index:02X}"


def test_frames_use_only_these_colours(emulator: RetroEmulator) -> None:
    known = {tuple(colour) for colour in nes_colours().tolist()}
    for level in (*ALL_LEVELS[::5], Level(2, 2), Level(1, 2)):
        colours = np.unique(emulator.enter(level).frame.reshape(-1, 3), axis=0)
        assert {tuple(colour) for colour in colours.tolist()} <= known, str(level)
