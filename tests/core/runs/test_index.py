"""The index tells the truth about every folder, whatever happens to it, and looks twice at nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

import core.runs.index
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config
from core.config.mapping import MappingConfig
from core.files import write_json
from core.runs.index import PORTION, Changes, RunIndex, RunInfo, Score
from core.runs.notes import Notes, write_notes
from core.runs.run_folder import RunFolder, Status
from core.runs.run_log import RunLog

OLD = 1_700_000_000  # Unix time: long before now


def make(folder: Path, config: Config, state: str = "done", pid: int = 2**22 + 1, age: float = 5.0) -> Path:
    folder.mkdir()
    write_json(folder / "config.json", config.to_json())
    run = RunFolder(folder)
    run.write_status(Status(state, pid, time.time() - age, 0.5, 60.0))  # type: ignore[arg-type]
    rest(folder)
    return folder


def rest(folder: Path, when: float = OLD) -> None:
    """As if nothing had changed there for long."""
    os.utime(folder, (when, when))


def scan(index: RunIndex, again: Iterable[Path] = ()) -> Changes:
    found = list(index.scan(list(again)))
    return Changes([run for part in found for run in part.changed], [path for part in found for path in part.gone])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "agent", DdqnConfig(observation="segmented", level="1-2", seed=7))
    make(tmp_path / "network", FcnConfig(data="../data/small", size="native"))
    (tmp_path / "no run").mkdir()
    rest(tmp_path / "no run")
    (tmp_path / ".trash").mkdir()
    return tmp_path


def info(index: RunIndex, name: str) -> RunInfo:
    return index.runs[index.folders[0] / name]


def test_runs_in_a_few_words(folder: Path) -> None:
    index = RunIndex([folder, folder / "missing"])
    make(folder / "mapping", MappingConfig(data="../data/small", from_levels="3-1", seed=2))
    assert {run.path.name for run in scan(index).changed} == {"agent", "network", "mapping"}
    agent, network, mapping = info(index, "agent"), info(index, "network"), info(index, "mapping")
    assert (mapping.kind, mapping.sees, mapping.level, mapping.seed) == ("mapping", "3-1 → 1-1", "small", 2)
    assert (agent.kind, agent.sees, agent.level, agent.seed) == ("ddqn", "segmented, exact", "1-2", 7)
    assert (network.kind, network.sees, network.level, network.seed) == ("fcn", "224 × 240 colour", "small", 1)
    assert (agent.state, agent.progress, agent.score.value, agent.problem) == ("done", 0.5, None, "")
    assert abs(agent.begun - time.time()) < 600
    write_json(folder / "agent" / "provenance.json", {"started": "2026-11-22T18:04:43+00:00"})
    scan(index)
    assert info(index, "agent").begun == 1795370683


def test_only_what_changed_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = RunIndex([folder])
    scan(index)
    read: list[str] = []
    original = core.runs.index._read
    monkeypatch.setattr(core.runs.index, "_read", lambda path, stamp: read.append(path.name) or original(path, stamp))
    assert scan(index) == Changes([], []) and read == []
    write_notes(folder / "agent", Notes(name="first", tags=("a",)))
    assert [run.name for run in scan(index).changed] == ["first"] and read == ["agent"]
    scan(index)
    assert read == ["agent"] * 2  # changed so lately that it may change again unseen
    rest(folder / "agent", OLD + 1)
    scan(index)
    scan(index)
    assert read == ["agent"] * 3
    scan(index, [folder / "network"])
    assert read[-1] == "network"


def test_the_score_is_the_evaluation_and_until_then_the_curve(folder: Path) -> None:
    index = RunIndex([folder])
    log = RunLog(folder / "network" / "epochs.csv", ("epoch", "val_miou"))
    for epoch, miou in enumerate((0.4, 0.6, 0.5)):
        log.append({"epoch": epoch, "val_miou": miou})
    log = RunLog(folder / "agent" / "evaluations.csv", ("step", "mean_x", "mean_progress"))
    for step, progress in ((5, 0.75), (10, 0.5)):
        log.append({"step": step, "mean_x": 700.0, "mean_progress": progress})
    scan(index)
    assert info(index, "network").score == Score(0.6, "mIoU", "highest mIoU on the validation split")
    assert info(index, "agent").score == Score(0.5, "progress", "mean progress of its latest evaluation")
    write_json(folder / "network" / "evaluation.json", {"miou": 0.55})
    scores = {"checkpoint": "last", "progress": {"mean": 0.5}, "x": {"mean": 650.5}, "best": {"progress": {"mean": 1}}}
    write_json(folder / "agent" / "evaluation.json", scores)
    scan(index)
    assert info(index, "network").score == Score(0.55, "mIoU", "mIoU on the test split")
    assert info(index, "agent").score == Score(0.5, "progress", "mean progress of its last network")


def test_a_score_that_flatters_says_so(folder: Path) -> None:
    write_json(folder / "network" / "evaluation.json", {"miou": 0.55, "warning": "neighbours are alike"})
    index = RunIndex([folder])
    scan(index)
    assert info(index, "network").score.what == "mIoU on the test split (flatters: one play may be in several splits)"


def test_the_runs_of_an_experiment_are_runs_too(folder: Path) -> None:
    experiment = folder / "transfer"
    experiment.mkdir()
    write_json(experiment / "experiment.json", {})
    make(experiment / "gray-21", DdqnConfig(seed=21))
    (experiment / "report").mkdir()
    rest(experiment)
    index = RunIndex([folder])
    assert {run.path.name for run in scan(index).changed} == {"agent", "network", "gray-21"}
    make(experiment / "gray-22", DdqnConfig(seed=22))
    assert [run.path.name for run in scan(index).changed] == ["gray-22"]
    assert info(index, "transfer/gray-22").long_name == "transfer/gray-22"
    shutil.rmtree(experiment)
    assert {path.name for path in scan(index).gone} == {"gray-21", "gray-22"}


def test_an_older_agent_is_judged_by_x(folder: Path) -> None:
    index = RunIndex([folder])
    log = RunLog(folder / "agent" / "evaluations.csv", ("step", "mean_x"))
    for step, x in ((5, 900.0), (10, 700.0)):
        log.append({"step": step, "mean_x": x})
    scan(index)
    assert info(index, "agent").score == Score(700.0, "x", "mean x of its latest evaluation")
    write_json(folder / "agent" / "evaluation.json", {"checkpoint": "best", "x": {"mean": 650.5}})
    scan(index)
    assert info(index, "agent").score == Score(650.5, "x", "mean x of its best network")


def test_equal_settings_but_the_seed_are_a_group(tmp_path: Path) -> None:
    for name, config in (("a", DdqnConfig(seed=1)), ("b", DdqnConfig(seed=2)), ("c", DdqnConfig(seed=1, gamma=0.8))):
        make(tmp_path / name, config)
    index = RunIndex([tmp_path])
    scan(index)
    assert info(index, "a").group == info(index, "b").group != info(index, "c").group


def test_what_a_run_does_not_use_and_how_a_folder_is_named_make_no_other_group(tmp_path: Path) -> None:
    for name, observation, encoder in (
        ("a", "fcn", "../net"),
        ("b", "fcn", "../a/../net"),
        ("c", "fcn", "../other"),
        ("d", "gray", "../net"),
        ("e", "gray", "../other"),
    ):
        make(tmp_path / name, DdqnConfig(observation=observation, encoder=encoder))
    index = RunIndex([tmp_path])
    scan(index)
    assert info(index, "a").group == info(index, "b").group != info(index, "c").group
    assert info(index, "d").group == info(index, "e").group != info(index, "a").group


def test_a_run_is_live_while_its_process_is(folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    index = RunIndex([folder])
    make(folder / "live", FcnConfig(), "running", process.pid, age=0)
    make(folder / "dead", FcnConfig(), "running")
    make(folder / "reused", FcnConfig(), "running", process.pid, age=3600)
    scan(index)
    assert info(index, "live").state == "running" and info(index, "live").is_live
    assert info(index, "dead").state == info(index, "reused").state == "interrupted"
    assert info(index, "dead").time_left is None
    RunFolder(folder / "live").request_stop()
    scan(index)
    assert info(index, "live").state == "stopping"
    process.kill()
    process.communicate()
    changes = scan(index)
    assert [run.state for run in changes.changed] == ["interrupted"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config.json", "{"),
        ("config.json", "[1]"),
        ("status.json", '{"state": "running"}'),
        ("status.json", '{"state": "odd", "pid": 1, "heartbeat": 1}'),
        ("status.json", '{"state": "done", "pid": "x", "heartbeat": 1}'),
        ("status.json", '{"state": "done", "pid": 1, "heartbeat": NaN}'),
        ("status.json", "\x00\xff"),
    ],
)
def test_damaged_files_are_named_and_nothing_else_suffers(folder: Path, file: str, text: str) -> None:
    index = RunIndex([folder])
    scan(index)
    (folder / "agent" / file).write_bytes(text.encode("latin-1"))
    changes = scan(index, [folder / "agent"])
    assert [(run.path.name, run.state) for run in changes.changed] == [("agent", "damaged")]
    assert file in changes.changed[0].problem
    assert info(index, "network").state == "done"


@pytest.mark.parametrize("file", ["notes.json", "evaluation.json", "provenance.json", "evaluations.csv"])
def test_what_is_beside_the_point_may_be_damaged(folder: Path, file: str) -> None:
    (folder / "agent" / file).write_bytes(b"\xff{")
    index = RunIndex([folder])
    scan(index)
    assert info(index, "agent").state == "done"
    assert (file in info(index, "agent").problem) == (file != "evaluations.csv")


def test_a_folder_that_goes_away_is_told(folder: Path) -> None:
    index = RunIndex([folder])
    scan(index)
    shutil.rmtree(folder / "agent")
    assert scan(index) == Changes([], [folder / "agent"])
    (folder / "network" / "config.json").unlink()
    (folder / "network" / "status.json").unlink()
    assert scan(index).gone == [folder / "network"]
    make(folder / "agent", DdqnConfig())
    assert [run.path.name for run in scan(index).changed] == ["agent"]


def test_many_runs_come_in_portions(tmp_path: Path) -> None:
    for number in range(PORTION + 5):
        path = tmp_path / f"run-{number}"
        path.mkdir()
        (path / "config.json").write_text('{"version": 1, "kind": "fcn"}')
    parts = list(RunIndex([tmp_path]).scan())
    assert [len(part.changed) for part in parts] == [PORTION, 5]


def test_a_field_that_is_no_more_or_had_another_name_makes_no_other_group(tmp_path: Path) -> None:
    old, new = make(tmp_path / "old", DdqnConfig(seed=1)), make(tmp_path / "new", DdqnConfig(seed=2))
    values = RunFolder.open(old).config_values()
    values["stall_limit_steps"] = values.pop("training_stall_steps")
    write_json(old / "config.json", {**values, "priority": 0.0})
    index = RunIndex((tmp_path,))
    scan(index)
    assert info(index, "old").group == info(index, "new").group
    assert new.exists()
