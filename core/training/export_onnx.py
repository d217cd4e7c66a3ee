"""Writing a trained segmentation network as ``model.onnx``, always with Keras' TensorFlow backend.

Weights are plain arrays, so it does not matter which backend trained them: where another one is loaded, a process of
its own exports (``python -m core.training.export_onnx …``).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from core.config import FcnConfig
from core.errors import RunError
from core.fcn.architecture import Architecture
from core.fcn.network import build_for_export, set_weights
from core.runs.checkpoint import load_checkpoint
from core.runs.files import replace_file
from core.training.fcn_data import input_shape

_SOURCE = Path(__file__).resolve().parents[2]


def export_fcn(config: FcnConfig, weights: Path, target: Path) -> None:
    """Export the network of a weights file.

    Args:
        config: the settings of its run.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    if keras.backend.backend() == "tensorflow":
        _export_here(config, weights, target)
    else:
        _export_in_process(config, weights, target)


def _export_here(config: FcnConfig, weights: Path, target: Path) -> None:
    shape = input_shape(config)
    model = build_for_export(Architecture.parse(config.architecture), shape, config.scaling)
    set_weights(model, load_checkpoint(weights).arrays, str(weights))
    model(np.zeros((1, *shape), np.uint8))  # Keras exports only what has been called

    def write(temporary: Path) -> None:
        with _quiet():
            model.export(temporary, format="onnx", verbose=False)

    replace_file(target, write)


def _export_in_process(config: FcnConfig, weights: Path, target: Path) -> None:
    settings = json.dumps(config.to_json())
    command = [sys.executable, "-m", "core.training.export_onnx", settings]
    command += [str(weights.resolve()), str(target.resolve())]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    result = subprocess.run(command, cwd=_SOURCE, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        last = result.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RunError(f"{target}: the export to ONNX failed ({last[0]})")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the converter's notices, and those of TensorFlow's own C++ code, off the user's terminal."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    sys.stderr.flush()
    terminal = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere, contextlib.redirect_stdout(io.StringIO()):
            os.dup2(nowhere.fileno(), 2)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        logger.setLevel(level)


def main() -> None:
    """Export with the arguments that ``export_fcn`` gives to its process."""
    parser = argparse.ArgumentParser(prog="export_onnx")
    parser.add_argument("config", type=json.loads)
    parser.add_argument("weights", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    _export_here(FcnConfig.from_json(given.config), given.weights, given.target)


if __name__ == "__main__":
    main()
