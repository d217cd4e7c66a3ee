"""The environment of agents: what it shows, where its episodes begin, and that nothing of it is lost when saved."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from core.agents.environment import make_agent_env
from core.agents.preprocessor import make_preprocessor
from core.errors import InputError
from core.game import memory as ram
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.mario_env import MarioEnv
from core.game.env.reward import RewardRule
from core.game.env.vector_env import VectorMarioEnv
from core.game.level import Level
from core.game.rom import Rom
from core.level_search.starts import Start, save_starts
from tests.core.game.action_logs import TO_THE_FLAG_OF_1_1, play

REWARD = RewardRule(pixel=0.1, goal=50.0)


@pytest.fixture(scope="module")
def starts(emulator: RetroEmulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Places along 1-1, and the start of 1-2."""
    path = tmp_path_factory.mktemp("starts") / "starts.safetensors"
    emulator.enter(Level(1, 1))
    places = [_place("1-1", emulator)]
    for i, _ in enumerate(play(emulator, TO_THE_FLAG_OF_1_1[:-30])):
        if i % 25 == 24:
            places.append(_place("1-1", emulator))
    emulator.enter(Level(1, 2))
    save_starts(path, [*places, _place("1-2", emulator)])
    return path


def _place(level: str, emulator: RetroEmulator) -> Start:
    memory = emulator.memory()
    return Start(level, ram.area_address(memory), ram.player_x(memory), zlib.compress(emulator.save_state(), 1))


