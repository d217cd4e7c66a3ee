"""Writing a Q-network as ``model.onnx``."""

from __future__ import annotations

import sys
from pathlib import Path

import keras

from core.config.ddqn import DdqnConfig
from core.ddqn.training.q_network import build_q_network, set_q_weights
from core.runs.checkpoint_files import load_checkpoint
from core.training.export_onnx import export, export_from_arguments

_MODULE = "core.ddqn.training.export"


def export_agent(config: DdqnConfig, item_shape: tuple[int, ...], weights: Path, target: Path) -> None:
    """Export the Q-network of a weights file: input "stack" uint8 (N, 4, *item_shape), and for agents that have it in
    sight "last_action" int32 (N,); output "q_values" float32 (N, 5).

    Args:
        config: the settings of its run.
        item_shape: of one frame: (84, 84), or (height, width, channels) for features.
        weights: a checkpoint file with the network's arrays, as ``q_weights`` names them.
        target: where the ONNX file goes; replaced as a whole.

    Raises:
        RunError: the export failed or the file could not be written.
    """
    export(_network, _MODULE, config, item_shape, weights, target)


def _network(config: DdqnConfig, item_shape: tuple[int, ...], weights: Path) -> keras.Model:
    model = build_q_network(item_shape, config)
    set_q_weights(model, load_checkpoint(weights).arrays, str(weights))
    return keras.Model(model.input, {"q_values": model.output})


if __name__ == "__main__":
    export_from_arguments(_network, DdqnConfig, sys.argv[1:])
