"""The environment: what it costs over the bare engine, and what workers bring over one loop.

The alternative for a vector is Gymnasium's own AsyncVectorEnv around the same environment.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from gymnasium.vector import AsyncVectorEnv, VectorEnv

from benchmarks.progress import Progress
from benchmarks.rows import Row, faster, rate
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.env.mario_env import MarioEnv
from core.game.env.vector_env import VectorMarioEnv
from core.game.level import Level
from core.game.rom import load_rom

_SECTION = "environment"
_SECONDS = 3.0  # for each side of a comparison
_COUNTS = (1, 2, 4, 8)
_ACTIONS = (1, 3, 3, 2, 4, 4, 0)
_UNIT = "agent steps/s"


def run() -> list[Row]:
    """Agent steps a second of one environment and of vectors of them."""
    progress = Progress(_SECTION, 1 + 2 * len(_COUNTS))
    progress.begin("one environment and its bare engine")
    emulator = RetroEmulator(load_rom())
    try:
        bare = rate(_bare(emulator), _SECONDS)
        single = rate(_single(MarioEnv(emulator=emulator)), _SECONDS)
    finally:
        emulator.close()
    rows = [faster(_SECTION, "one environment over its bare engine", single, bare, _UNIT, "four frames and a picture")]
    for count in _COUNTS:
        progress.begin(f"{count} in workers")
        ours = _vector_rate(VectorMarioEnv(MarioEnv, count))
        progress.begin(f"{count} in AsyncVectorEnv")
        theirs = _vector_rate(AsyncVectorEnv([MarioEnv] * count, context="spawn"))
        rows.append(faster(_SECTION, f"{count} in workers over one loop", ours, single, _UNIT, ""))
        rows.append(faster(_SECTION, f"{count} in workers over AsyncVectorEnv", ours, theirs, _UNIT, ""))
    return rows


def _bare(emulator: RetroEmulator) -> Callable[[], object]:
    """Four steps of stable-retro and one picture, below our protocol."""
    emulator.enter(Level(1, 1))
    core = emulator._core

    def step() -> object:
        for _ in range(FRAMES_PER_STEP):
            core.step()
        return core.get_screen()

    return step


def _single(env: MarioEnv) -> Callable[[], object]:
    env.reset(seed=1)
    actions = itertools.cycle(action for action in _ACTIONS for _ in range(4))

    def step() -> object:
        _, _, terminated, truncated, info = env.step(next(actions) % len(ACTIONS))
        if terminated or truncated:
            env.reset()
        return info

    return step


def _vector_rate(vector: VectorEnv[Any, Any, Any]) -> float:
    """Agent steps a second of all environments together."""
    actions = itertools.cycle([action] * vector.num_envs for action in _ACTIONS for _ in range(4))
    try:
        vector.reset(seed=1)
        return vector.num_envs * rate(lambda: vector.step(next(actions)), _SECONDS)
    finally:
        vector.close()
