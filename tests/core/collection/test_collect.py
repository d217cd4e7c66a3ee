"""Data sets collected from the real game, small."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from core.classes import MARIO
from core.collection.collect import collect
from core.config.collect import CollectConfig
from core.dataset.record import SPLITS
from core.dataset.store import DataSet
from core.errors import InputError, RunError
from core.game.rom import Rom
from tests.agent_runs import AgentRuns

CONFIG = CollectConfig(
    stacks=8, levels="1-1,2-2", seed=4, keep_one_in=2, search_steps=20, episode_steps=16, power="mixed"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set made without a stop."""
    return tmp_path_factory.mktemp("collect") / "whole"


@pytest.fixture(autouse=True)
def _collected(whole: Path, emulator_slot: None) -> None:
    if not whole.exists():
        collect(CONFIG, whole, engine="stable-retro", rom=None)


def _files(folder: Path) -> dict[str, bytes]:
    """Contents by name, but for the lock."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}


def test_it_holds_what_was_asked_for(whole: Path) -> None:
    data = DataSet.open(whole)
    manifest = data.manifest()
    assert {split: size["stacks"] for split, size in manifest["splits"].items()} == {
        "train": 7,
        "validation": 1,
        "test": 1,
    }
    assert set(manifest["levels"]) == {"1-1", "2-2"} and manifest["levels"]["1-1"]["train"]["stacks"] == 3
    assert manifest["config"] == CONFIG.to_json() and manifest["engine"] == "stable-retro"
    for coverage in manifest["coverage"].values():
        assert coverage["train"]["search_steps"] >= 10 and 0 < coverage["train"]["share"] <= 1
    splits = {split: {r.episode for r in data.records(split)} for split in SPLITS}
    assert sum(map(len, splits.values())) == len(set().union(*splits.values())), "an episode lies in one split"
    for first, *rest in zip(*[iter(data.records())] * 4, strict=True):
        assert [r.step - first.step for r in rest] == [1, 2, 3] and {r.episode for r in rest} == {first.episode}


def test_every_frame_is_in_play_and_most_show_mario(whole: Path) -> None:
    frames, masks = DataSet.open(whole).load()
    assert frames.any((1, 2, 3)).all()
    assert (masks != 0).any((1, 2)).all(), "a black screen would be all background"
    assert (masks == MARIO).any((1, 2)).mean() > 0.8


def test_the_same_seed_makes_the_same_bytes_and_another_not(whole: Path, tmp_path: Path) -> None:
    collect(CONFIG, tmp_path / "same", engine="auto", rom=None)
    assert _files(tmp_path / "same") == _files(whole)
    collect(dataclasses.replace(CONFIG, seed=5), tmp_path / "other", engine="auto", rom=None)
    assert _files(tmp_path / "other")["index.jsonl"] != _files(whole)["index.jsonl"]


@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, 2), (signal.SIGTERM, 5)])
def test_a_stopped_collection_goes_on_to_the_same_data_set(
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    after: int,
) -> None:
    append = DataSet.append_stack

    def append_and_signal(self: DataSet, *args: object) -> object:
        records = append(self, *args)  # type: ignore[arg-type]
        if len(self) == 4 * after:
            os.kill(os.getpid(), number)
        return records

    folder = tmp_path / "stopped"
    with monkeypatch.context() as patch:
        patch.setattr(DataSet, "append_stack", append_and_signal)
        collect(CONFIG, folder, engine="auto", rom=None)
    assert "the same command goes on" in capsys.readouterr().err
    assert len(DataSet.open(folder)) == 4 * after
    assert json.loads((folder / "manifest.json").read_text())["stacks"] == after
    collect(CONFIG, folder, engine="auto", rom=None)
    assert _files(folder) == _files(whole)


def test_a_killed_collection_goes_on_too(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk ends it like a kill would, with half a stack in the folder; the next run mends all."""
    write = Path.write_bytes

    def full_after_four(path: Path, data: bytes) -> int:
        if path.name.startswith(".000016"):
            raise OSError(28, "No space left on device")
        return write(path, data)

    folder = tmp_path / "killed"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full_after_four)
        with pytest.raises(RunError, match=r"000016\.png: cannot be written .*No space left"):
            collect(CONFIG, folder, engine="auto", rom=None)
    (folder / "frames/000016.png").write_bytes(b"half")
    index = folder / "index.jsonl"
    index.write_bytes(index.read_bytes() + b'{"number":16,')
    collect(CONFIG, folder, engine="auto", rom=None)
    assert _files(folder) == _files(whole)


