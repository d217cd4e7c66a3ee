"""The Q-networks: their shape, and what they compute against plain NumPy."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from core.agents.encoder import quantise
from core.config.ddqn import DdqnConfig
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
from core.fcn.predictor import FcnPredictor
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder
from tests.agent_runs import ENCODER

PAPER_PARAMETERS = (
    8 * 8 * 4 * 32 + 32,
    4 * 4 * 32 * 64 + 64,
    3 * 3 * 64 * 64 + 64,
    7 * 7 * 64 * 512 + 512,
    512 * 5 + 5,
)
FEATURE_PARAMETERS = (3 * 3 * 4 * 32 * 64 + 64, 10 * 10 * 64 * 512 + 512, 512 * 5 + 5)


def stacks(count: int, item_shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (count, 4, *item_shape), np.uint8)


def random_weights(network: object, seed: int) -> dict[str, npt.NDArray[np.float32]]:
    """Arrays of the network's shapes, biases too, small enough to keep activations near 1."""
    rng = np.random.default_rng(seed)
    return {
        name: (rng.normal(size=array.shape) / np.sqrt(max(array[..., 0].size, 16))).astype(np.float32)
        for name, array in q_weights(network).items()
    }


def plain_convolution(
    x: npt.NDArray[np.float64], kernel: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], stride: int
) -> npt.NDArray[np.float64]:
    """ReLU of a convolution without padding: (N, H, W, C) and (k, k, C, F) to (N, h, w, F)."""
    size = kernel.shape[0]
    rows, columns = ((side - size) // stride + 1 for side in x.shape[1:3])
    y = np.zeros((len(x), rows, columns, kernel.shape[-1]))
    for row in range(rows):
        for column in range(columns):
            patch = x[:, row * stride : row * stride + size, column * stride : column * stride + size]
            y[:, row, column] = np.tensordot(patch, kernel, axes=3) + bias
    return np.maximum(y, 0)


def plain_network(
    seen: npt.NDArray[np.uint8],
    arrays: dict[str, npt.NDArray[np.float32]],
    strides: tuple[int, ...],
    *,
    pools: bool = False,
    last_actions: npt.NDArray[np.int32] | None = None,
) -> npt.NDArray[np.float64]:
    """Q-values of the network of the paper's kind, written out."""
    channels = seen[..., None] if seen.ndim == 4 else seen
    x = np.concatenate(np.moveaxis(channels, 1, 0), axis=-1) / 255
    layer = 0
    for stride in strides:
        x = plain_convolution(x, arrays[f"{layer}/kernel"], arrays[f"{layer}/bias"], stride)
        layer += 1
    if pools:
        height, width = (side // 2 for side in x.shape[1:3])
        x = x[:, : 2 * height, : 2 * width].reshape(len(x), height, 2, width, 2, -1).max(axis=(2, 4))
    x = x.reshape(len(x), -1)
    if last_actions is not None:
        x = np.concatenate([x, np.eye(5)[last_actions]], axis=1)
    hidden = x @ arrays[f"{layer}/kernel"] + arrays[f"{layer}/bias"]
    return np.maximum(hidden, 0) @ arrays[f"{layer + 1}/kernel"] + arrays[f"{layer + 1}/bias"]


@pytest.mark.parametrize(
    ("item_shape", "parameters", "strides"),
    [((84, 84), PAPER_PARAMETERS, (4, 2, 1)), ((21, 21, 32), FEATURE_PARAMETERS, (2,)), ((8, 8, 2), None, (2,))],
    ids=["pictures", "features", "small features"],
)
def test_q_values_are_those_of_the_network_written_out(
    item_shape: tuple[int, ...], parameters: tuple[int, ...] | None, strides: tuple[int, ...]
) -> None:
    network = build_q_network(item_shape)
    if parameters is not None:
        assert [layer.count_params() for layer in network.layers if layer.weights] == list(parameters)
    arrays = random_weights(network, 2)
    set_q_weights(network, arrays, "here")
    seen = stacks(3, item_shape)
    values = np.asarray(network.predict_on_batch(seen))
    assert values.shape == (3, 5) and values.dtype == np.float32
    np.testing.assert_allclose(values, plain_network(seen, arrays, strides), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("item_shape", [(84, 84), (9, 10, 2)])
def test_pooling_and_the_last_action_written_out(item_shape: tuple[int, ...]) -> None:
    is_picture = len(item_shape) == 2
    network = build_q_network(item_shape, DdqnConfig(last_action="yes", feature_pooling="yes"))
    arrays = random_weights(network, 5)
    set_q_weights(network, arrays, "here")
    seen, last_actions = stacks(3, item_shape), np.int32([0, 4, 2])
    values = np.asarray(network.predict_on_batch(inputs_of(network, seen, last_actions)))
    strides = (4, 2, 1) if is_picture else (2,)
    expected = plain_network(seen, arrays, strides, pools=not is_picture, last_actions=last_actions)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-4)


def test_raw_features_are_bytes_times_their_scale() -> None:
    """The same as a network of scaled ones whose first weights are so much larger; the scale is saved, not learned."""
    item_shape = (9, 10, 3)
    scaled, raw = build_q_network(item_shape), build_q_network(item_shape, DdqnConfig(features="raw"))
    scale = np.float32([0.5, 0.01, 2.0])
    set_feature_scale(raw, DdqnConfig(features="raw"), scale)
    arrays = random_weights(scaled, 6)
    set_q_weights(scaled, arrays, "here")
    larger = dict(arrays, **{"0/kernel": arrays["0/kernel"] / np.tile(255 * scale, 4)[:, None]})
    own = {f"{int(name[0]) + 1}{name[1:]}": array for name, array in larger.items()}
    set_q_weights(raw, {**own, "0/scale": q_weights(raw)["0/scale"]}, "here")
    seen = stacks(3, item_shape)
    np.testing.assert_allclose(raw.predict_on_batch(seen), scaled.predict_on_batch(seen), rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(q_weights(raw)["0/scale"], scale)
    assert len(raw.trainable_variables) == len(scaled.trainable_variables)


@pytest.mark.parametrize("features", ["scaled", "raw"])
def test_an_encoder_that_learns_begins_as_the_frozen_one(features: str) -> None:
    """Equal Q-values of pictures and of their features, up to the rounding of those to bytes."""
    frozen_settings = DdqnConfig(observation="fcn", features=features, last_action="yes")
    settings = dataclasses.replace(frozen_settings, encoder_frozen="no", encoder=str(ENCODER))
    pictures = np.random.default_rng(7).integers(0, 256, (8, 84, 84, 3), np.uint8)
    predictor = FcnPredictor(ENCODER)
    activations = predictor._session.run(["features"], {"pixels": pictures})[0]
    scale = (activations.max(axis=(0, 1, 2)) / 255).astype(np.float32)
    scale[scale == 0] = 1
    items = quantise(activations, 1 / scale)
    frozen, learning = build_q_network(items.shape[1:], frozen_settings), build_q_network((84, 84, 3), settings)
    set_encoder(learning, load_checkpoint(RunFolder(ENCODER).weights_path).arrays, "here")
    for network, own in ((frozen, frozen_settings), (learning, settings)):
        set_feature_scale(network, own, scale)
    copy_agent(frozen, learning)
    last_actions = np.int32([1, 4])
    values, expected = (
        np.asarray(network.predict_on_batch([seen.reshape(2, 4, *seen.shape[1:]), last_actions]))
        for network, seen in ((learning, pictures), (frozen, items))
    )
    np.testing.assert_allclose(values, expected, atol=0.02 * np.abs(expected).max())
    assert np.ptp(expected) > 0.1
    names = q_weights(learning).keys()
    assert {"encoder/scale", "encoder/00_f16_k3/kernel", "0/kernel"} <= names, names
    again = build_q_network((84, 84, 3), settings)
    copy_agent(learning, again)
    set_feature_scale(again, settings, scale)
    for name, array in q_weights(again).items():
        np.testing.assert_array_equal(array, q_weights(learning)[name], err_msg=name)


@pytest.mark.parametrize("item_shape", [(84, 84), (9, 10, 2)])
def test_layer_norm_written_out(item_shape: tuple[int, ...]) -> None:
    """Each hidden layer's channels have mean 0 and variance 1 before gamma, beta and ReLU."""
    network = build_q_network(item_shape, DdqnConfig(layer_norm="yes"))
    arrays = random_weights(network, 6)
    set_q_weights(network, arrays, "here")
    seen = stacks(3, item_shape)
    channels = seen[..., None] if seen.ndim == 4 else seen
    x = np.concatenate(np.moveaxis(channels, 1, 0), axis=-1) / 255
    strides = (4, 2, 1) if len(item_shape) == 2 else (2,)

    def normalised(x: npt.NDArray[np.float64], layer: int) -> npt.NDArray[np.float64]:
        x = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-3)
        return np.maximum(x * arrays[f"{layer}/gamma"] + arrays[f"{layer}/beta"], 0)

    for i, stride in enumerate(strides):
        kernel, bias = arrays[f"{2 * i}/kernel"], arrays[f"{2 * i}/bias"]
        positive = plain_convolution(x, kernel, bias, stride)
        x = normalised(positive - plain_convolution(x, -kernel, -bias, stride), 2 * i + 1)  # max(y, 0) - max(-y, 0) = y
    last = 2 * len(strides)
    x = normalised(x.reshape(len(x), -1) @ arrays[f"{last}/kernel"] + arrays[f"{last}/bias"], last + 1)
    expected = x @ arrays[f"{last + 2}/kernel"] + arrays[f"{last + 2}/bias"]
    np.testing.assert_allclose(network.predict_on_batch(seen), expected, rtol=1e-3, atol=1e-3)


def test_dueling_adds_a_value_and_advantages_of_mean_zero() -> None:
    network = build_q_network((8, 8, 2), DdqnConfig(dueling="yes"))
    arrays = random_weights(network, 7)
    set_q_weights(network, arrays, "here")
    sizes = {name: array.shape[-1] for name, array in arrays.items() if name.endswith("kernel")}
    assert sorted(sizes.values()) == [1, 5, 64, 512, 512]
    (value,) = (name.removesuffix("/kernel") for name, size in sizes.items() if size == 1)
    seen = stacks(4, (8, 8, 2))
    before = np.asarray(network.predict_on_batch(seen))
    arrays[f"{value}/kernel"] = np.zeros_like(arrays[f"{value}/kernel"])
    arrays[f"{value}/bias"] = np.float32([0.25])
    set_q_weights(network, arrays, "here")
    advantages = np.asarray(network.predict_on_batch(seen)) - 0.25
    np.testing.assert_allclose(advantages.mean(axis=1), 0, atol=1e-5)
    assert np.all(advantages.std(axis=1) > 0.01)
    value_of = before - advantages  # the same for all actions of a state
    np.testing.assert_allclose(value_of, np.repeat(value_of[:, :1], 5, axis=1), atol=1e-5)
    assert np.ptp(value_of[:, 0]) > 0.01


def test_inputs_are_bytes_oldest_frame_first() -> None:
    """Weights that look at the newest frame only see a change in it and in no other."""
    network = build_q_network((84, 84))
    assert network.input.name == "stack" and network.input.dtype == "uint8"
    arrays = {name: np.abs(array) for name, array in random_weights(network, 3).items()}
    arrays["0/kernel"][:, :, :3] = 0
    set_q_weights(network, arrays, "here")
    black = np.zeros((5, 4, 84, 84), np.uint8)
    for frame in range(4):
        black[1 + frame, frame] = 255
    values = np.asarray(network.predict_on_batch(black))
    np.testing.assert_array_equal(values[1:4], np.repeat(values[:1], 3, axis=0))
    assert np.all(values[4] > values[0])


def test_the_number_of_actions_is_that_of_the_output() -> None:
    assert build_q_network((8, 8, 2), actions=3).output.shape == (None, 3)


def test_weights_are_plain_copies_that_go_back() -> None:
    first, second = build_q_network((8, 8, 2)), build_q_network((8, 8, 2))
    seen = stacks(2, (8, 8, 2))
    arrays = q_weights(first)
    assert sorted(arrays) == sorted(f"{layer}/{kind}" for layer in range(3) for kind in ("kernel", "bias"))
    before = np.asarray(first.predict_on_batch(seen))
    assert not np.array_equal(before, second.predict_on_batch(seen))
    set_q_weights(second, arrays, "here")
    np.testing.assert_array_equal(before, second.predict_on_batch(seen))
    set_q_weights(first, random_weights(first, 4), "here")
    set_q_weights(second, arrays, "here")
    np.testing.assert_array_equal(before, second.predict_on_batch(seen))


def test_weights_of_another_network_are_refused() -> None:
    network = build_q_network((8, 8, 2))
    with pytest.raises(InputError, match=r"a\.safetensors: no '0/kernel' where the Q-network has \(3, 3, 8, 64\)"):
        set_q_weights(network, {}, "a.safetensors")
    others = q_weights(build_q_network((84, 84)))
    with pytest.raises(InputError, match=r"a\.safetensors: a \(8, 8, 4, 32\) '0/kernel' where"):
        set_q_weights(network, others, "a.safetensors")
    fewer = q_weights(build_q_network((8, 8, 2), actions=4))
    with pytest.raises(InputError, match=r"a\.safetensors: a \(512, 4\) '2/kernel' where the Q-network has \(512, 5\)"):
        set_q_weights(network, fewer, "a.safetensors")
