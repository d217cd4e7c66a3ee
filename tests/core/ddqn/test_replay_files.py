"""Replay comes back from its files to the bit, and what is wrong with them is named."""

from __future__ import annotations

import copy
import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ddqn.replay_buffer import ReplayBuffer
from core.ddqn.replay_files import SEGMENT_ENTRIES, ReplayFiles
from core.errors import InputError, RunError
from core.runs.checkpoint_files import load_checkpoint, save_checkpoint
from tests.core.ddqn.replay_play import ITEM_SHAPE, Play

ROWS = 2
SIZE = 900


def make_replay(size: int = SIZE, rows: int = ROWS) -> ReplayBuffer:
    rng = np.random.default_rng(7)
    return ReplayBuffer(rows * size, rows, ITEM_SHAPE, n_step=3, gamma=0.9, rng=rng)


def go_on(play: Play, replay: ReplayBuffer, files: ReplayFiles, steps: int) -> list[np.ndarray]:
    """Play and learn as a training would; all that was drawn."""
    drawn: list[np.ndarray] = []
    for step in range(steps):
        play.step(replay)
        if step % 50 == 0:
            files.note(replay)
        if step % 20 == 0 and len(replay):
            drawn += [column.copy() for column in replay.sample(8)]
    return drawn


def save(path: Path, replay: ReplayBuffer, files: ReplayFiles) -> None:
    save_checkpoint(path, *files.tail(replay))


def load(path: Path, folder: Path, replay: ReplayBuffer) -> ReplayFiles:
    checkpoint = load_checkpoint(path)
    files = ReplayFiles(folder)
    files.load(replay, checkpoint.arrays, checkpoint.state)
    return files


def assert_equal(one: ReplayBuffer, other: ReplayBuffer) -> None:
    """In everything that can still be drawn, and in how it will be."""
    (arrays, state), (other_arrays, other_state) = one.state(), other.state()
    assert state == other_state
    for name in arrays:
        np.testing.assert_array_equal(arrays[name], other_arrays[name])
    for row, count in enumerate(one.storage.counts.tolist()):
        span = (row, max(0, count - one.storage.size), count)
        others = other.storage.entries(*span)
        for name, column in one.storage.entries(*span).items():
            np.testing.assert_array_equal(column, others[name])


