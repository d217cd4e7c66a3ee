"""The paper's notation as Keras networks: one to train, the same one in the form that ONNX Runtime runs fastest, and
its encoder alone.

All take ``uint8 (N, H, W, channels)`` and scale it inside. Layers carry the same weights under the same names, so
arrays of one fit the other. Only Keras' backend-neutral API is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from core.fcn.notation import Architecture, Convolution, LayerStep, Pooling, Skip
from core.training.arrays import arrays_of, set_arrays

Shape: TypeAlias = tuple[int | None, int | None, int]
"""Height and width of the input, or None for any that the pooling divides, and its channels, 3 (colour) or 1 (gray)."""

_MakeLayer: TypeAlias = Callable[[LayerStep, str], keras.layers.Layer]
_SCALES = {"unit": (1 / 255, 0.0), "centred": (2 / 255, -1.0)}  # factor and offset by FcnConfig.scaling


def build(architecture: Architecture, shape: Shape, scaling: str = "unit") -> keras.Model:
    """The network for training: uint8 (N, H, W, channels) to float32 logits (N, H, W, 16).

    Args:
        architecture: the chain of layers.
        shape: of the input.
        scaling: range of pixel values after the first step, "unit" (0 to 1) or "centred" (-1 to 1).

    Raises:
        InputError: the pooling does not divide the input's sides.
    """
    pixels, logits, _ = _tensors(architecture, shape, scaling, _training_deconvolution)
    return keras.Model(pixels, logits, name="fcn")


def build_encoder(architecture: Architecture, shape: tuple[int, int, int], scaling: str = "unit") -> keras.Model:
    """The layers before the first deconvolution: uint8 (N, H, W, channels) to float32 features (N, h, w, c)."""
    pixels, _, features = _tensors(architecture, shape, scaling, _training_deconvolution)
    return keras.Model(pixels, features, name="encoder")


def build_for_export(architecture: Architecture, shape: tuple[int, int, int], scaling: str = "unit") -> keras.Model:
    """The same network for ONNX Runtime.

    Its outputs are "logits", float32 (N, H, W, 16), "features", float32 (N, h, w, c), the tensor before the first
    deconvolution, which agents look at, and "cells", the logits as the last deconvolution makes them, float32 (N, rows,
    columns, stride, stride, 16). Deconvolutions are written as ordinary convolutions and a rearrangement, the same sums
    in another order: ONNX Runtime has no fast kernel for transposed ones (84 x 84: 1.03 in place of 1.63 ms of
    processor time a frame).
    """
    pixels, (logits, cells), features = _tensors(architecture, shape, scaling, ShuffleDeconvolution)
    # Output tensors take the names of the dictionary in the exported graph.
    return keras.Model(pixels, {"logits": logits, "features": features, "cells": cells}, name="fcn")


def _tensors(architecture: Architecture, shape: Shape, scaling: str, deconvolution: _MakeLayer) -> tuple[Any, Any, Any]:
    """Keras' tensors of the input, of what the last layer gives, and of the features."""
    height, width, channels = shape
    if height is not None and width is not None:
        architecture.check_size(height, width)
    pixels = keras.Input(shape, dtype="uint8", name="pixels")
    factor, offset = _SCALES[scaling]
    x = layers.Rescaling(factor, offset, name="scale")(pixels)
    features = undone = None
    pooled = []
    for place, step in enumerate(architecture.steps(channels)):
        if place == architecture.encoder_length:
            features = x
        name = f"{place:02d}_{str(step.layer).replace('-', '_')}"
        if isinstance(step.layer, Convolution):
            x = layers.Conv2D(
                step.layer.filters,
                step.layer.kernel,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=name,
            )(x)
        elif isinstance(step.layer, Pooling):
            pooled.append(x)
            x = layers.MaxPooling2D(step.layer.stride, name=name)(x)
        elif isinstance(step.layer, Skip):
            x = layers.Concatenate(name=name)([x, undone])
        else:
            if not step.is_output:
                undone = pooled.pop()
            x = deconvolution(step, name)(x)
    return pixels, x, features


