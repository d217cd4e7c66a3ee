"""The process that runs one environment of a ``VectorMarioEnv``.

It waits on a pipe for a few bytes that say what to do, writes results into shared memory and answers with one byte.
When the other end of the pipe closes, for whatever reason, it ends.
"""

from __future__ import annotations

import contextlib
import pickle
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import cv2
import gymnasium as gym
import numpy as np

from core.errors import InputError
from core.game.emulator import EngineError
from core.game.env.mario_env import MarioEnv
from core.game.env.shared_memory import (
    RECORD,
    REWARD_FIELDS,
    SAVED_RECORD_SIZE,
    Layout,
    SharedBlock,
    Slot,
    block_size,
    make_slots,
)
from core.stop_signals import ignore_terminal

MakeEnv = Callable[[], gym.Env[Any, Any]]
"""Makes a MarioEnv, maybe within wrappers; it is pickled, so a function of a module or a functools.partial of one."""

STEP = 0  # first byte of the message that is most frequent: STEP, bank, action; others are pickled (name, *arguments)
DONE = b"\x00"  # the answer to it; others are pickled
_INFO_FIELDS = tuple(
    name for name in RECORD.names or () if name not in ("reward", "terminated", "truncated", *REWARD_FIELDS)
)


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker says of its environment when it is ready."""

    layout: Layout
    observation_space: gym.spaces.Box
    action_space: gym.spaces.Discrete


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in a worker: the sentence of an InputError or EngineError, or any other's traceback."""

    is_input_error: bool
    message: str


def run_worker(connection: Connection, make_env: MakeEnv, index: int, count: int) -> None:
    """Serve until the parent says so or is gone."""
    ignore_terminal()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it may reach the whole process group too
    cv2.setNumThreads(1)  # there are as many workers as cores already
    with contextlib.suppress(EOFError, ConnectionError), connection:
        try:
            worker = _Worker(connection, make_env(), index, count)
        except Exception as error:  # noqa: BLE001  # whatever it is, the parent hears of it
            connection.send(_failure(error))
            return
        worker.serve()


class _Worker:
    def __init__(self, connection: Connection, env: gym.Env[Any, Any], index: int, count: int) -> None:
        space, actions = env.observation_space, env.action_space
        if not isinstance(env.unwrapped, MarioEnv) or not isinstance(space, gym.spaces.Box):
            raise InputError("make_env: it must make a MarioEnv, or wrappers of one, whose observation is one array")
        if not isinstance(actions, gym.spaces.Discrete):
            raise InputError("make_env: the environment's actions must be numbers")
        self._connection = connection
        self._env = env
        self._mario: MarioEnv = env.unwrapped
        self._index = index
        self._count = count
        self._slots: list[Slot] = []
        self._layout = Layout(
            observation_shape=tuple(space.shape),
            observation_dtype=space.dtype.str,
        )
        connection.send(Greeting(self._layout, space, actions))

    def serve(self) -> None:
        try:
            while True:
                message = self._connection.recv_bytes()
                if message[0] == STEP:
                    answer = self._answer_step(message[1], message[2])
                else:
                    name, *arguments = pickle.loads(message)
                    if name == "close":
                        return
                    answer = self._answer_call(name, arguments)
                self._connection.send_bytes(answer)
        finally:
            self._env.close()

    def _answer_step(self, bank: int, action: int) -> bytes:
        try:
            self._step(bank, action)
        except Exception as error:  # noqa: BLE001
            return pickle.dumps(_failure(error))
        return DONE

    def _answer_call(self, name: str, arguments: list[Any]) -> bytes:
        calls: dict[str, Callable[..., Any]] = {
            "attach": self._attach,
            "reset": self._reset,
            "save": self._save,
            "restore": self._restore,
        }
        try:
            return pickle.dumps(calls[name](*arguments))
        except Exception as error:  # noqa: BLE001
            return pickle.dumps(_failure(error))

    def _attach(self, block_name: str) -> None:
        block = SharedBlock(block_name, block_size(self._layout, self._count))
        self._slots = make_slots(block.buffer, self._layout, self._count)

    def _step(self, bank: int, action: int) -> None:
        observation, reward, terminated, truncated, info = self._env.step(action)
        self._write_record(bank, float(reward), terminated, truncated, info)
        if terminated or truncated:
            self._copy_record(bank, bank + 1)
            self._slots[bank + 1].observations[self._index] = observation
            observation, _ = self._env.reset()
        self._slots[bank].observations[self._index] = observation

    def _reset(self, bank: int, seed: int | None, options: dict[str, Any] | None) -> None:
        observation, info = self._env.reset(seed=seed, options=options)
        self._write_record(bank, 0.0, False, False, info)
        self._slots[bank].observations[self._index] = observation

    def _save(self, bank: int) -> bytes:
        slot, row = self._slots[bank], self._index
        record = slot.records[row].tobytes()[:SAVED_RECORD_SIZE]
        return b"".join((slot.observations[row].tobytes(), record, self._mario.save()))

    def _restore(self, bank: int, saved: bytes) -> None:
        slot, row = self._slots[bank], self._index
        picture = slot.observations[row]
        start = picture.nbytes + SAVED_RECORD_SIZE
        self._mario.restore(saved[start:])
        record = saved[picture.nbytes : start] + np.float64(self._mario.progress.greatest).tobytes()
        slot.records[row] = np.frombuffer(record, RECORD, 1)[0]
        picture[:] = np.frombuffer(saved, picture.dtype, picture.size, 0).reshape(picture.shape)

    def _write_record(self, bank: int, reward: float, terminated: bool, truncated: bool, info: dict[str, Any]) -> None:
        row = self._slots[bank].records[self._index]
        row["reward"], row["terminated"], row["truncated"] = reward, terminated, truncated
        parts: dict[str, float] = info["reward_parts"]
        for field, part in REWARD_FIELDS.items():
            row[field] = parts[part]
        for name in _INFO_FIELDS:
            row[name] = info[name]

    def _copy_record(self, source: int, target: int) -> None:
        self._slots[target].records[self._index] = self._slots[source].records[self._index]


def _failure(error: Exception) -> Failure:
    is_input_error = isinstance(error, InputError | EngineError)  # as well what the chosen engine cannot do
    return Failure(is_input_error, str(error) if is_input_error else traceback.format_exc())
