"""Frames of play that several tests look at."""

from __future__ import annotations

import pytest

from core.frame import Snapshot
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from tests.core.game.action_logs import TO_THE_FLAG_OF_1_1, play


@pytest.fixture(scope="session")
def snapshots(emulator: RetroEmulator) -> list[Snapshot]:
    """Moments all along 1-1, in order."""
    emulator.enter(Level(1, 1))
    return [snapshot for i, snapshot in enumerate(play(emulator, TO_THE_FLAG_OF_1_1)) if i % 15 == 0]