@settings(max_examples=12)
@given(
    rows=st.integers(1, 3),
    size=st.sampled_from((20, SEGMENT_ENTRIES, 600, 1000)),
    steps=st.sampled_from((0, 5, 300, 511, 1100)),
    seed=st.integers(0, 1000),
)
def test_a_resumed_replay_goes_on_as_if_nothing_had_been(rows: int, size: int, steps: int, seed: int) -> None:
    """Bit by bit, though segments were written after the checkpoint; and once more after those were overwritten."""
    with TemporaryDirectory() as name:
        folder, first, second = Path(name) / "replay", Path(name) / "1.safetensors", Path(name) / "2.safetensors"
        replay, play, files = make_replay(size, rows), Play(rows, seed), ReplayFiles(folder)
        go_on(play, replay, files, steps)
        save(first, replay, files)
        same_play = copy.deepcopy(play)
        drawn = go_on(play, replay, files, 400)
        files.close()

        resumed = make_replay(size, rows)
        files = load(first, folder, resumed)
        for mine, theirs in zip(go_on(same_play, resumed, files, 400), drawn, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        assert_equal(resumed, replay)
        files.close()

        changed = make_replay(size, rows)
        files = load(first, folder, changed)
        go_on(Play(rows, seed + 1), changed, files, 400)
        save(second, changed, files)
        files.close()
        again = make_replay(size, rows)
        load(second, folder, again).close()
        assert_equal(again, changed)


def test_a_replay_without_a_full_segment_is_all_in_the_checkpoint(tmp_path: Path) -> None:
    replay, files = make_replay(), ReplayFiles(tmp_path / "replay")
    go_on(Play(ROWS, 1), replay, files, SEGMENT_ENTRIES // 2)
    save(tmp_path / "1.safetensors", replay, files)
    files.close()
    assert not (tmp_path / "replay").exists()
    resumed = make_replay()
    load(tmp_path / "1.safetensors", tmp_path / "replay", resumed).close()
    assert_equal(replay, resumed)


def test_pruning_keeps_what_the_last_checkpoints_need(tmp_path: Path) -> None:
    """The last two can be loaded; without the older one's need, only the last."""
    folder, paths = tmp_path / "replay", [tmp_path / f"{i}.safetensors" for i in range(4)]
    replay, play, files = make_replay(), Play(ROWS, 1), ReplayFiles(folder)
    for path in paths:
        go_on(play, replay, files, 700)
        save(path, replay, files)
        files.prune(2)
    oldest = {path.name[:7]: path.name for path in sorted(folder.iterdir(), reverse=True)}
    first_needed = [(int(count) - SIZE) // SEGMENT_ENTRIES for count in load_checkpoint(paths[2]).arrays["counts"]]
    assert list(oldest.values()) == [f"row-{row:03d}-{first_needed[row]:07d}.safetensors" for row in (1, 0)]
    with pytest.raises(InputError, match="row-000-0000"):
        load(paths[1], folder, make_replay())
    for path in paths[2:]:
        resumed = make_replay()
        load(path, folder, resumed).close()
    assert_equal(resumed, replay)
    files.prune(1)
    with pytest.raises(InputError, match="row-000-0000"):
        load(paths[2], folder, make_replay())
    files.clear()
    assert not folder.exists()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def _mistake(path: Path) -> None:
    path.write_bytes(path.with_name("row-001-0000001.safetensors").read_bytes())


@pytest.mark.parametrize(
    ("harm", "message"),
    [(Path.unlink, "missing"), (_cut, "damaged"), (_flip, "damaged"), (_mistake, "not the part of the replay")],
)
def test_a_wrong_segment_is_named(tmp_path: Path, harm: Callable[[Path], None], message: str) -> None:
    """Missing, cut off, with a bit flipped, or another one's."""
    replay, files = make_replay(), ReplayFiles(tmp_path / "replay")
    go_on(Play(ROWS, 1), replay, files, 600)
    save(tmp_path / "1.safetensors", replay, files)
    files.close()
    harm(tmp_path / "replay" / "row-000-0000001.safetensors")
    with pytest.raises(InputError, match=rf"row-000-0000001\.safetensors: .*{message}"):
        load(tmp_path / "1.safetensors", tmp_path / "replay", make_replay())


def test_a_replay_of_another_size_is_refused(tmp_path: Path) -> None:
    replay, files = make_replay(), ReplayFiles(tmp_path / "replay")
    go_on(Play(ROWS, 1), replay, files, 50)
    arrays, state = files.tail(replay)
    files.close()
    with pytest.raises(InputError, match="replay: entries of each is 901 here, but 900 in the checkpoint"):
        ReplayFiles(tmp_path).load(make_replay(901), arrays, state)
    state["about"]["prioritised"] = False  # as programs before wrote it
    ReplayFiles(tmp_path).load(make_replay(), arrays, state)
    state["about"]["prioritised"] = True
    with pytest.raises(InputError, match="replay: prioritised sampling is no longer there; this run cannot be resumed"):
        ReplayFiles(tmp_path).load(make_replay(), arrays, state)


def test_a_full_disk_ends_the_training_at_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure happened in the background; it is told at every later call, so no checkpoint lacks a segment."""

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    replay, files, play = make_replay(), ReplayFiles(tmp_path / "replay"), Play(ROWS, 1)
    for _ in range(300):
        play.step(replay)
    monkeypatch.setattr("os.fsync", full)
    message = r"row-000-0000000\.safetensors: cannot be written \(No space left"
    for _ in range(2):
        with pytest.raises(RunError, match=message):
            files.tail(replay)
    with pytest.raises(RunError, match=message):
        files.note(replay)
    files.close()
    assert not list((tmp_path / "replay").iterdir())
