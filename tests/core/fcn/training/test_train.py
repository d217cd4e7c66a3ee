"""Training a segmentation network: it learns, stops, goes on exactly, and leaves a run folder that plays."""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest

from core.config.fcn import FcnConfig
from core.dataset.complete import SPLIT_BY_FRAME
from core.dataset.png_files import decode_mask
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.fcn.predictor import FcnPredictor, list_networks
from core.fcn.training import loop as fcn_loop
from core.fcn.training.export import export_fcn
from core.fcn.training.learner import FcnTrainer
from core.fcn.training.network import set_weights
from core.fcn.training.test_scores import evaluate_fcn
from core.fcn.training.train import train_fcn
from core.frame import Snapshot, shrink_class_map
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder
from core.runs.run_log import read_rows
from core.training import report
from tests.core.fcn.training.tiny_data import make_tiny_data
from tests.core.training.exported_once import ExportedOnce

SMALL = "fcn_f6-k3_s2_f8-k3_s2_d4"


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Look for requests at every step, and export only finished networks, equal ones once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.training.stop.LOOK_EVERY", 0.0)
        patch.setattr(report, "PREVIEW_EVERY", math.inf)
        once = ExportedOnce(export_fcn, lambda config: (config.architecture, config.size, config.input, config.scaling))
        patch.setattr("core.fcn.training.export.export_fcn", once)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_data(tmp_path_factory.mktemp("data") / "tiny", levels=("1-1", "1-2"))


def settings(data: Path, **changes: Any) -> FcnConfig:
    values = {"architecture": SMALL, "epochs": 2, "loss": "balanced", "augmentation": "full", "schedule": "cosine"}
    return FcnConfig(data=str(data), **{**values, **changes})


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of two epochs that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    train_fcn(settings(data), folder)
    return RunFolder(folder)


def rows_without_times(run: RunFolder) -> list[dict[str, Any]]:
    rows = read_rows(run.path / "epochs.csv")
    return [{name: row[name] for name in row if name not in fcn_loop.TIME_COLUMNS} for row in rows]


def after_updates(monkeypatch: pytest.MonkeyPatch, count: int, action: Callable[[], None]) -> None:
    """Do something in the middle of a training, after so many updates."""
    update = FcnTrainer.update
    done = 0

    def counted(self: FcnTrainer, *arguments: Any) -> float:
        nonlocal done
        done += 1
        if done == count:
            action()
        return update(self, *arguments)

    monkeypatch.setattr(FcnTrainer, "update", counted)


def test_a_finished_run_holds_everything(finished: RunFolder, data: Path) -> None:
    names = {path.name for path in finished.path.iterdir()}
    assert names >= {
        "config.json", "provenance.json", "status.json", "epochs.csv", "weights.safetensors", "model.onnx",
        "evaluation.json", "examples.png", "train.log", "checkpoints",
    }  # fmt: skip
    assert finished.status().state == "done" and finished.status().progress == 1
    assert [path.name for path in (finished.path / "checkpoints").iterdir()] == ["best.safetensors"]
    config = finished.config(FcnConfig)
    assert not Path(config.data).is_absolute() and (finished.path / config.data).resolve() == data
    text = "".join(path.read_text() for path in finished.path.glob("*.json"))
    assert str(data.parent) not in text and str(finished.path) not in text


def test_rows_tell_every_score(finished: RunFolder) -> None:
    rows = read_rows(finished.path / "epochs.csv")
    assert [row["epoch"] for row in rows] == [1, 2]
    assert tuple(rows[0]) == fcn_loop.COLUMNS
    for row in rows:
        assert row["train_loss"] > 0 and row["val_loss"] > 0 and row["samples_per_second"] > 0
        balanced = finished.config(FcnConfig).loss == "balanced"
        assert (row["train_cross_entropy"] == pytest.approx(row["train_loss"], rel=1e-4)) != balanced
        assert 0 < row["val_miou"] <= 1 and 0 < row["val_accuracy"] <= 1
    assert rows[0]["learning_rate"] > rows[1]["learning_rate"], "the cosine schedule falls"


