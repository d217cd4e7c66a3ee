"""The Q-networks of the three agents: Keras, uint8 stacks in, a Q-value for each action out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from core.agents.policy import LAST_ACTION
from core.config.ddqn import DdqnConfig
from core.frame import STACK_FRAMES
from core.game.env.actions import ACTIONS
from core.training.arrays import arrays_of, set_arrays

FEATURE_FILTERS = 64  # of the one convolution that an fcn agent adds; Bélignon (2020) does not state its size
HIDDEN_UNITS = 512  # Bélignon 2020, after Mnih et al. 2015


def build_q_network(
    item_shape: tuple[int, ...], config: DdqnConfig | None = None, actions: int = len(ACTIONS)
) -> keras.Model:
    """A Q-network with new weights.

    For pictures, Bélignon's (2020) baseline, which is Mnih et al.'s (2015): 32 filters of 8 x 8 with stride 4, 64 of
    4 x 4 with 2, 64 of 3 x 3 with 1, 512 units, all with ReLU, and a linear output. For features of a frozen encoder,
    one convolution, 64 filters of 3 x 3 with stride 2, then the same dense layers; with ``feature_pooling`` max-pooling
    of 2 x 2 between them, which leaves a quarter of the dense layer's 3.3 million weights. Features come as bytes; with
    ``features="raw"`` the network turns them back into activations (``FeatureScale``), else each channel is 0 to 1.

    With ``last_action`` that is one-hot beside what the convolutions give, since four frames do not show whether A is
    held, and the game jumps on a fresh press only.

    With ``layer_norm`` every hidden layer is normalised over its channels before its ReLU (Ba et al. 2016). With
    ``dueling`` the dense layers are there twice, for the value of the state and for the advantage of each action, which
    add up to Q = V + A - mean(A) (Wang et al. 2016; without their scaling of gradients).

    Args:
        item_shape: of one frame: (84, 84) for gray and segmented pictures, (height, width, channels) for features.
        config: a run's settings, of which those named above count; None for the paper's.
        actions: Q-values in the output.

    Returns:
        Input "stack", uint8 (N, 4, *item_shape), oldest frame first, and with ``last_action`` a second one of that
        name, int32 (N,); output float32 (N, actions).
    """
    config = config or DdqnConfig()
    stack = keras.Input((STACK_FRAMES, *item_shape), dtype="uint8", name="stack")
    is_picture = len(item_shape) == 2
    # To float before the transpose: oneDNN moves floats three times as fast as TensorFlow moves bytes.
    is_raw = config.features == "raw" and not is_picture
    x = _channels_last((FeatureScale() if is_raw else layers.Rescaling(1 / 255))(stack), item_shape)
    normalised = config.layer_norm == "yes"
    for filters, kernel, stride in ((32, 8, 4), (64, 4, 2), (64, 3, 1)) if is_picture else ((FEATURE_FILTERS, 3, 2),):
        x = _hidden(x, layers.Conv2D, filters, kernel, stride, normalised=normalised)
    if config.feature_pooling == "yes" and not is_picture:
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    inputs = [stack]
    if config.last_action == "yes":
        inputs.append(keras.Input((), dtype="int32", name=LAST_ACTION))
        x = layers.Concatenate()([x, ops.one_hot(inputs[1], actions)])
    outputs = (1, actions) if config.dueling == "yes" else (actions,)
    heads = [layers.Dense(units)(_hidden(x, layers.Dense, HIDDEN_UNITS, normalised=normalised)) for units in outputs]
    values = heads[-1]
    if len(heads) > 1:
        values = heads[0] + values - ops.mean(values, axis=-1, keepdims=True)
    return keras.Model(inputs if len(inputs) > 1 else stack, values, name="q_network")


class FeatureScale(layers.Layer):
    """Bytes back to an encoder's activations: times a scale for each channel, which ``set_feature_scale`` gives."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the scale for an input of that shape, (..., channels)."""
        one = keras.initializers.Constant(1 / 255)
        self.scale = self.add_weight(shape=(shape[-1],), initializer=one, trainable=False, name="scale")

    def call(self, x: Any) -> Any:
        """uint8 (..., channels) to float32 of the same shape."""
        return ops.cast(x, self.scale.dtype) * self.scale


def set_feature_scale(network: keras.Model, scale: npt.NDArray[np.float32]) -> None:
    """Tell a network of raw features the scale of their bytes, float32 (channels,); others have no use for it."""
    for layer in network.layers:
        if isinstance(layer, FeatureScale):
            layer.scale.assign(scale)


def _hidden(x: Any, kind: type[keras.Layer], *sizes: int, normalised: bool) -> Any:
    """A layer with ReLU, and between the two, where that is wished, layer normalisation."""
    x = kind(*sizes, activation=None if normalised else "relu", kernel_initializer="he_uniform")(x)
    return layers.ReLU()(layers.LayerNormalization()(x)) if normalised else x


def inputs_of(network: keras.Model, stacks: Any, last_actions: Any) -> Any:
    """What a Q-network is called with; the last actions only where it takes them."""
    return [stacks, last_actions] if len(network.inputs) > 1 else stacks


def _channels_last(stack: Any, item_shape: tuple[int, ...]) -> Any:
    """The stack with the frames among the channels: (N, 84, 84, 4), or (N, height, width, 4 * channels)."""
    if len(item_shape) == 2:
        return ops.transpose(stack, (0, 2, 3, 1))
    height, width, channels = item_shape
    return ops.reshape(ops.transpose(stack, (0, 2, 3, 1, 4)), (-1, height, width, STACK_FRAMES * channels))


def q_weights(model: keras.Model) -> dict[str, npt.NDArray[Any]]:
    """The network's arrays by name: the layer's number and the variable's, "0/kernel"."""
    return arrays_of(_variables(model))


def set_q_weights(model: keras.Model, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Put saved arrays into a network; InputError naming the file when they are of another one."""
    set_arrays(_variables(model), arrays, where, "the Q-network")


def _variables(model: keras.Model) -> dict[str, Any]:
    with_weights = [layer for layer in model.layers if layer.weights]
    return {f"{i}/{variable.name}": variable for i, layer in enumerate(with_weights) for variable in layer.weights}
