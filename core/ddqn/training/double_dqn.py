"""Double DQN: two Q-networks, and the loss that pulls one towards the other's view of the future."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from core.ddqn.training.q_network import inputs_of


class DoubleDqn(keras.Model):
    """A Keras model whose loss is Double DQN's (van Hasselt et al. 2016), fed with ``train_on_batch``.

    The input of an update is a ``Transition`` as a tuple, (s_tm1, a_tm1, r_t, discount_t, s_t, a_tm2, last_a_t): stacks
    uint8 (B, 4, *item_shape), actions int32 (B,), and float32 (B,): the reward, summed and discounted over the
    transition's steps, and the discount of the value after them, 0 where the episode terminated. The last two are the
    actions that led to the stacks, for networks that take them.

        target = r_t + discount_t * Q_target(s_t, argmax_a Q_online(s_t, a))

    Attributes:
        online: the Q-network that learns and acts.
        target: its delayed copy.
    """

    def __init__(self, online: keras.Model, target: keras.Model, loss: str = "huber") -> None:
        """Join two networks of the same shape.

        Args:
            online, target: Q-networks; the target takes the online one's weights.
            loss: of the temporal-difference error: "huber" (quadratic up to 1, then linear, as Mnih et al. (2015) clip
                it) or "squared".
        """
        super().__init__(name="double_dqn")
        self.online = online
        self.target = target
        self.target.trainable = False
        self._huber = loss == "huber"
        self.mean_error = keras.metrics.Mean(name="td_error")
        self.mean_q = keras.metrics.Mean(name="q")
        self.copy_to_target()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Q-values of the states acted in, float32 (B, actions)."""
        return self.online(inputs_of(self.online, inputs[0], inputs[5]))

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The mean loss of a batch of transitions; ``y_pred`` are its Q-values."""
        a_tm1, r_t, discount_t, s_t, _, last_a_t = map(ops.convert_to_tensor, x[1:])  # PyTorch gets arrays
        actions = y_pred.shape[-1]
        q_tm1 = ops.sum(y_pred * ops.one_hot(a_tm1, actions), axis=-1)
        after = inputs_of(self.online, s_t, last_a_t)
        best_action = ops.one_hot(ops.argmax(self.online(after), axis=-1), actions)
        q_t = ops.sum(self.target(after) * best_action, axis=-1)
        error = ops.stop_gradient(r_t + discount_t * q_t) - q_tm1
        size = ops.abs(error)
        self.mean_error.update_state(size)
        self.mean_q.update_state(ops.max(y_pred, axis=-1))
        losses = ops.where(size < 1.0, 0.5 * error * error, size - 0.5) if self._huber else 0.5 * error * error
        return ops.mean(losses)

    def copy_to_target(self) -> None:
        """Make the target network equal to the online one."""
        for target, online in zip(self.target.variables, self.online.variables, strict=True):
            target.assign(ops.copy(online))  # JAX would share the array, then refuse to update it in two places

    def move_target(self, tau: float) -> None:
        """Move the target network so much of the way to the online one (a moving average, Lillicrap et al. 2016)."""
        for target, online in zip(self.target.variables, self.online.variables, strict=True):
            target.assign(target + tau * (online - target))
