"""Automatic labels to begin from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gui.label.auto_labels
from core.classes import COIN, MARIO
from core.frame import FRAME_SHAPE, Snapshot
from gui.label.auto_labels import Labeller, Source
from tests.gui.play.test_networks import OneClass


def test_labels_of_a_network_that_trains_on_are_those_of_its_newest_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(gui.label.auto_labels, "make_predictor", lambda run: made.append(run) or OneClass(run))
    labeller, source = Labeller(), Source("mine", tmp_path)
    snapshots = [Snapshot(np.zeros(FRAME_SHAPE, np.uint8))]
    for class_id in (COIN, MARIO):
        (tmp_path / "model.onnx").write_bytes(bytes(class_id))
        for _ in range(2):
            assert (labeller.label(source, snapshots, None) == class_id).all()
    assert len(made) == 2
