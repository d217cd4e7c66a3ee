"""The screen as classes, as a Gymnasium wrapper."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from core.classes import CLASS_COUNT, MARIO
from core.errors import InputError
from core.frame import Snapshot, shrink_class_map
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.mario_env import MarioEnv
from core.game.env.vector_env import VectorMarioEnv
from core.game.rom import Rom, load_rom
from core.segmentation.exact.segmenter import ExactSegmenter
from core.segmentation.observation_wrapper import SegmentationObservation


def make_segmented() -> gym.Env[Any, Any]:
    rom = load_rom()
    return SegmentationObservation(MarioEnv(rom=rom), ExactSegmenter(rom), size="84", gray=True)


def test_check_env(emulator: RetroEmulator, rom: Rom) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*not having a spec.*")
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version.*")  # it is a wrapper
        check_env(SegmentationObservation(MarioEnv(emulator=emulator), ExactSegmenter(rom)))


def test_ids_sizes_and_gray(emulator: RetroEmulator, rom: Rom) -> None:
    env, segmenter = MarioEnv(emulator=emulator), ExactSegmenter(rom)
    native = SegmentationObservation(env, segmenter)
    ids, _ = native.reset()
    assert ids.shape == (224, 240) and ids.dtype == np.uint8 and (ids == MARIO).any() and ids.max() < CLASS_COUNT
    assert (ids == segmenter.segment(env.snapshot)).all()
    small, _ = SegmentationObservation(env, segmenter, size="84").reset()
    assert (small == shrink_class_map(ids)).all()
    gray, _ = SegmentationObservation(env, segmenter, size="84", gray=True).reset()
    assert (gray == 17 * small.astype(int)).all()


def test_steps_are_segmented(emulator: RetroEmulator, rom: Rom) -> None:
    env = SegmentationObservation(MarioEnv(emulator=emulator), ExactSegmenter(rom))
    first, _ = env.reset()
    for _ in range(20):
        moved, _, _, _, info = env.step(3)
    assert info["x"] > 100 and (moved != first).any() and (moved == MARIO).any()


def test_in_worker_processes(emulator: RetroEmulator, rom: Rom) -> None:
    vector = VectorMarioEnv(make_segmented, 2)
    single = SegmentationObservation(MarioEnv(emulator=emulator), ExactSegmenter(rom), size="84", gray=True)
    try:
        observations, _ = vector.reset(seed=1)
        expected, _ = single.reset(seed=1)
        for action in (3, 4, 4, 3, 2):
            assert observations.shape == (2, 84, 84)
            assert (observations[0] == expected).all() and (observations[1] == expected).all()
            observations, *_ = vector.step([action, action])
            expected, *_ = single.step(action)
    finally:
        vector.close()


class _Small:
    kind = "fcn"

    def segment(self, snapshot: Snapshot) -> np.ndarray:
        return np.full((84, 84), 3, np.uint8)


def test_a_segmenter_of_another_size(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator)
    small, _ = SegmentationObservation(env, _Small(), size="84").reset()  # type: ignore[arg-type]
    assert small.shape == (84, 84) and (small == 3).all()
    with pytest.raises(InputError, match=r"answers at \(84, 84\)"):
        SegmentationObservation(env, _Small()).reset()  # type: ignore[arg-type]


def test_wrong_use(emulator: RetroEmulator, nes_py_emulator: NesPyEmulator, rom: Rom) -> None:
    make = partial(SegmentationObservation, segmenter=ExactSegmenter(rom))
    with pytest.raises(InputError, match="needs a MarioEnv"):
        make(gym.make("CartPole-v1"))
    with pytest.raises(InputError, match="size: '90' is not allowed; choose one of native, 84"):
        make(MarioEnv(emulator=emulator), size="90")
    with pytest.raises(InputError, match="nes-py gives no exact labels"):
        make(MarioEnv(emulator=nes_py_emulator))
