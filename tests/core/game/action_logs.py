"""Plays that reach the goal: indices of ``core.game.env.actions.ACTIONS``, found by a search with save states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.frame import Snapshot
from core.game.emulator import Emulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP


def _unpack(text: str) -> list[int]:
    """ "4x3 2x1" to [4, 4, 4, 2]."""
    return [int(run[0]) for run in text.split() for _ in range(int(run[2:]))]


TO_THE_FLAG_OF_1_1 = _unpack(
    """
    4x1 2x7 4x14 3x2 4x4 3x6 4x3 3x8 4x6 2x6 4x11 3x5 4x5 3x18 4x1 3x3 2x4 3x7 4x6 3x4 4x3 1x7 4x5 0x6 4x7 3x5 2x7
    3x5 2x2 3x12 4x4 3x2 1x7 4x4 0x6 4x18 3x3 4x3 3x1 2x5 4x2 3x1 2x1 4x7 3x2 4x6 3x2 4x3 2x2 4x11 3x8 0x7 3x3 4x4
    3x3 4x8 3x6 2x5 0x2 2x3 4x9 3x6 4x6 3x5 4x12 3x5 4x5 1x5 3x5 2x6 3x5 4x14 3x3 4x8 3x1 4x2 1x5 4x11 3x19 4x5 2x1
    3x7 1x6 4x5 1x4 4x7 2x1 3x2 4x6 3x6 4x3
    """
)
TO_THE_AXE_OF_1_4 = _unpack(
    """
    2x6 1x3 4x7 0x1 4x2 3x7 4x6 1x4 2x1 4x10 3x2 4x7 3x11 4x1 3x4 1x4 0x2 3x6 2x6 3x1 4x8 1x1 2x7 4x12 3x1 1x1 4x6
    3x4 4x5 3x6 2x7 4x6 3x5 4x7 3x2 4x2 3x6 4x16 3x11 4x5 3x5 4x7 3x6 2x1 0x7 4x6 3x1 0x5 4x5 3x6 4x4 3x3 4x1
    """
)


def play(emulator: Emulator, actions: Sequence[int]) -> Iterator[Snapshot]:
    """Take the actions in the level that was entered; the snapshot after each."""
    for action in actions:
        yield emulator.step(ACTIONS[action].buttons, FRAMES_PER_STEP)
