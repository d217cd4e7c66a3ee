"""Writing a mapping as ``model.onnx``."""

from __future__ import annotations

import sys
from pathlib import Path

import keras

from core.config.mapping import MappingConfig
from core.frame import SMALL_SIZE
from core.mapping.training.networks import build_for_export, set_weights
from core.runs.checkpoint_files import load_checkpoint
from core.training.export_onnx import export, export_from_arguments

_MODULE = "core.mapping.training.export"


def export_mapping(config: MappingConfig, weights: Path, target: Path) -> None:
    """Export the generator of a weights file.

    Args:
        config: the settings of its run.
        weights: a checkpoint file with its arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    export(_network, _MODULE, config, (SMALL_SIZE, SMALL_SIZE, 1), weights, target)


def _network(config: MappingConfig, item_shape: tuple[int, ...], weights: Path) -> keras.Model:
    model = build_for_export(config)
    set_weights(model, load_checkpoint(weights).arrays, str(weights))
    return model


if __name__ == "__main__":
    export_from_arguments(_network, MappingConfig, sys.argv[1:])
