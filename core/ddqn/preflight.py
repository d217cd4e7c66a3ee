"""What can be known of a training before it starts: settings that cannot work, the memory and disk that it needs."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from core.agents.encoder import feature_shape
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.dataset.complete import open_complete
from core.ddqn.replay_buffer import needed_bytes
from core.ddqn.replay_files import SEGMENT_ENTRIES
from core.errors import InputError
from core.fcn.initial_weights import initial_weights
from core.fcn.notation import Architecture
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, STACK_FRAMES
from core.game.level import parse_levels
from core.wording import gigabytes

FRAMEWORK_BYTES = 10**9
"""Memory of Keras and TensorFlow while they train a network of the paper's size; measured."""
GAME_BYTES = 5 * 10**7
"""Memory of a game's process beyond what all share; measured."""
EVALUATION_GAMES = 5  # processes beside the training's
COMPRESSED = {"gray": 0.07, "segmented": 0.015, "fcn": 0.19}
"""Size of a compressed segment of the replay over its frames; measured on random play in 1-1."""
_FULL_KEPT = 3  # full checkpoints at the most: two, and one that is being written
_Q_NETWORKS = 6  # arrays of its size in one: online, target, acting, best, and Adam's two moments
_FCN_COPIES = 3 * _FULL_KEPT + 3  # weights and Adam's moments in each; then the best, the kept and the exported ones


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found.

    Attributes:
        config: what was looked at.
        problems: a sentence by the name of the field that cannot be used.
        memory, free_memory: bytes that the training will need, and that are free now.
        disk, free_disk: bytes of the run folder in the end, and what is free there.
    """

    config: Config
    problems: dict[str, str] = field(default_factory=dict)
    memory: int = 0
    free_memory: int = 0
    disk: int = 0
    free_disk: int = 0

    @property
    def refusal(self) -> str:
        """Why it cannot start, one sentence; "" when it can."""
        for name, sentence in self.problems.items():
            return f"{name}: {sentence}"
        if self.memory > self.free_memory:
            what = "fewer replay_steps or environments" if self.config.kind == DdqnConfig.kind else "a smaller data set"
            return (
                f"the training needs {gigabytes(self.memory)} of memory and {gigabytes(self.free_memory)} are free; "
                f"choose {what}, or close other programs"
            )
        if self.disk > self.free_disk:
            return (
                f"the run needs {gigabytes(self.disk)} of disk and {gigabytes(self.free_disk)} are free; "
                "delete something, or choose another folder of runs"
            )
        return ""


def preflight(config: Config, runs: Path) -> Preflight:
    """Look at a new run's settings, the files that they name, and this machine.

    Args:
        config: ``FcnConfig`` or ``DdqnConfig``, paths as seen from the working directory.
        runs: where the run's folder will be made.
    """
    problems: dict[str, str] = {}
    if isinstance(config, FcnConfig):
        memory, disk = _network_needs(config, problems)
    elif isinstance(config, DdqnConfig):
        memory, disk = _agent_needs(config, problems)
    else:
        raise TypeError(f"no training of kind {config.kind}")
    there = next(folder for folder in (runs.resolve(), *runs.resolve().parents) if folder.is_dir())
    free_disk = shutil.disk_usage(there).free
    return Preflight(config, problems, memory, psutil.virtual_memory().available, disk, free_disk)


def _network_needs(config: FcnConfig, problems: dict[str, str]) -> tuple[int, int]:
    """Bytes of memory and disk of a network's training."""
    height, width = (SMALL_SIZE, SMALL_SIZE) if config.size == "84" else CLASS_MAP_SHAPE
    channels = 3 if config.input == "colour" else 1
    weights = frames = kept = 0
    with _noted("architecture", problems):
        architecture = Architecture.parse(config.architecture)
        architecture.check_size(height, width)
        weights = 4 * architecture.parameters(channels)
    with _noted("data", problems):
        if not config.data:
            raise InputError("choose the folder of a data set")
        data = open_complete(Path(config.data))
        frames, kept = len(data.records("train")), len(data.records("validation"))
    if config.initial:
        with _noted("initial", problems):
            initial_weights(config, Path(config.initial))
    one = height * width * (channels + 1)  # a frame and its class map, bytes
    native = 2 * math.prod(CLASS_MAP_SHAPE)  # colour indices and class map, which augmentation works on
    memory = FRAMEWORK_BYTES + frames * (native if config.augmentation == "full" else one) + kept * one
    return memory, _FCN_COPIES * weights


def _agent_needs(config: DdqnConfig, problems: dict[str, str]) -> tuple[int, int]:
    """Bytes of memory and disk of an agent's training."""
    item_shape: tuple[int, ...] = (SMALL_SIZE, SMALL_SIZE)
    with _noted("level", problems):
        parse_levels(config.level)
    if config.observation == "fcn":
        with _noted("encoder", problems):
            item_shape = feature_shape(Path(config.encoder))
    replay = needed_bytes(config.replay_steps, config.environments, item_shape, config.priority)
    memory = FRAMEWORK_BYTES + replay + (config.environments + EVALUATION_GAMES) * GAME_BYTES
    return memory, agent_disk(config, item_shape, q_network_bytes(item_shape))


def agent_disk(config: DdqnConfig, item_shape: tuple[int, ...], network: int) -> int:
    """Bytes of an agent's run folder in the end.

    Args:
        config: its settings.
        item_shape: of a frame in its replay.
        network: bytes of the Q-network's weights.
    """
    kept = config.steps // config.keep_every_steps if config.keep_every_steps else 0
    entries = config.replay_steps + (_FULL_KEPT + 1) * config.environments * SEGMENT_ENTRIES
    replay = int(entries * math.prod(item_shape) * COMPRESSED[config.observation])
    return network * (_Q_NETWORKS * _FULL_KEPT + 2 * (1 + kept)) + replay


def q_network_bytes(item_shape: tuple[int, ...]) -> int:
    """Bytes of the weights of ``training.q_network.build_q_network`` with 5 actions; that one brings Keras."""
    layers: tuple[tuple[int, int], ...]
    if len(item_shape) == 2:
        layers = ((8 * 8 * STACK_FRAMES, 32), (4 * 4 * 32, 64), (3 * 3 * 64, 64), (7 * 7 * 64, 512))
    else:
        height, width, channels = item_shape
        cells = ((height - 1) // 2) * ((width - 1) // 2)
        layers = ((3 * 3 * STACK_FRAMES * channels, 64), (cells * 64, 512))
    return 4 * sum((inputs + 1) * units for inputs, units in (*layers, (512, 5)))


@contextmanager
def _noted(name: str, problems: dict[str, str]) -> Iterator[None]:
    """Keep the sentence of an InputError under a field's name, and go on."""
    try:
        yield
    except InputError as error:
        problems[name] = str(error)
