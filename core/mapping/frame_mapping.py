"""A trained mapping at play: ONNX Runtime, no training framework."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.config.mapping import MappingConfig
from core.errors import InputError
from core.frame import SMALL_SIZE
from core.onnx_session import open_session
from core.runs.run_folder import RunFolder

_SHAPE = [SMALL_SIZE, SMALL_SIZE, 1]


class FrameMapping:
    """Maps gray pictures with the network of a run folder."""

    def __init__(self, run: Path, threads: int = 1) -> None:
        """Load it.

        Args:
            run: run folder of a mapping.
            threads: processor threads; 0 for all.

        Raises:
            InputError: no run of a mapping, or its network is missing, damaged or another one.
        """
        folder = RunFolder.open(run)
        folder.config(MappingConfig)
        self._session = open_session(folder.model_path, threads, spinning=False)
        inputs = {item.name: item.shape[1:] for item in self._session.get_inputs()}
        outputs = {item.name: item.shape[1:] for item in self._session.get_outputs()}
        if inputs != {"pixels": _SHAPE} or outputs != {"mapped": _SHAPE}:
            size = f"{SMALL_SIZE} x {SMALL_SIZE}"
            raise InputError(f"{folder.model_path}: the file holds no mapping of gray pictures of {size}")

    def map(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """A picture as it would look where the mapping leads; both uint8 (84, 84)."""
        mapped: npt.NDArray[np.uint8] = self._session.run(["mapped"], {"pixels": picture[None, ..., None]})[0]
        return mapped[0, ..., 0]
