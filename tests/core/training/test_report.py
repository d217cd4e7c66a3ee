"""What a training tells while it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.runs.run_folder import RunFolder
from core.training import report
from core.training.report import PREVIEW_EVERY, TrainingReport


def test_a_kept_network_is_exported_once_and_not_too_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that came soon after the last export: as soon as that is long enough ago, or at the end."""
    now, exports, written = 1000.0, 0, 0
    monkeypatch.setattr(report.time, "monotonic", lambda: now)
    run = RunFolder.create(tmp_path / "run", DdqnConfig(), engine="auto")
    told = TrainingReport(run, lambda: (0.5, None))

    def write(path: Path) -> None:
        nonlocal written
        written += 1
        path.touch()
        os.utime(path, (written, written))

    def keep() -> None:
        write(run.weights_path)

    def export() -> None:
        nonlocal exports
        exports += 1
        write(run.model_path)

    def exported(seconds: float = 0.0, *, at_once: bool = False) -> int:
        nonlocal now
        now += seconds
        told.preview(run.weights_path, export, at_once=at_once)
        return exports

    assert exported() == 0, "there is nothing yet"
    keep()
    assert exported() == 1
    assert exported(2 * PREVIEW_EVERY) == 1, "it is there"
    keep()
    assert exported() == 2
    keep()
    assert exported(PREVIEW_EVERY / 2) == 2
    assert exported(PREVIEW_EVERY / 2) == 3, "no better one has come since"
    keep()
    assert exported() == 3
    assert exported(at_once=True) == 4
    assert exported(at_once=True) == 4
