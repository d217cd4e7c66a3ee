"""Writing a segmentation network as ``model.onnx``."""

from __future__ import annotations

import sys
from pathlib import Path

import keras

from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.training.batches import input_shape
from core.fcn.training.network import build_for_export, set_weights
from core.runs.checkpoint_files import load_checkpoint
from core.training.export_onnx import export, export_from_arguments

_MODULE = "core.fcn.training.export"


def export_fcn(config: FcnConfig, weights: Path, target: Path) -> None:
    """Export the segmentation network of a weights file.

    Args:
        config: the settings of its run.
        weights: a checkpoint file with the network's arrays.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    export(_network, _MODULE, config, input_shape(config), weights, target)


def _network(config: FcnConfig, item_shape: tuple[int, ...], weights: Path) -> keras.Model:
    height, width, channels = item_shape
    model = build_for_export(Architecture.parse(config.architecture), (height, width, channels), config.scaling)
    set_weights(model, load_checkpoint(weights).arrays, str(weights))
    return model


if __name__ == "__main__":
    export_from_arguments(_network, FcnConfig, sys.argv[1:])
