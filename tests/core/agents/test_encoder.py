"""A frozen encoder: its features as bytes, the error stated, and encoders that do not fit."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.agents.encoder import FeatureEncoder, copy_encoder, feature_shape, measure_scale, quantise
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.fcn.predictor import FcnPredictor
from core.files import write_json
from core.frame import Snapshot, shrink_frame
from core.runs.run_folder import RunFolder

ENCODER = Path(__file__).resolve().parents[3] / "saved_agents" / "fcn-84"
Pictures = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def pictures(snapshots: list[Snapshot]) -> Pictures:
    """Out of order, so that each third shows all of the level."""
    return np.random.default_rng(1).permutation([shrink_frame(snapshot.frame) for snapshot in snapshots])


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory, pictures: Pictures) -> Path:
    run = tmp_path_factory.mktemp("run")
    copy_encoder(ENCODER, RunFolder(run), pictures)
    return run / "encoder"


def test_bytes_stand_for_the_networks_features(copied: Path, snapshots: list[Snapshot]) -> None:
    encoder = FeatureEncoder(copied, threads=1)
    assert encoder.item_shape == (21, 21, 32)
    levels = encoder.encode(np.stack([shrink_frame(snapshot.frame) for snapshot in snapshots]))
    assert levels.shape == (len(snapshots), 21, 21, 32) and levels.dtype == np.uint8
    scale = np.array(json.loads((copied / "features.json").read_text())["scale"])
    network = FcnPredictor(ENCODER, threads=1)
    features = np.stack([network.features(snapshot.frame) for snapshot in snapshots])
    expected = np.minimum(features, 255 * scale)
    assert (np.abs(levels * scale - expected) <= 0.5001 * scale).all()
    assert (features > 0).mean() > 0.1 and (levels[features == 0] == 0).all()


def test_the_stated_error_is_the_one_of_pictures_not_measured_on(pictures: Pictures) -> None:
    scale, error = measure_scale(ENCODER, pictures, threads=1)
    known = error["measured_on"]
    assert known + error["tested_on"] == len(pictures) and known == 2 * len(pictures) // 3
    again, _ = measure_scale(ENCODER, np.concatenate([pictures[:known], pictures[: len(pictures) - known]]), threads=1)
    assert (again == scale).all(), "the last third does not enter the scale"
    assert scale.shape == (32,) and scale.dtype == np.float32 and (scale > 0).all()
    assert 0 < error["mean"] < 0.5 / 255 and error["mean"] < error["max"] and error["clipped"] < 0.01


def test_a_channel_that_was_never_active_has_the_scale_one() -> None:
    black = np.zeros((3, 84, 84, 3), np.uint8)
    has_dead_channels = ENCODER.parent / "ddqn-fcn-1" / "encoder"  # on black
    scale, error = measure_scale(has_dead_channels, black, threads=1)
    assert (scale == 1).any() and (scale != 1).any()
    assert error["clipped"] == 0, "the third black picture is like the first two"


@given(
    hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 2**20, width=32)),
    hnp.arrays(np.float32, 3, elements=st.floats(2**-7, 2**7, width=32)),
)
def test_a_byte_is_off_by_half_a_level_at_most_unless_clipped(features: np.ndarray, scale: np.ndarray) -> None:
    levels = quantise(features, 1 / scale)
    assert levels.dtype == np.uint8
    exact = np.minimum(features.astype(float) / scale, 255)
    assert (np.abs(levels - exact) <= 0.501).all()


def test_the_copy_is_whole_and_smaller(copied: Path) -> None:
    assert sorted(path.name for path in copied.iterdir()) == [
        "config.json",
        "epochs.csv",
        "features.json",
        "model.onnx",
        "weights.safetensors",
    ]
    assert (copied / "weights.safetensors").read_bytes() == (ENCODER / "weights.safetensors").read_bytes()
    assert (copied / "model.onnx").stat().st_size < (ENCODER / "model.onnx").stat().st_size / 2
    assert RunFolder.open(copied).config(FcnConfig) == RunFolder.open(ENCODER).config(FcnConfig)
    assert feature_shape(copied) == feature_shape(ENCODER) == (21, 21, 32)


def _config(**changes: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = RunFolder.open(folder).config(FcnConfig)
        write_json(folder / "config.json", dataclasses.replace(config, **changes).to_json())

    return change


def _features(text: str) -> Callable[[Path], None]:
    return lambda folder: _write(folder / "features.json", text)


def _write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (shutil.rmtree, "there is no such folder"),
        (_config(size="native"), "an encoder that does not fit: its size is native, an agent's 84"),
        (_config(input="gray"), "an encoder that does not fit: its input is gray, an agent's colour"),
        (_config(architecture="fcn_f16-k3_s2_d8"), "model.onnx: an encoder that does not fit: .* 42 x 42 x 16"),
        (lambda folder: (folder / "model.onnx").unlink(), "model.onnx: the file is missing"),
        (lambda folder: _write(folder / "model.onnx", "nothing"), "model.onnx: the file cannot be loaded"),
        (lambda folder: (folder / "features.json").unlink(), "features.json: the file is missing"),
        (_features("{"), "features.json: the file cannot be read as JSON"),
        (_features("[1]"), "features.json: the file holds no JSON object"),
        (_features('{"scale": [1.0, 2.0]}'), r"features.json: scale is \[1.0, 2.0\]; a list of 32 values"),
        (
            _features(json.dumps({"scale": [0.0] * 32})),
            "features.json: scale is .*; a list of 32 values, each of it a number from",
        ),
    ],
    ids=["folder", "size", "input", "model", "no-model", "bad-model", "no-scale", "no-json", "list", "count", "zero"],
)
def test_encoders_that_do_not_fit(change: Callable[[Path], None], sentence: str, copied: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(copied, folder)
    FeatureEncoder(folder)
    change(folder)
    with pytest.raises(InputError, match=sentence):
        FeatureEncoder(folder)


def test_sources_that_do_not_fit(tmp_path: Path, pictures: Pictures) -> None:
    run = RunFolder(tmp_path)
    with pytest.raises(InputError, match="nowhere: there is no such folder"):
        copy_encoder(tmp_path / "nowhere", run, pictures)
    with pytest.raises(InputError, match="fcn-native: an encoder that does not fit: its size is native"):
        copy_encoder(ENCODER.with_name("fcn-native"), run, pictures)
    with pytest.raises(InputError, match="pictures: 2 are too few"):
        copy_encoder(ENCODER, run, pictures[:2])
    assert not list(tmp_path.iterdir()), "nothing was begun"
