"""Notes are written whole; runs go to the trash and back, and never while they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import core.runs.trash
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.runs.notes import Notes, parse_tags, read_notes, write_notes
from core.runs.run_folder import RunFolder, Status
from core.runs.trash import delete_for_good, list_trash, move_to_trash, restore


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs" / "a run", FcnConfig())


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_notes_come_back(run: RunFolder) -> None:
    assert read_notes(run.path) == Notes()
    notes = Notes("The best so far", parse_tags(" paper, seed study,,paper "), "two\nlines, ünïcode")
    assert notes.tags == ("paper", "seed study")
    write_notes(run.path, notes)
    assert read_notes(run.path) == notes


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"name": "x"}', '{"version": 9}', '{"version": 1, "odd": 1}', '{"version": 1, "tags": [1]}',
     '{"version": 1, "name": 5}', '{"version": 1, "tags": ["a,b"]}', '{"version": 1, "name": "a\\nb"}'],
)  # fmt: skip
def test_damaged_notes_are_named(run: RunFolder, text: str) -> None:
    (run.path / "notes.json").write_text(text)
    with pytest.raises(InputError, match="notes.json"):
        read_notes(run.path)


def test_notes_that_cannot_be_kept(run: RunFolder, tmp_path: Path) -> None:
    for wrong in ({"name": "x" * 101}, {"tags": ("",)}, {"tags": ("a,b",)}, {"note": "x" * 10_001}):
        with pytest.raises(InputError):
            Notes(**wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is gone"):
        write_notes(tmp_path / "gone", Notes())


def test_to_the_trash_and_back(run: RunFolder) -> None:
    write_notes(run.path, Notes("shown"))
    folder, before = run.path.parent, files(run.path)
    item = move_to_trash(run.path)
    assert not run.path.exists() and item.shown == "shown" and item.name == "a run"
    assert list_trash([folder, folder, folder / "missing"]) == [item]
    RunFolder.create(run.path, FcnConfig(seed=2))
    with pytest.raises(InputError, match="another run has this name"):
        restore(item)
    second = move_to_trash(run.path)
    assert restore(item) == run.path and files(run.path) == before
    (folder / ".trash" / "run~20261301-000000").mkdir()  # no such month
    assert list_trash([folder]) == [second]
    with pytest.raises(InputError, match="no longer in the trash"):
        restore(type(item)(item.path, "other", item.when, ""))


def test_only_the_trash_is_emptied(run: RunFolder) -> None:
    item = move_to_trash(run.path)
    delete_for_good(item)
    delete_for_good(item)
    assert list_trash([run.path.parent]) == []
    kept = RunFolder.create(run.path, FcnConfig())
    with pytest.raises(ValueError, match="not in a trash"):
        delete_for_good(type(item)(kept.path, "x", item.when, ""))
    assert json.loads((kept.path / "config.json").read_text())["kind"] == "fcn"


def test_a_run_that_is_written_stays(run: RunFolder, tmp_path: Path) -> None:
    with run.writing(), pytest.raises(InputError, match="being written by process"):
        move_to_trash(run.path)
    assert run.path.is_dir()
    (tmp_path / "pictures").mkdir()
    with pytest.raises(InputError, match="holds no run"):
        move_to_trash(tmp_path / "pictures")
    with pytest.raises(InputError, match="is gone"):
        move_to_trash(tmp_path / "nowhere")


def test_what_came_with_the_program_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.runs.trash, "SHIPPED", tmp_path.resolve())
    run = RunFolder.create(tmp_path / "fcn-84", FcnConfig())
    run.write_status(Status("done", 2**22 + 7, 1.0, 1.0))
    with pytest.raises(InputError, match="fcn-84: it came with the program, so it stays"):
        move_to_trash(run.path)
    assert run.path.is_dir()
