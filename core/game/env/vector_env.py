"""Many environments at once, each in a process of its own, with results in shared memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import weakref
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from core.errors import InputError
from core.game.env.mario_env import MarioEnv, as_seed
from core.game.env.shared_memory import REWARD_FIELDS, SharedBlock, Slot, block_size, make_slots
from core.game.env.vector_worker import DONE, STEP, Failure, Greeting, MakeEnv, run_worker
from core.game.memory import STATUS_NAMES

_CLOSE_TIMEOUT = 5.0  # seconds that a worker has to finish its step and leave before it is killed
_INFO_INTEGERS = ("x", "y", "time", "score", "coins", "lives", "power", "world", "stage", "steps", "start_x")
_INFO_SHARES = ("progress",)  # floats
_INFO_FLAGS = ("flag", "dead", "from_start")


class WorkerError(RuntimeError):
    """A worker process died or its environment failed; the message says which and how. All workers are gone."""


class VectorMarioEnv(VectorEnv[npt.NDArray[Any], npt.NDArray[np.int64], npt.NDArray[Any]]):
    """``count`` environments in worker processes.

    Autoreset is Gymnasium's SAME_STEP: when an episode ends, the observation returned in that step is already the first
    of the next episode, and ``infos["final_obs"]`` and ``infos["final_info"]`` (with the masks ``_final_obs`` and
    ``_final_info``) hold the last of the ended one; ``infos`` itself is about the step, so its x is where the episode
    ended. So every transition is complete in one call and no step is wasted on resetting.

    ``step_async`` and ``step_wait`` let the caller do something else, say learn, while the emulators run. Observations
    are views on shared memory, in two banks used in turn: they stay as they are until the ``step_async`` (or ``reset``)
    after the next one. Copy what must live longer.

    Workers are spawned, never forked, so a script that makes one needs ``if __name__ == "__main__":``. They end when
    this object is closed or forgotten, and when this process ends, however it does.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012

    def __init__(self, make_env: MakeEnv = MarioEnv, count: int = 1) -> None:
        """Start the workers.

        Args:
            make_env: makes one environment: a ``MarioEnv``, ``functools.partial(MarioEnv, level="1-2")``, or a
                function of a module that puts wrappers around one. Frame stacks and other wrappers with memory of
                their own are not part of ``save``.
            count: environments, 1 to 256.

        Raises:
            InputError: from the making of an environment (a wrong ROM, level, …), or a wrong count.
            WorkerError: a worker died or failed while starting.
        """
        self.num_envs = count
        self._bank = 0
        self._waiting = False
        self._needs_reset = True
        self._workers: list[Any] = []
        self._connections: list[Connection] = []
        self._finalizer = weakref.finalize(self, _stop_workers, self._workers, self._connections)
        if not 1 <= count <= 256:
            raise InputError(f"count: {count} environments are out of range; it goes from 1 to 256")
        self._start_workers(make_env)
        self._slots = self._greet()
        self._everyone = np.ones(count, np.bool_)

    def _start_workers(self, make_env: MakeEnv) -> None:
        context = multiprocessing.get_context("spawn")
        for index in range(self.num_envs):
            ours, theirs = context.Pipe()
            worker = context.Process(
                target=run_worker, args=(theirs, make_env, index, self.num_envs), name=f"mario-{index}", daemon=True
            )
            try:
                worker.start()
            except BaseException:
                self._finalizer()
                raise
            theirs.close()  # so that the worker's death closes the pipe
            self._workers.append(worker)
            self._connections.append(ours)

    def _greet(self) -> list[Slot]:
        """Learn what the workers' environments look like and share memory with them."""
        greetings: list[Greeting] = self._receive_all()
        greeting = greetings[0]
        if any(other != greeting for other in greetings):
            self.close()
            raise InputError("make_env: the environments differ in their spaces")
        self.single_observation_space = greeting.observation_space
        self.single_action_space = greeting.action_space
        self.observation_space = batch_space(greeting.observation_space, self.num_envs)
        self.action_space = batch_space(greeting.action_space, self.num_envs)
        size = block_size(greeting.layout, self.num_envs)
        try:
            block = SharedBlock.create(size)
        except OSError as error:
            self.close()
            raise InputError(f"count: no room for {size / 1e6:.0f} MB of shared memory ({error.strerror})") from None
        try:
            self._call_all("attach", block.name)
        finally:
            block.forget_name()
        return make_slots(block.buffer, greeting.layout, self.num_envs)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        """Start an episode everywhere; a single seed gives environment i the seed plus i. Options: as ``MarioEnv``.

        InputError on a wrong seed or option: the workers live on, and wait for another ``reset``.
        """
        seeds = self._seeds(seed)
        self._check_idle("reset")
        self._bank ^= 2
        self._needs_reset = True
        self._call_each("reset", [(self._bank, seed, options) for seed in seeds])
        self._needs_reset = False
        slot = self._slots[self._bank]
        return slot.observations, self._infos(slot.records.copy())

    def _seeds(self, seed: Any) -> list[int | None]:
        """One for each environment."""
        if not (isinstance(seed, Sequence) or (isinstance(seed, np.ndarray) and seed.ndim)):
            first = as_seed(seed)
            return [None if first is None else first + i for i in range(self.num_envs)]
        seeds = [as_seed(one) for one in seed]
        if len(seeds) != self.num_envs:
            raise InputError(f"seed: {len(seeds)} seeds were given for {self.num_envs} environments")
        return seeds

    def step(
        self, actions: npt.ArrayLike
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_], dict[str, Any]]:
        """One agent step everywhere: observations (N, …), rewards, terminated, truncated (N,), and infos."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: npt.ArrayLike) -> None:
        """Send the actions, ints (N,), and return while the emulators run."""
        numbers = np.asarray(actions)
        if numbers.shape != (self.num_envs,) or not np.issubdtype(numbers.dtype, np.integer):
            raise InputError(f"actions: {self.num_envs} integers are needed, not {numbers.dtype} {numbers.shape}")
        if numbers.min() < 0 or numbers.max() >= int(self.single_action_space.n):  # type: ignore[attr-defined]
            raise InputError(f"actions: they go from 0 to {self.single_action_space.n - 1}")  # type: ignore[attr-defined]
        self._check_idle("step_async")
        self._check_begun("step")
        self._bank ^= 2
        for index, action in enumerate(numbers.tolist()):
            self._send(index, bytes((STEP, self._bank, action)))
        self._waiting = True

    def step_wait(
        self,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_], dict[str, Any]]:
        """Wait for the step that ``step_async`` began."""
        if not self._waiting:
            raise RuntimeError("step_wait() needs a step_async() before it")
        self._receive_all()
        self._waiting = False
        slot, final = self._slots[self._bank], self._slots[self._bank + 1]
        records = slot.records.copy()
        infos = self._infos(records)
        ended = records["terminated"] | records["truncated"]
        if ended.any():
            infos |= {"final_obs": final.observations, "_final_obs": ended}
            infos |= {"final_info": self._infos(final.records.copy(), ended), "_final_info": ended}
        return slot.observations, records["reward"], records["terminated"], records["truncated"], infos

    def _infos(self, records: npt.NDArray[np.void], mask: npt.NDArray[np.bool_] | None = None) -> dict[str, Any]:
        """Gymnasium's form: an array an entry, and under its name with a "_" before it, who has it."""
        mask = self._everyone if mask is None else mask
        infos: dict[str, Any] = {name: records[name] for name in (*_INFO_INTEGERS, *_INFO_SHARES, *_INFO_FLAGS)}
        infos["status"] = STATUS_NAMES[np.minimum(records["power"], len(STATUS_NAMES) - 1)]
        infos["reward_parts"] = _with_masks({part: records[field] for field, part in REWARD_FIELDS.items()}, mask)
        return _with_masks(infos, mask)

    def save(self) -> list[bytes]:
        """Each environment's ``MarioEnv.save`` with its present observation and record; for ``restore``."""
        self._check_idle("save")
        self._check_begun("save")
        return self._call_all("save", self._bank)

    def restore(self, saved: Sequence[bytes]) -> tuple[npt.NDArray[Any], dict[str, Any]]:
        """Go back to a saved moment; returns observations and infos of that moment."""
        if len(saved) != self.num_envs:
            raise InputError(f"restore: {len(saved)} saved environments were given for {self.num_envs}")
        self._check_idle("restore")
        self._call_each("restore", [(self._bank, state) for state in saved])
        self._needs_reset = False
        slot = self._slots[self._bank]
        return slot.observations, self._infos(slot.records.copy())

    def close_extras(self, **kwargs: Any) -> None:
        """Stop the workers; ``close`` calls it once."""
        self._finalizer()

    def _check_idle(self, what: str) -> None:
        if not self._finalizer.alive:
            raise RuntimeError(f"{what}: the environments are closed")
        if self._waiting:
            raise RuntimeError(f"{what}: call step_wait() for the step under way first")

    def _check_begun(self, what: str) -> None:
        if self._needs_reset:
            raise gym.error.ResetNeeded(f"no episodes are under way; call reset() before {what}()")

    def _call_all(self, name: str, *arguments: Any) -> list[Any]:
        return self._call_each(name, [arguments] * self.num_envs)

    def _call_each(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        for index, own in enumerate(arguments):
            self._send(index, pickle.dumps((name, *own)))
        return self._receive_all()

    def _send(self, index: int, message: bytes) -> None:
        try:
            self._connections[index].send_bytes(message)
        except (ConnectionError, OSError):
            self._fail(index)

    def _receive_all(self) -> list[Any]:
        """An answer from each worker; the first failure is raised once all have answered."""
        answers = []
        for index, connection in enumerate(self._connections):
            try:
                message = connection.recv_bytes()
            except (EOFError, ConnectionError, OSError):
                self._fail(index)
            answers.append(None if message == DONE else pickle.loads(message))
        for index, answer in enumerate(answers):
            if isinstance(answer, Failure):
                self._waiting = False
                self._raise(index, answer)
        return answers

    def _raise(self, index: int, failure: Failure) -> NoReturn:
        if failure.is_input_error:
            raise InputError(failure.message)
        self.close()
        raise WorkerError(f"environment worker {index} of {self.num_envs} failed:\n{failure.message}")

    def _fail(self, index: int) -> NoReturn:
        """Report a worker whose pipe is closed, and stop the others."""
        worker = self._workers[index]
        worker.join(_CLOSE_TIMEOUT)
        pid, end = worker.pid, _end_in_words(worker.exitcode)
        self._waiting = False
        self.close()
        raise WorkerError(f"environment worker {index} of {self.num_envs} (process {pid}) {end}; all were stopped")


def _with_masks(values: dict[str, Any], mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    return values | {f"_{name}": mask for name in values}


def _end_in_words(exit_code: int | None) -> str:
    if exit_code is None:
        return "closed its pipe but still ran"
    if exit_code < 0:
        return f"was killed by {signal.Signals(-exit_code).name} (exit code {exit_code})"
    return f"ended with exit code {exit_code}"


def _stop_workers(workers: list[Any], connections: list[Connection]) -> None:
    """Ask the workers to leave, then make them."""
    for connection in connections:
        try:
            connection.send_bytes(pickle.dumps(("close",)))
        except OSError:
            continue
        finally:
            connection.close()
    for worker in workers:
        worker.join(_CLOSE_TIMEOUT)
        if worker.is_alive():
            worker.kill()
            worker.join()
        with contextlib.suppress(ValueError):  # its exit status was collected by somebody else
            worker.close()