def _activation(step: LayerStep) -> str | None:
    return None if step.is_output else "relu"


def _training_deconvolution(step: LayerStep, name: str) -> keras.layers.Layer:
    return layers.Conv2DTranspose(
        step.channels_out,
        step.layer.kernel,  # type: ignore[union-attr]
        strides=step.stride,
        padding="same",
        activation=_activation(step),
        kernel_initializer="he_normal",
        name=name,
    )


class ShuffleDeconvolution(layers.Layer):
    """A transposed convolution as a convolution with stride² times the channels, rearranged into pixels.

    A cell of the output, counted from before the padding is cut off, is ``stride * m + phase``; it is a sum over the
    cells ``m - taps + 1`` to ``m`` of the input, so all phases together are one convolution of ``taps`` x ``taps``. Its
    weights are those of ``Conv2DTranspose``, by name and shape.
    """

    def __init__(self, step: LayerStep, name: str) -> None:
        super().__init__(name=name)
        self.depth = step.channels_out
        self.size = step.layer.kernel  # type: ignore[union-attr]
        self.stride = step.stride
        self.taps = -(-self.size // self.stride)
        self.is_output = step.is_output

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the weights for an input of that shape, (N, h, w, c)."""
        self.kernel = self.add_weight(shape=(self.size, self.size, self.depth, shape[-1]), name="kernel")
        self.bias = self.add_weight(shape=(self.depth,), name="bias", initializer="zeros")

    def call(self, x: Any) -> Any:
        """float32 (N, h, w, c) to (N, h * stride, w * stride, depth); the last one also gives its cells.

        The bias is added where the convolution can take it along, and so is ReLU.
        """
        height, width = x.shape[1], x.shape[2]
        margin = self.taps - 1
        x = ops.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
        x = ops.conv(x, self._kernel(x.shape[-1]), padding="valid") + ops.tile(self.bias, self.stride * self.stride)
        if not self.is_output:
            x = ops.relu(x)
        rows, columns, stride = height + margin, width + margin, self.stride
        cells = ops.reshape(x, (-1, rows, columns, stride, stride, self.depth))
        x = ops.reshape(ops.transpose(cells, (0, 1, 3, 2, 4, 5)), (-1, rows * stride, columns * stride, self.depth))
        if margin:
            begin = self.begin
            x = x[:, begin : begin + height * stride, begin : begin + width * stride]
        return (x, cells) if self.is_output else x

    @property
    def begin(self) -> int:
        """First row and column of the rearranged cells that belongs to the picture."""
        return (self.size - self.stride) // 2

    def _kernel(self, channels: int) -> Any:
        """(size, size, depth, channels) to (taps, taps, channels, stride * stride * depth)."""
        taps, stride = self.taps, self.stride
        missing = taps * stride - self.size
        kernel = ops.pad(self.kernel, ((0, missing), (0, missing), (0, 0), (0, 0)))
        kernel = ops.reshape(kernel, (taps, stride, taps, stride, self.depth, channels))
        kernel = ops.flip(kernel, (0, 2))
        return ops.reshape(ops.transpose(kernel, (0, 2, 5, 1, 3, 4)), (taps, taps, channels, -1))


def weights_of(model: keras.Model) -> dict[str, npt.NDArray[np.float32]]:
    """Weights by "layer/variable" name."""
    return arrays_of(_variables(model))


def set_weights(model: keras.Model, arrays: Mapping[str, npt.NDArray[Any]], where: str = "the weights") -> None:
    """Give a network the arrays of ``weights_of``; InputError naming the file when one is missing or does not fit."""
    set_arrays(_variables(model), arrays, where, "this network")


def _variables(model: keras.Model) -> dict[str, Any]:
    return {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.weights}
