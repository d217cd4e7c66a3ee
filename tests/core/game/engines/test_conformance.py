"""Both engines play the same game (12 levels, 700 frames each: python -m benchmarks.conformance)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.conformance import compare, mixed_inputs
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level


@pytest.mark.parametrize("level", [Level(1, 1), Level(2, 2), Level(6, 3), Level(7, 4)], ids=str)
def test_equal_inputs_give_equal_pixels_and_variables(
    emulator: RetroEmulator, nes_py_emulator: NesPyEmulator, level: Level
) -> None:
    result = compare(emulator, nes_py_emulator, level, frames=180, seed=level.world)
    assert result.frames == 180 and result.frames_in_play == 180
    assert result.unequal == () and result.pixels == 1.0 and result.variables == 1.0


def test_the_comparison_sees_a_difference(emulator: RetroEmulator, nes_py_emulator: NesPyEmulator) -> None:
    class Late(NesPyEmulator):
        """A nes-py that starts one frame later, which is what comparing without the shift would do."""

        def __init__(self) -> None:
            self.__dict__ = nes_py_emulator.__dict__

        def enter(self, level: Level):  # type: ignore[no-untyped-def]  # noqa: ANN202
            super().enter(level)
            return self.step(0)

    result = compare(emulator, Late(), Level(1, 1), frames=100)
    assert result.pixels < 1 and result.unequal


def test_inputs_are_mixed_and_repeatable() -> None:
    assert mixed_inputs(500, 3) == mixed_inputs(500, 3) != mixed_inputs(500, 4)
    assert len(mixed_inputs(500, 3)) == 500 and len(set(mixed_inputs(500, 3))) >= 6


def _run(*arguments: str) -> Any:
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=300, check=True)
    return json.loads(done.stdout)


def test_the_two_programs_for_the_long_runs() -> None:
    """``benchmarks.conformance`` and ``benchmarks.save_states`` print what they found."""
    (result,) = _run("benchmarks.conformance", "--levels", "1-3", "--frames", "20", "--json")
    assert result["level"] == "1-3" and result["frames"] == 20 and result["pixels"] == result["variables"] == 1
    results = _run("benchmarks.save_states", "--levels", "1-3", "--actions", "5", "--long", "6", "--json")
    assert [(r["level"], r["frames"], r["equal"], r["round_trip"]) for r in results] == [
        ("1-3", 20, 20, True),
        ("1-1", 24, 24, True),
    ]
