"""CycleGAN: two generators that undo each other, two discriminators, and one loss for all four."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from core.config.mapping import MappingConfig
from core.mapping.training.networks import build_discriminator, build_generator, scaled


class CycleGan(keras.Model):
    """A Keras model whose loss is CycleGAN's (Zhu et al. 2017), fed with ``train_on_batch``.

    The input of an update begins with two batches, uint8 (N, 84, 84, 1) each: pictures of the levels that it maps from,
    and of those that it maps to; they are no pairs. Scores are pulled to 1 and 0 by least squares (Mao et al. 2017).

    Two more arrays are noise, float32 (N, 84, 84, 1), added to mapped pictures before they are mapped back: a generator
    can hide what it leaves out, as small things, in differences that nobody sees (Chu et al. 2017), and noise drowns
    those (Bashkirova et al. 2019).

    Discriminators learn from pictures behind ``stop_gradient``, and the gradient that the generators' part of the loss
    has for their weights is taken away again. So one optimiser does what the paper's two do, which look at the same
    weights too. The paper's pool of older pictures for the discriminators is left out.

    Attributes:
        forward, back: the generators, there and back.
        critic_to, critic_from: the discriminators of pictures mapped there and back.
    """

    def __init__(self, config: MappingConfig) -> None:
        super().__init__(name="cycle_gan")
        self.forward, self.back = (build_generator(config, name) for name in ("forward", "back"))
        self.critic_to, self.critic_from = (build_discriminator(config, name) for name in ("critic_to", "critic_from"))
        self._cycle_weight, self._identity_weight = config.cycle_weight, config.identity_weight
        self.means = {name: keras.metrics.Mean(name=name) for name in ("cycle", "identity", "adversarial", "critic")}

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The pictures mapped, float32 (N, 84, 84, 1), -1 to 1."""
        return self.forward(scaled(inputs[0]))

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of two batches; ``y_pred`` are the first one's pictures, mapped."""
        first, second = (scaled(ops.convert_to_tensor(one)) for one in x[:2])  # PyTorch gets arrays
        noise_there, noise_here = map(ops.convert_to_tensor, x[2:])
        there, here = y_pred, self.back(second)
        cycle = _distance(self.back(there + noise_there), first) + _distance(self.forward(here + noise_here), second)
        identity = _distance(self.forward(second), second) + _distance(self.back(first), first)
        adversarial = _off(self.critic_to(there), 1.0) + _off(self.critic_from(here), 1.0)
        told_there = self.critic_to(ops.stop_gradient(there))
        told_here = self.critic_from(ops.stop_gradient(here))
        # To take away the gradient of ``adversarial`` for the discriminators' weights, which generators do not move.
        not_theirs = _off(told_there, 1.0) + _off(told_here, 1.0)
        critic = 0.5 * (
            _off(self.critic_to(second), 1.0)
            + _off(told_there, 0.0)
            + _off(self.critic_from(first), 1.0)
            + _off(told_here, 0.0)
        )
        for name, value in zip(self.means, (cycle, identity, adversarial, critic), strict=True):
            self.means[name].update_state(value)
        return self._cycle_weight * cycle + self._identity_weight * identity + adversarial - not_theirs + critic


def _distance(one: Any, other: Any) -> Any:
    return ops.mean(ops.abs(one - other))


def _off(scores: Any, wanted: float) -> Any:
    return ops.mean(ops.square(scores - wanted))
