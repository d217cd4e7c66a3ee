"""Which stacks of an episode are kept, and what happens to question blocks."""

from __future__ import annotations

import numpy as np

from core.classes import COIN, GOAL, MARIO
from core.collection.episodes import ClassBalance, Stack
from core.frame import CLASS_MAP_SHAPE, FRAME_SHAPE, ClassMap, Snapshot


def _stack(*classes: int) -> Stack:
    """A stack whose frames' first bytes name the classes that it shows."""
    frame = np.zeros(FRAME_SHAPE, np.uint8)
    frame.reshape(-1)[: len(classes)] = classes
    return Stack((Snapshot(frame),) * 4, (1, 2, 3, 4), (0, 0, 0, 0))


def _segment(snapshot: Snapshot) -> ClassMap:
    class_map = np.zeros(CLASS_MAP_SHAPE, np.uint8)
    named = [class_id for class_id in snapshot.frame.reshape(-1)[:8] if class_id]
    class_map.reshape(-1)[: 20 * len(named)] = np.repeat(named, 20)
    return class_map


def _balance(stacks: int) -> ClassBalance:
    return ClassBalance(stacks, _segment, np.random.default_rng(1))


def test_an_episode_adds_a_stack_of_the_rarest_class_until_it_has_its_share() -> None:
    episode = [_stack(MARIO), _stack(MARIO, COIN), _stack(MARIO), _stack(MARIO, GOAL, COIN)]
    balance = _balance(16 * 2)
    kept = [balance.choose(episode, [True, False, False, False]) for _ in range(4)]
    assert all(first[0] and not first[2] for first in kept)
    assert sum(first[3] for first in kept) == 2, "the goal's share is 2"
    assert sum(kept[-1]) == 1, "all have their share by then"


def test_stacks_without_mario_are_not_kept() -> None:
    assert _balance(32).choose([_stack(COIN), _stack()], [True, True]) == [False, False]
    assert _balance(32).choose([], []) == []


def test_what_is_kept_anyway_counts_towards_the_share() -> None:
    balance = _balance(16)
    assert balance.choose([_stack(MARIO, COIN), _stack(MARIO, COIN)], [True, False]) == [True, False]
