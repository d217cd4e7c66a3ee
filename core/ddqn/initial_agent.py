"""Starting the training of an agent from what another one has learned."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from core.agents.agent_choice import BEST
from core.agents.policy import is_light, read_agent_json
from core.config.ddqn import DdqnConfig
from core.errors import InputError
from core.runs.commands import starting_point
from core.runs.run_folder import ENCODER_NAME, RunFolder

_ALIKE = ("observation", "features", "feature_pooling", "hidden_units", "last_action", "layer_norm", "dueling")
"""What the weights behind the encoder depend on."""


@dataclass(frozen=True, slots=True)
class InitialAgent:
    """Another agent, as its run folder tells.

    Attributes:
        config: its settings, ``encoder`` being its own copy, as seen from the working directory.
        item_shape: of one frame that its network takes.
        weights: the file of its network.
    """

    config: DdqnConfig
    item_shape: tuple[int, ...]
    weights: Path


def initial_agent(config: DdqnConfig, folder: Path) -> InitialAgent:
    """The agent that a new one starts from.

    Args:
        config: settings of the new agent.
        folder: run folder of the other one.

    Raises:
        InputError: it is no agent, has no such network, or one that does not fit the new agent's settings.
    """
    run = RunFolder.open(folder)
    other = run.config(DdqnConfig)
    check_alike(config, other, str(folder))
    weights = {BEST: run.weights_path} if run.weights_path.is_file() else {}
    weights |= {path.stem: path for path in sorted(run.checkpoints.folder.glob("*.safetensors")) if is_light(path.stem)}
    if config.initial_checkpoint not in weights:
        raise InputError(
            f"{folder}: it has no weights of a network {config.initial_checkpoint!r}; it has "
            f"{', '.join(weights) or 'none'} (initial_checkpoint)"
        )
    with_encoder = dataclasses.replace(other, encoder=str((run.path / ENCODER_NAME).resolve()))
    return InitialAgent(with_encoder, read_agent_json(run.path), weights[config.initial_checkpoint])


def check_alike(config: DdqnConfig, other: DdqnConfig, where: str) -> None:
    """InputError, naming where the other agent comes from, when a new one cannot start from its weights."""
    for name in _ALIKE:
        theirs, ours = getattr(other, name), getattr(config, name)
        if theirs != ours:
            raise InputError(f"{where}: its {name} is {theirs}, not {ours}; give the new agent the same {name}")
    if other.encoder_frozen == "no" and config.encoder_frozen == "yes":
        raise InputError(f"{where}: its encoder has learned with the agent; give the new agent encoder_frozen no")


def with_initial_encoder(config: DdqnConfig) -> DdqnConfig:
    """The settings of a new agent with the encoder of the agent that it starts from, if it does.

    Args:
        config: paths as seen from the working directory.

    Raises:
        InputError: the settings name another encoder.
    """
    if not config.initial or config.observation != "fcn":
        return config
    own = Path(config.initial, ENCODER_NAME)
    begins = starting_point(config)
    assert isinstance(begins, DdqnConfig)
    if config.encoder not in (begins.encoder, DdqnConfig.encoder, own.as_posix()):
        raise InputError("encoder: the agent that learning starts from brings its encoder; leave it out")
    return dataclasses.replace(config, encoder=own.as_posix())
