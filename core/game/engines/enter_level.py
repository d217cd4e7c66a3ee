"""Entering a level from power-on, the same way on every engine."""

from __future__ import annotations

from collections.abc import Callable

from core.game import memory as ram
from core.game.emulator import Emulator
from core.game.level import Level

_TITLE_FRAMES = 40  # frames until the title screen reads the controller
_MAX_FRAMES = 1200  # of waiting for Mario; the longest level intro takes about 250
_START = 1 << 3


def enter_from_power_on(emulator: Emulator, level: Level, before_step: Callable[[], None] = lambda: None) -> None:
    """Poke the level into the title screen, press START, skip the black screen and wait until Mario can be steered.

    The emulator must have just been powered on. ``before_step`` is called before each frame of waiting. RuntimeError
    when Mario does not come under control.
    """
    emulator.step(0, frames=_TITLE_FRAMES)
    emulator.poke({ram.WORLD: level.world - 1, ram.STAGE: level.stage - 1, ram.AREA: level.area})
    emulator.step(_START)
    pokes = {ram.PRELEVEL_TIMER: 0} | ({ram.COLOUR_CONTROL: ram.NIGHT} if level.dark else {})
    for _ in range(_MAX_FRAMES):  # the map's header sets the colours in one of them, and a later one paints with them
        emulator.poke(pokes)
        before_step()
        emulator.step(0)
        if ram.is_under_control(emulator.memory()):
            return
    raise RuntimeError(f"level {level} did not start within {_MAX_FRAMES} frames")
