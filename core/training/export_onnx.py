"""Writing a trained segmentation network as ``model.onnx``, always with Keras' TensorFlow backend.

Weights are plain arrays, so it does not matter which backend trained them: where another one is loaded, a process of
its own exports (``python -m core.training.export_onnx …``).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np

from core.errors import RunError
from core.fcn.architecture import Architecture
from core.fcn.network import build_for_export, set_weights
from core.runs.checkpoint import load_checkpoint
from core.runs.files import replace_file

_SOURCE = Path(__file__).resolve().parents[2]


def export_fcn(architecture: Architecture, shape: tuple[int, int, int], weights: Path, target: Path) -> None:
    """Export the network of a weights file.

    Args:
        architecture: the network.
        shape: height, width and channels of its input.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    if keras.backend.backend() == "tensorflow":
        _export_here(architecture, shape, weights, target)
    else:
        _export_in_process(architecture, shape, weights, target)


def _export_here(architecture: Architecture, shape: tuple[int, int, int], weights: Path, target: Path) -> None:
    height, width, channels = shape
    model = build_for_export(architecture, height, width, channels)
    set_weights(model, load_checkpoint(weights).arrays, str(weights))
    model(np.zeros((1, *shape), np.uint8))  # Keras exports only what has been called

    def write(temporary: Path) -> None:
        with _quiet():
            model.export(temporary, format="onnx", verbose=False)

    replace_file(target, write)


def _export_in_process(architecture: Architecture, shape: tuple[int, int, int], weights: Path, target: Path) -> None:
    command = [sys.executable, "-m", "core.training.export_onnx", str(architecture), *map(str, shape)]
    command += [str(weights.resolve()), str(target.resolve())]
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    result = subprocess.run(command, cwd=_SOURCE, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        last = result.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RunError(f"{target}: the export to ONNX failed ({last[0]})")


@contextlib.contextmanager
def _quiet():  # type: ignore[no-untyped-def]
    """Keep the converter's notices off the user's terminal."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def main() -> None:
    """Export with the arguments that ``export_fcn`` gives to its process."""
    parser = argparse.ArgumentParser(prog="export_onnx")
    parser.add_argument("architecture", type=Architecture.parse)
    for name in ("height", "width", "channels"):
        parser.add_argument(name, type=int)
    for name in ("weights", "target"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    _export_here(given.architecture, (given.height, given.width, given.channels), given.weights, given.target)


if __name__ == "__main__":
    main()
