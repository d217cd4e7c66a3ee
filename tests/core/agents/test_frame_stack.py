"""The stack of the last four frames."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agents.frame_stack import FrameStack
from core.errors import InputError
from core.frame import STACK_FRAMES


@given(st.lists(st.lists(st.booleans(), min_size=2, max_size=2), max_size=12), st.sampled_from([(), (3,), (2, 3, 1)]))
def test_a_stack_holds_the_last_four_of_its_episode(ends: list[list[bool]], item_shape: tuple[int, ...]) -> None:
    stack, number = FrameStack(2, item_shape), 1
    seen: list[list[int]] = [[], []]

    def item() -> int:
        nonlocal number
        number += 1
        return number

    def check() -> None:
        assert stack.stacks.shape == (2, STACK_FRAMES, *item_shape) and stack.stacks.dtype == np.uint8
        for row, items in enumerate(seen):
            expected = ([items[0]] * STACK_FRAMES + items)[-STACK_FRAMES:]
            assert (expected == stack.stacks[row].reshape(STACK_FRAMES, -1).T).all()

    for row in range(2):
        seen[row] = [item()]
        stack.reset(row, np.full(item_shape, seen[row][0], np.uint8))
    check()
    for ended in ends:
        new = [item(), item()]
        stack.push(np.stack([np.full(item_shape, value, np.uint8) for value in new]), [3, 4])
        assert stack.last_actions.tolist() == [3, 4]
        for row in range(2):
            seen[row].append(new[row])
            if ended[row]:
                seen[row] = [item()]
                stack.reset(row, np.full(item_shape, seen[row][0], np.uint8))
                assert stack.last_actions[row] == 0
        check()


def test_stacks_are_saved_and_go_on() -> None:
    stack, rng = FrameStack(3, (5, 5)), np.random.default_rng(1)
    items = rng.integers(0, 256, (7, 3, 5, 5), np.uint8)
    for item in items[:4]:
        stack.push(item, [1, 2, 3])
    saved = stack.state()
    for item in items[4:]:
        stack.push(item, [1, 2, 3])
    other = FrameStack(3, (5, 5))
    other.restore(*saved)
    assert other.last_actions.tolist() == [1, 2, 3]
    assert (other.stacks[:, -1] == items[3]).all(), "the copy did not move along"
    for item in items[4:]:
        other.push(item, [3, 2, 1])
    assert (other.stacks == stack.stacks).all()
    with pytest.raises(InputError, match=r"these games have uint8 \(3, 4, 5, 5\)"):
        other.restore(saved[0][:2], saved[1])