def test_a_finished_collection_is_left_alone(whole: Path) -> None:
    before = _files(whole)
    collect(CONFIG, whole, engine="auto", rom=None)
    assert _files(whole) == before


def test_a_folder_with_other_settings_is_refused(whole: Path) -> None:
    before = _files(whole)
    with pytest.raises(InputError, match="it was begun with seed 4, not 9; name another folder"):
        collect(dataclasses.replace(CONFIG, seed=9), whole, engine="auto", rom=None)
    assert _files(whole) == before


def test_a_data_set_of_another_revision_is_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _files(whole)
    monkeypatch.setattr(Rom, "sha1", "ea" * 20)
    with pytest.raises(InputError, match="it was begun with another revision of the game; name another folder"):
        collect(CONFIG, whole, engine="auto", rom=None)
    assert _files(whole) == before


def test_folders_with_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for place in (tmp_path, tmp_path / "letter.txt"):
        with pytest.raises(InputError, match="--collect: something else is at .*; name a new folder"):
            collect(CONFIG, place, engine="auto", rom=None)
    DataSet.create(tmp_path / "by hand", {"config": None}).close()
    with pytest.raises(InputError, match="was not made by --collect"):
        collect(CONFIG, tmp_path / "by hand", engine="auto", rom=None)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_nes_py_needs_labels_from_sprites(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--labels: exact needs stable-retro; on nes-py choose --labels sprites"):
        collect(CONFIG, tmp_path / "new", engine="nes-py", rom=None)
    assert not (tmp_path / "new").exists()


def test_sprites_label_what_nes_py_plays(tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, levels="1-1", labels="sprites", power="as played", stacks=3)
    collect(config, tmp_path / "nes", engine="nes-py", rom=None)
    data = DataSet.open(tmp_path / "nes")
    assert {(r.engine, r.labelled_by, r.level) for r in data.records()} == {("nes-py", "sprites", "1-1")}
    assert data.manifest()["coverage"]["1-1"]["train"]["starts"] == 0, "no save states, so no search"
    assert 0.01 < data.manifest()["coverage"]["1-1"]["train"]["share"] < 1, "what the play saw counts"
    assert (data.load()[1] == MARIO).any((1, 2)).mean() > 0.8


def test_several_players_take_turns_and_rare_classes_are_kept(tmp_path: Path) -> None:
    """From the level's start, as the paper collected; every stack that is kept shows Mario at its end."""
    config = dataclasses.replace(
        CONFIG, levels="1-1", agent="random, right-and-jump", search_steps=0, balance="classes", power_ups="more"
    )
    collect(config, tmp_path / "new", engine="stable-retro", rom=None)
    data = DataSet.open(tmp_path / "new")
    assert all(r.pixels[MARIO] for r in data.records()[3::4])
    with pytest.raises(InputError, match="--agent: 'nobody' is neither a run folder nor one of random"):
        collect(dataclasses.replace(config, agent="random,nobody"), tmp_path / "other", engine="stable-retro", rom=None)


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    for change, message in (
        ({"levels": "9-1"}, "9-1 does not exist"),
        ({"levels": "one"}, "'one' is not a level"),
        ({"agent": "luigi"}, "--agent"),
    ):
        with pytest.raises(InputError, match=message):
            collect(dataclasses.replace(CONFIG, **change), tmp_path / "new", engine="auto", rom=None)
    with pytest.raises(InputError, match="labels"):
        dataclasses.replace(CONFIG, labels="guessed")
    assert not (tmp_path / "new").exists()


def test_an_agent_that_needs_exact_labels_is_refused_where_there_are_none(
    tmp_path: Path, agent_runs: AgentRuns
) -> None:
    config = dataclasses.replace(CONFIG, levels="1-1", labels="sprites", agent=str(agent_runs("segmented")))
    with pytest.raises(InputError, match="exact"):
        collect(config, tmp_path / "new", engine="nes-py", rom=None)
    assert not (tmp_path / "new").exists()


def test_power_as_played_begins_small(tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, levels="1-1", search_steps=0, power="as played", stacks=3)
    collect(config, tmp_path / "small", engine="auto", rom=None)
    _, masks = DataSet.open(tmp_path / "small").load()
    heights = (masks == MARIO).any(2).sum(1)
    assert np.median(heights) <= 16
