"""Frames and masks as PNG files that any tool can open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.classes import CLASSES
from core.dataset.png_files import check_header, decode_frame, decode_mask, encode_frame, encode_mask
from core.errors import InputError


def test_a_mask_is_an_indexed_png_in_the_class_colours(tmp_path: Path) -> None:
    mask = (np.arange(224 * 240, dtype=np.uint32) % 16).astype(np.uint8).reshape(224, 240)
    (tmp_path / "mask.png").write_bytes(encode_mask(mask))
    with Image.open(tmp_path / "mask.png") as image:
        assert image.mode == "P" and image.size == (240, 224)
        colours = np.array(image.convert("RGB"))
    np.testing.assert_array_equal(colours, np.array([c.colour for c in CLASSES], np.uint8)[mask])
    np.testing.assert_array_equal(decode_mask(tmp_path / "mask.png"), mask)


def test_a_frame_keeps_its_channels_in_order(tmp_path: Path) -> None:
    frame = np.zeros((224, 240, 3), np.uint8)
    frame[:, :, 0], frame[:, :, 2] = 200, 10
    (tmp_path / "frame.png").write_bytes(encode_frame(frame))
    np.testing.assert_array_equal(decode_frame(tmp_path / "frame.png"), frame)
    check_header(tmp_path / "frame.png")


def test_a_mask_in_grey_levels_is_read_and_one_in_true_colour_refused(tmp_path: Path) -> None:
    Image.new("L", (240, 224), 3).save(tmp_path / "grey.png")
    assert (decode_mask(tmp_path / "grey.png") == 3).all()
    Image.new("RGB", (240, 224)).save(tmp_path / "rgb.png")
    with pytest.raises(InputError, match=r"rgb\.png: a mask must be an indexed PNG .* not of mode RGB"):
        decode_mask(tmp_path / "rgb.png")


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    for read in (decode_frame, decode_mask, check_header):
        with pytest.raises(InputError, match=r"bad\.png: this is not a"):
            read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (decode_frame, decode_mask, check_header):
        with pytest.raises(InputError, match=r"gone\.png: the file is missing"):
            read(tmp_path / "gone.png")
