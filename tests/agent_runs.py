"""Run folders of agents as a training leaves them, with random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import keras
import numpy as np

from core.agents.encoder import FeatureEncoder, copy_encoder
from core.agents.policy import write_agent_json
from core.config.ddqn import DdqnConfig
from core.ddqn.training.export import export_agent
from core.ddqn.training.q_network import build_q_network, q_weights
from core.frame import SMALL_SIZE
from core.runs.checkpoint import save_checkpoint
from core.runs.run_folder import RunFolder

ENCODER = Path(__file__).resolve().parents[1] / "saved_agents" / "fcn-84"
KEPT = "kept-000100000"

_SEEDS = {"gray": 1, "segmented": 1, "fcn": 2}  # of weights with which Mario walks

AgentRuns: TypeAlias = Callable[[str], Path]
"""What the fixture ``agent_runs`` is: the folder of an agent by its observation, made when first asked for."""


def make_agent_run(folder: Path, observation: str) -> Path:
    """An agent of that kind in a new folder, its kept checkpoint another network than its best."""
    seed = _SEEDS[observation]
    config = DdqnConfig(observation=observation, seed=seed)
    run = RunFolder.create(folder, config)
    item_shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)
    if observation == "fcn":
        pictures = np.random.default_rng(seed).integers(0, 256, (3, SMALL_SIZE, SMALL_SIZE, 3), np.uint8)
        copy_encoder(ENCODER, run, pictures)
        item_shape = FeatureEncoder(folder / "encoder").item_shape
    write_agent_json(folder, item_shape)
    run.checkpoints.folder.mkdir()
    kept = run.checkpoints.folder / f"{KEPT}.safetensors"
    for number, weights, target in ((0, run.weights_path, run.model_path), (1, kept, kept.with_suffix(".onnx"))):
        keras.utils.set_random_seed(100 * seed + number)
        save_checkpoint(weights, q_weights(build_q_network(item_shape)), {})
        export_agent(config, item_shape, weights, target)
    return folder
