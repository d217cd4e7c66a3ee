"""Checkpoints survive damage, full disks and being many."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from safetensors import SafetensorError
from safetensors.numpy import save_file

from core.errors import InputError, RunError
from core.runs.checkpoint_files import CheckpointStore, load_checkpoint, save_checkpoint

ARRAYS = {"weights": np.arange(6, dtype=np.float32).reshape(2, 3), "count": np.array(7, np.int64)}


@settings(max_examples=25, deadline=None)
@given(
    array=npst.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]),
        npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    ),
    state=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()),
)
def test_what_is_saved_is_what_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, state: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("checkpoint") / "any.safetensors"
    save_checkpoint(path, {"array": array}, state)
    loaded = load_checkpoint(path)
    assert loaded.state == state
    assert loaded.arrays["array"].dtype == array.dtype and loaded.arrays["array"].shape == array.shape
    np.testing.assert_array_equal(loaded.arrays["array"], array)


def test_transposed_arrays_keep_their_values(tmp_path: Path) -> None:
    array = ARRAYS["weights"].T
    save_checkpoint(tmp_path / "a.safetensors", {"array": array}, {})
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a.safetensors").arrays["array"], array)


def test_equal_checkpoints_are_equal_files_that_others_may_read(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_checkpoint(tmp_path / f"{name}.safetensors", ARRAYS, {"step": 3, "epoch": 1})
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o044 == 0o044
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.safetensors", "b.safetensors"]


def test_the_last_few_and_the_best_stay(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "checkpoints", keep=2)
    assert store.load_last() is None and store.load_best() is None
    for step in (5, 10, 1_000):
        store.save_last(step, ARRAYS, {"step": step})
    store.save_best(ARRAYS, {"step": 5})
    assert [load_checkpoint(path).state["step"] for path in store.paths()] == [10, 1_000]
    assert store.load_last().state == {"step": 1_000} and store.load_best().state == {"step": 5}
    store.save_last(700, ARRAYS, {"step": 700})  # its data set has fewer frames now, and steps are counted anew
    assert store.load_last().state == {"step": 700} and len(store.paths()) == 2
    store.save_last(800, ARRAYS, {"step": 800})
    assert [load_checkpoint(path).state["step"] for path in store.paths()] == [700, 800]
    store.clear_last()
    assert store.paths() == [] and store.load_best() is not None


@pytest.mark.parametrize("place", [3, -1, -30])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, place: int
) -> None:
    store = CheckpointStore(tmp_path)
    store.save_last(1, ARRAYS, {"step": 1})
    newest = store.save_last(2, ARRAYS, {"step": 2})
    data = bytearray(newest.read_bytes())
    data[place] ^= 0x55
    newest.write_bytes(data)
    with caplog.at_level(logging.WARNING, "core"):
        assert store.load_last().state == {"step": 1}
    assert newest.name in caplog.text and newest.with_name(f"damaged-{newest.name}").read_bytes() == data
    store.save_last(3, ARRAYS, {})
    assert [path.name for path in store.paths()] == ["step-000000001.safetensors", "step-000000003.safetensors"]


def test_a_cut_checkpoint_is_damaged(tmp_path: Path) -> None:
    path = CheckpointStore(tmp_path).save_last(1, ARRAYS, {})
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match=path.name):
        load_checkpoint(path)
    with pytest.raises(InputError, match="no checkpoint there is whole"):
        CheckpointStore(tmp_path).load_last()


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(InputError, match=r"w\.safetensors: the file is missing"):
        load_checkpoint(path)
    save_file(ARRAYS, path)
    with pytest.raises(InputError, match="no checkpoint of this program"):
        load_checkpoint(path)


def test_a_future_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file(ARRAYS, path, {"checkpoint": json.dumps({"version": 99, "checksum": "", "state": "{}"})})
    with pytest.raises(InputError, match="version 99"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("os.fsync", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))),
        ("core.runs.checkpoint_files.save_file", SafetensorError("I/O error: No space left on device (os error 28)")),
    ],
)
def test_a_full_disk_leaves_the_checkpoint_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: Exception
) -> None:
    store = CheckpointStore(tmp_path)
    store.save_best(ARRAYS, {"step": 1})

    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(function, full)
    with pytest.raises(RunError, match=r"best\.safetensors: cannot be written .*No space left on device"):
        store.save_best(ARRAYS, {"step": 2})
    assert store.load_best().state == {"step": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["best.safetensors"]
