"""Segmentation networks, a frame at a time: ONNX Runtime as the program uses it, over Keras.

Speed does not depend on what a network has learned, so these are made on the spot, with random weights.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np

from benchmarks.progress import Progress
from benchmarks.rows import Row, alone, faster, rate
from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.predictor import FcnPredictor
from core.fcn.training.batches import input_shape
from core.fcn.training.export import export_fcn
from core.fcn.training.network import build, weights_of
from core.frame import Snapshot
from core.game.emulator import RIGHT, A, B
from core.game.engines import make_emulator
from core.game.level import Level
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder

_SECTION = "fcn"
_SECONDS = 3.0  # for each side of a comparison
_FRAMES = 64  # different frames, one after the other
_CHOSEN = "fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8"
_OTHERS = ("fcn_f32-k3_f32-k3_s2_f64-k3_f64-k3_s2_d8", "fcn_f32-k3_s2_f64-k3_f64-k3_s2_d8")  # Bélignon 2020
_NATIVE = "fcn_f16-k3_s2_f32-k3_s2_f64-k3_f64-k3_f64-k3_d4"


def run() -> list[Row]:
    """Frames a second with everything that a frame needs: shrinking, the network, the class of each pixel."""
    snapshots = _play()
    chosen = (("84", _CHOSEN), ("native", _NATIVE))
    progress = Progress(_SECTION, len(chosen) + len(_OTHERS))
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for size, architecture in chosen:
            progress.begin(f"{architecture} at {size}, beside Keras")
            rows += _compare(FcnConfig(architecture=architecture, size=size), Path(folder) / size, snapshots)
        for architecture in _OTHERS:
            progress.begin(architecture)
            predictor, _ = _make(FcnConfig(architecture=architecture), Path(folder) / architecture)
            speed = rate(_segmenter(predictor, snapshots), _SECONDS)
            rows.append(alone(_SECTION, "84 x 84", speed, "frames/s", _note(architecture)))
    return rows


def _compare(config: FcnConfig, folder: Path, snapshots: list[Snapshot]) -> list[Row]:
    predictor, model = _make(config, folder)
    ours = rate(_segmenter(predictor, snapshots), _SECONDS)
    size = " x ".join(map(str, predictor.shape))
    return [
        faster(_SECTION, f"{size} over {name}", ours, rate(other, _SECONDS), "frames/s", _note(config.architecture))
        for name, other in (
            ("Keras predict", _keras_predict(predictor, model, snapshots)),
            ("a compiled direct call", _keras_call(predictor, model, snapshots)),
        )
    ]


def _play() -> list[Snapshot]:
    """Frames of 1-1, running and jumping."""
    emulator = make_emulator()
    try:
        snapshots = [emulator.enter(Level(1, 1))]
        buttons = itertools.cycle((RIGHT | B, RIGHT | A | B))
        snapshots += [emulator.step(next(buttons), 12) for _ in range(_FRAMES - 1)]
    finally:
        emulator.close()
    return [Snapshot(snapshot.frame) for snapshot in snapshots]


def _make(config: FcnConfig, folder: Path) -> tuple[FcnPredictor, keras.Model]:
    """A run folder as a training leaves it, its predictor, and the Keras network that would be used without one."""
    keras.utils.set_random_seed(config.seed)
    model = build(Architecture.parse(config.architecture), input_shape(config), config.scaling)
    run = RunFolder.create(folder, config)
    save_checkpoint(run.weights_path, weights_of(model), {})
    export_fcn(config, run.weights_path, run.model_path)
    return FcnPredictor(folder), model


def _segmenter(predictor: FcnPredictor, snapshots: list[Snapshot]) -> Callable[[], object]:
    endless = itertools.cycle(snapshots)
    return lambda: predictor.segment(next(endless))


def _pictures(predictor: FcnPredictor, snapshots: list[Snapshot]) -> Iterator[np.ndarray]:
    """The same preparation as ours, a batch of one."""
    return (predictor.prepare(snapshot.frame)[None] for snapshot in itertools.cycle(snapshots))


def _keras_predict(predictor: FcnPredictor, model: keras.Model, snapshots: list[Snapshot]) -> Callable[[], object]:
    pictures = _pictures(predictor, snapshots)
    return lambda: model.predict(next(pictures), verbose=0).argmax(axis=-1).astype(np.uint8)


def _keras_call(predictor: FcnPredictor, model: keras.Model, snapshots: list[Snapshot]) -> Callable[[], object]:
    """The function that ``predict`` compiles, called without what ``predict`` does around it."""
    pictures = _pictures(predictor, snapshots)
    model.make_predict_function()
    function = model.predict_function

    def call() -> object:
        logits = function([(keras.ops.convert_to_tensor(next(pictures)),)])
        return keras.ops.convert_to_numpy(logits).argmax(axis=-1).astype(np.uint8)

    return call


def _note(architecture: str) -> str:
    return f"{architecture}, one frame at a time, all cores"
