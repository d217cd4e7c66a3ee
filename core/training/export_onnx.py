"""Writing a trained network as ``model.onnx``, always with Keras' TensorFlow backend.

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

from core.agent_config import DdqnConfig
from core.agents.q_network import build_q_network, set_q_weights
from core.config import Config, FcnConfig
from core.errors import RunError
from core.fcn.architecture import Architecture
from core.fcn.network import build_for_export, set_weights
from core.runs.checkpoint import load_checkpoint
from core.runs.files import replace_file
from core.training.fcn_data import input_shape
from core.training.notices import stderr_into

_SOURCE = Path(__file__).resolve().parents[2]


def export_fcn(config: FcnConfig, weights: Path, target: Path) -> None:
    """Export the segmentation network of a weights file.

    Args:
        config: the settings of its run.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    _export(config, input_shape(config), weights, target)


def export_agent(config: DdqnConfig, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    """Export the Q-network of a weights file: input "stack" uint8 (N, 4, *item_shape), output "q_values" (N, 5).

    Args:
        config: the settings of its run.
        item_shape: of one frame: (84, 84), or (height, width, channels) for features.
        weights: a checkpoint file with the network's arrays, as ``q_weights`` names them.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    _export(config, item_shape, weights, target)


def _export(config: Config, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    if keras.backend.backend() == "tensorflow":
        _export_here(config, item_shape, weights, target)
    else:
        _export_in_process(config, item_shape, weights, target)


def _export_here(config: Config, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    model = _network(config, item_shape, weights)
    model(np.zeros((1, *model.input_shape[1:]), np.uint8))  # Keras exports only what has been called

    def write(temporary: Path) -> None:
        with _quiet():
            model.export(temporary, format="onnx", verbose=False)

    replace_file(target, write)


def _network(config: Config, item_shape: tuple[int, ...], weights: Path) -> keras.Model:
    """The network to export; output tensors take the names of its outputs' dictionary."""
    arrays = load_checkpoint(weights).arrays
    if isinstance(config, FcnConfig):
        height, width, channels = item_shape
        model = build_for_export(Architecture.parse(config.architecture), (height, width, channels), config.scaling)
        set_weights(model, arrays, str(weights))
        return model
    model = build_q_network(item_shape)
    set_q_weights(model, arrays, str(weights))
    return keras.Model(model.input, {"q_values": model.output})


def _export_in_process(config: Config, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    settings = json.dumps(config.to_json())
    command = [sys.executable, "-m", "core.training.export_onnx", settings, json.dumps(item_shape)]
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
    try:
        with (
            Path(os.devnull).open("wb") as nowhere,
            stderr_into(nowhere),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def main() -> None:
    """Export with the arguments that ``_export_in_process`` gives to its process."""
    parser = argparse.ArgumentParser(prog="export_onnx")
    parser.add_argument("config", type=json.loads)
    parser.add_argument("item_shape", type=json.loads)
    parser.add_argument("weights", type=Path)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    kind: type[Config] = FcnConfig if given.config.get("kind") == FcnConfig.kind else DdqnConfig
    _export_here(kind.from_json(given.config), tuple(given.item_shape), given.weights, given.target)


if __name__ == "__main__":
    main()
