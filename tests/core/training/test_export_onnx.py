"""Exports made by a process of its own, as a training on another Keras backend needs it."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.agents.policy import QPolicy
from core.config.ddqn import DdqnConfig
from core.ddqn.training.export import export_agent
from core.errors import InputError, RunError
from core.runs.checkpoint_files import save_checkpoint
from core.runs.run_folder import RunFolder
from tests.agent_runs import AgentRuns


def test_another_backend_exports_the_same_q_network(
    agent_runs: AgentRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, shape = RunFolder(agent_runs("gray")), (84, 84)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    export_agent(DdqnConfig(), shape, run.weights_path, tmp_path / "model.onnx")
    stacks = np.random.default_rng(1).integers(0, 256, (2, 4, *shape), np.uint8)
    ours, theirs = QPolicy(tmp_path / "model.onnx"), QPolicy(run.model_path)
    np.testing.assert_allclose(*(policy.q_values(stacks, np.int32([1, 2])) for policy in (ours, theirs)), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_failed_export_in_another_process_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_checkpoint(tmp_path / "weights.safetensors", {"0/kernel": np.zeros(3)}, {})
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RunError, match="the export to ONNX failed .*weights.safetensors: a .3,. '0/kernel'"):
        export_agent(DdqnConfig(), (84, 84), tmp_path / "weights.safetensors", tmp_path / "model.onnx")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "weights.safetensors", {"0/kernel": np.zeros(3)}, {})
    with pytest.raises(InputError, match="weights.safetensors: a .3,. '0/kernel' where the Q-network has"):
        export_agent(DdqnConfig(), (84, 84), tmp_path / "weights.safetensors", tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
