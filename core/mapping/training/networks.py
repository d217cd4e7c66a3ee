"""The networks of a CycleGAN (Zhu et al. 2017, section 7.1), small enough for pictures of 84 x 84.

Pixels are -1 to 1 inside. Generators are the paper's with fewer channels and blocks; they halve the sides once, not
twice, since Mario is 6 pixels wide, and enlarge by repeating pixels before a convolution, which leaves no checkerboard
(Odena et al. 2016). Discriminators judge patches of 34 x 34.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy.typing as npt
from keras import layers, ops

from core.config.mapping import MappingConfig
from core.frame import SMALL_SIZE
from core.training.arrays import arrays_of, set_arrays

_SHAPE = (SMALL_SIZE, SMALL_SIZE, 1)
_SLOPE = 0.2  # of the leaky ReLU
_SPREAD = 0.02  # standard deviation of weights at the start


def build_generator(config: MappingConfig, name: str) -> keras.Model:
    """A network that maps pictures, float32 (N, 84, 84, 1) to the same."""
    pixels = keras.Input(_SHAPE, name=f"{name}_pixels")
    return keras.Model(pixels, _generated(pixels, config), name=name)


def build_for_export(config: MappingConfig) -> keras.Model:
    """The same network from bytes to bytes: uint8 (N, 84, 84, 1) to "mapped", of the same."""
    pixels = keras.Input(_SHAPE, dtype="uint8", name="pixels")
    mapped = _generated(scaled(pixels), config)
    return keras.Model(pixels, {"mapped": ops.cast(ops.round((mapped + 1.0) * 127.5), "uint8")})


def build_discriminator(config: MappingConfig, name: str) -> keras.Model:
    """A network that tells real pictures from mapped ones: float32 (N, 84, 84, 1) to scores (N, 21, 21, 1)."""
    pixels = keras.Input(_SHAPE, name=f"{name}_pixels")
    x = ops.leaky_relu(_convolution(2 * config.filters, 4, 2, bias=True)(pixels), _SLOPE)
    for factor, stride in ((4, 2), (8, 1)):
        x = ops.leaky_relu(_normed(_convolution(factor * config.filters, 4, stride)(x)), _SLOPE)
    return keras.Model(pixels, _convolution(1, 4, 1, bias=True)(x), name=name)


def scaled(pixels: Any) -> Any:
    """Bytes as float32, -1 to 1."""
    return ops.cast(pixels, "float32") * (2 / 255) - 1.0


def weights_of(model: keras.Model) -> dict[str, npt.NDArray[Any]]:
    """Weights by the number of the layer and the variable's name, "0/kernel"."""
    return arrays_of(_variables(model))


def set_weights(model: keras.Model, arrays: Mapping[str, npt.NDArray[Any]], where: str) -> None:
    """Give a network the arrays of ``weights_of``; InputError naming the file when one is missing or does not fit."""
    set_arrays(_variables(model), arrays, where, "this mapping")


def _generated(x: Any, config: MappingConfig) -> Any:
    few = config.filters
    for channels, kernel, stride in ((few, 7, 1), (2 * few, 3, 2)):
        x = ops.relu(_normed(_convolution(channels, kernel, stride)(x)))
    for _ in range(config.blocks):
        inner = ops.relu(_normed(_convolution(2 * few, 3)(x)))
        x = x + _normed(_convolution(2 * few, 3)(inner))
    x = ops.relu(_normed(_convolution(few, 3)(layers.UpSampling2D()(x))))
    return ops.tanh(_convolution(1, 7, bias=True)(x))


def _convolution(channels: int, kernel: int, stride: int = 1, *, bias: bool = False) -> keras.layers.Layer:
    """Without a bias where a norm takes it away."""
    start = keras.initializers.RandomNormal(stddev=_SPREAD)
    return layers.Conv2D(channels, kernel, stride, padding="same", use_bias=bias, kernel_initializer=start)


def _normed(x: Any) -> Any:
    """Each channel of each picture by its own mean and spread: instance normalisation."""
    return layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)


def _variables(model: keras.Model) -> dict[str, Any]:
    with_weights = [layer for layer in model.layers if layer.weights]
    return {f"{i}/{variable.name}": variable for i, layer in enumerate(with_weights) for variable in layer.weights}
