"""Making segmenters by name, lazily: their modules are imported only when one is wanted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.game.rom import Rom
from core.runs.run_folder import RunFolder
from core.segmentation.segmenter import Segmenter
from gui.kit.locations import named_runs

if TYPE_CHECKING:
    from core.fcn.predictor import FcnPredictor

LABEL_SOURCES: tuple[str, ...] = ("exact", "sprites")


def make_labeller(source: str, rom: Rom) -> Segmenter:
    """The rule-based segmenter of this name ("exact" or "sprites")."""
    from core.segmentation.labeller import make_labeller as make

    return make(source, rom)


def make_predictor(run: Path) -> FcnPredictor:
    """The network of a run folder."""
    from core.fcn.predictor import FcnPredictor

    # The game and its painting need a core between two frames, and threads that spin would keep it from them.
    return FcnPredictor(run, threads=max((os.cpu_count() or 1) - 1, 1), spinning=False)


def network_version(run: Path) -> str:
    """What tells the network of a run folder from what it was before more training; "" where there is none."""
    from core.dataset.label_queue import network_key

    try:
        return network_key(RunFolder(run))
    except InputError:
        return ""  # making its predictor says so


def find_networks(folders: Sequence[Path]) -> list[tuple[str, Path]]:
    """Names and run folders of the networks in some folders; no network is loaded."""
    from core.fcn.predictor import list_networks

    return named_runs(folders, list_networks)
