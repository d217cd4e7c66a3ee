"""Starting the training of a network from the weights of a finished one."""

from __future__ import annotations

from pathlib import Path

from core.config.fcn import FcnConfig
from core.errors import InputError
from core.runs.run_folder import RunFolder

_ALIKE = ("architecture", "input", "scaling")  # what weights depend on; the size of the pictures is free


def initial_weights(config: FcnConfig, network: Path) -> Path:
    """The file of weights that a new network starts from.

    Args:
        config: settings of the new network.
        network: run folder of the finished one.

    Raises:
        InputError: it is no network, has no weights yet, or is of another architecture, input or scaling.
    """
    run = RunFolder.open(network)
    other = run.config(FcnConfig)
    for name in _ALIKE:
        theirs, ours = getattr(other, name), getattr(config, name)
        if theirs != ours:
            raise InputError(f"{network}: its {name} is {theirs}, not {ours}; give the new network the same {name}")
    if not run.weights_path.is_file():
        raise InputError(f"{network}: it has no weights yet; choose a network that is done")
    return run.weights_path
