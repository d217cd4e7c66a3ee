"""The networks of an agent in training: acting, one update, and their state as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from core.config.ddqn import DdqnConfig
from core.ddqn.initial_agent import InitialAgent
from core.ddqn.replay_buffer import Transition
from core.ddqn.training.double_dqn import DoubleDqn
from core.ddqn.training.q_network import (
    build_q_network,
    copy_agent,
    inputs_of,
    q_weights,
    set_encoder,
    set_feature_scale,
    set_q_weights,
)
from core.errors import InputError
from core.runs.checkpoint_files import load_checkpoint
from core.training.arrays import OPTIMISER, numbered, restore_numbered

_TARGET = "target/"
_ACTOR = "actor/"
_SUMS = "sums"
_MEANS = ("loss", "td_error", "q")


class DdqnLearner:
    """Both networks and the optimiser, and a copy of the online network that acts.

    ``start`` runs updates in a thread of its own while the games play on. The acting copy takes over the online weights
    only when the next updates start, so what is played does not depend on how fast they come.

    Attributes:
        model: the Double DQN.
    """

    def __init__(self, config: DdqnConfig, item_shape: tuple[int, ...], actions: int) -> None:
        """Make them.

        Args:
            config: the run's settings, ``encoder`` as seen from the working directory.
            item_shape: of one frame, as in ``build_q_network``.
            actions: Q-values in the output.
        """
        keras.utils.set_random_seed(config.seed)
        self._config = config
        online, target, self._actor = (build_q_network(item_shape, config, actions) for _ in range(3))
        self.model = DoubleDqn(online, target, config.loss)
        self.model.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate),
            # XLA's convolutions on a processor are two thirds as fast as oneDNN's (1,060 against 1,800 samples/s).
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self._tau = config.target_tau
        self._thread = ThreadPoolExecutor(1, "learner")
        self._updates: Future[None] | None = None
        self._copy_to_actor()
        self._sums = np.zeros(len(_MEANS) + 1)  # of each update's means, and how many updates

    def set_encoder(self, scale: npt.NDArray[np.float32], weights: Path) -> None:
        """Tell the networks of the encoder before them, or in them; before the first update.

        Args:
            scale: of its features, float32 (channels,), as in ``measure_scale``.
            weights: its file, for an encoder that learns.
        """
        for network in self._networks():
            set_feature_scale(network, self._config, scale)
            if self._config.encoder_frozen == "no":
                set_encoder(network, load_checkpoint(weights).arrays, str(weights))

    def start_from(self, agent: InitialAgent) -> None:
        """Take over what another agent has learned; before the first update. InputError when its file is damaged."""
        theirs = build_q_network(agent.item_shape, agent.config)
        set_q_weights(theirs, load_checkpoint(agent.weights).arrays, str(agent.weights))
        for network in self._networks():
            copy_agent(theirs, network)

    def _networks(self) -> tuple[keras.Model, ...]:
        return self.model.online, self.model.target, self._actor

    def acting_q_values(
        self, stacks: npt.NDArray[np.uint8], last_actions: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float32]:
        """Q-values of the acting copy, float32 (N, actions).

        Args:
            stacks: uint8 (N, 4, *item_shape).
            last_actions: what led to them, int32 (N,); of no effect on a network that does not take them.
        """
        values: npt.NDArray[np.float32] = self._actor.predict_on_batch(inputs_of(self._actor, stacks, last_actions))
        return values

    def q_values(self, stacks: npt.NDArray[np.uint8], last_actions: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """The same of the online network, once all updates are done."""
        self.wait()
        online = self.model.online
        values: npt.NDArray[np.float32] = online.predict_on_batch(inputs_of(online, stacks, last_actions))
        return values

    def start(self, batches: Sequence[Transition], learning_rate: float | None = None) -> None:
        """Begin an update for each batch, in turn, and return; those begun before are waited for.

        Args:
            batches: of the size that the settings tell.
            learning_rate: from now on; None to keep the one before.
        """
        self.wait()
        if learning_rate is not None:
            self.model.optimizer.learning_rate = learning_rate
        self._copy_to_actor()
        self._updates = self._thread.submit(self._update, batches)

    def _update(self, batches: Sequence[Transition]) -> None:
        for batch in batches:  # Keras forgets its metrics at the beginning of each train_on_batch
            means = self.model.train_on_batch(tuple(batch), return_dict=True)
            if self._tau:
                self.model.move_target(self._tau)
            self._sums += [*(float(means[name]) for name in _MEANS), 1.0]

    def wait(self) -> None:
        """Until the updates begun are done."""
        if self._updates is not None:
            self._updates.result()
            self._updates = None

    def catch_up(self) -> None:
        """Let the acting copy be the newest network, once all updates are done."""
        if self._updates is not None:
            self.wait()
            self._copy_to_actor()

    def _copy_to_actor(self) -> None:
        for mine, online in zip(self._actor.variables, self.model.online.variables, strict=True):
            mine.assign(ops.copy(online))  # JAX would share the array, then refuse to update it in two places

    def copy_to_target(self) -> None:
        """Make the target network equal to the online one, once all updates are done."""
        self.wait()
        self.model.copy_to_target()

    def take_means(self) -> dict[str, float]:
        """Mean "loss", "td_error" and "q" over the updates since the last call, once all are done; 0 without any."""
        self.wait()
        means = self._sums[:-1] / max(self._sums[-1], 1.0)
        self._sums[:] = 0.0
        return dict(zip(_MEANS, means.tolist(), strict=True))

    def is_finite(self) -> bool:
        """Whether all means since ``take_means`` and all weights are numbers, once all updates are done."""
        weights = self.weights()
        return bool(np.isfinite(self._sums).all()) and all(bool(np.isfinite(array).all()) for array in weights.values())

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """The online network's arrays, once all updates are done."""
        self.wait()
        return q_weights(self.model.online)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that a bit-exact resume needs."""
        return {
            **self.weights(),
            **{_TARGET + name: array for name, array in q_weights(self.model.target).items()},
            **{_ACTOR + name: array for name, array in q_weights(self._actor).items()},
            **numbered(OPTIMISER, self.model.optimizer.variables),
            _SUMS: self._sums.copy(),
        }

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
        """Go back to saved arrays; InputError naming the file when they are of another network."""
        set_q_weights(self.model.online, arrays, where)
        for prefix, network in ((_TARGET, self.model.target), (_ACTOR, self._actor)):
            own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            set_q_weights(network, own, where)
        restore_numbered(OPTIMISER, self.model.optimizer.variables, arrays, where)
        sums = arrays.get(_SUMS)
        if sums is None or sums.shape != self._sums.shape:
            raise InputError(f"{where}: the {_SUMS} of the updates are missing; this run cannot be resumed")
        self._sums[:] = sums
