"""What can be known of a network's training before it starts."""

from __future__ import annotations

import math
from pathlib import Path

from core.config.fcn import FcnConfig
from core.dataset.complete import open_complete, split_warning
from core.errors import InputError
from core.fcn.chosen_levels import check_levels, chosen_levels
from core.fcn.initial_weights import initial_weights
from core.fcn.notation import Architecture
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE
from core.runs.preflight import FRAMEWORK_BYTES, FULL_CHECKPOINTS, Preflight, free_disk, free_memory, noted

_COPIES = 3 * FULL_CHECKPOINTS + 3  # weights and Adam's moments in each; then the best, the kept and the exported ones


def preflight(config: FcnConfig, folder: Path) -> Preflight:
    """Look at a run's settings, the files that they name, and this machine.

    Args:
        config: the settings, paths as seen from the working directory.
        folder: of the run, or of runs where it will be made.
    """
    problems: dict[str, str] = {}
    height, width = (SMALL_SIZE, SMALL_SIZE) if config.size == "84" else CLASS_MAP_SHAPE
    channels = 3 if config.input == "colour" else 1
    weights = frames = kept = 0
    warning = ""
    with noted("architecture", problems):
        architecture = Architecture.parse(config.architecture)
        architecture.check_size(height, width)
        weights = 4 * architecture.parameters(channels)
    with noted("data", problems):
        if not config.data:
            raise InputError("choose the folder of a data set")
        data = open_complete(Path(config.data))
        warning = split_warning(data)
        frames, kept = len(data.records("train")), len(data.records("validation"))
        with noted("levels", problems):
            check_levels(config, data)
            levels = chosen_levels(config)
            frames, kept = len(data.records("train", levels)), len(data.records("validation", levels))
    if config.initial:
        with noted("initial", problems):
            initial_weights(config, Path(config.initial))
    one = height * width * (channels + 1)  # a frame and its class map, bytes
    native = 2 * math.prod(CLASS_MAP_SHAPE)  # colour indices and class map, which augmentation works on
    memory = FRAMEWORK_BYTES + frames * (native if config.augmentation == "full" else one) + kept * one
    disk = _COPIES * weights
    return Preflight(config, problems, memory, free_memory(), disk, free_disk(folder), "a smaller data set", warning)
