"""Writing a network as an ONNX file, always with Keras' TensorFlow backend.

Weights are plain arrays, so it does not matter which backend trained them: where another one is loaded, a process of
its own exports, by the capability's module (``python -m core.fcn.training.export …``).
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.config.fields import Config
from core.errors import RunError
from core.files import replace_file
from core.training.notices import stderr_into

_SOURCE = Path(__file__).resolve().parents[2]

Build = Callable[[Any, tuple[int, ...], Path], keras.Model]
"""Makes the network to export of a run's settings, the shape of its input and its weights file; the exported tensors
take the names of its outputs' dictionary."""


def export(build: Build, module: str, config: Config, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    """Export a network, here or in a process of its own.

    Args:
        build: makes the network.
        module: name of the module whose ``__main__`` calls ``export_from_arguments`` with the same ``build``.
        config: the settings of its run.
        item_shape: shape of one input.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    if keras.backend.backend() == "tensorflow":
        _export_here(build(config, item_shape, weights), target)
    else:
        _export_in_process(module, config, item_shape, weights, target)


def export_from_arguments(build: Build, kind: type[Config], arguments: Sequence[str]) -> None:
    """Export with the arguments that ``export`` gives to its process."""
    settings, item_shape, weights, target = arguments
    config = kind.from_json(json.loads(settings))
    _export_here(build(config, tuple(json.loads(item_shape)), Path(weights)), Path(target))


def _export_here(model: keras.Model, target: Path) -> None:
    blank = [np.zeros((1, *one.shape[1:]), one.dtype) for one in model.inputs]
    model(blank if len(blank) > 1 else blank[0])  # Keras exports only what has been called

    def write(temporary: Path) -> None:
        with _quiet():
            model.export(temporary, format="onnx", verbose=False)

    replace_file(target, write)


def _export_in_process(module: str, config: Config, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    settings = json.dumps(config.to_json())
    command = [sys.executable, "-m", module, settings, json.dumps(item_shape)]
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
