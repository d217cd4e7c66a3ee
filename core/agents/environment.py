"""The environment that an agent learns and is measured in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from core.agents.preprocessor import make_preprocessor
from core.errors import InputError
from core.frame import Frame
from core.game.emulator import Emulator
from core.game.env.mario_env import MarioEnv
from core.game.env.reward import PAPER_REWARD, RewardRule
from core.game.env.snapshot_observation import SnapshotObservation
from core.game.rom import load_rom
from core.level_search.starts import load_starts
from core.segmentation.labeller import check_labels


def make_agent_env(
    *,
    observation: str,
    labels: str = "exact",
    levels: tuple[str, ...] = ("1-1",),
    rom: Path | None = None,
    engine: str = "auto",
    sticky: float = 0.0,
    max_noops: int = 0,
    stall_limit_steps: int | None = None,
    stall_terminates: bool = False,
    reward: RewardRule = PAPER_REWARD,
    starts: Path | None = None,
    start_share: float = 0.0,
    levels_in_turn: bool = False,
    emulator: Emulator | None = None,
) -> gym.Env[npt.NDArray[np.uint8], np.int64]:
    """A ``MarioEnv`` whose observation is one preprocessed frame, uint8; stacking is the caller's.

    A ``functools.partial`` of this, without an emulator, is what a ``VectorMarioEnv`` takes; its ``save`` holds
    everything, since neither wrapper keeps anything between steps.

    Args:
        observation, labels: as in ``make_preprocessor``.
        levels: where episodes start; drawn evenly at each reset when there are several.
        rom, engine, sticky, max_noops, stall_limit_steps, stall_terminates, reward, emulator: as in ``MarioEnv``.
        starts: file of ``save_starts``, needed with a ``start_share``.
        start_share: chance that an episode begins at a place along its level, drawn from ``starts``, 0 to 1.
        levels_in_turn: whether the levels take turns from each seeded reset on, the seed telling which comes first. (A
            draw comes after those of sticky actions, so another network would be measured on other levels.)

    Raises:
        InputError: a value that cannot be used, or an engine that cannot serve the labels or the starts.
    """
    loaded_rom = load_rom(rom)
    preprocessor = make_preprocessor(observation, labels, loaded_rom)
    mario = MarioEnv(
        levels[0],
        engine=engine,
        rom=loaded_rom,
        emulator=emulator,
        sticky=sticky,
        max_noops=max_noops,
        stall_limit_steps=stall_limit_steps,
        stall_terminates=stall_terminates,
        reward=reward,
    )
    try:
        if observation == "segmented":
            check_labels(labels, mario.emulator)
        return SnapshotObservation(
            DrawnStarts(mario, levels, starts, start_share, levels_in_turn), preprocessor.observe, preprocessor.shape
        )
    except BaseException:
        mario.close()
        raise


class DrawnStarts(gym.Wrapper[Frame, np.int64, Frame, np.int64]):
    """Draws where each episode begins, unless ``reset`` is told a level or a state.

    All draws are from the environment's own generator, after its seeding: first the level, when there are several (and
    they do not take turns); then, with a ``start_share``, whether the episode begins along the level, and where.
    """

    def __init__(
        self,
        env: MarioEnv,
        levels: tuple[str, ...],
        starts: Path | None,
        start_share: float,
        levels_in_turn: bool = False,
    ) -> None:
        super().__init__(env)
        if not 0 <= start_share <= 1:
            raise InputError(f"start_share: {start_share} is out of range; it goes from 0 to 1")
        if start_share and not env.emulator.has_states:
            raise InputError(f"start_share: {env.emulator.name} has no save states; use stable-retro, or 0")
        if start_share and starts is None:
            raise InputError("start_share: it needs a file of places to start from")
        self._mario = env
        self._levels = levels
        self._starts = load_starts(starts, levels) if start_share and starts is not None else None
        self._share = start_share
        self._turn = 0 if levels_in_turn else None  # how many levels had theirs, beginning with the seed

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Frame, dict[str, Any]]:
        """Start an episode, as ``MarioEnv.reset``."""
        gym.Env.reset(self._mario, seed=seed)  # before the draws; a seed given twice would undo them
        if seed is not None and self._turn is not None:
            self._turn = seed
        return self._mario.reset(options=options or self._draw())

    def _draw(self) -> dict[str, Any]:
        rng = self._mario.np_random
        if self._turn is not None:
            level = self._levels[self._turn % len(self._levels)]
            self._turn += 1
        else:
            level = self._levels[int(rng.integers(len(self._levels))) if len(self._levels) > 1 else 0]
        options: dict[str, Any] = {"level": level}
        if self._starts is not None and rng.random() < self._share:
            options["state"] = self._starts.draw(level, rng)
        return options
