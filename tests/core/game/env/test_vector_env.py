"""Environments in worker processes: equal to single ones, and nothing is left behind however they end."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import psutil
import pytest
from gymnasium.wrappers.vector import RecordEpisodeStatistics

from core.errors import InputError
from core.frame import FRAME_SHAPE
from core.game.engines.stable_retro import RetroEmulator
from core.game.env import shared_memory as slots
from core.game.env.mario_env import MarioEnv
from core.game.env.vector_env import VectorMarioEnv, WorkerError

ENV = {"sticky": 0.25, "max_noops": 30, "stall_limit_steps": 8}
COUNT = 2
_SHARED_MEMORY = Path("/dev/shm")


class FailsLater(gym.Wrapper[Any, Any, Any, Any]):
    """An environment whose second step fails or ends the process."""

    def __init__(self, env: gym.Env[Any, Any], how: str) -> None:
        super().__init__(env)
        self._how = how
        self._steps = 0

    def step(self, action: Any) -> Any:
        self._steps += 1
        if self._steps == 2 and self._how == "raise":
            raise ZeroDivisionError("something went wrong in the game")
        if self._steps == 2:
            os._exit(7)
        return super().step(action)


def make_failing(how: str) -> gym.Env[Any, Any]:
    return FailsLater(MarioEnv(), how)


def make_nothing() -> gym.Env[Any, Any]:
    os._exit(3)


def make_cart_pole() -> gym.Env[Any, Any]:
    return gym.make("CartPole-v1")


@pytest.fixture(scope="module")
def vector() -> Iterator[VectorMarioEnv]:
    made = VectorMarioEnv(partial(MarioEnv, **ENV), COUNT)
    yield made
    made.close()


def _workers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def _assert_nothing_is_left(before: list[psutil.Process]) -> None:
    assert set(_workers()) <= set(before)
    assert not list(_SHARED_MEMORY.glob(f"mario-{os.getpid()}-*"))


def _actions(steps: int) -> np.ndarray:
    return np.random.default_rng(4).integers(5, size=(steps, COUNT))


def test_it_gives_what_single_environments_give(vector: VectorMarioEnv, emulator: RetroEmulator) -> None:
    actions = _actions(90)
    observations, infos = vector.reset(seed=20)
    history = [(observations.copy(), np.zeros(COUNT), infos, np.zeros(COUNT, bool))]
    for row in actions:
        observations, rewards, terminated, truncated, infos = vector.step(row)
        if "final_obs" in infos:
            infos["final_obs"] = infos["final_obs"].copy()
        history.append((observations.copy(), rewards, infos, terminated | truncated))
    assert sum(moment[3].sum() for moment in history) >= 2, "episodes end and start anew in here"
    single = MarioEnv(emulator=emulator, **ENV)  # type: ignore[arg-type]
    for index in range(COUNT):
        frame, info = single.reset(seed=20 + index)
        _assert_same(history[0], index, frame, 0.0, info)
        for action, moment in zip(actions[:, index], history[1:], strict=True):
            frame, reward, terminated, truncated, info = single.step(action)
            assert moment[3][index] == (terminated or truncated)
            if terminated or truncated:
                infos = moment[2]
                assert infos["_final_obs"][index] and (infos["final_obs"][index] == frame).all()
                assert infos["final_info"]["x"][index] == info["x"] and infos["final_info"]["_x"][index]
                frame, _ = single.reset()
            _assert_same(moment, index, frame, reward, info)


def _assert_same(moment: tuple[Any, ...], index: int, frame: Any, reward: float, info: dict[str, Any]) -> None:
    observations, rewards, infos, _ = moment
    assert (observations[index] == frame).all()
    assert rewards[index] == reward
    for name in (
        "x",
        "y",
        "time",
        "score",
        "coins",
        "lives",
        "power",
        "status",
        "world",
        "stage",
        "flag",
        "dead",
        "start_x",
        "from_start",
    ):
        assert infos[name][index] == info[name], name
    for name, value in info["reward_parts"].items():
        assert infos["reward_parts"][name][index] == value, name


def test_spaces(vector: VectorMarioEnv) -> None:
    observations, _ = vector.reset(seed=1)
    assert vector.num_envs == COUNT and observations.shape == (COUNT, *FRAME_SHAPE) and observations.dtype == np.uint8
    assert vector.observation_space.contains(observations) and vector.action_space.contains(np.array([0, 4]))


def test_observations_outlive_the_next_step(vector: VectorMarioEnv) -> None:
    vector.reset(seed=1)
    first, *_ = vector.step([3, 3])
    kept = first.copy()
    vector.step_async([3, 3])
    assert (first == kept).all()
    second, *_ = vector.step_wait()
    assert (first == kept).all() and (first != second).any()


def test_gymnasium_wrappers_work_on_it(vector: VectorMarioEnv) -> None:
    wrapped = RecordEpisodeStatistics(vector)
    wrapped.reset(seed=3)
    totals = np.zeros(COUNT)
    for _ in range(60):
        _, rewards, _, truncated, infos = wrapped.step([0, 0])
        totals += rewards
        if truncated.any():
            break
    index = int(np.flatnonzero(truncated)[0])
    assert infos["episode"]["r"][index] == pytest.approx(totals[index])


def test_saved_vectors_go_on_exactly(vector: VectorMarioEnv) -> None:
    def go_on(actions: np.ndarray) -> list[tuple[bytes, bytes, list[int]]]:
        results = []
        for row in actions:
            observations, rewards, _, _, infos = vector.step(row)
            results.append((observations.tobytes(), rewards.tobytes(), infos["x"].tolist()))
        return results

    actions = _actions(40)
    vector.reset(seed=9)
    *_, (now, _, places) = go_on(actions[:15])
    progress = vector.step(actions[15])[4]["progress"].tolist()
    vector.reset(seed=9)
    go_on(actions[:15])
    saved = vector.save()
    first = go_on(actions[15:])
    observations, infos = vector.restore(saved)
    assert observations.tobytes() == now and infos["x"].tolist() == places
    assert vector.save() == saved
    assert go_on(actions[15:]) == first
    infos = vector.restore(saved)[1]
    assert all(0 < share < 1 for share in infos["progress"])
    assert vector.step(actions[15])[4]["progress"].tolist() == progress
    with pytest.raises(InputError, match="not a saved environment"):
        vector.restore([saved[0], saved[1][:100]])
    with pytest.raises(InputError, match="1 saved environments were given for 2"):
        vector.restore(saved[:1])


def test_wrong_use_is_told_and_survived(vector: VectorMarioEnv) -> None:
    vector.reset(seed=1)
    with pytest.raises(InputError, match="2 integers are needed"):
        vector.step([1, 2, 3])
    with pytest.raises(InputError, match="2 integers are needed"):
        vector.step([1.0, 2.0])
    with pytest.raises(InputError, match="from 0 to 4"):
        vector.step([0, 5])
    with pytest.raises(InputError, match="1-1 to 8-4"):
        vector.reset(options={"level": "0-0"})
    with pytest.raises(InputError, match="3 seeds were given for 2"):
        vector.reset(seed=[1, 2, 3])
    with pytest.raises(RuntimeError, match="step_async"):
        vector.step_wait()
    vector.reset(options={"level": "1-1"})
    vector.step_async([0, 0])
    with pytest.raises(RuntimeError, match="step_wait"):
        vector.step_async([0, 0])
    with pytest.raises(RuntimeError, match="step_wait"):
        vector.reset()
    assert vector.step_wait()[0].shape[0] == COUNT


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3), np.array(3), np.array([3, 4]), (3, np.int32(4))], ids=repr)
def test_seeds_of_numpy_are_the_same_as_pythons(vector: VectorMarioEnv, seed: Any) -> None:
    expected = np.array(vector.reset(seed=3)[0])
    assert (vector.reset(seed=seed)[0] == expected).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"seed": -1}, "seed: -1 is not a seed"),
        ({"seed": [1, -1]}, "seed: -1 is not a seed"),
        ({"seed": np.array([0.5, 1.5])}, "seed: .* is not a seed"),
        ({"seed": 1.5}, "seed: 1.5 is not a seed"),
        ({"seed": "1"}, "seed: '1' is not a seed"),
        ({"options": {"noops": "2"}}, "noops: '2' is not a whole number"),
        ({"options": {"state": 1}}, "state: int is not bytes"),
        ({"options": "1-1"}, "options: '1-1' is not a dict"),
    ],
    ids=repr,
)
def test_workers_survive_a_bad_reset(vector: VectorMarioEnv, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        vector.reset(**arguments)
    vector.reset(seed=1)
    assert vector.step([1, 1])[0].shape[0] == COUNT


def test_workers_survive_what_comes_too_early() -> None:
    with closing(VectorMarioEnv(partial(MarioEnv, engine="nes-py"), 1)) as vector:
        for use in (lambda: vector.step([0]), vector.save):
            with pytest.raises(gym.error.ResetNeeded, match=r"call reset\(\) before"):
                use()
        with pytest.raises(InputError, match="nes-py has no save states"):
            vector.reset(options={"state": b""})
        with pytest.raises(gym.error.ResetNeeded):
            vector.step([0])
        vector.reset()
        with pytest.raises(InputError, match="nes-py has no save states"):
            vector.save()
        vector.step([0])


def test_ctrl_c_is_left_to_the_parent(vector: VectorMarioEnv) -> None:
    vector.reset(seed=1)
    for worker in _workers():
        worker.send_signal(signal.SIGINT)
    assert vector.step([3, 3])[4]["steps"].tolist() == [1, 1]


def _step_twice(vector: VectorMarioEnv, *, under_way: bool) -> None:
    """The worker may have answered the step under way before it was killed, but not the next one."""
    if under_way:
        vector.step_wait()
    vector.step([3] * vector.num_envs)


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_killed_worker_is_named_and_all_are_stopped(when: str) -> None:
    before = _workers()
    vector = VectorMarioEnv(MarioEnv, 3)
    vector.reset(seed=1)
    victim = vector._workers[1]
    pid = victim.pid
    if when == "during":
        vector.step_async([3, 3, 3])
    os.kill(pid, signal.SIGKILL)
    victim.join()
    sentence = rf"worker 1 of 3 \(process {pid}\) was killed by SIGKILL \(exit code -9\); all were stopped"
    with pytest.raises(WorkerError, match=sentence):
        _step_twice(vector, under_way=when == "during")
    _assert_nothing_is_left(before)
    with pytest.raises(RuntimeError, match="closed"):
        vector.reset()


def test_an_exception_in_an_environment_is_shown() -> None:
    before = _workers()
    vector = VectorMarioEnv(partial(make_failing, "raise"), 1)
    vector.reset()
    vector.step([0])
    with pytest.raises(WorkerError, match=r"worker 0 of 1 failed:\n.*(.|\n)*ZeroDivisionError: something went wrong"):
        vector.step([0])
    _assert_nothing_is_left(before)


def test_a_process_that_ends_itself_is_named() -> None:
    before = _workers()
    vector = VectorMarioEnv(partial(make_failing, "exit"), 1)
    vector.reset()
    vector.step([0])
    with pytest.raises(WorkerError, match=r"worker 0 of 1 \(process \d+\) ended with exit code 7"):
        vector.step([0])
    _assert_nothing_is_left(before)


@pytest.mark.parametrize(
    ("make_env", "count", "error", "sentence"),
    [
        (partial(MarioEnv, level="1-9"), 2, InputError, "1-1 to 8-4"),
        (partial(MarioEnv, rom=Path("nowhere.nes")), 1, InputError, "--rom: nowhere.nes does not exist"),
        (make_nothing, 1, WorkerError, "worker 0 of 1 .* ended with exit code 3"),
        (make_cart_pole, 1, InputError, "make_env: it must make a MarioEnv"),
        (MarioEnv, 0, InputError, "count: 0 environments"),
    ],
    ids=["level", "rom", "exit", "other", "count"],
)
def test_failing_to_start_leaves_nothing(make_env: Any, count: int, error: type[Exception], sentence: str) -> None:
    before = _workers()
    with pytest.raises(error, match=sentence):
        VectorMarioEnv(make_env, count)
    _assert_nothing_is_left(before)


def test_no_room_for_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = _workers()
    monkeypatch.setattr(slots, "_reserve", refuse)
    with pytest.raises(InputError, match="no room for 1 MB of shared memory"):
        VectorMarioEnv(MarioEnv, 1)
    _assert_nothing_is_left(before)


def test_closing_twice_and_forgetting_both_stop_the_workers() -> None:
    before = _workers()
    closed, forgotten = VectorMarioEnv(MarioEnv, 1), VectorMarioEnv(MarioEnv, 1)
    kept, _ = forgotten.reset()
    assert len(_workers()) == len(before) + 2
    closed.close()
    closed.close()
    del forgotten
    gc.collect()
    _assert_nothing_is_left(before)
    assert kept.any(), "arrays stay readable after their workers are gone"


_PARENT = """
import signal
from core.game.env.mario_env import MarioEnv
from core.game.env.vector_env import VectorMarioEnv

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
    vector = VectorMarioEnv(MarioEnv, 2)
    vector.reset(seed=1)
    print(*[worker.pid for worker in vector._workers], flush=True)
    while True:
        vector.step([1, 3])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_is_left_to_the_parent(number: signal.Signals) -> None:
    """Ctrl+C reaches the workers too; the training that they serve wants to write a checkpoint first."""
    with closing(VectorMarioEnv(MarioEnv, 1)) as vector:
        vector.reset(seed=1)
        os.kill(vector._workers[0].pid, number)  # type: ignore[arg-type]
        for _ in range(3):
            vector.step([3])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.send_signal(how)
        parent.wait(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=30)
    assert not alive
    assert not list(_SHARED_MEMORY.glob(f"mario-{parent.pid}-*"))
