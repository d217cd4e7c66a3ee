"""The Gymnasium environment."""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from core.errors import InputError
from core.frame import FRAME_SHAPE
from core.game import memory as ram
from core.game.emulator import RIGHT, A, B, EngineError
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.env.actions import ACTIONS
from core.game.env.mario_env import MarioEnv
from core.game.env.reward import RewardRule
from core.game.level import Level
from core.game.rom import Rom
from tests.core.game.action_logs import TO_THE_AXE_OF_1_4, TO_THE_FLAG_OF_1_1

RIGHT_AND_RUN = 3


def _play(env: MarioEnv, actions: list[int]) -> list[tuple[float, bool, bool, dict[str, Any]]]:
    """Steps until the actions or the episode end."""
    steps = []
    for action in actions:
        _, reward, terminated, truncated, info = env.step(action)
        steps.append((reward, terminated, truncated, info))
        if terminated or truncated:
            break
    return steps


@pytest.fixture
def env(emulator: RetroEmulator) -> MarioEnv:
    return MarioEnv(emulator=emulator)


def test_the_papers_actions() -> None:
    assert [a.buttons for a in ACTIONS] == [0, RIGHT, RIGHT | A, RIGHT | B, RIGHT | A | B]
    assert [a.name for a in ACTIONS] == ["nothing", "right", "right+A", "right+B", "right+A+B"]


def _check(env: MarioEnv) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*not having a spec.*")  # it is not registered under a name
        check_env(env)


def test_check_env(emulator: RetroEmulator) -> None:
    _check(MarioEnv(emulator=emulator, sticky=0.25, max_noops=30, stall_limit_steps=5, render_mode="rgb_array"))


def test_check_env_on_nes_py(nes_py_emulator: NesPyEmulator) -> None:
    _check(MarioEnv(emulator=nes_py_emulator, max_noops=30))


def test_info_and_observation(env: MarioEnv) -> None:
    frame, info = env.reset(seed=1)
    assert frame.shape == FRAME_SHAPE and frame.dtype == np.uint8
    assert info == {
        "x": 40,
        "y": 176,
        "time": 400,
        "score": 0,
        "coins": 0,
        "lives": 2,
        "power": 0,
        "status": "small",
        "world": 1,
        "stage": 1,
        "flag": False,
        "dead": False,
        "steps": 0,
        "progress": 0.0,
        "start_x": 40,
        "from_start": True,
        "reward_parts": {"death": 0.0, "clock": 0.0, "progress": 0.0, "score": 0.0, "goal": 0.0},
    }
    observation, reward, terminated, truncated, info = env.step(RIGHT_AND_RUN)
    assert observation is env.snapshot.frame and not terminated and not truncated
    assert info["steps"] == 1 and reward == sum(info["reward_parts"].values())


