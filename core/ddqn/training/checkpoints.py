"""Full checkpoints of an agent's training: everything that the rest of the run depends on."""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import Any

import keras
import numpy.typing as npt

from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.replay_files import ReplayFiles
from core.ddqn.training.learner import DdqnLearner
from core.ddqn.training.loop import DdqnPosition
from core.ddqn.training.rollout import Rollout
from core.errors import InputError
from core.runs.checkpoint_files import Checkpoint, load_checkpoint, save_checkpoint
from core.runs.run_folder import RunFolder

Arrays = dict[str, npt.NDArray[Any]]
_OLDER_RANK = "best_x"  # in positions of programs that compared mean x
_LEARNER, _ROLLOUT, _REPLAY, _BEST = "learner/", "rollout/", "replay/", "best/"

_log = logging.getLogger(__name__)


class DdqnCheckpoints:
    """Saves and restores the parts of a run, to the bit."""

    def __init__(self, run: RunFolder, learner: DdqnLearner, rollout: Rollout, replay: ReplayBuffer) -> None:
        self._best_path = run.weights_path
        self._store = run.checkpoints
        self._learner = learner
        self._rollout = rollout
        self._replay = replay
        self._files = ReplayFiles(run.path / "checkpoints" / "replay")

    def note(self) -> None:
        """Have the replay's finished segments written in the background; quick."""
        self._files.note(self._replay)

    def save(self, position: DdqnPosition) -> None:
        """A full checkpoint of this moment; RunError when the disk is full, older ones are kept."""
        replay_arrays, replay_state = self._files.tail(self._replay)
        arrays = {
            **_prefixed(_LEARNER, self._learner.arrays()),
            **_prefixed(_ROLLOUT, self._rollout.arrays()),
            **_prefixed(_REPLAY, replay_arrays),
        }
        state = {
            "position": dataclasses.asdict(position),
            "rollout": self._rollout.state(),
            "replay": replay_state,
            "keras": keras.backend.backend(),
            "saved": time.time(),
        }
        if position.best_step:  # a later one may take its place before the run goes on from here
            best = load_checkpoint(self._best_path)
            arrays |= _prefixed(_BEST, best.arrays)
            state["best"] = best.state
        self._store.save_last(position.step, arrays, state)
        self._files.prune(self._store.keep)

    def restore(self) -> DdqnPosition | None:
        """Go to the newest checkpoint that is whole, its replay included; None without any.

        Raises:
            InputError: there are some, and none is whole.
        """
        checkpoint = self._store.load_last(self._restore_parts)
        if checkpoint is None:
            return None
        self._restore_best(checkpoint)
        position = {name: value for name, value in checkpoint.state["position"].items() if name != _OLDER_RANK}
        return DdqnPosition(**position)

    def _restore_best(self, checkpoint: Checkpoint) -> None:
        """Put the best network back where it is another one now."""
        state = checkpoint.state.get("best")
        if state is None:
            return
        try:
            same = load_checkpoint(self._best_path).state == state
        except InputError as error:
            _log.warning("%s; the one in %s is used", error, checkpoint.path.name)
            same = False
        if not same:
            save_checkpoint(self._best_path, _without(_BEST, checkpoint.arrays), state)

    def _restore_parts(self, checkpoint: Checkpoint) -> None:
        where = str(checkpoint.path)
        try:
            self._files.load(self._replay, _without(_REPLAY, checkpoint.arrays), checkpoint.state["replay"])
            self._learner.restore(_without(_LEARNER, checkpoint.arrays), where)
            self._rollout.restore(_without(_ROLLOUT, checkpoint.arrays), checkpoint.state["rollout"])
        except KeyError as error:
            raise InputError(f"{where}: {error} is missing; this is no full checkpoint of an agent") from None

    def close(self) -> None:
        """End the thread that writes."""
        self._files.close()


def _prefixed(prefix: str, arrays: Arrays) -> Arrays:
    return {prefix + name: array for name, array in arrays.items()}


def _without(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
