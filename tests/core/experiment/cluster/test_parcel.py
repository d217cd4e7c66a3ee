"""Parcels: what travels is what changed, and a folder that was broken off can still be gone on from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.experiment.cluster.parcel
from core.errors import RunError
from core.experiment.cluster.parcel import Parcel, pack, unpack

NAMES = st.sampled_from(
    ["config.json", "checkpoints/step-000000100.safetensors", "checkpoints/replay/a", "learning.csv"]
)
CONTENTS = st.dictionaries(NAMES, st.binary(max_size=20))


def fill(folder: Path, content: dict[str, bytes]) -> None:
    """Make a folder hold just that; a file that changes gets another time."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in content:
            path.unlink()
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
            fill.clock += 1  # type: ignore[attr-defined]
            os.utime(path, ns=(0, fill.clock))  # type: ignore[attr-defined]


fill.clock = 1  # type: ignore[attr-defined]


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(st.lists(CONTENTS, min_size=1, max_size=5))
def test_a_folder_is_followed_through_its_changes(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, bytes]]
) -> None:
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    stamps: dict[str, tuple[int, int]] = {}
    before: dict[str, bytes] = {}
    for state in states:
        fill(here, state)
        parcel, stamps = pack(here, stamps)
        assert set(parcel.files) == {name for name in state if state[name] != before.get(name)}, "only what changed"
        unpack(parcel, there)
        assert held(there) == state
        before = state
    assert not pack(here, stamps)[0]


def test_half_files_and_locks_stay_where_they_are(tmp_path: Path) -> None:
    for name in ("lock", ".config.json.12.tmp", "config.json"):
        (tmp_path / name).write_bytes(b"1")
    assert set(pack(tmp_path, {})[0].files) == {"config.json"}
    assert pack(tmp_path / "none", {}) == (Parcel(), {})


def test_a_checkpoint_comes_after_what_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk in the middle leaves no checkpoint without its replay, and nothing is taken away before."""
    unpack(Parcel({"checkpoints/replay/old": b"1", "checkpoints/step-1": b"1"}), tmp_path)
    write, count = core.experiment.cluster.parcel.write_bytes, 0

    def once(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise RunError("the disk is full")
        write(path, data)

    monkeypatch.setattr(core.experiment.cluster.parcel, "write_bytes", once)
    parcel = Parcel({"checkpoints/step-2": b"2", "checkpoints/replay/new": b"2"}, ("checkpoints/replay/old",))
    with pytest.raises(RunError):
        unpack(parcel, tmp_path)
    assert set(held(tmp_path)) == {"checkpoints/replay/old", "checkpoints/replay/new", "checkpoints/step-1"}
