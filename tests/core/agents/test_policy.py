"""Agents at play: what a run folder must hold, and that they see what their training showed them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.agents.policy import Agent, QPolicy, list_agents, list_checkpoints
from core.agents.preprocessor import make_preprocessor
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.ddqn.training.q_network import build_q_network, inputs_of, set_q_weights
from core.errors import InputError
from core.game.engines.nes_py import NesPyEmulator
from core.game.engines.stable_retro import RetroEmulator
from core.game.level import Level
from core.game.rom import Rom
from core.runs.checkpoint_files import load_checkpoint
from core.runs.run_folder import RunFolder
from tests.agent_runs import KEPT, AgentRuns

OBSERVATIONS = ("gray", "segmented", "fcn")


@pytest.fixture
def copy(agent_runs: AgentRuns, tmp_path: Path) -> Path:
    """A gray agent that a test may spoil."""
    return shutil.copytree(agent_runs("gray"), tmp_path / "copy")


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_the_exported_network_gives_the_q_values_of_the_trained_one(agent_runs: AgentRuns, observation: str) -> None:
    run = RunFolder(agent_runs(observation))
    policy = QPolicy(run.model_path)
    stacks = np.random.default_rng(5).integers(0, 256, (3, 4, *policy.item_shape), np.uint8)
    last_actions = np.int32([4, 0, 2])
    assert policy.takes_last_action == (observation == "segmented")
    network = build_q_network(policy.item_shape, run.config(DdqnConfig))
    set_q_weights(network, load_checkpoint(run.weights_path).arrays, "")
    values = policy.q_values(stacks, last_actions)
    assert values.shape == (3, 5) and values.dtype == np.float32
    np.testing.assert_allclose(values, network.predict_on_batch(inputs_of(network, stacks, last_actions)), atol=1e-4)
    np.testing.assert_allclose(values[1:2], policy.q_values(stacks[1:2], last_actions[1:2]), atol=1e-5)
    others = policy.q_values(stacks, last_actions[::-1].copy())
    assert np.allclose(values, others, atol=1e-6) != policy.takes_last_action


@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_an_agent_sees_its_last_four_looks(
    agent_runs: AgentRuns, observation: str, emulator: RetroEmulator, rom: Rom
) -> None:
    agent = Agent.open(agent_runs(observation), rom=rom)
    agent.check_engine(emulator)
    snapshots = [emulator.enter(Level(1, 1)), *(emulator.step(0x81, 4) for _ in range(6))]
    agent.reset(snapshots[0])
    assert (agent.stack == agent.stack[0]).all()
    for snapshot in snapshots[1:]:
        agent.observe(snapshot, 4)
    np.testing.assert_array_equal(agent.picture, make_preprocessor(observation, "exact", rom).observe(snapshots[-1]))
    last_four = agent.stack.copy()
    assert agent.last_action == 4
    assert last_four.shape == ((4, 21, 21, 32) if observation == "fcn" else (4, 84, 84))
    for item, snapshot in zip(last_four, snapshots[-4:], strict=True):
        agent.reset(snapshot)
        np.testing.assert_array_equal(item, agent.stack[0])
    assert agent.q_values().shape == (5,)
    assert (agent.name, agent.observation, agent.checkpoint) == (f"ddqn-{observation}", observation, "best")
    assert agent.labels == ("exact" if observation == "segmented" else "")


def test_a_kept_checkpoint_is_another_network(agent_runs: AgentRuns, emulator: RetroEmulator) -> None:
    run = agent_runs("gray")
    assert list_checkpoints(run) == ["best", KEPT]
    first = emulator.enter(Level(1, 1))
    values = []
    for checkpoint in ("", "best", KEPT):
        agent = Agent.open(run, checkpoint)
        agent.reset(first)
        values.append(agent.q_values())
    np.testing.assert_array_equal(values[0], values[1])
    assert not np.allclose(values[0], values[2])


def test_labels_can_be_other_than_in_training(
    agent_runs: AgentRuns, emulator: RetroEmulator, nes_py_emulator: NesPyEmulator, rom: Rom
) -> None:
    trained, other = Agent.open(agent_runs("segmented"), rom=rom), Agent.open(agent_runs("segmented"), labels="sprites")
    assert (trained.labels, other.labels) == ("exact", "sprites")
    emulator.enter(Level(1, 1))
    snapshot = emulator.step(0)
    for agent in (trained, other):
        agent.reset(snapshot)
    assert (trained.picture == other.picture).mean() > 0.95
    other.check_engine(nes_py_emulator)
    with pytest.raises(InputError, match="--labels: exact needs stable-retro; on nes-py choose --labels sprites"):
        trained.check_engine(nes_py_emulator)


def test_agents_of_a_folder(agent_runs: AgentRuns, tmp_path: Path) -> None:
    shutil.copytree(agent_runs("gray"), tmp_path / "b")
    shutil.copytree(agent_runs("gray"), tmp_path / "a")
    RunFolder.create(tmp_path / "network", FcnConfig()).model_path.touch()
    RunFolder.create(tmp_path / "begun", DdqnConfig())
    assert list_agents(tmp_path) == [("a", tmp_path / "a"), ("b", tmp_path / "b")]
    assert list_agents(tmp_path / "nowhere") == []
    assert list_checkpoints(tmp_path / "begun") == []


def test_a_network_is_no_agent(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "network", FcnConfig())
    with pytest.raises(InputError, match="config.json: this is a run of kind 'fcn', not 'ddqn'"):
        Agent.open(tmp_path / "network")


def test_an_unknown_checkpoint_names_those_there_are(copy: Path) -> None:
    with pytest.raises(InputError, match=f"--checkpoint: .*copy has no 'kept-1'; it has best, {KEPT}"):
        Agent.open(copy, "kept-1")


@pytest.mark.parametrize("content", [None, b"", b"no network"])
def test_a_missing_or_damaged_model_is_named(copy: Path, content: bytes | None) -> None:
    model = copy / "model.onnx"
    model.unlink() if content is None else model.write_bytes(content)
    with pytest.raises(InputError, match="model.onnx: the file "):
        Agent.open(copy)


def test_another_kind_of_network_is_refused(copy: Path, agent_runs: AgentRuns) -> None:
    shutil.copy(agent_runs("fcn") / "encoder" / "model.onnx", copy / "model.onnx")
    with pytest.raises(InputError, match="model.onnx: the file holds no Q-network of this program"):
        Agent.open(copy)


def test_features_may_be_many(copy: Path) -> None:
    """An encoder may have more channels than a frame has columns; the network then says that it is another."""
    path = copy / "agent.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"item_shape": [21, 21, 256]}))
    with pytest.raises(InputError, match=r"agent.json tells of \(21, 21, 256\)"):
        Agent.open(copy)


def test_a_q_network_of_other_frames_is_refused(copy: Path, agent_runs: AgentRuns) -> None:
    shutil.copy(agent_runs("fcn") / "model.onnx", copy / "model.onnx")
    with pytest.raises(InputError, match=r"model.onnx: its frames are \(21, 21, 32\), but agent.json tells of"):
        Agent.open(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"actions": ["left", "right"]}, "agent.json: this agent was made for the actions left, right; this program"),
        ({"classes": ["sky"]}, "agent.json: this agent was made for the classes sky; this program has background"),
        ({"item_shape": "flat"}, "agent.json: item_shape is 'flat'; a list"),
        ({"item_shape": [84, float("inf")]}, "agent.json: item_shape is"),
        ({"item_shape": [84, -84]}, "agent.json: item_shape is"),
        ({"item_shape": [84]}, "agent.json: item_shape is"),
        ({"item_shape": [84, True]}, "agent.json: item_shape is"),
        ({"classes": "sky"}, "agent.json: classes is 'sky'; a list, each of it a text"),
        ({"actions": [["left"]]}, "agent.json: actions is"),
        ({"actions": None}, "agent.json: actions is None; a list, each of it a text was expected"),
    ],
)
def test_a_run_made_for_something_else_is_refused(copy: Path, changes: dict[str, object], message: str) -> None:
    path = copy / "agent.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(InputError, match=message):
        Agent.open(copy)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_missing_or_damaged_description_is_named(copy: Path, content: str | None) -> None:
    path = copy / "agent.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(
        InputError, match="agent.json: the file (is missing|cannot be read as JSON|holds no JSON object)"
    ):
        Agent.open(copy)
