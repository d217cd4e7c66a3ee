"""The Keras networks that the notation gives."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.fcn.notation import Architecture
from core.fcn.training.network import build, build_for_export, set_weights, weights_of

CHAINS = (
    "fcn_f4-k3_s2_f5-k3_s2_d8",
    "fcn_f4-k3_s2_f5-k4_s2_f6-k3_d5_f4-k3_d3",
    "fcn_f4-k3_s3_d7",
    "fcn_f4-k3_s2_d3",
    "fcn_s2_s2_d2_d2",
    "fcn_d1",
    "fcn_f4-k3_s2_f5-k3_s3_f6-k3_d5_skip_f4-k1_d2_skip_d3",
)


def pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("text", CHAINS)
def test_both_forms_are_the_same_network(text: str) -> None:
    architecture = Architecture.parse(text)
    trained, exported = build(architecture, (24, 36, 3)), build_for_export(architecture, (24, 36, 3))
    rng = np.random.default_rng(2)
    arrays = {name: rng.normal(size=array.shape).astype(np.float32) for name, array in weights_of(trained).items()}
    set_weights(trained, arrays)
    set_weights(exported, arrays)
    picture = pixels(2, 24, 36, 3)
    expected = np.asarray(trained.predict_on_batch(picture))
    outputs = exported.predict_on_batch(picture)
    assert expected.shape == (2, 24, 36, 16)
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
    assert outputs["features"].shape[1:3] == (24 // architecture.total_stride, 36 // architecture.total_stride)


def test_parameters_are_those_of_the_notation() -> None:
    for text in CHAINS:
        architecture = Architecture.parse(text)
        for channels in (1, 3):
            assert build(architecture, (24, 36, channels)).count_params() == architecture.parameters(channels)


def test_the_receptive_field_is_that_of_the_notation() -> None:
    """The farthest pixels that change an output are as far apart as the notation says."""
    architecture = Architecture.parse("fcn_f4-k3_s2_f4-k3_s2_d8")
    network = build(architecture, (48, 48, 1))
    arrays = {name: np.abs(array) + 0.1 for name, array in weights_of(network).items()}
    set_weights(network, arrays)
    black = np.asarray(network.predict_on_batch(np.zeros((1, 48, 48, 1), np.uint8)))
    seen = np.zeros((48, 48), int)
    for column in range(48):
        picture = np.zeros((1, 48, 48, 1), np.uint8)
        picture[0, 24, column] = 255
        seen[column] = np.any(np.asarray(network.predict_on_batch(picture)) != black, axis=(0, 1, 3))
    widths = seen.sum(axis=0)[16:32]
    assert widths.max() == architecture.receptive_field


def test_one_network_takes_every_size_that_divides() -> None:
    architecture = Architecture.parse("fcn_f4-k3_s2_d2")
    network = build(architecture, (None, None, 3))
    assert network.predict_on_batch(pixels(1, 8, 6, 3)).shape == (1, 8, 6, 16)
    with pytest.raises(InputError, match="does not divide"):
        build(architecture, (8, 7, 3))


def test_scalings_give_different_networks() -> None:
    architecture = Architecture.parse("fcn_f4-k3_s2_d2")
    gray = np.full((1, 4, 4, 3), 51, np.uint8)
    for scaling, value in (("unit", 0.2), ("centred", -0.6)):
        network = build(architecture, (4, 4, 3), scaling)
        np.testing.assert_allclose(network.get_layer("scale")(gray), value, rtol=1e-5)


def test_weights_of_another_network_are_refused() -> None:
    network = build(Architecture.parse("fcn_f4-k3_s2_d2"), (4, 4, 3))
    arrays = weights_of(network)
    with pytest.raises(InputError, match=r"a\.safetensors: no '00_f4_k3/kernel' where this network has"):
        set_weights(network, {}, "a.safetensors")
    arrays["00_f4_k3/kernel"] = arrays["00_f4_k3/kernel"][..., :2]
    with pytest.raises(InputError, match=r"a \(3, 3, 3, 2\) .00_f4_k3.kernel. where this network has \(3, 3, 3, 4\)"):
        set_weights(network, arrays)
