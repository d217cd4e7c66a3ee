"""Automatic labels to begin from: by name, made in a thread of their own, the segmenter kept for the next frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.frame import CLASS_MAP_SHAPE, ClassMap, Snapshot, enlarge_class_map
from core.game.rom import Rom
from core.segmentation.segmenter import SegmentationError, Segmenter
from gui.game.segmenters import make_labeller, make_predictor, network_version

if TYPE_CHECKING:
    from core.fcn.predictor import FcnPredictor

EXACT, SPRITES, STORED = "exact", "sprites", "stored"


@dataclass(frozen=True, slots=True)
class Source:
    """Who labels.

    Attributes:
        name: "exact", "sprites", "stored" (what a data set holds), or the name of a network.
        network: its run folder; None for the others.
    """

    name: str
    network: Path | None = None

    @property
    def labelled_by(self) -> str:
        """The word that a data set keeps: "exact", "sprites" or "fcn NAME"."""
        return self.name if self.network is None else f"fcn {self.name}"


class Labeller:
    """Labels snapshots; used by one thread."""

    def __init__(self) -> None:
        self._key: tuple[Source, str, Rom | None] | None = None
        self._segmenter: Segmenter | FcnPredictor | None = None

    def label(self, source: Source, snapshots: Sequence[Snapshot], rom: Rom | None) -> ClassMap:
        """Class maps, uint8 (N, 224, 240); InputError when this source cannot label these snapshots."""
        segmenter = self._get(source, rom)
        try:
            maps = [segmenter.segment(snapshot) for snapshot in snapshots]
        except SegmentationError as error:
            raise InputError(str(error)) from None
        return np.stack([item if item.shape == CLASS_MAP_SHAPE else enlarge_class_map(item) for item in maps])

    def _get(self, source: Source, rom: Rom | None) -> Segmenter | FcnPredictor:
        version = "" if source.network is None else network_version(source.network)  # it may be in training
        if self._segmenter is None or self._key != (source, version, rom):
            self._segmenter = self._make(source, rom)
            self._key = (source, version, rom)
        return self._segmenter

    def _make(self, source: Source, rom: Rom | None) -> Segmenter | FcnPredictor:
        if source.network is not None:
            return make_predictor(source.network)
        if rom is None:
            raise InputError(f"{source.name} labels need the game's ROM: open it first (Game > Open ROM…)")
        return make_labeller(source.name, rom)