def test_a_step_is_four_frames(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    frames = [env.step(action)[0] for action in (3, 3, 4, 4, 0)]
    emulator.enter(Level(1, 1))
    for action, expected in zip((3, 3, 4, 4, 0), frames, strict=True):
        for _ in range(4):
            snapshot = emulator.step(ACTIONS[action].buttons)
        assert (snapshot.frame == expected).all()


def test_the_snapshot_carries_the_memory_that_its_frame_was_drawn_from(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    for action in (3, 4, 4, 2):
        state = emulator.save_state()
        env.step(action)
        drawn_from, now = env.snapshot.memory, emulator.memory()
        emulator.load_state(state)
        emulator.step(ACTIONS[action].buttons, frames=3)
        assert drawn_from is not None and (drawn_from == emulator.memory()).all()
        emulator.step(ACTIONS[action].buttons)
        assert (now == emulator.memory()).all()


def test_walking_into_the_first_goomba_ends_the_episode_once(env: MarioEnv) -> None:
    env.reset()
    steps = _play(env, [1] * 200)
    reward, terminated, truncated, info = steps[-1]
    assert terminated and not truncated and info["dead"] and not info["flag"]
    assert 200 < info["x"] < 500
    assert info["reward_parts"]["death"] == -300 and reward < -290
    assert not any(step[3]["dead"] or step[3]["reward_parts"]["death"] for step in steps[:-1])
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)
    env.reset()
    assert not env.step(0)[2]


def test_a_death_is_one_that_the_game_counts(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    lives = _play(env, [1] * 200)[-1][3]["lives"]
    assert lives == 2, "the life is not yet taken"
    for _ in range(400):
        emulator.step(0)
        if ram.read_variables(emulator.memory()).lives == lives - 1:
            return
    pytest.fail("the game went on as if Mario were alive")


def test_progress_and_clock_are_paid(env: MarioEnv) -> None:
    env.reset()
    steps = _play(env, [RIGHT_AND_RUN] * 24)
    parts = [step[3]["reward_parts"] for step in steps]
    assert len(steps) == 24 and sum(p["progress"] for p in parts) >= 21, "all but the first steps of the run"
    lost = 400 - steps[-1][3]["time"]
    assert sum(p["clock"] for p in parts) == -lost and 3 <= lost <= 5, "96 frames, 24 a tick"


def test_falling_into_a_pit_is_death(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    env.step(0)
    emulator.poke({ram.PLAYER_Y_PAGE: 2})
    _, _, terminated, _, info = env.step(0)
    assert terminated and info["dead"]


def test_running_out_of_time_is_death(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    emulator.poke({ram.TIMER_DIGITS: 0, ram.TIMER_DIGITS + 1: 0, ram.TIMER_DIGITS + 2: 1})
    steps = _play(env, [0] * 40)
    assert steps[-1][1] and steps[-1][3]["dead"] and steps[-1][3]["time"] == 0


def test_coins_and_score(env: MarioEnv, emulator: RetroEmulator) -> None:
    """A poked score is what a coin would give: 200 points, 8 units of reward."""
    env.reset()
    env.step(0)
    emulator.poke({ram.SCORE_DIGITS + 3: 2})
    _, _, _, _, info = env.step(0)
    assert info["score"] == 200 and info["reward_parts"]["score"] == pytest.approx(8.0)


def test_the_flagpole_ends_the_episode(env: MarioEnv) -> None:
    env.reset()
    steps = _play(env, TO_THE_FLAG_OF_1_1)
    assert len(steps) == len(TO_THE_FLAG_OF_1_1)
    _, terminated, truncated, info = steps[-1]
    assert terminated and not truncated and info["flag"] and not info["dead"]
    assert 3150 <= info["x"] <= 3170, "the paper: the level ends at x = 3162"
    assert info["reward_parts"]["death"] == 0
    assert not any(step[3]["flag"] for step in steps[:-1])


def test_the_axe_ends_the_episode(env: MarioEnv) -> None:
    env.reset(options={"level": "1-4"})
    steps = _play(env, TO_THE_AXE_OF_1_4)
    assert steps[-1][1] and steps[-1][3]["flag"] and not steps[-1][3]["dead"]
    assert not any(step[3]["flag"] for step in steps[:-1])


def test_nes_py_plays_the_same_episode(env: MarioEnv, nes_py_emulator: NesPyEmulator) -> None:
    """The same frames, rewards and end, one emulator frame apart (so the last action is held a little longer)."""
    other = MarioEnv(emulator=nes_py_emulator)
    env.reset()
    other.reset()
    ours, theirs = _play(env, [RIGHT_AND_RUN] * 200), _play(other, [RIGHT_AND_RUN] * 200)
    assert ours[-1][3]["dead"] and theirs[-1][3]["dead"] and abs(len(ours) - len(theirs)) <= 1
    assert abs(sum(s[0] for s in ours) - sum(s[0] for s in theirs)) <= 2
    assert abs(ours[-1][3]["x"] - theirs[-1][3]["x"]) <= 10


def test_levels(emulator: RetroEmulator) -> None:
    env = MarioEnv("2-2", emulator=emulator)
    _, info = env.reset()
    assert (info["world"], info["stage"]) == (2, 2)
    _, info = env.reset(options={"level": Level(4, 1)})
    assert (info["world"], info["stage"]) == (4, 1)
    _, info = env.reset()
    assert (info["world"], info["stage"]) == (4, 1), "a level given to reset stays"


def test_starting_from_a_state(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    _play(env, TO_THE_FLAG_OF_1_1[:125])
    x, state, frame = env.step(0)[4]["x"], emulator.save_state(), env.snapshot.frame
    observation, info = env.reset(options={"state": state})
    assert info["x"] == x > 500 and info["steps"] == 0 and (observation == frame).all()
    assert info["start_x"] == x and not info["from_start"]
    info = _play(env, [RIGHT_AND_RUN] * 2)[-1][3]
    assert info["start_x"] == x != info["x"] and not info["from_start"], "told to the end of the episode"
    _, info = env.reset()
    assert info["x"] == info["start_x"] == 40 and info["from_start"], "a state is for one episode"


def test_where_an_episode_began_is_saved(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    _play(env, TO_THE_FLAG_OF_1_1[:60])
    _, info = env.reset(options={"state": emulator.save_state()})
    saved = env.save()
    env.reset()
    env.restore(saved)
    after = env.step(RIGHT_AND_RUN)[4]
    assert (after["start_x"], after["from_start"]) == (info["start_x"], False)


def test_progress_is_saved_and_begins_anew_with_an_episode(env: MarioEnv) -> None:
    env.reset()
    _play(env, TO_THE_FLAG_OF_1_1[:60])
    saved, reached = env.save(), env.progress.greatest
    assert env.reset()[1]["progress"] == 0.0 < reached < 1.0
    env.restore(saved)
    assert env.progress.greatest == reached
    size = struct.unpack_from("<I", saved)[0]
    header = json.loads(saved[4 : 4 + size])
    del header["progress"]  # as an older program wrote it
    text = json.dumps(header).encode()
    env.reset()
    env.restore(struct.pack("<I", len(text)) + text + saved[4 + size :])
    assert env.progress.greatest == pytest.approx(reached, abs=0.01) and env.step(0)[4]["progress"] > 0


def test_no_ops_that_would_kill_are_left_out_of_a_given_state(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, max_noops=30)
    env.reset(seed=1)
    steps = len(_play(env, [1] * 200))
    env.reset(seed=1)
    _play(env, [1] * (steps - 3))
    state, x = emulator.save_state(), ram.player_x(emulator.memory())
    emulator.step(0, frames=30)
    assert ram.is_dead(emulator.memory()), "the first goomba comes"
    starts = [env.reset(seed=seed, options={"state": state})[1] for seed in range(20)]
    assert not any(info["dead"] for info in starts)
    assert {info["x"] for info in starts} >= {x} and len({info["x"] for info in starts}) > 1, "shorter ones are not"


def test_states_outside_play_are_refused(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.reset()
    _play(env, [1] * 200)
    dead = emulator.save_state()
    for state in (dead, b"nonsense"):
        with pytest.raises(InputError, match="state"):
            env.reset(options={"state": state})
        with pytest.raises(gym.error.ResetNeeded):
            env.step(0)


def test_nes_py_has_no_states(nes_py_emulator: NesPyEmulator) -> None:
    env = MarioEnv(emulator=nes_py_emulator)
    with pytest.raises(EngineError, match="stable-retro"):
        env.reset(options={"state": b""})
    env.reset()
    with pytest.raises(EngineError, match="stable-retro"):
        env.save()


def test_no_stall_limit_by_default_and_truncation_with_one(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator)
    env.reset()
    assert not any(step[2] for step in _play(env, [0] * 80))
    env = MarioEnv(emulator=emulator, stall_limit_steps=20)
    env.reset()
    _play(env, [RIGHT_AND_RUN] * 15)
    steps = _play(env, [0] * 80)
    x = [step[3]["x"] for step in steps]
    _, terminated, truncated, _ = steps[-1]
    assert truncated and not terminated
    assert len(steps) - 1 - x.index(max(x)) == 20, "twenty steps after the last new greatest x"
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)
    env.reset()
    assert len(_play(env, [0] * 80)) == 20, "the count starts anew with the episode"


def test_growing_is_not_stalling(emulator: RetroEmulator) -> None:
    """While Mario changes size the player steers nothing, so it does not count against him."""
    env = MarioEnv(emulator=emulator, stall_limit_steps=5)
    env.reset()
    timer_control = 0x0747  # stops everything but Mario while it counts down; growing ends at $C4
    emulator.poke({ram.PLAYER_STATE: 9, ram.POWER: 1, timer_control: 0xFF})
    steps = _play(env, [0] * 40)
    assert steps[-1][2] and 5 + 0x3B // 4 <= len(steps) <= 5 + 0x3B // 4 + 2


def test_noops_vary_the_start_and_follow_the_seed(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, max_noops=30)
    starts = [env.reset(seed=seed)[0].tobytes() + emulator.memory().tobytes() for seed in range(12)]
    assert len(set(starts)) > 5
    assert starts[3] == env.reset(seed=3)[0].tobytes() + emulator.memory().tobytes()
    fixed = MarioEnv(emulator=emulator)
    assert len({fixed.reset(seed=seed)[0].tobytes() for seed in range(5)}) == 1


class _Recorder:
    """An emulator that notes how it is stepped."""

    def __init__(self, emulator: RetroEmulator) -> None:
        self._emulator = emulator
        self.held: list[int] = []

    def step(self, buttons: int, frames: int = 1) -> Any:
        self.held += [buttons] * frames
        return self._emulator.step(buttons, frames)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._emulator, name)


def test_sticky_actions_repeat_the_buttons_of_a_quarter_of_the_frames(emulator: RetroEmulator) -> None:
    recorder = _Recorder(emulator)
    env = MarioEnv(emulator=recorder, sticky=0.25)  # type: ignore[arg-type]
    env.reset(seed=5)
    runs = []
    for step in range(400):
        chosen = (0, 1)[step % 2]  # changes every step, so each first frame may stick
        _, _, terminated, _, _ = env.step(chosen)
        runs.append([buttons == ACTIONS[chosen].buttons for buttons in recorder.held[-4:]])
        if terminated:
            env.reset()
    assert all(len(run) == 4 for run in runs) and len(recorder.held) == 1600
    late = np.mean([not run[0] for run in runs[1:]])
    assert 0.18 < late < 0.32, "a quarter, within four standard deviations"
    assert all(run == sorted(run) for run in runs), "once the new buttons are held, they stay"


def test_sticky_actions_follow_the_seed(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, sticky=0.25)

    def episode(seed: int) -> list[float]:
        env.reset(seed=seed)
        return [s[3]["x"] for s in _play(env, [3, 4, 0, 3, 2, 1] * 12)]

    assert episode(1) == episode(1)
    assert len({tuple(episode(seed)) for seed in range(4)}) > 1


def test_saved_environments_go_on_exactly(emulator: RetroEmulator) -> None:
    env = MarioEnv("1-2", emulator=emulator, sticky=0.25, max_noops=30, stall_limit_steps=12)
    env.reset(seed=11)
    actions = np.random.default_rng(0).integers(5, size=120).tolist()
    for action in actions[:40]:
        if any(env.step(action)[2:4]):
            env.reset()
    saved = env.save()

    def go_on(env: MarioEnv) -> list[tuple[bytes, float, str]]:
        results = []
        for action in actions[40:]:
            frame, reward, terminated, truncated, info = env.step(action)
            results.append((frame.tobytes(), reward, repr(info)))
            if terminated or truncated:
                env.reset()
        return results

    first = go_on(env)
    other = MarioEnv(emulator=emulator, sticky=0.25, max_noops=30, stall_limit_steps=12)
    other.restore(saved)
    assert other.save() == saved and other.level == Level(1, 2)
    assert go_on(other) == first


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:100], lambda b: b"\xff" + b[1:], lambda b: b[:-9]])
def test_spoilt_saves_are_refused_and_change_nothing(env: MarioEnv, spoil) -> None:  # noqa: ANN001
    env.reset(seed=1)
    saved = env.save()
    with pytest.raises(InputError):
        env.restore(spoil(saved))
    assert env.save() == saved


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"level": "9-9"}, "1-1 to 8-4"),
        ({"level": 11}, "level: 11 is not a level"),
        ({"sticky": 1.5}, "sticky: 1.5 is out of range; it goes from 0.0 to 1.0"),
        ({"sticky": float("nan")}, "sticky"),
        ({"max_noops": -1}, "max_noops: -1"),
        ({"max_noops": 2.5}, "max_noops: 2.5 is not a whole number"),
        ({"sticky": "often"}, "sticky: often is out of range"),
        ({"stall_limit_steps": 0}, "stall_limit_steps: 0"),
        ({"render_mode": "human"}, "render_mode: 'human' is not a mode; choose 'rgb_array', or None"),
    ],
)
def test_bad_arguments(emulator: RetroEmulator, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        MarioEnv(**arguments, emulator=emulator)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"stage": 1}, "unknown option 'stage'"),
        ({"level": "x"}, "level 'x'"),
        ({"noops": 1.5}, "noops: 1.5 is not a whole number"),
        ({"state": "1-1"}, "state: str is not bytes"),
        ("1-1", "options: '1-1' is not a dict"),
    ],
)
def test_bad_options(env: MarioEnv, options: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        env.reset(options=options)


@pytest.mark.parametrize(
    "action", [-1, 5, 2.0, "right", None, np.array([1, 2]), np.array([5]), np.array(["1"])], ids=repr
)
def test_bad_actions(env: MarioEnv, action: Any) -> None:
    env.reset()
    with pytest.raises(InputError, match=r"^action: .* is not an action; they go from 0 to 4"):
        env.step(action)
    env.step(0)


@pytest.mark.parametrize("action", [2, np.int64(2), np.uint8(2), np.array(2), np.array([2]), np.array([[2]])], ids=repr)
def test_an_action_is_any_one_number(env: MarioEnv, action: Any) -> None:
    env.reset()
    env.step(action)
    assert env.held == (RIGHT | A,) * 4


@pytest.mark.parametrize("seed", [-1, np.int64(-1), 1.0, "1", [1]], ids=repr)
def test_bad_seeds(env: MarioEnv, seed: Any) -> None:
    with pytest.raises(InputError, match=r"^seed: .* is not a seed; give a whole number from 0 on, or None"):
        env.reset(seed=seed)


@pytest.mark.parametrize("seed", [np.int64(7), np.uint8(7), np.array(7)], ids=repr)
def test_a_seed_of_numpy_is_the_same_as_pythons(emulator: RetroEmulator, seed: Any) -> None:
    env = MarioEnv(emulator=emulator)
    env.reset(seed=seed)
    assert env.np_random.integers(1 << 30) == np.random.default_rng(7).integers(1 << 30)


_USES: dict[str, Callable[[MarioEnv], Any]] = {
    "step": lambda env: env.step(0),
    "render": lambda env: env.render(),
    "save": lambda env: env.save(),
}


@pytest.mark.parametrize("use", _USES)
@pytest.mark.parametrize("render_mode", [None, "rgb_array"])
def test_use_before_the_first_reset_asks_for_it(emulator: RetroEmulator, use: str, render_mode: str | None) -> None:
    env = MarioEnv(emulator=emulator, render_mode=render_mode)
    with pytest.raises(gym.error.ResetNeeded, match=rf"call reset\(\) before {use}\(\)"):
        _USES[use](env)


@pytest.mark.parametrize("use", [*_USES, "reset", "restore"])
@pytest.mark.parametrize("engine", ["stable-retro", "nes-py"])
@pytest.mark.usefixtures("emulator_slot")
def test_use_after_closing_is_told(rom: Rom, engine: str, use: str) -> None:
    env = MarioEnv(engine=engine, rom=rom, render_mode="rgb_array")
    env.reset()
    env.close()
    uses = _USES | {"reset": lambda env: env.reset(), "restore": lambda env: env.restore(b"")}
    with pytest.raises(gym.error.ClosedEnvironmentError, match=f"^{use}: the environment is closed"):
        uses[use](env)
    env.close()


def test_other_rewards(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, reward=RewardRule(death=-15.0))
    env.reset()
    assert _play(env, [1] * 200)[-1][3]["reward_parts"]["death"] == -15


def test_rendering(emulator: RetroEmulator) -> None:
    env = MarioEnv(emulator=emulator, render_mode="rgb_array")
    frame, _ = env.reset()
    picture = env.render()
    assert picture is not None and (picture == frame).all() and picture is not frame


@pytest.mark.usefixtures("emulator_slot")
def test_it_makes_and_closes_its_own_emulator(rom: Rom) -> None:
    env = MarioEnv("1-3", engine="stable-retro", rom=rom)
    _, info = env.reset()
    assert info["stage"] == 3
    env.close()
    env.close()
    MarioEnv(rom=rom).close()


def test_a_borrowed_emulator_stays_open(env: MarioEnv, emulator: RetroEmulator) -> None:
    env.close()
    assert emulator.enter(Level(1, 1)).frame.any()


def test_the_revision_by_its_speeds(emulator: RetroEmulator, rom: Rom) -> None:
    """The European one: docs/decisions/reward-and-timing.md tells its constants, and the reward relies on them."""
    assert rom.read(0xB440, 6).tobytes().hex(" ") == "d0 e4 ed 30 1c 13"
    emulator.enter(Level(1, 1))
    times, steps = [], {}
    for name, buttons in (("walking", RIGHT), ("running", RIGHT | B)):
        emulator.enter(Level(1, 1))
        places = []
        for _ in range(100):
            emulator.step(buttons)
            variables = ram.read_variables(emulator.memory())
            places.append(variables.x)
            times.append(variables.time)
        steps[name] = np.diff(places)[-40:].reshape(-1, 4)
    assert (np.sort(steps["walking"], axis=1) == [1, 2, 2, 2]).all()
    assert (steps["running"] == 3).all()
    changes = np.flatnonzero(np.diff(times[:100]))
    assert (np.diff(changes) == 20).all() and len(changes) == 5


@pytest.mark.parametrize(("action", "by_step", "by_frame"), [(1, 1.0, 3.0), (RIGHT_AND_RUN, 1.0, 4.0)])
def test_progress_by_step_or_by_frame(emulator: RetroEmulator, action: int, by_step: float, by_frame: float) -> None:
    parts, frames = [], []
    for rule in (RewardRule(), RewardRule(by_frame=True)):
        env = MarioEnv(emulator=emulator, reward=rule)
        env.reset(seed=1)
        steps = _play(env, [action] * 25)
        parts.append([info["reward_parts"] for *_, info in steps])
        frames.append(env.snapshot.frame)
    assert [made[-1]["progress"] for made in parts] == [by_step, by_frame]
    assert np.array_equal(*frames), "the play is the same"
    assert [step["clock"] for step in parts[0]] == [step["clock"] for step in parts[1]]


def test_a_stall_may_be_an_end(emulator: RetroEmulator) -> None:
    settings: dict[str, Any] = {"emulator": emulator, "stall_limit_steps": 5, "reward": RewardRule(stall=-7.0)}
    for terminates in (False, True):
        env = MarioEnv(stall_terminates=terminates, **settings)
        env.reset(seed=1)
        steps = _play(env, [0] * 50)
        assert len(steps) == 5
        _, terminated, truncated, info = steps[-1]
        assert (terminated, truncated) == (terminates, not terminates)
        assert info["reward_parts"]["death"] == (-7.0 if terminates else 0.0)
        assert (info["dead"], info["flag"]) == (False, False)


def test_sticky_actions_are_the_same_by_frame(emulator: RetroEmulator) -> None:
    held = []
    for rule in (RewardRule(), RewardRule(by_frame=True)):
        env = MarioEnv(emulator=emulator, sticky=0.5, reward=rule)
        env.reset(seed=3)
        for action in (1, 3, 4, 0, 2, 1):
            env.step(action)
            held.append(env.held)
    assert held[:6] == held[6:]
