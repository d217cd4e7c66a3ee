"""The settings in which runs differ: folders by where they lie, whatever each run calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.fcn import FcnConfig
from core.locations import seen_from
from core.runs.commands import with_folders
from core.runs.index import RunIndex, RunInfo
from core.runs.run_folder import RunFolder
from gui.runs.differences import differing


def make(folder: Path, config: FcnConfig) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    RunFolder.create(folder, with_folders(config, lambda text: seen_from(folder, text)))


def test_folders_are_compared_by_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = FcnConfig(data="data/first")
    make(tmp_path / "runs" / "a", config)
    make(tmp_path / "runs" / "plan" / "b-1", config)
    make(tmp_path / "other" / "runs" / "c", FcnConfig(data="other/data/first"))
    (tmp_path / "runs" / "plan" / "experiment.json").write_text("{}")
    index = RunIndex([tmp_path / "runs", tmp_path / "other" / "runs"])
    list(index.scan())

    def run(name: str) -> RunInfo:
        return next(run for run in index.runs.values() if run.path.name == name)

    assert run("a").settings["data"] != run("b-1").settings["data"]
    assert differing([run("a"), run("b-1")]) == {}
    assert run("a").settings["data"] == run("c").settings["data"]
    assert differing([run("a"), run("c")]) == {"data": [str(Path("data/first")), str(Path("other/data/first"))]}
