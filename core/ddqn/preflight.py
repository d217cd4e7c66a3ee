"""What can be known of an agent's training before it starts: the trainer, its estimate and the window ask here."""

from __future__ import annotations

import math
from pathlib import Path

from core.agents.encoder import feature_shape
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.ddqn.initial_agent import initial_agent
from core.ddqn.replay_buffer import needed_bytes
from core.ddqn.replay_files import SEGMENT_ENTRIES
from core.fcn.predictor import architecture_of
from core.frame import SMALL_SIZE, STACK_FRAMES
from core.game.env.actions import ACTIONS
from core.game.level import parse_levels
from core.runs.preflight import FRAMEWORK_BYTES, FULL_CHECKPOINTS, Preflight, free_disk, free_memory, noted
from core.runs.run_folder import RunFolder

GAME_BYTES = 5 * 10**7
"""Memory of a game's process beyond what all share; measured."""
EVALUATION_GAMES = 5  # processes beside the training's
COMPRESSED = {"gray": 0.07, "segmented": 0.015, "fcn": 0.19}
"""Size of a compressed segment of the replay over its frames; measured on random play in 1-1."""
_Q_NETWORKS = 6  # arrays of its size in a full checkpoint: online, target, acting, best, and Adam's two moments


def preflight(config: DdqnConfig, folder: Path) -> Preflight:
    """Look at a run's settings, the files that they name, and this machine.

    Args:
        config: the settings, paths as seen from the working directory.
        folder: of the run, or of runs where it will be made.
    """
    problems: dict[str, str] = {}
    features: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)  # or pictures, as the layers behind an encoder get them
    item_shape, encoder = features, 0
    with noted("level", problems):
        parse_levels(config.level)
    least = config.environments * config.n_step + 1 - config.update_every_steps
    if config.warm_up_steps < least:  # games step together: the first update comes when each has n_step + 1 frames
        players = f"{config.environments} games with n_step {config.n_step}"
        problems["warm_up_steps"] = f"give {least} or more; before that {players} hold nothing to learn from"
    if config.observation == "fcn":
        with noted("encoder", problems):
            features = item_shape = feature_shape(Path(config.encoder))
            if config.encoder_frozen == "no":
                item_shape, encoder = (SMALL_SIZE, SMALL_SIZE, 3), encoder_bytes(Path(config.encoder))
    if config.initial:
        with noted("initial", problems):
            initial_agent(config, Path(config.initial))
    games = (config.environments + EVALUATION_GAMES) * GAME_BYTES
    memory = FRAMEWORK_BYTES + replay_memory(config, item_shape) + games
    disk = agent_disk(config, item_shape, q_network_bytes(features, config) + encoder)
    remedy = "fewer replay_steps or environments"
    return Preflight(config, problems, memory, free_memory(), disk, free_disk(folder), remedy)


def replay_memory(config: DdqnConfig, item_shape: tuple[int, ...]) -> int:
    """Bytes of a full replay of frames of that shape."""
    return needed_bytes(config.replay_steps, config.environments, item_shape)


def agent_disk(config: DdqnConfig, item_shape: tuple[int, ...], network: int) -> int:
    """Bytes of an agent's run folder in the end.

    Args:
        config: its settings.
        item_shape: of a frame in its replay.
        network: bytes of the Q-network's weights.
    """
    kept = config.steps // config.keep_every_steps if config.keep_every_steps else 0
    entries = config.replay_steps + (FULL_CHECKPOINTS + 1) * config.environments * SEGMENT_ENTRIES
    replay = int(entries * math.prod(item_shape) * COMPRESSED[config.observation])
    return network * (_Q_NETWORKS * FULL_CHECKPOINTS + 2 * (1 + kept)) + replay


def encoder_bytes(run: Path) -> int:
    """Bytes of the weights of a network's encoder, and of the scale of its features, in a Q-network."""
    folder = RunFolder.open(run)
    steps = architecture_of(folder.config(FcnConfig), folder)
    return 4 * (steps.encoder_parameters() + feature_shape(run)[-1])


def q_network_bytes(item_shape: tuple[int, ...], config: DdqnConfig) -> int:
    """Bytes of the weights of ``training.q_network.build_q_network`` with 5 actions; that one brings Keras."""
    layers: tuple[tuple[int, int], ...]
    if len(item_shape) == 2:
        layers, flat = ((8 * 8 * STACK_FRAMES, 32), (4 * 4 * 32, 64), (3 * 3 * 64, 64)), 7 * 7 * 64
    else:
        height, width, channels = item_shape
        pooled = 2 if config.feature_pooling == "yes" else 1
        layers = ((3 * 3 * STACK_FRAMES * channels, 64),)
        flat = (height - 1) // 2 // pooled * ((width - 1) // 2 // pooled) * 64
    flat += len(ACTIONS) if config.last_action == "yes" else 0
    scale = item_shape[-1] if config.features == "raw" and len(item_shape) == 3 else 0
    outputs = (1, len(ACTIONS)) if config.dueling == "yes" else (len(ACTIONS),)
    units = config.hidden_units
    hidden = (*layers, *((flat, units) for _ in outputs))
    norms = 2 * sum(outs for _, outs in hidden) if config.layer_norm == "yes" else 0
    dense = sum((inputs + 1) * units for inputs, units in (*hidden, *((units, count) for count in outputs)))
    return 4 * (scale + norms + dense)
