"""Whether a training fits the machine, said once for all kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.runs.preflight import Preflight, free_disk, free_memory, noted
from core.runs.run_folder import RunFolder


def test_what_does_not_fit_is_refused() -> None:
    config = DdqnConfig()
    lacking = Preflight(config, {}, 3 * 10**9, 2 * 10**9, remedy="fewer games")
    assert "needs 3.00 GB of memory and 2.00 GB are free; choose fewer games, or" in lacking.refusal
    with pytest.raises(InputError, match=r"^the training needs 3\.00 GB"):
        lacking.check()
    assert "of disk" in Preflight(config, {}, 0, 1, 3 * 10**9, 2).refusal
    fitting = Preflight(config, {}, 1, 1, 1, 1)
    assert fitting.refusal == ""
    fitting.check()


def test_a_field_comes_before_what_does_not_fit() -> None:
    problems: dict[str, str] = {}
    with noted("level", problems):
        raise InputError("there is no 9-9")
    found = Preflight(DdqnConfig(), problems, memory=5)
    assert found.refusal == "level: there is no 9-9" and "of memory" in found.lack
    for check in (found.check, found.check_settings):
        with pytest.raises(InputError, match="^--level: there is no 9-9$"):
            check()
    Preflight(DdqnConfig(), {}, memory=5).check_settings()


def test_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that goes on writes over what it holds; other files there are no room."""
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    assert free_memory() > 0
    assert free_disk(tmp_path / "not" / "made") == 1000
    (tmp_path / "other").write_bytes(bytes(50))
    assert free_disk(tmp_path) == 1000
    run = RunFolder.create(tmp_path / "run", FcnConfig())
    before = free_disk(run.path)
    (run.path / "model.onnx").write_bytes(bytes(500))
    assert free_disk(run.path) == before + 500 > 1500
