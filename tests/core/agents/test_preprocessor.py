"""What an agent sees of frames of the game."""

from __future__ import annotations

import numpy as np
import pytest

from core.agents.preprocessor import Preprocessor, make_preprocessor
from core.classes import GRAY_STEP, MARIO
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
    pictures = [preprocessor.observe(snapshot) for snapshot in snapshots]
    assert all(picture.shape == shape and picture.dtype == np.uint8 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) >= len(pictures) - 2, "it sees that Mario gets on"


def test_gray_is_the_luma_of_the_colour_picture(snapshots: list[Snapshot], rom: Rom) -> None:
    for snapshot in snapshots[:3]:
        gray = make_preprocessor("gray", "exact", rom).observe(snapshot)
        luma = shrink_frame(snapshot.frame) @ [0.299, 0.587, 0.114]
        assert np.abs(gray - luma).max() < 2
        assert (make_preprocessor("fcn", "exact", rom).observe(snapshot) == shrink_frame(snapshot.frame)).all()


def test_classes_are_grays_and_mario_is_among_them(snapshots: list[Snapshot], rom: Rom) -> None:
    preprocessor = make_preprocessor("segmented", "exact", rom)
    for snapshot in snapshots:
        picture = preprocessor.observe(snapshot)
        assert (picture % GRAY_STEP == 0).all() and GRAY_STEP == 17
        assert (picture == 17 * MARIO).any()


def test_exact_labels_and_sprites_agree(snapshots: list[Snapshot], rom: Rom, sprites: Preprocessor) -> None:
    exact = make_preprocessor("segmented", "exact", rom)
    equal = [(exact.observe(snapshot) == sprites.observe(snapshot)).mean() for snapshot in snapshots]
    assert np.mean(equal) > 0.99 and min(equal) > 0.95


def test_frames_without_memory(snapshots: list[Snapshot], rom: Rom, sprites: Preprocessor) -> None:
    from_a_file = Snapshot(snapshots[5].frame)
    with pytest.raises(SegmentationError, match="exact labels need the emulator's memory"):
        make_preprocessor("segmented", "exact", rom).observe(from_a_file)
    assert (sprites.observe(from_a_file) == sprites.observe(snapshots[5])).all()


def test_other_words(rom: Rom) -> None:
    with pytest.raises(InputError, match="--observation: 'colour' is not allowed; choose gray, segmented or fcn"):
        make_preprocessor("colour", "exact", rom)
    with pytest.raises(InputError, match="--labels: 'person' is not allowed; choose exact or sprites"):
        make_preprocessor("segmented", "person", rom)
