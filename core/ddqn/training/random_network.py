"""A segmentation network that has learned nothing: the control of every agent on one that has."""

from __future__ import annotations

from pathlib import Path

import keras

from core.config.fcn import FcnConfig
from core.fcn.notation import Architecture
from core.fcn.training.batches import input_shape
from core.fcn.training.export import export_fcn
from core.fcn.training.network import build, weights_of
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder


def write_random_network(source: Path, folder: Path, seed: int) -> None:
    """A run folder of a network like another one, with the weights that a training would begin with.

    Args:
        source: run folder of the other one.
        folder: an empty one.
        seed: of the weights.

    Raises:
        InputError: ``source`` is no network.
        RunError: the export failed, or the disk is full.
    """
    config = RunFolder.open(source).config(FcnConfig)
    keras.utils.set_random_seed(seed)
    model = build(Architecture.parse(config.architecture), input_shape(config), config.scaling)
    run = RunFolder.create(folder, config)
    save_checkpoint(run.weights_path, weights_of(model), {})
    export_fcn(config, run.weights_path, run.model_path)
