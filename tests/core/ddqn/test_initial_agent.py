"""Which agents another one can start from."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from core.config.ddqn import DdqnConfig
from core.ddqn.initial_agent import initial_agent, with_initial_encoder
from core.errors import InputError
from core.runs.run_folder import RunFolder
from tests.agent_runs import KEPT, AgentRuns


def settings_like(folder: Path, **changes: Any) -> DdqnConfig:
    return dataclasses.replace(RunFolder(folder).config(DdqnConfig), initial=str(folder), **changes)


@pytest.mark.parametrize("checkpoint", ["best", KEPT])
def test_the_network_is_the_one_that_was_named(checkpoint: str, agent_runs: AgentRuns) -> None:
    folder = agent_runs("fcn")
    agent = initial_agent(settings_like(folder, initial_checkpoint=checkpoint, encoder_frozen="no"), folder)
    expected = folder / "weights.safetensors" if checkpoint == "best" else folder / f"checkpoints/{KEPT}.safetensors"
    assert agent.weights == expected and agent.item_shape == (21, 21, 32)
    assert Path(agent.config.encoder) == (folder / "encoder").resolve()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hidden_units": 256}, "its hidden_units is 512, not 256; give the new agent the same hidden_units"),
        ({"observation": "segmented"}, "its observation is gray, not segmented"),
        (
            {"initial_checkpoint": "last"},
            "it has no weights of a network 'last'; it has best, kept-000100000 .initial_checkpoint.",
        ),
        ({"initial_checkpoint": "../weights"}, "it has no weights of a network '../weights'"),
    ],
)
def test_others_are_refused(changes: dict[str, Any], sentence: str, agent_runs: AgentRuns) -> None:
    folder = agent_runs("gray")
    with pytest.raises(InputError, match=sentence):
        initial_agent(settings_like(folder, **changes), folder)


def test_the_encoder_comes_with_the_agent(agent_runs: AgentRuns) -> None:
    folder = agent_runs("fcn").as_posix()
    config = with_initial_encoder(DdqnConfig(observation="fcn", initial=folder))
    assert config.encoder == f"{folder}/encoder" and with_initial_encoder(config) == config
    with pytest.raises(InputError, match="encoder: the agent that learning starts from brings its encoder"):
        with_initial_encoder(DdqnConfig(observation="fcn", initial=folder, encoder="somewhere"))
    with pytest.raises(InputError, match="encoder_weights: the agent that learning starts from brings its encoder"):
        DdqnConfig(observation="fcn", initial=folder, encoder_weights="random")
    paper = DdqnConfig.of({"preset": "paper", "observation": "fcn", "initial": folder})
    assert paper.encoder != DdqnConfig.encoder and with_initial_encoder(paper).encoder == f"{folder}/encoder"
    gray = DdqnConfig(initial=folder)
    assert with_initial_encoder(gray) == gray


def test_only_an_fcn_agent_has_an_encoder_that_could_learn() -> None:
    with pytest.raises(InputError, match="encoder_frozen: only an fcn agent has an encoder"):
        DdqnConfig(observation="gray", encoder_frozen="no")
