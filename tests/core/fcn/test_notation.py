"""The paper's notation, and what follows from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.fcn.notation import Architecture, Convolution, Deconvolution, Layer, Pooling, Skip

PAPER = (
    "fcn_f32-k3_f32-k3_s2_f64-k3_f64-k3_s2_d8",
    "fcn_f32-k3_s2_f64-k3_f64-k3_s2_d8",
    "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8",
)


@st.composite
def chains(draw: st.DrawFn) -> tuple[Layer, ...]:
    """Any chain that is a network: each deconvolution's kernel covers the stride that it undoes."""
    layers: list[Layer] = []
    pooled: list[int] = []
    for kind in draw(st.lists(st.sampled_from("fsd"), max_size=12)):
        if kind == "f":
            layers.append(Convolution(draw(st.integers(1, 512)), draw(st.integers(1, 11))))
        elif kind == "s":
            pooled.append(draw(st.integers(2, 4)))
            layers.append(Pooling(pooled[-1]))
        elif pooled:
            stride = pooled.pop()
            layers.append(Deconvolution(draw(st.integers(stride, 2 * stride + 1))))
            if draw(st.booleans()):
                layers.append(Skip())
    total = 1
    for stride in pooled:
        total *= stride
    if total > 32:
        layers = [layer for layer in layers if isinstance(layer, Convolution)]
        total = 1
    return (*layers, Deconvolution(draw(st.integers(total, total + 8))))


@given(chains())
def test_any_chain_is_printed_and_read_back(layers: tuple[Layer, ...]) -> None:
    architecture = Architecture(layers)
    text = str(architecture)
    assert Architecture.parse(text) == architecture
    assert str(Architecture.parse(text)) == text


@given(chains())
def test_any_chain_answers_at_the_size_of_its_input(layers: tuple[Layer, ...]) -> None:
    last = Architecture(layers).steps()[-1]
    assert last.is_output and last.channels_out == 16
    assert last.scale == last.stride, "the last deconvolution comes back to one pixel a cell"


@pytest.mark.parametrize("text", PAPER)
def test_the_papers_networks(text: str) -> None:
    assert str(Architecture.parse(text)) == text


def test_what_follows_from_the_chosen_network() -> None:
    network = Architecture.parse("fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8")
    assert network.layers[0] == Convolution(16, 3)
    assert [step.stride for step in network.steps()] == [1, 2, 1, 1, 2, 4]
    assert network.total_stride == 4
    assert network.encoder_length == 5
    assert network.receptive_field == 18
    assert network.parameters() == (27 + 1) * 16 + (144 + 1) * 32 + (288 + 1) * 32 + 64 * 32 * 16 + 16
    assert network.parameters(channels=1) == network.parameters() - 18 * 16
    assert network.macs(84, 84) == 7056 * 432 + 1764 * (4608 + 9216) + 441 * 32768


def test_each_deconvolution_but_the_last_undoes_one_pooling_and_keeps_the_channels() -> None:
    steps = Architecture.parse("fcn_f8-k3_s2_f12-k3_s3_d5_f6-k3_s2_d4_d4").steps()
    assert [step.stride for step in steps] == [1, 2, 1, 3, 3, 1, 2, 2, 2]
    assert [step.channels_out for step in steps] == [8, 8, 12, 12, 12, 6, 6, 6, 16]
    assert [step.scale for step in steps] == [1, 1, 2, 2, 6, 2, 2, 4, 2]


def test_a_skip_joins_what_the_pooling_took_in() -> None:
    network = Architecture.parse("fcn_f8-k3_s2_f12-k3_s3_f20-k3_d3_skip_f6-k1_d2_skip_d1")
    assert [step.channels_out for step in network.steps()] == [8, 8, 12, 12, 20, 20, 32, 6, 6, 14, 16]
    assert [step.scale for step in network.steps()] == [1, 1, 2, 2, 6, 6, 2, 2, 2, 1, 1]
    assert network.encoder_length == 5 and network.total_stride == 6


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "must begin with fcn_"),
        ("fcm_f16-k3_d8", "must begin with fcn_"),
        ("fcn", "no layer follows"),
        ("fcn_", "part 1 is ''"),
        ("fcn_f16-k3__d8", "part 2 is ''"),
        ("fcn_f16_s2_d8", "part 1 is 'f16'"),
        ("fcn_f16k3_s2_d8", "part 1 is 'f16k3'"),
        ("fcn_f16-k3_x2_d8", "part 2 is 'x2'"),
        ("fcn_f16-k3_s2_d", "part 3 is 'd'"),
        ("fcn_f16-k3_s2_d8 ", "part 3 is 'd8 '"),
        ("fcn_F16-k3_s2_d8", "part 1 is 'F16-k3'"),
        ("fcn_f-16-k3_s2_d8", "part 1 is 'f-16-k3'"),
        ("fcn_f016-k3_s2_d8", "without leading zeros"),
        ("fcn_f٣-k3_s2_d8", "part 1"),
        ("fcn_f99999999-k3_s2_d8", "part 1"),
        ("fcn_f5000-k3_s2_d8", "part 1 is 'f5000-k3'; allowed are filters from 1 to 4096"),
        ("fcn_f16-k99_s2_d8", "part 1 is 'f16-k99'; allowed are kernel from 1 to 63"),
        ("fcn_f16-k3_s1_d8", "part 2 is 's1'; allowed are stride from 2 to 16"),
        ("fcn_f16-k3_s2", "its last part must be a deconvolution"),
        ("fcn_d8_f16-k3", "its last part must be a deconvolution"),
        ("fcn_f16-k3_s2_s2_d3", "'d3', undoes a stride of 4, so its kernel must be at least 4"),
        ("fcn_f16-k3_d3_f16-k3_d3", "part 2, 'd3', has no pooling left to undo"),
        ("fcn_f16-k3_s2_d2_f4-k1_skip_d1", "part 5, 'skip', must follow a deconvolution"),
        ("fcn_skip_d1", "part 1, 'skip', must follow a deconvolution"),
        ("fcn_f16-k3_s2_d2_skip", "its last part must be a deconvolution"),
        ("fcn_" + "f1-k1_" * 100 + "d1", "101 layers are too many"),
    ],
)
def test_a_typo_is_named(text: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        Architecture.parse(text)
    assert named in str(caught.value) and "\n" not in str(caught.value)


@given(st.text(alphabet="fcn_skdip-0123456789 ", max_size=30))
def test_any_text_parses_or_is_refused_in_one_sentence(text: str) -> None:
    try:
        printed = str(Architecture.parse(text))
    except InputError as error:
        printed, sentence = None, str(error)
    assert printed == text or sentence.startswith(f"architecture {text!r}: ")


def test_a_size_that_the_pooling_does_not_divide() -> None:
    network = Architecture.parse("fcn_f4-k3_s2_s2_s2_d8")
    network.check_size(224, 240)
    with pytest.raises(InputError, match="divides by 8, which does not divide 84 x 84"):
        network.check_size(84, 84)
