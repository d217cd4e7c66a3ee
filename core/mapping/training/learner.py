"""The networks of a run with their optimiser: one update, errors on held-out pictures, and the state as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from core.config.mapping import MappingConfig
from core.mapping.training.cycle_gan import CycleGan
from core.mapping.training.networks import set_weights, weights_of
from core.training.arrays import OPTIMISER, numbered, restore_numbered

GRAY_LEVELS = 127.5
"""What a distance between pixels of -1 to 1 is times, in levels of 0 to 255."""
_MOMENTUM = 0.5  # Adam's first, as Zhu et al. (2017) have it
_TEST_BATCH = 32
_NOISE = 1  # what a random stream is for; that of the loop's batches has no such number
Pictures = npt.NDArray[np.uint8]


class MappingLearner:
    """What changes while a run trains.

    Attributes:
        model: the CycleGAN.
    """

    def __init__(self, config: MappingConfig) -> None:
        keras.utils.set_random_seed(config.seed)
        self._config = config
        self.model = CycleGan(config)
        self.model.compile(
            optimizer=keras.optimizers.Adam(config.learning_rate, beta_1=_MOMENTUM),
            jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",  # as in the other trainings
        )
        self.model.optimizer.build(self.model.trainable_variables)

    def learning_rate(self, step: int) -> float:
        """Step size of Adam at an update, counted from 0: constant for one half, then falling to 0."""
        return self._config.learning_rate * min(1.0, 2.0 * (1.0 - step / self._config.updates))

    def update(self, first: Pictures, second: Pictures, step: int) -> dict[str, float]:
        """One update with pictures of both looks, uint8 (N, 84, 84, 1); its losses by name.

        "cycle" and "identity" are mean errors a pixel in gray levels, "adversarial" and "critic" a mean square a score.
        """
        self.model.optimizer.learning_rate = self.learning_rate(step)
        rng, spread = np.random.default_rng((self._config.seed, step, _NOISE)), self._config.noise / GRAY_LEVELS
        noise = [rng.normal(0.0, spread, one.shape).astype(np.float32) for one in (first, second)]
        found = self.model.train_on_batch((first, second, *noise), return_dict=True)
        errors = {name: float(found[name]) * GRAY_LEVELS / 2 for name in ("cycle", "identity")}
        return errors | {name: float(found[name]) / 2 for name in ("adversarial", "critic")}

    def cycle_error(self, pictures: Pictures) -> float:
        """Mean error a pixel of pictures, uint8 (N, 84, 84, 1), mapped there and back, in gray levels."""
        total = 0.0
        for begin in range(0, len(pictures), _TEST_BATCH):
            some = pictures[begin : begin + _TEST_BATCH].astype(np.float32) / np.float32(GRAY_LEVELS) - np.float32(1.0)
            back = self.model.back.predict_on_batch(self.model.forward.predict_on_batch(some))
            total += float(np.abs(back - some).mean(axis=(1, 2, 3)).sum())
        return total / len(pictures) * GRAY_LEVELS

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays of the generator that maps."""
        return weights_of(self.model.forward)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All that a bit-exact resume needs."""
        arrays = numbered(OPTIMISER, self.model.optimizer.variables)
        for network in self._networks():
            arrays |= {f"{network.name}/{name}": array for name, array in weights_of(network).items()}
        return arrays

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
        """Go back to saved arrays; InputError naming the file when they are of other networks."""
        for network in self._networks():
            prefix = f"{network.name}/"
            own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
            set_weights(network, own, where)
        restore_numbered(OPTIMISER, self.model.optimizer.variables, arrays, where)

    def _networks(self) -> tuple[keras.Model, ...]:
        return self.model.forward, self.model.back, self.model.critic_to, self.model.critic_from
