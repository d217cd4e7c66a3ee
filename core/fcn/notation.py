"""The paper's notation for fully convolutional networks, ``fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8``.

A network is a chain of layers, written ``fcn_`` and then one part a layer, joined by ``_`` (Bélignon 2020):

- ``fN-kK``: a convolution of N filters and kernel K x K, stride 1, zero padding to the same size, ReLU;
- ``sN``: a max pooling of N x N, stride N;
- ``dK``: a deconvolution (transposed convolution) of kernel K x K, which undoes pooling.

One part is not the paper's: ``skip``, after a deconvolution that undoes one pooling, joins to its channels those of the
tensor that the pooling took in (a skip connection; Ronneberger et al. 2015, "U-Net").

The paper writes neither the deconvolution's stride nor its padding. Here every deconvolution but the last undoes the
latest pooling that is not yet undone, keeps the number of channels and ends in ReLU; the last one undoes all pooling
that is left (none makes it a plain convolution) and gives the class logits, with no activation. So a chain always
answers at the size of its input, one ``d`` has the product of the pooling strides, and further layers may follow an
inner ``d``. Batch normalisation is not in the paper and not in the notation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from core.classes import CLASS_COUNT
from core.errors import InputError

PREFIX = "fcn"
EXAMPLE = "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8"
MAX_LAYERS = 100
MOST_FILTERS = 4096
_LIMITS = {"filters": (1, MOST_FILTERS), "kernel": (1, 63), "stride": (2, 16)}


@dataclass(frozen=True, slots=True)
class Convolution:
    """``fN-kK``: N filters, kernel K x K, stride 1, same size, ReLU."""

    filters: int
    kernel: int

    def __str__(self) -> str:
        return f"f{self.filters}-k{self.kernel}"


@dataclass(frozen=True, slots=True)
class Pooling:
    """``sN``: max pooling of N x N cells with stride N."""

    stride: int

    def __str__(self) -> str:
        return f"s{self.stride}"


@dataclass(frozen=True, slots=True)
class Deconvolution:
    """``dK``: transposed convolution of kernel K x K; its stride follows from the chain."""

    kernel: int

    def __str__(self) -> str:
        return f"d{self.kernel}"


@dataclass(frozen=True, slots=True)
class Skip:
    """``skip``: the channels before it and those of the tensor that the pooling undone last took in, joined."""

    def __str__(self) -> str:
        return "skip"


Layer: TypeAlias = Convolution | Pooling | Deconvolution | Skip


@dataclass(frozen=True, slots=True)
class LayerStep:
    """One layer with what follows from its place in the chain.

    Attributes:
        layer: what was written.
        channels_in, channels_out: depth of the tensors before and after it.
        stride: factor by which the layer shrinks (pooling) or grows (deconvolution) its input; 1 for a convolution.
        scale: input pixels that one cell of the layer's *input* covers, in each direction.
        is_output: whether the layer gives the logits.
    """

    layer: Layer
    channels_in: int
    channels_out: int
    stride: int
    scale: int
    is_output: bool


@dataclass(frozen=True, slots=True)
class Architecture:
    """A chain of layers that answers at the size of its input.

    Attributes:
        layers: as written, first to last; the last one is a deconvolution.
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def parse(cls, text: str) -> Architecture:
        """Read the notation; InputError that names the wrong part."""
        parts = text.split("_")
        if parts[0] != PREFIX:
            raise InputError(f"architecture {text!r}: it must begin with {PREFIX}_, as in {EXAMPLE}")
        if len(parts) == 1:
            raise InputError(f"architecture {text!r}: no layer follows {PREFIX}; write one such as {EXAMPLE}")
        return cls(tuple(_parse_part(part, place, text) for place, part in enumerate(parts[1:], start=1)))

    def __str__(self) -> str:
        return "_".join((PREFIX, *map(str, self.layers)))

    def steps(self, channels: int = 3) -> tuple[LayerStep, ...]:
        """The layers with channels, strides and scales, for an input of that many channels."""
        return tuple(_steps(self.layers, channels))

    @property
    def total_stride(self) -> int:
        """Input pixels a side that a cell of the deepest tensor covers; the input's sides must be divisible by it."""
        return max(step.scale for step in self.steps())

    @property
    def receptive_field(self) -> int:
        """Side of the square of input pixels that can change one output pixel."""
        field = 1
        for step in self.steps():
            field += (_cells_seen(step) - 1) * step.scale
        return field

    @property
    def encoder_length(self) -> int:
        """How many layers lie before the first deconvolution."""
        return next(place for place, layer in enumerate(self.layers) if isinstance(layer, Deconvolution))

    def parameters(self, channels: int = 3) -> int:
        """Number of weights and biases."""
        return sum(_weights(step) + step.channels_out for step in self.steps(channels) if _has_weights(step))

    def encoder_parameters(self, channels: int = 3) -> int:
        """Number of weights and biases before the first deconvolution."""
        steps = self.steps(channels)[: self.encoder_length]
        return sum(_weights(step) + step.channels_out for step in steps if _has_weights(step))

    def macs(self, height: int, width: int, channels: int = 3) -> int:
        """Multiplications with addition for one picture of that size."""
        total = 0
        for step in self.steps(channels):
            if _has_weights(step):
                total += _weights(step) * (height // step.scale) * (width // step.scale)
        return total

    def check_size(self, height: int, width: int) -> None:
        """InputError when a picture of that size does not divide by the pooling."""
        if height % self.total_stride or width % self.total_stride:
            raise InputError(
                f"architecture {self}: its pooling divides by {self.total_stride}, which does not divide "
                f"{height} x {width}; use poolings whose product divides both sides"
            )


_PART = re.compile(r"f(?P<filters>[0-9]+)-k(?P<kernel>[0-9]+)|s(?P<stride>[0-9]+)|d(?P<deconvolution>[0-9]+)|skip")


def _parse_part(part: str, place: int, text: str) -> Layer:
    match = _PART.fullmatch(part)
    if match is None:
        raise InputError(
            f"architecture {text!r}: part {place} is {part!r}; write fN-kK (convolution), sN (max pooling), dK "
            f"(deconvolution) or skip (skip connection), as in {EXAMPLE}"
        )
    values = {name: _number(digits, part, place, text) for name, digits in match.groupdict().items() if digits}
    if "filters" in values:
        return Convolution(values["filters"], values["kernel"])
    if "stride" in values:
        return Pooling(values["stride"])
    return Deconvolution(values["deconvolution"]) if "deconvolution" in values else Skip()


def _number(digits: str, part: str, place: int, text: str) -> int:
    if digits.startswith("0") or len(digits) > 6:
        raise InputError(
            f"architecture {text!r}: part {place} is {part!r}; its numbers are whole, from 1, without leading zeros"
        )
    return int(digits)


def _check(architecture: Architecture) -> None:
    """InputError for a chain that cannot be a network."""
    text, layers = str(architecture), architecture.layers
    if not layers or not isinstance(layers[-1], Deconvolution):
        raise InputError(f"architecture {text!r}: its last part must be a deconvolution dK, which gives the classes")
    if len(layers) > MAX_LAYERS:
        raise InputError(f"architecture {text!r}: {len(layers)} layers are too many; the most is {MAX_LAYERS}")
    for place, layer in enumerate(layers, start=1):
        _check_range(layer, place, text)
    pooled: list[int] = []
    last = len(layers)
    for place, layer in enumerate(layers, start=1):
        if isinstance(layer, Pooling):
            pooled.append(layer.stride)
        elif isinstance(layer, Deconvolution):
            if place < last and not pooled:
                raise InputError(
                    f"architecture {text!r}: part {place}, {str(layer)!r}, has no pooling left to undo; leave it out"
                )
            stride = math.prod(pooled) if place == last else pooled.pop()
            if layer.kernel < stride:
                raise InputError(
                    f"architecture {text!r}: part {place}, {str(layer)!r}, undoes a stride of {stride}, so its kernel "
                    f"must be at least {stride}"
                )
        elif isinstance(layer, Skip) and not isinstance(layers[max(place - 2, 0)], Deconvolution):
            raise InputError(f"architecture {text!r}: part {place}, 'skip', must follow a deconvolution, as in d2_skip")


def _check_range(layer: Layer, place: int, text: str) -> None:
    for name, (low, high) in _LIMITS.items():
        value = getattr(layer, name, low)
        if not low <= value <= high:
            raise InputError(
                f"architecture {text!r}: part {place} is {str(layer)!r}; allowed are {name} from {low} to {high}"
            )


def _steps(layers: tuple[Layer, ...], channels: int) -> Iterator[LayerStep]:
    pooled: list[tuple[int, int]] = []  # stride, and channels of what was pooled
    undone = 0  # channels of what the pooling took in that was undone last
    scale = 1
    for place, layer in enumerate(layers, start=1):
        is_output = place == len(layers)
        if isinstance(layer, Convolution):
            yield LayerStep(layer, channels, layer.filters, 1, scale, is_output)
            channels = layer.filters
        elif isinstance(layer, Pooling):
            yield LayerStep(layer, channels, channels, layer.stride, scale, is_output)
            pooled.append((layer.stride, channels))
            scale *= layer.stride
        elif isinstance(layer, Skip):
            yield LayerStep(layer, channels, channels + undone, 1, scale, is_output)
            channels += undone
        else:
            if is_output:
                stride = math.prod(stride for stride, _ in pooled)
            else:
                stride, undone = pooled.pop()
            depth = CLASS_COUNT if is_output else channels
            yield LayerStep(layer, channels, depth, stride, scale, is_output)
            scale //= stride
            channels = depth


def _has_weights(step: LayerStep) -> bool:
    return isinstance(step.layer, Convolution | Deconvolution)


def _weights(step: LayerStep) -> int:
    return step.layer.kernel**2 * step.channels_in * step.channels_out  # type: ignore[union-attr]


def _cells_seen(step: LayerStep) -> int:
    """Cells a side of the layer's input that can change one cell of its output."""
    if isinstance(step.layer, Pooling):
        return step.stride
    if isinstance(step.layer, Skip):
        return 1
    return math.ceil(step.layer.kernel / step.stride)