def test_the_evaluation_is_that_of_the_predictor(finished: RunFolder, data: Path, tmp_path: Path) -> None:
    evaluation = json.loads(finished.evaluation_path.read_text())
    by_hand = make_tiny_data(tmp_path / "by-hand", (1, 1, 1), seed=0)
    assert evaluate_fcn(finished.path, DataSet.open(by_hand))["warning"] == SPLIT_BY_FRAME
    assert "warning" not in evaluation
    assert evaluation["split"] == "test" and evaluation["frames"] == 4 and set(evaluation["levels"]) == {"1-1"}
    predictor = FcnPredictor(finished.path)
    right = total = 0
    for _, frame, mask in DataSet.open(data).iterate("test"):
        prediction, truth = predictor.segment(Snapshot(frame)), shrink_class_map(mask)
        right, total = right + (prediction == truth).sum(), total + truth.size
    assert evaluation["accuracy"] == pytest.approx(right / total, abs=1e-5)
    shown = decode_mask(finished.path / "examples.png")
    assert shown.shape == (2 * 84, 4 * 84), "the test split has four frames"
    both = np.concatenate([truth, prediction])
    assert any((one == both).all() for one in np.split(shown, 4, axis=1))
    assert evaluation["classes"]["background"]["recall"] > 0


def test_the_exported_network_is_the_trained_one(finished: RunFolder, data: Path) -> None:
    """ONNX Runtime with rewritten deconvolutions gives what Keras gives."""
    config = finished.config(FcnConfig)
    trainer = FcnTrainer(config, np.ones(16, np.int64), 1)
    set_weights(trainer.model, load_checkpoint(finished.weights_path).arrays)
    frames, _ = DataSet.open(data).load("test", size="84")
    session = onnxruntime.InferenceSession(finished.model_path)
    logits, features = session.run(["logits", "features"], {"pixels": frames})
    np.testing.assert_allclose(logits, trainer.model.predict_on_batch(frames), atol=1e-4)
    assert features.shape == (4, 21, 21, 8)


def test_the_same_seed_gives_the_same_run(finished: RunFolder, data: Path, tmp_path: Path) -> None:
    train_fcn(settings(data), tmp_path / "again")
    again = RunFolder(tmp_path / "again")
    assert rows_without_times(again) == rows_without_times(finished)
    assert again.weights_path.read_bytes() == finished.weights_path.read_bytes()


