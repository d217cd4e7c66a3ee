"""Run folders of agents as a training leaves them, with random weights.

python -m tests.agent_runs FOLDER    makes one of each kind: FOLDER/ddqn-gray, …
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
from onnx import TensorProto, helper

from core.agents.encoder import FeatureEncoder, copy_encoder
from core.agents.policy import write_agent_json
from core.config.ddqn import DdqnConfig
from core.config.mapping import MappingConfig
from core.frame import SMALL_SIZE
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[1]
ENCODER = ROOT / "saved_agents" / "fcn-84"
KEPT = "kept-000100000"

_SEEDS = {"gray": 1, "segmented": 2, "fcn": 2}  # of weights with which Mario walks

AgentRuns: TypeAlias = Callable[[str], Path]
"""What the fixture ``agent_runs`` is: the folder of an agent by its observation."""


def make_agent_runs(folder: Path) -> None:
    """An agent of each kind in a new folder; made in a process of its own, so that no framework comes into this one."""
    command = [sys.executable, "-m", "tests.agent_runs", str(folder)]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def make_agent_run(folder: Path, observation: str, export_agent: Callable[..., None]) -> None:
    """An agent of that kind in a new folder, its kept checkpoint another network than its best; loads Keras."""
    import keras

    from core.ddqn.training.q_network import build_q_network, q_weights

    seed = _SEEDS[observation]
    config = DdqnConfig(observation=observation, seed=seed, last_action="yes" if observation == "segmented" else "no")
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
        save_checkpoint(weights, q_weights(build_q_network(item_shape, config)), {})
        export_agent(config, item_shape, weights, target)


def make_mapping_run(folder: Path) -> Path:
    """A mapping that turns black to white and white to black, in a new folder; no framework is needed."""
    shape = ["N", SMALL_SIZE, SMALL_SIZE, 1]
    pixels, mapped = (helper.make_tensor_value_info(name, TensorProto.UINT8, shape) for name in ("pixels", "mapped"))
    graph = helper.make_graph([helper.make_node("BitwiseNot", ["pixels"], ["mapped"])], "negative", [pixels], [mapped])
    run = RunFolder.create(folder, MappingConfig())
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), run.model_path)
    return folder


if __name__ == "__main__":
    from core.ddqn.training.export import export_agent
    from tests.core.training.exported_once import ExportedOnce

    once = ExportedOnce(export_agent, lambda config, item_shape: (item_shape, config.last_action))
    for kind in _SEEDS:
        make_agent_run(Path(sys.argv[1]) / f"ddqn-{kind}", kind, once)
