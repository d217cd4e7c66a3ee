"""What can be known of a mapping's training before it starts."""

from __future__ import annotations

from pathlib import Path

from core.config.mapping import MappingConfig
from core.dataset.complete import open_complete
from core.errors import InputError
from core.frame import SMALL_SIZE
from core.mapping.looks import look_records, problems_of
from core.runs.preflight import FRAMEWORK_BYTES, FULL_CHECKPOINTS, Preflight, free_disk, free_memory, noted

_COPIES = 3 * FULL_CHECKPOINTS  # weights and Adam's moments in each


def preflight(config: MappingConfig, folder: Path) -> Preflight:
    """Look at a run's settings, the files that they name, and this machine.

    Args:
        config: the settings, paths as seen from the working directory.
        folder: of the run, or of runs where it will be made.
    """
    problems: dict[str, str] = {}
    frames = 0
    with noted("data", problems):
        if not config.data:
            raise InputError("choose the folder of a data set")
        data = open_complete(Path(config.data))
        problems |= problems_of(config, data)
        if not problems:
            frames = sum(map(len, look_records(config, data, "train")))
    weights = 4 * 2 * (generator_weights(config) + discriminator_weights(config))
    disk = _COPIES * weights + 8 * generator_weights(config)
    # Each of the six passes through a generator keeps what its layers make, before and after their norms, for the
    # gradients: four layers of whole pictures, and the blocks', which have half the sides and twice the channels.
    made = 6 * 3 * SMALL_SIZE**2 * config.filters * (4 + config.blocks) * config.batch_size
    memory = FRAMEWORK_BYTES + frames * SMALL_SIZE**2 + 4 * made + 4 * weights
    return Preflight(config, problems, memory, free_memory(), disk, free_disk(folder), "a smaller data set")


def generator_weights(config: MappingConfig) -> int:
    """Numbers in a network of ``training.networks.build_generator``; that one brings Keras."""
    few = config.filters
    layers = [(7, 1, few), (3, few, 2 * few), *[(3, 2 * few, 2 * few)] * (2 * config.blocks), (3, 2 * few, few)]
    return sum(side * side * ins * outs + 2 * outs for side, ins, outs in layers) + 7 * 7 * few + 1


def discriminator_weights(config: MappingConfig) -> int:
    """The same of ``build_discriminator``."""
    few = config.filters
    layers = [(2 * few, 4 * few), (4 * few, 8 * few)]
    normed = sum(16 * ins * outs + 2 * outs for ins, outs in layers)
    return 16 * 2 * few + 2 * few + normed + 16 * 8 * few + 1