@pytest.mark.parametrize("way", ["file", "signal", "crash"])
def test_a_run_goes_on_as_if_it_had_not_stopped(
    finished: RunFolder, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Stopped on request in the middle of the second epoch, or killed there without a word; on another disk."""
    (tmp_path / "another" / "disk").mkdir(parents=True)
    (tmp_path / "runs").symlink_to(tmp_path / "another" / "disk")
    run = RunFolder(tmp_path / "runs" / "run")

    def crash() -> None:
        raise MemoryError

    ways = {"file": run.request_stop, "signal": lambda: os.kill(os.getpid(), signal.SIGTERM), "crash": crash}
    with monkeypatch.context() as patch:
        after_updates(patch, 5, ways[way])
        if way == "crash":
            with pytest.raises(MemoryError):
                train_fcn(settings(data), run.path)
        else:
            train_fcn(settings(data), run.path)
    assert run.status().state == ("failed" if way == "crash" else "stopped")
    assert len(rows_without_times(run)) == 1 and not run.stop_requested()
    last = run.checkpoints.load_last().state
    assert (last["epoch"], last["batch"]) == ((1, 0) if way == "crash" else (1, 2))
    train_fcn(None, run.path, resume=True)
    assert rows_without_times(run) == rows_without_times(finished)
    assert run.weights_path.read_bytes() == finished.weights_path.read_bytes()


def test_a_damaged_checkpoint_costs_an_epoch_and_no_more(
    finished: RunFolder, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = RunFolder(tmp_path / "run")
    after_updates(monkeypatch, 6, run.request_stop)
    train_fcn(settings(data), run.path)
    newest = run.checkpoints.paths()[-1]
    newest.write_bytes(newest.read_bytes()[:-9])
    with caplog.at_level(logging.WARNING, "core"):
        train_fcn(None, run.path, resume=True)
    assert newest.name in caplog.text
    assert run.weights_path.read_bytes() == finished.weights_path.read_bytes()


def test_a_full_disk_fails_the_run_and_keeps_the_checkpoint_before(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFolder(tmp_path / "run")

    def fill_the_disk() -> None:
        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "fsync", full)

    with monkeypatch.context() as patch:
        after_updates(patch, 5, fill_the_disk)
        with pytest.raises(RunError, match="No space left on device"):
            train_fcn(settings(data), run.path)
    assert run.checkpoints.load_last().state["epoch"] == 1
    assert len(rows_without_times(run)) == 1


def test_a_loss_that_is_no_number_fails_the_run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keras.Model.train_on_batch", lambda *_, **__: {"loss": np.nan, "cross_entropy": np.nan})
    with pytest.raises(RunError, match="the loss is no number in epoch 1; try a smaller --learning-rate"):
        train_fcn(settings(data), tmp_path / "run")
    status = RunFolder(tmp_path / "run").status()
    assert status.state == "failed" and "no number" in status.error


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"architecture": "fcn_f16-k3_s2_d"}, "part 3 is 'd'"),
        ({"architecture": "fcn_f4-k3_s2_s2_s2_d8"}, "does not divide 84 x 84"),
        ({"data": ""}, "--data"),
        ({"data": "nowhere"}, "nowhere"),
    ],
)
def test_settings_that_cannot_be_used_leave_nothing_behind(
    data: Path, tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        train_fcn(settings(data, **changes) if "data" not in changes else FcnConfig(**changes), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_data_set_that_cannot_be_used_leaves_nothing_behind(tmp_path: Path) -> None:
    data = make_tiny_data(tmp_path / "data")
    (data / "masks" / "000003.png").unlink()
    with pytest.raises(InputError, match=r"000003\.png"):
        train_fcn(settings(data), tmp_path / "run")
    no_test = make_tiny_data(tmp_path / "no test", stacks=(1, 1, 0))
    with pytest.raises(InputError, match="no frames in its test split"):
        train_fcn(settings(no_test), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_mask_with_an_unknown_class_is_named(tmp_path: Path) -> None:
    data = make_tiny_data(tmp_path / "data", stacks=(1, 1, 1))
    path = data / "masks" / "000002.png"
    spoilt = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert spoilt is not None
    cv2.imwrite(str(path), np.full((224, 240), 77, np.uint8))
    with pytest.raises(InputError, match=r"000002\.png"):
        train_fcn(settings(data), tmp_path / "run")


def test_a_run_is_begun_once_and_written_by_one(finished: RunFolder, data: Path, tmp_path: Path) -> None:
    before = finished.weights_path.read_bytes()
    with pytest.raises(InputError, match="something is there already"):
        train_fcn(settings(data), finished.path)
    with pytest.raises(InputError, match="this run is done"):
        train_fcn(None, finished.path, resume=True)
    assert finished.weights_path.read_bytes() == before
    run = RunFolder.create(tmp_path / "run", settings(data))
    with run.writing(), pytest.raises(InputError, match=f"being written by process {os.getpid()}"):
        train_fcn(None, run.path, resume=True)
    with pytest.raises(InputError, match=r"config\.json"):
        train_fcn(None, tmp_path, resume=True)


def test_native_size_and_gray_input(data: Path, tmp_path: Path) -> None:
    """Crops train it, whole frames test it."""
    run = tmp_path / "native"
    config = settings(data, size="native", input="gray", architecture="fcn_f4-k3_s2_s2_f6-k3_d2_f4-k3_d4", epochs=1)
    train_fcn(config, run)
    predictor = FcnPredictor(run)
    _, frame, mask = next(DataSet.open(data).iterate("test"))
    assert predictor.segment(Snapshot(frame)).shape == mask.shape == (224, 240)
    assert predictor.features(frame).shape == (56, 60, 6)
    assert list_networks(tmp_path) == [("native", run)]


def test_the_best_epoch_is_kept_by_the_best_rule(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose second epoch destroys the network ends with the weights of the first."""
    run = RunFolder(tmp_path / "run")

    def destroy(self: FcnTrainer, pictures: Any, masks: Any, step: int) -> tuple[float, float]:
        if step < 3:
            return update(self, pictures, masks, step)
        for variable in self.model.trainable_variables:
            variable.assign(np.zeros(variable.shape))
        self.model.trainable_variables[-1].assign(np.eye(16)[15])  # all is fireball
        return 1.0, 1.0

    update = FcnTrainer.update
    monkeypatch.setattr(FcnTrainer, "update", destroy)
    train_fcn(settings(data, checkpoint_rule="best"), run.path)
    kept = load_checkpoint(run.weights_path)
    assert kept.state["epoch"] == 1
    assert any(np.any(array) for array in kept.arrays.values())


def test_another_backend_exports_in_a_process_with_tensorflow(
    finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    export_fcn(finished.config(FcnConfig), finished.weights_path, tmp_path / "model.onnx")
    pixels = np.random.default_rng(5).integers(0, 256, (1, 84, 84, 3), np.uint8)
    ours, theirs = (
        onnxruntime.InferenceSession(path).run(["logits"], {"pixels": pixels})[0]
        for path in (finished.model_path, tmp_path / "model.onnx")
    )
    np.testing.assert_array_equal(ours, theirs)


def test_an_export_that_fails_is_a_failed_run(
    finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(RunError, match=r"model\.onnx: the export to ONNX failed"):
        export_fcn(finished.config(FcnConfig), finished.weights_path, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_a_network_can_start_from_a_finished_one(finished: RunFolder, data: Path, tmp_path: Path) -> None:
    """The first weights are the finished network's; what they depend on must be alike, and the folder is kept."""
    run = RunFolder(tmp_path / "runs" / "next")
    config = settings(data, initial=str(finished.path), epochs=1, learning_rate=1e-6, seed=7)
    train_fcn(config, run.path)
    before, after = (load_checkpoint(folder.weights_path).arrays for folder in (finished, run))
    fresh = FcnTrainer(config, np.ones(16, np.int64), 1).weights()
    for name, array in after.items():
        assert np.abs(array - before[name]).max() < 1e-4
    assert any(np.abs(fresh[name] - before[name]).max() > 0.01 for name in before)
    kept = run.config(FcnConfig)
    assert (run.path / kept.initial).resolve() == finished.path and not Path(kept.initial).is_absolute()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"architecture": "fcn_f8-k3_s2_f8-k3_s2_d4"}, f"its architecture is {SMALL}, not fcn_f8"),
        ({"input": "gray"}, "its input is colour, not gray"),
        ({"scaling": "centred"}, "its scaling is unit, not centred"),
        ({"initial": "nowhere"}, "nowhere: there is no such folder"),
    ],
)
def test_a_network_to_start_from_that_does_not_fit_leaves_nothing_behind(
    finished: RunFolder, data: Path, tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(InputError, match=f"--initial: .*{named}"):
        train_fcn(settings(data, **{"initial": str(finished.path), **changes}), tmp_path / "run")
    assert not (tmp_path / "run").exists()
    unfinished = RunFolder.create(tmp_path / "unfinished", settings(data))
    with pytest.raises(InputError, match="has no weights yet"):
        train_fcn(settings(data, initial=str(unfinished.path)), tmp_path / "run")
