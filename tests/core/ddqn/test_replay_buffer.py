"""Replay gives what was lived through, all of it evenly, and takes no more memory than it says."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ddqn.random_shifts import shift_pictures
from core.ddqn.replay_buffer import ReplayBuffer, Transition, needed_bytes
from core.errors import InputError
from tests.core.ddqn.replay_play import ITEM_SHAPE, Expected, Play, to_frames

GAMMA = 0.9
ROOT = Path(__file__).resolve().parents[3]


def make_replay(rows: int, size: int, n_step: int, seed: int = 1) -> ReplayBuffer:
    rng = np.random.default_rng(seed)
    return ReplayBuffer(rows * size, rows, ITEM_SHAPE, n_step=n_step, gamma=GAMMA, rng=rng)


def as_expected(batch: Transition) -> list[Expected]:
    columns = (to_frames(batch.s_tm1), batch.a_tm1, batch.r_t, batch.discount_t, to_frames(batch.s_t))
    before, actions, rewards, discounts, after = (column.tolist() for column in columns)
    led, led_after = batch.a_tm2.tolist(), batch.last_a_t.tolist()
    return [
        Expected(tuple(before[i]), actions[i], rewards[i], discounts[i], tuple(after[i]), led[i], led_after[i])
        for i in range(len(actions))
    ]


def assert_same(found: Expected, right: Expected) -> None:
    assert found.s_tm1 == right.s_tm1
    assert found.a_tm1 == right.a_tm1
    assert found.r_t == pytest.approx(right.r_t, rel=1e-5, abs=1e-4)
    assert found.discount_t == pytest.approx(right.discount_t)
    assert found.s_t == right.s_t
    assert (found.a_tm2, found.last_a_t) == (right.a_tm2, right.last_a_t)


@given(
    rows=st.integers(1, 4),
    n_step=st.integers(1, 7),
    room=st.integers(0, 40),
    steps=st.integers(0, 120),
    end_chance=st.sampled_from((0.0, 0.02, 0.1, 0.4)),
    seed=st.integers(0, 10_000),
)
def test_samples_are_the_transitions_lived_through(
    rows: int, n_step: int, room: int, steps: int, end_chance: float, seed: int
) -> None:
    """Against the plain reference: as many can be drawn as there are, and each is right; at every moment."""
    replay = make_replay(rows, n_step + 5 + room, n_step, seed)
    play = Play(rows, seed, end_chance)
    for step in range(steps):
        play.step(replay)
        if step % 7 and step != steps - 1:
            continue
        expected = play.expected(replay.storage.size, n_step, GAMMA)
        assert len(replay) == len(expected)
        if expected:
            for found in as_expected(replay.sample(16)):
                assert_same(found, expected[found.s_tm1[-1]])


def test_every_transition_is_drawn_as_often() -> None:
    """A chi-squared test over rows of different lengths that have wrapped around."""
    replay, play = make_replay(3, 50, 3), Play(3, 5, 0.05)
    for _ in range(140):
        play.step(replay)
    expected = play.expected(50, 3, GAMMA)
    draws = 200 * len(expected)
    frames = np.concatenate([to_frames(replay.sample(100).s_tm1)[:, -1] for _ in range(draws // 100)])
    drawn, counts = np.unique(frames, return_counts=True)
    assert set(drawn.tolist()) == set(expected)
    freedom, mean = len(expected) - 1, draws / len(expected)
    assert ((counts - mean) ** 2 / mean).sum() < freedom + 4 * math.sqrt(2 * freedom)


def test_columns_have_the_types_that_the_learner_takes() -> None:
    replay, play = make_replay(2, 40, 1), Play(2, 3)
    for _ in range(20):
        play.step(replay)
    batch = replay.sample(8)
    kinds = [column.dtype for column in batch]
    assert kinds == [np.uint8, np.int32, np.float32, np.float32, np.uint8, np.int32, np.int32]
    assert batch.s_t.shape == (8, 4, *ITEM_SHAPE)


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_a_batch_stays_while_as_many_as_said_are_drawn(batches: int) -> None:
    """So that batches can be learned from in a thread while steps are appended and the next batches drawn."""
    rng = np.random.default_rng(1)
    replay, play = ReplayBuffer(80, 2, ITEM_SHAPE, n_step=1, gamma=GAMMA, rng=rng, batches=batches), Play(2, 3)
    for _ in range(40):
        play.step(replay)
    for _ in range(2):
        drawn = [replay.sample(32) for _ in range(batches)]
        kept = [[column.copy() for column in batch] for batch in drawn[1:]]
        after = replay.sample(32)
        assert np.shares_memory(after.s_tm1, drawn[0].s_tm1)
        for _ in range(50):
            play.step(replay)
        for batch, before in zip(drawn[1:], kept, strict=True):
            for column, right in zip(batch, before, strict=True):
                np.testing.assert_array_equal(column, right)
    assert len(replay.sample(7).s_t) == 7


def test_the_same_seed_draws_the_same() -> None:
    one, other = make_replay(2, 40, 3), make_replay(2, 40, 3)
    for replay in (one, other):
        play = Play(2, 9)
        for _ in range(90):
            play.step(replay)
    for _ in range(5):
        for mine, theirs in zip(one.sample(16), other.sample(16), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_both_stacks_of_a_batch_are_shifted_each_by_its_own() -> None:
    """And what is remembered stays: the same transitions are drawn without shifts."""
    pictures = np.random.default_rng(1).integers(0, 256, (40, 2, 84, 84), np.uint8)
    actions, rewards, none = np.zeros(2, np.int64), np.zeros(2), np.zeros(2, np.bool_)
    plain, shifted = (
        ReplayBuffer(80, 2, (84, 84), n_step=1, gamma=GAMMA, rng=np.random.default_rng(3), shifts=shifts)
        for shifts in (False, True)
    )
    for replay in (plain, shifted):
        for items in pictures:
            replay.append(items, actions, rewards, none, none, None)
    expected, drawn = plain.sample(16), shifted.sample(16)
    rng = np.random.default_rng()
    rng.bit_generator.state = plain.state()[1]["rng"]
    for right, found in ((expected.s_tm1, drawn.s_tm1), (expected.s_t, drawn.s_t)):
        assert not np.array_equal(found, right)
        shift_pictures(right, rng)
        np.testing.assert_array_equal(found, right)
    np.testing.assert_array_equal(plain.storage.items, shifted.storage.items)
    assert rng.bit_generator.state == shifted.state()[1]["rng"]


def test_wrong_use_is_refused() -> None:
    """A capacity too small, nothing to draw, frames of another shape, an end without its last frame."""
    with pytest.raises(InputError, match="replay_steps: 20 is too small; 4 environments need at least 32"):
        ReplayBuffer(20, 4, ITEM_SHAPE, n_step=3, gamma=GAMMA, rng=np.random.default_rng())
    replay = make_replay(2, 40, 1)
    with pytest.raises(ValueError, match="no transition yet"):
        replay.sample(4)
    no, yes, zeros = np.zeros(2, np.bool_), np.ones(2, np.bool_), np.zeros(2)
    with pytest.raises(ValueError, match="frames of shape"):
        replay.append(np.zeros((1, *ITEM_SHAPE), np.uint8), zeros, zeros, no, no, None)
    with pytest.raises(ValueError, match="last frame"):
        replay.append(np.zeros((2, *ITEM_SHAPE), np.uint8), zeros, zeros, no, yes, None)
    assert len(replay) == 0
    assert replay.storage.counts.tolist() == [0, 0]


_FILL = """
import sys
import numpy as np, psutil
from core.ddqn.replay_buffer import ReplayBuffer
item_shape = tuple(map(int, sys.argv[1:]))
process = psutil.Process()
before = process.memory_info().rss
replay = ReplayBuffer(20_000, 8, item_shape, n_step=3, gamma=0.9, rng=np.random.default_rng(1))
items, actions, rewards = np.full((8, *item_shape), 7, np.uint8), np.zeros(8), np.zeros(8)
for step in range(2_600):
    terminated = np.arange(8) == step % 200
    replay.append(items, actions, rewards, terminated, np.zeros(8, np.bool_), items)
replay.sample(64)
print(process.memory_info().rss - before)
"""


@pytest.mark.parametrize(("item_shape", "most"), [((84, 84), 0.8e9), ((21, 21, 32), 1.6e9)])
def test_memory_is_what_was_said_and_within_the_limit(item_shape: tuple[int, ...], most: float) -> None:
    """A fifth of 100,000 steps, as growth of a process of its own and as computed; batches included."""
    assert needed_bytes(100_000, 8, item_shape) < 0.95 * most
    command = [sys.executable, "-c", _FILL, *map(str, item_shape)]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert needed_bytes(20_000, 8, item_shape) * 0.98 < grown < most / 5
