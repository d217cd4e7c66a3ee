"""The predictor plays what a run folder holds, and names what is wrong with one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.utils import Extractor

from core.config.collect import CollectConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.fcn.notation import Architecture
from core.fcn.predictor import FcnPredictor, list_networks
from core.fcn.training.batches import input_shape
from core.fcn.training.export import export_fcn
from core.fcn.training.network import build, weights_of
from core.frame import Snapshot, shrink_frame, to_gray
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder

SMALL = "fcn_f4-k3_s2_f6-k3_s2_d4"


def make_run(folder: Path, **changes: str) -> RunFolder:
    """A run folder as a training leaves it, with random weights."""
    config = FcnConfig(**{"architecture": SMALL, "size": "84", "scaling": "centred", **changes})
    run = RunFolder.create(folder, config)
    model = build(Architecture.parse(config.architecture), input_shape(config), config.scaling)
    save_checkpoint(run.weights_path, weights_of(model), {})
    export_fcn(config, run.weights_path, run.model_path)
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture
def copy(run: RunFolder, tmp_path: Path) -> RunFolder:
    """One that a test may spoil."""
    return RunFolder(shutil.copytree(run.path, tmp_path / "copy"))


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(np.random.default_rng(4).integers(0, 256, (224, 240, 3), np.uint8))


def test_a_network_of_84_answers_at_84(run: RunFolder, snapshot: Snapshot) -> None:
    predictor = FcnPredictor(run.path, threads=1)
    assert (predictor.kind, predictor.name, predictor.size, predictor.input) == ("fcn", "small", "84", "colour")
    assert str(predictor.architecture) == SMALL
    classes = predictor.segment(snapshot)
    assert classes.shape == predictor.shape == (84, 84) and classes.dtype == np.uint8
    assert len(np.unique(classes)) > 1, "random weights tell some pixels apart"
    assert predictor.features(snapshot.frame).shape == (21, 21, 6)


@pytest.mark.parametrize("architecture", [SMALL, "fcn_f4-k3_s2_f6-k3_s2_d8", "fcn_f4-k3_s2_f5-k3_d5_d3"])
def test_the_class_of_a_pixel_is_that_of_its_greatest_logit(
    tmp_path: Path, snapshot: Snapshot, architecture: str
) -> None:
    predictor = FcnPredictor(make_run(tmp_path / "run", architecture=architecture).path)
    classes = predictor.segment(snapshot)
    np.testing.assert_array_equal(classes, predictor.logits(snapshot.frame).argmax(axis=-1))
    assert len(np.unique(classes)) > 1


def test_networks_exported_without_classes_still_segment(copy: RunFolder, snapshot: Snapshot) -> None:
    expected = FcnPredictor(copy.path).segment(snapshot)
    model = onnx.load(copy.model_path)
    older = Extractor(model).extract_model(["pixels"], ["logits", "features"])
    onnx.save(older, copy.model_path)
    np.testing.assert_array_equal(FcnPredictor(copy.path).segment(snapshot), expected)


def test_class_maps_belong_to_the_caller(run: RunFolder, snapshot: Snapshot) -> None:
    predictor = FcnPredictor(run.path)
    first = predictor.segment(snapshot)
    kept = first.copy()
    predictor.segment(Snapshot(255 - snapshot.frame))
    np.testing.assert_array_equal(first, kept)


def test_probabilities_are_those_of_the_last_or_the_given_snapshot(run: RunFolder, snapshot: Snapshot) -> None:
    predictor = FcnPredictor(run.path)
    with pytest.raises(ValueError, match="nothing was segmented yet"):
        predictor.probabilities()
    with pytest.raises(ValueError, match="nothing was segmented yet"):
        predictor.probabilities_at(0, 0)
    classes = predictor.segment(snapshot)
    shares = predictor.probabilities()
    assert shares.shape == (16, 84, 84) and shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-5)
    chosen = np.take_along_axis(shares, classes[None].astype(np.intp), axis=0)[0]
    np.testing.assert_allclose(chosen, shares.max(axis=0), rtol=1e-5)  # two may be equal but for the last digit
    np.testing.assert_allclose(predictor.probabilities_at(30, 50), shares[:, 30, 50], rtol=1e-5)
    other = predictor.probabilities(Snapshot(255 - snapshot.frame))
    assert not np.array_equal(other, shares)
    np.testing.assert_array_equal(predictor.probabilities(), other)


def test_input_is_prepared_as_in_training(tmp_path: Path, snapshot: Snapshot) -> None:
    predictor = FcnPredictor(make_run(tmp_path / "gray", input="gray").path)
    expected = to_gray(shrink_frame(snapshot.frame))
    np.testing.assert_array_equal(predictor.prepare(snapshot.frame)[..., 0], expected)
    assert predictor.segment(snapshot).shape == (84, 84)


def test_networks_of_a_folder(run: RunFolder, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "b")
    shutil.copytree(run.path, tmp_path / "a")
    (shutil.copytree(run.path, tmp_path / "no model") / "model.onnx").unlink()
    (shutil.copytree(run.path, tmp_path / "spoilt") / "config.json").write_text("{")
    RunFolder.create(tmp_path / "other kind", CollectConfig())
    assert list_networks(tmp_path) == [("a", tmp_path / "a"), ("b", tmp_path / "b")]
    assert list_networks(tmp_path / "nowhere") == []


def test_a_model_that_cannot_be_used_is_named(copy: RunFolder) -> None:
    data = copy.model_path.read_bytes()
    for spoilt in (b"", b"no network", data[: len(data) // 2]):
        copy.model_path.write_bytes(spoilt)
        with pytest.raises(InputError, match=r"model\.onnx: the file cannot be loaded"):
            FcnPredictor(copy.path)
    copy.model_path.unlink()
    with pytest.raises(InputError, match=r"model\.onnx: the file is missing"):
        FcnPredictor(copy.path)


def test_settings_that_cannot_be_used_are_named(copy: RunFolder) -> None:
    path = copy.path / "config.json"
    values = json.loads(path.read_text())
    for changes, named in (
        ({"size": "native"}, r"model\.onnx: the file holds another network"),
        ({"input": "gray"}, r"model\.onnx: the file holds another network"),
        ({"version": 99}, r"config\.json: version 99"),
        ({"architecture": "fcn_f4"}, r"config\.json: architecture"),
    ):
        path.write_text(json.dumps({**values, **changes}))
        with pytest.raises(InputError, match=named):
            FcnPredictor(copy.path)
    path.unlink()
    with pytest.raises(InputError, match=r"config\.json: the file is missing"):
        FcnPredictor(copy.path)


def test_playing_loads_no_training_framework() -> None:
    code = "import sys, core.fcn.predictor; print({'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules))"
    root = Path(__file__).resolve().parents[3]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
