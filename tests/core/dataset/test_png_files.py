"""Frames and masks as PNG files that any tool can open."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.classes import CLASSES, MARIO, PIPE
from core.dataset.png_files import check_header, decode_frame, decode_mask, encode_frame, encode_mask, parse_frame
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


def test_a_mask_in_gray_levels_is_read_and_one_in_true_colour_refused(tmp_path: Path) -> None:
    Image.new("L", (240, 224), 3).save(tmp_path / "gray.png")
    assert (decode_mask(tmp_path / "gray.png") == 3).all()
    Image.new("RGB", (240, 224)).save(tmp_path / "rgb.png")
    with pytest.raises(InputError, match=r"rgb\.png: a mask must be an indexed PNG .* not of mode RGB"):
        decode_mask(tmp_path / "rgb.png")


def renumbered(mask: Image.Image) -> Image.Image:
    """The same picture with as few colours in its palette as it uses, as a lossless optimiser of PNGs leaves it."""
    return mask.remap_palette(np.unique(np.array(mask)).tolist()[::-1])


def test_a_mask_keeps_its_classes_when_its_palette_is_renumbered(tmp_path: Path) -> None:
    mask = np.zeros((224, 240), np.uint8)
    mask[8:20], mask[50:60] = MARIO, PIPE
    path = tmp_path / "mask.png"
    path.write_bytes(encode_mask(mask))
    with Image.open(path) as image:
        renumbered(image).save(path, bits=2)
    with Image.open(path) as image:
        assert image.mode == "P" and (np.array(image) != mask).any()
    np.testing.assert_array_equal(decode_mask(path), mask)


def _with(mode: str, clear: object = None) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, (240, 224), 3)
    if mode == "P":
        image.putpalette([c for item in CLASSES for c in item.colour])
    image.save(out, "PNG", **({} if clear is None else {"transparency": clear}))
    return out.getvalue()


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("L", (240, 224), 3).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (_with("P", 3), "index 3 is of colour #d67442 and is not opaque"),
        (_with("L", 3), "a mask must be an indexed PNG in the class colours, not of mode L with transparency"),
        (_with("LA"), "not of mode LA"),
        (_with("1"), "not of mode 1"),
        (_with("I;16"), "not of mode I;16"),
        (_jpeg(), "this is not a picture"),
    ],
)
def test_a_mask_that_could_mean_other_classes_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "mask.png").write_bytes(data)
    with pytest.raises(InputError, match=rf"mask\.png: .*{message}"):
        decode_mask(tmp_path / "mask.png")


def test_a_mask_in_other_colours_is_refused(tmp_path: Path) -> None:
    image = Image.new("P", (240, 224), 1)
    image.putpalette([0, 0, 0, 255, 105, 180])
    image.save(tmp_path / "mask.png")
    with pytest.raises(InputError, match="index 1 is of colour #ff69b4; a mask is indexed in the class colours"):
        decode_mask(tmp_path / "mask.png")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_a_frame_that_is_not_opaque_is_refused(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "frame.png"
    colour: dict[str, tuple[int, ...]] = {"RGBA": (9, 9, 9, 255), "LA": (9, 255), "RGB": (9, 9, 9)}
    image = Image.new(mode, (240, 224), colour.get(mode, 3))
    if mode == "P":
        image.putpalette(range(12))
    image.save(path)
    decode_frame(path)
    if mode in ("RGBA", "LA"):
        image.putpixel((5, 5), (*colour[mode][:-1], 0))
        image.save(path)
    else:
        image.save(path, transparency=3 if mode == "P" else (9, 9, 9))
    with pytest.raises(InputError, match=r"frame\.png: the picture is not opaque"):
        decode_frame(path)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    for read in (decode_frame, decode_mask, check_header):
        with pytest.raises(InputError, match=r"bad\.png: this is not a"):
            read(path)


def test_a_picture_that_says_it_is_larger_than_any_memory_is_refused() -> None:
    data = bytearray(encode_frame(np.zeros((8, 8, 3), np.uint8)))
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    with pytest.raises(InputError, match="its frame: this is not a picture"):
        parse_frame(bytes(data), "its frame")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (decode_frame, decode_mask, check_header):
        with pytest.raises(InputError, match=r"gone\.png: the file is missing"):
            read(tmp_path / "gone.png")
