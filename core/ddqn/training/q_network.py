"""The Q-networks of the three agents: Keras, uint8 stacks in, a Q-value for each action out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from core.agents.policy import LAST_ACTION
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.training.network import build_encoder, set_weights
from core.frame import SMALL_SIZE, STACK_FRAMES
from core.game.env.actions import ACTIONS
from core.runs.run_folder import RunFolder
from core.training.arrays import arrays_of, set_arrays

FEATURE_FILTERS = 64  # of the one convolution that an fcn agent adds; Bélignon (2020) does not state its size
_ENCODER, _ENCODER_SCALE = "encoder", "encoder_scale"  # layers of a network whose encoder learns


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

    With ``encoder_frozen="no"`` the frames are colour pictures, and the encoder of the settings is part of the network,
    which gives each channel of its features over its greatest value (``features="raw"``: as they are). Its weights
    are new ones: ``set_encoder`` gives it others.

    With ``layer_norm`` every hidden layer is normalised over its channels before its ReLU (Ba et al. 2016). With
    ``dueling`` the dense layers are there twice, for the value of the state and for the advantage of each action, which
    add up to Q = V + A - mean(A) (Wang et al. 2016; without their scaling of gradients).

    Args:
        item_shape: of one frame: (84, 84) for gray and segmented pictures, (height, width, channels) for features, (84,
            84, 3) for an encoder that learns.
        config: a run's settings, of which those named above count, ``encoder`` as seen from the working directory; None
            for the paper's.
        actions: Q-values in the output.

    Returns:
        Input "stack", uint8 (N, 4, *item_shape), oldest frame first, and with ``last_action`` a second one of that
        name, int32 (N,); output float32 (N, actions).
    """
    config = config or DdqnConfig()
    stack = keras.Input((STACK_FRAMES, *item_shape), dtype="uint8", name="stack")
    is_picture = len(item_shape) == 2
    # To float before the transpose: oneDNN moves floats three times as fast as TensorFlow moves bytes.
    if config.encoder_frozen == "no":
        x = _encoded(stack, Path(config.encoder))
    else:
        is_raw = config.features == "raw" and not is_picture
        x = (FeatureScale() if is_raw else layers.Rescaling(1 / 255))(stack)
    x = _channels_last(x)
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
    heads = [layers.Dense(n)(_hidden(x, layers.Dense, config.hidden_units, normalised=normalised)) for n in outputs]
    values = heads[-1]
    if len(heads) > 1:
        values = heads[0] + values - ops.mean(values, axis=-1, keepdims=True)
    return keras.Model(inputs if len(inputs) > 1 else stack, values, name="q_network")


class FeatureScale(layers.Layer):
    """Features times a factor for each channel, which ``set_feature_scale`` gives: bytes back to an encoder's
    activations, or the activations of an encoder that learns to shares of their greatest value."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the scale for an input of that shape, (..., channels)."""
        one = keras.initializers.Constant(1 / 255)
        self.scale = self.add_weight(shape=(shape[-1],), initializer=one, trainable=False, name="scale")

    def call(self, x: Any) -> Any:
        """uint8 or float32 (..., channels) to float32 of the same shape."""
        return ops.cast(x, self.scale.dtype) * self.scale


def set_feature_scale(network: keras.Model, config: DdqnConfig, scale: npt.NDArray[np.float32]) -> None:
    """Tell a network the scale of its encoder's features, float32 (channels,), where it has a use for it.

    Args:
        network: of ``build_q_network``.
        config: its settings.
        scale: as ``core.agents.encoder.measure_scale`` gives it: 255 times it is a channel's greatest value.
    """
    factor = scale
    if config.encoder_frozen == "no":  # activations, not bytes, come in
        factor = np.float32(1) / (np.float32(255) * scale) if config.features == "scaled" else np.ones_like(scale)
    for layer in network.layers:
        if isinstance(layer, FeatureScale):
            layer.scale.assign(factor)


def _hidden(x: Any, kind: type[keras.Layer], *sizes: int, normalised: bool) -> Any:
    """A layer with ReLU, and between the two, where that is wished, layer normalisation."""
    x = kind(*sizes, activation=None if normalised else "relu", kernel_initializer="he_uniform")(x)
    return layers.ReLU()(layers.LayerNormalization()(x)) if normalised else x


def inputs_of(network: keras.Model, stacks: Any, last_actions: Any) -> Any:
    """What a Q-network is called with; the last actions only where it takes them."""
    return [stacks, last_actions] if len(network.inputs) > 1 else stacks


def _encoded(stack: Any, run: Path) -> Any:
    """Features of each frame of a stack of colour pictures, float32 (N, 4, height, width, channels), each scaled."""
    config = RunFolder.open(run).config(FcnConfig)
    shape = (SMALL_SIZE, SMALL_SIZE, 3)
    encoder = build_encoder(Architecture.parse(config.architecture), shape, config.scaling)
    features = FeatureScale(name=_ENCODER_SCALE)(encoder(ops.reshape(stack, (-1, *shape))))
    return ops.reshape(features, (-1, STACK_FRAMES, *features.shape[1:]))


def set_encoder(network: keras.Model, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Give the encoder of a network in which it learns the weights of a segmentation network, by layer and variable."""
    set_weights(network.get_layer(_ENCODER), arrays, where)


def copy_agent(source: keras.Model, target: keras.Model) -> None:
    """Give a Q-network what another one has learned: the weights of an encoder only where that one's learned too."""
    pairs = [(_head(source), _head(target))]
    if any(layer.name == _ENCODER for layer in source.layers):
        pairs.append((source.get_layer(_ENCODER).variables, target.get_layer(_ENCODER).variables))
    for theirs, mine in pairs:
        for variable, new in zip(theirs, mine, strict=True):
            new.assign(variable)


def _head(network: keras.Model) -> list[Any]:
    """The variables of all layers behind the encoder."""
    others = [layer for layer in network.layers if layer.name != _ENCODER and not isinstance(layer, FeatureScale)]
    return [variable for layer in others for variable in layer.variables]


def _channels_last(stack: Any) -> Any:
    """The stack with the frames among the channels: (N, 84, 84, 4), or (N, height, width, 4 * channels)."""
    if len(stack.shape) == 4:
        return ops.transpose(stack, (0, 2, 3, 1))
    height, width, channels = stack.shape[2:]
    return ops.reshape(ops.transpose(stack, (0, 2, 3, 1, 4)), (-1, height, width, STACK_FRAMES * channels))


def q_weights(model: keras.Model) -> dict[str, npt.NDArray[Any]]:
    """The network's arrays by name: the layer's number and the variable's, "0/kernel"; "encoder/…" where one learns."""
    return arrays_of(_variables(model))


def set_q_weights(model: keras.Model, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Put saved arrays into a network; InputError naming the file when they are of another one."""
    set_arrays(_variables(model), arrays, where, "the Q-network")


def _variables(model: keras.Model) -> dict[str, Any]:
    head = [layer for layer in model.layers if layer.weights and layer.name not in (_ENCODER, _ENCODER_SCALE)]
    found = {f"{i}/{variable.name}": variable for i, layer in enumerate(head) for variable in layer.weights}
    if len(head) < len([layer for layer in model.layers if layer.weights]):
        found[f"{_ENCODER}/scale"] = model.get_layer(_ENCODER_SCALE).scale
        inner = model.get_layer(_ENCODER).layers
        found |= {f"{_ENCODER}/{layer.name}/{one.name}": one for layer in inner for one in layer.weights}
    return found
