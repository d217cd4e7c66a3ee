"""What an agent sees: its eyes on frames of the game, and its stack of four."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.agents.observation import STACK_FRAMES, FrameStack, Preprocessor, make_preprocessor
from core.classes import GREY_STEP, MARIO
from core.errors import InputError
from core.frame import Snapshot, shrink_frame
from core.game.rom import Rom
from core.segmentation.segmenter import SegmentationError


@pytest.fixture(scope="module")
def sprites(rom: Rom) -> Preprocessor:
    """One for all tests: its catalogue takes a while to draw."""
    return make_preprocessor("segmented", "sprites", rom)


@pytest.mark.parametrize(("observation", "shape"), [("gray", (84, 84)), ("segmented", (84, 84)), ("fcn", (84, 84, 3))])
def test_shapes(observation: str, shape: tuple[int, ...], snapshots: list[Snapshot], rom: Rom) -> None:
    preprocessor = make_preprocessor(observation, "exact", rom)
    assert preprocessor.shape == shape
    pictures = [preprocessor.look(snapshot) for snapshot in snapshots]
    assert all(picture.shape == shape and picture.dtype == np.uint8 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) >= len(pictures) - 2, "it sees that Mario gets on"


def test_gray_is_the_luma_of_the_colour_picture(snapshots: list[Snapshot], rom: Rom) -> None:
    for snapshot in snapshots[:3]:
        gray = make_preprocessor("gray", "exact", rom).look(snapshot)
        luma = shrink_frame(snapshot.frame) @ [0.299, 0.587, 0.114]
        assert np.abs(gray - luma).max() < 2
        assert (make_preprocessor("fcn", "exact", rom).look(snapshot) == shrink_frame(snapshot.frame)).all()


def test_classes_are_greys_and_mario_is_among_them(snapshots: list[Snapshot], rom: Rom) -> None:
    preprocessor = make_preprocessor("segmented", "exact", rom)
    for snapshot in snapshots:
        picture = preprocessor.look(snapshot)
        assert (picture % GREY_STEP == 0).all() and GREY_STEP == 17
        assert (picture == 17 * MARIO).any()


def test_exact_labels_and_sprites_agree(snapshots: list[Snapshot], rom: Rom, sprites: Preprocessor) -> None:
    exact = make_preprocessor("segmented", "exact", rom)
    equal = [(exact.look(snapshot) == sprites.look(snapshot)).mean() for snapshot in snapshots]
    assert np.mean(equal) > 0.99 and min(equal) > 0.95


def test_frames_without_memory(snapshots: list[Snapshot], rom: Rom, sprites: Preprocessor) -> None:
    from_a_file = Snapshot(snapshots[5].frame)
    with pytest.raises(SegmentationError, match="exact labels need the emulator's memory"):
        make_preprocessor("segmented", "exact", rom).look(from_a_file)
    assert (sprites.look(from_a_file) == sprites.look(snapshots[5])).all()


def test_other_words(rom: Rom) -> None:
    with pytest.raises(InputError, match="--observation: 'colour' is not allowed; choose gray, segmented or fcn"):
        make_preprocessor("colour", "exact", rom)
    with pytest.raises(InputError, match="--labels: 'person' is not allowed; choose exact or sprites"):
        make_preprocessor("segmented", "person", rom)


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
        stack.push(np.stack([np.full(item_shape, value, np.uint8) for value in new]))
        for row in range(2):
            seen[row].append(new[row])
            if ended[row]:
                seen[row] = [item()]
                stack.reset(row, np.full(item_shape, seen[row][0], np.uint8))
        check()


def test_stacks_are_saved_and_go_on() -> None:
    stack, rng = FrameStack(3, (5, 5)), np.random.default_rng(1)
    items = rng.integers(0, 256, (7, 3, 5, 5), np.uint8)
    for item in items[:4]:
        stack.push(item)
    saved = stack.state()
    for item in items[4:]:
        stack.push(item)
    other = FrameStack(3, (5, 5))
    other.restore(saved)
    assert (other.stacks[:, -1] == items[3]).all(), "the copy did not move along"
    for item in items[4:]:
        other.push(item)
    assert (other.stacks == stack.stacks).all()
    with pytest.raises(InputError, match=r"these games have uint8 \(3, 4, 5, 5\)"):
        other.restore(saved[:2])