@pytest.mark.parametrize("observation", ["gray", "segmented", "fcn"])
def test_check_env(observation: str, emulator: RetroEmulator, starts: Path) -> None:
    env = make_agent_env(
        observation=observation,
        levels=("1-1", "1-2"),
        sticky=0.25,
        max_noops=30,
        stall_limit_steps=5,
        starts=starts,
        start_share=0.5,
        emulator=emulator,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*not having a spec.*")
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version.*")  # it is a wrapper
        check_env(env)


def test_it_is_the_plain_environment_seen_with_an_eye(emulator: RetroEmulator, rom: Rom) -> None:
    def run(env: gym.Env[Any, Any], picture: Any) -> list[tuple[Any, ...]]:
        observation, info = env.reset(seed=5)
        results = [(picture(env, observation), 0.0, info)]
        for action in (3, 3, 4, 4, 2, 0, 3):
            observation, reward, _, _, info = env.step(action)
            results.append((picture(env, observation), reward, info))
        return results

    settings: dict[str, Any] = {"sticky": 0.25, "max_noops": 30, "emulator": emulator}
    preprocessor = make_preprocessor("segmented", "exact", rom)
    plain = run(MarioEnv(**settings), lambda env, _: preprocessor.observe(env.snapshot).tobytes())
    seen = run(make_agent_env(observation="segmented", **settings), lambda _, picture: picture.tobytes())
    assert seen == plain


def test_episodes_begin_along_the_level_as_often_as_asked(emulator: RetroEmulator, starts: Path) -> None:
    env = make_agent_env(
        observation="gray", levels=("1-1", "1-2"), max_noops=30, starts=starts, start_share=0.6, emulator=emulator
    )
    env.reset(seed=1)
    infos = [env.reset()[1] for _ in range(200)]
    assert 80 <= sum(info["stage"] == 1 for info in infos) <= 120
    assert 100 <= sum(not info["from_start"] for info in infos) <= 140
    for info in infos:
        assert info["start_x"] == info["x"] and not info["dead"]
        assert info["start_x"] == 40 or not info["from_start"]
    along = [info["x"] // 128 for info in infos if info["stage"] == 1 and not info["from_start"]]
    assert len(set(along)) >= 12 and max(np.bincount(along)) <= 15, "stretches are drawn evenly"


def test_the_seed_decides_where_episodes_begin(emulator: RetroEmulator, starts: Path) -> None:
    env = make_agent_env(observation="gray", max_noops=30, starts=starts, start_share=0.7, emulator=emulator)

    def places(seed: int) -> list[int]:
        first = env.reset(seed=seed)[1]["x"]
        return [first, *(env.reset()[1]["x"] for _ in range(6))]

    assert places(1) == places(1) != places(2)


def test_levels_in_turn_do_not_depend_on_how_it_is_played(emulator: RetroEmulator) -> None:
    """Each network is measured on the same levels: sticky draws, more or fewer of them, move no level."""
    levels = ("1-1", "1-2", "1-3")
    env = make_agent_env(observation="gray", levels=levels, sticky=0.25, levels_in_turn=True, emulator=emulator)

    def played(seed: int, steps: int) -> list[int]:
        stages = [env.reset(seed=seed)[1]["stage"]]
        for _ in range(5):
            for number in range(steps):
                env.step(number % 5)
            stages.append(env.reset()[1]["stage"])
        return stages

    assert played(3, 1) == played(3, 7) == [1, 2, 3, 1, 2, 3]
    assert played(4, 2) == [2, 3, 1, 2, 3, 1], "the next game begins with the next level"


def test_options_go_before_the_draw(emulator: RetroEmulator, starts: Path) -> None:
    env = make_agent_env(observation="gray", starts=starts, start_share=1.0, emulator=emulator)
    assert env.reset(seed=1, options={"level": "1-2"})[1]["from_start"]
    emulator.enter(Level(1, 4))
    _, info = env.reset(options={"state": emulator.save_state()})
    assert (info["world"], info["stage"], info["from_start"]) == (1, 4, False)
    info = env.reset()[1]
    assert (info["stage"], info["from_start"]) == (1, False), "options are for one episode"


@pytest.fixture(scope="module")
def vector(starts: Path) -> Iterator[VectorMarioEnv]:
    make = partial(
        make_agent_env,
        observation="segmented",
        labels="exact",
        sticky=0.25,
        max_noops=30,
        stall_limit_steps=5,
        reward=REWARD,
        starts=starts,
        start_share=0.5,
    )
    made = VectorMarioEnv(make, 2)
    yield made
    made.close()


def test_workers_tell_where_episodes_began(vector: VectorMarioEnv) -> None:
    observations, infos = vector.reset(seed=3)
    assert observations.shape == (2, 84, 84)
    began = []
    for _ in range(60):
        started = infos["start_x"].copy()
        _, _, _, truncated, infos = vector.step([0, 0])
        for index in np.flatnonzero(truncated):
            assert infos["start_x"][index] == infos["final_info"]["start_x"][index]
            began.append((int(infos["start_x"][index]), bool(infos["from_start"][index])))
        running = ~truncated & (infos["steps"] > 1)
        assert (infos["start_x"] == started)[running].all()
    assert {x for x, from_start in began if from_start} == {40}
    assert len({x for x, from_start in began if not from_start}) >= 3


def test_a_saved_vector_goes_on_exactly(vector: VectorMarioEnv) -> None:
    def go_on() -> list[Any]:
        results = []
        for row in np.random.default_rng(2).choice([0, 0, 0, 3], size=(60, 2)):  # often stuck
            observations, rewards, _, _, infos = vector.step(row)
            told = [infos[name].tolist() for name in ("x", "start_x", "from_start", "steps")]
            results.append((observations.tobytes(), rewards.tobytes(), told))
        return results

    vector.reset(seed=7)
    go_on()
    saved = vector.save()
    first = go_on()
    _, infos = vector.restore(saved)
    assert vector.save() == saved and infos["steps"].any()
    assert go_on() == first
    assert len({str(result[2][1]) for result in first}) > 2, "episodes began anew, at drawn places"


def test_reaching_the_flag_pays_once(emulator: RetroEmulator) -> None:
    env = make_agent_env(observation="fcn", reward=REWARD, emulator=emulator)
    env.reset()
    results = [env.step(action) for action in TO_THE_FLAG_OF_1_1]
    goal = [info["reward_parts"]["goal"] for *_, info in results]
    assert results[-1][4]["flag"] and goal[-1] == 50.0 and sum(goal) == 50.0
    progress = [info["reward_parts"]["progress"] for *_, info in results]
    steps_forward = sum(value >= 1 for value in progress)
    grown = results[-1][4]["x"] - 40
    assert sum(progress) == pytest.approx(steps_forward + 0.1 * grown, rel=0.01), "he never went back by much"


def test_wrong_use(emulator: RetroEmulator, nes_py_emulator: NesPyEmulator, starts: Path, tmp_path: Path) -> None:
    make = partial(make_agent_env, observation="segmented")
    with pytest.raises(InputError, match="--labels: exact needs stable-retro; on nes-py choose --labels sprites"):
        make(emulator=nes_py_emulator)
    with pytest.raises(InputError, match="start_share: nes-py has no save states"):
        make(labels="sprites", emulator=nes_py_emulator, starts=starts, start_share=0.5)
    with pytest.raises(InputError, match="start_share: 1.5 is out of range"):
        make(emulator=emulator, starts=starts, start_share=1.5)
    with pytest.raises(InputError, match="start_share: it needs a file"):
        make(emulator=emulator, start_share=0.5)
    with pytest.raises(InputError, match="holds no places of level 1-3"):
        make(emulator=emulator, levels=("1-1", "1-3"), starts=starts, start_share=0.5)
    with pytest.raises(InputError, match="nowhere.safetensors: the file is missing"):
        make(emulator=emulator, starts=tmp_path / "nowhere.safetensors", start_share=0.5)
    damaged = tmp_path / "damaged.safetensors"
    content = bytearray(starts.read_bytes())
    content[-1000] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(InputError, match="damaged.safetensors: the file is damaged"):
        make(emulator=emulator, starts=damaged, start_share=0.5)


def test_gray_and_colour_play_on_nes_py(nes_py_emulator: NesPyEmulator) -> None:
    env = make_agent_env(observation="gray", labels="exact", emulator=nes_py_emulator)
    picture, info = env.reset(seed=1)
    assert picture.shape == (84, 84) and info["start_x"] == 40 and info["from_start"]
    assert (env.step(3)[0] != picture).any()
