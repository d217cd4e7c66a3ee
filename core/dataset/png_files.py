"""Frames and class maps as PNG files.

A mask is an indexed PNG whose palette holds the class colours (the Pascal VOC convention), so that any annotation tool
shows it and its pixel values are the class ids. Tools that optimise a PNG renumber its palette, so a mask is read by
its colours. OpenCV cannot write such a file, Pillow can. Measured on one core:
Pillow writes a frame at 960 a second (OpenCV 750), OpenCV reads one at 2,400 (Pillow 1,850), Pillow reads a mask at
3,200.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from core.classes import CLASS_COUNT, CLASSES, Colour, palette
from core.errors import InputError
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame

_COMPRESSION = 1  # zlib level: 3.6 KB a frame; level 6 saves a third and takes twice the time
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for a file that is no picture."""
_PALETTE = palette()[:CLASS_COUNT].tobytes()
_IDS = {item.colour: item.id for item in CLASSES}
COLOUR_TYPE, GRAY_ALPHA, RGB_ALPHA = 25, 4, 6  # the place of a PNG's colour type, and two of its values
_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def encode_frame(frame: npt.NDArray[np.uint8]) -> bytes:
    """An RGB PNG of a frame, uint8 (H, W, 3), or a gray one of numbers, uint8 (H, W)."""
    return _encode(Image.fromarray(frame))


def encode_jpeg(frame: Frame) -> bytes:
    """A JPEG of a frame, uint8 (H, W, 3), quality 100 without chroma subsampling."""
    out = io.BytesIO()
    Image.fromarray(frame).save(out, "JPEG", quality=100, subsampling=0)
    return out.getvalue()


def encode_mask(mask: ClassMap, texts: Mapping[str, str] | None = None) -> bytes:
    """An indexed PNG of a class map, uint8 (H, W), in the class colours; ``texts`` by key go into its metadata."""
    image = Image.fromarray(mask)
    image.putpalette(_PALETTE)
    return _encode(image, texts)


def mask_texts(path: Path) -> dict[str, str]:
    """The texts in a PNG's metadata; InputError naming the file when it is missing or no picture."""
    try:
        with Image.open(io.BytesIO(read_bytes(path))) as image:
            return {str(key): text for key, text in image.info.items() if isinstance(text, str)}
    except UNREADABLE:
        raise InputError(f"{path}: this is not a picture") from None


def decode_frame(path: Path) -> Frame:
    """Read a PNG as RGB, uint8 (H, W, 3); InputError naming the file when it is missing or no picture."""
    return parse_frame(read_bytes(path), path)


def parse_frame(data: bytes, where: Path | str) -> Frame:
    """A PNG's bytes as RGB, uint8 (H, W, 3); InputError that begins with ``where`` when they are no picture."""
    try:
        frame = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if data else None
    except cv2.error:  # larger than any frame, or than the memory
        frame = None
    if frame is None:
        raise InputError(f"{where}: this is not a picture")
    if _may_be_clear(data) and open_png(data, where).convert("RGBA").getchannel("A").getextrema() != (255, 255):
        raise InputError(f"{where}: the picture is not opaque everywhere, so it does not say what is seen there")
    return frame.astype(np.uint8, copy=False)


def _may_be_clear(data: bytes) -> bool:
    """Whether a PNG has opacity, in each pixel or for a colour (other pictures are not looked into)."""
    is_png = data.startswith(_PNG_START)
    return is_png and (data[COLOUR_TYPE] in (GRAY_ALPHA, RGB_ALPHA) or data.find(b"tRNS", 0, data.find(b"IDAT")) > 0)


def decode_mask(path: Path) -> ClassMap:
    """Read an indexed PNG as class ids, uint8 (H, W); InputError naming the file when it is not one of ours."""
    return parse_mask(read_bytes(path), path)


def parse_mask(data: bytes, where: Path | str) -> ClassMap:
    """An indexed PNG's bytes as class ids, uint8 (H, W); InputError that begins with ``where`` on anything else.

    Classes go by colour, whatever the order of the palette. Gray values are class ids.
    """
    image = open_png(data, where)
    if image.mode == "P":
        return _by_colour(image, where)
    if image.mode != "L" or "transparency" in image.info:
        mode = f"{image.mode} with transparency" if "transparency" in image.info else image.mode
        raise InputError(f"{where}: a mask must be an indexed PNG in the class colours, not of mode {mode}")
    mask = np.array(image)
    if mask.size and int(mask.max()) >= CLASS_COUNT:
        raise InputError(f"{where}: class id {int(mask.max())} is unknown; ids are 0 to {CLASS_COUNT - 1}")
    return mask


def palette_colours(image: Image.Image) -> dict[int, tuple[int, int, int, int]]:
    """The colours and opacities, RGBA, of the indices that an indexed picture uses."""
    assert image.palette is not None
    colours = bytes(image.palette.palette).ljust(3 * 256, b"\0")  # an index without a colour is black, as in browsers
    clear = image.info.get("transparency", b"")
    alphas = clear if isinstance(clear, bytes) else b"\xff" * clear + b"\0"
    used = np.flatnonzero(np.bincount(np.array(image).ravel(), minlength=256)).tolist()
    return {i: (*colours[3 * i : 3 * i + 3], alphas[i] if i < len(alphas) else 255) for i in used}


def class_of(colour: Colour) -> int | None:
    """The class of a colour in a mask, None for any other."""
    return _IDS.get(colour)


def open_png(data: bytes, where: Path | str) -> Image.Image:
    """A PNG's bytes, read whole; InputError that begins with ``where`` when they are anything else."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return image
    except UNREADABLE:
        raise InputError(f"{where}: this is not a picture (PNG)") from None


def _by_colour(image: Image.Image, where: Path | str) -> ClassMap:
    ids = np.zeros(256, np.uint8)
    for index, (red, green, blue, alpha) in palette_colours(image).items():
        found = class_of((red, green, blue))
        if found is None and index >= CLASS_COUNT:
            raise InputError(f"{where}: class id {index} is unknown; ids are 0 to {CLASS_COUNT - 1}")
        if found is None or alpha < 255:
            what = f"#{bytes((red, green, blue)).hex()}" + (" and is not opaque" if alpha < 255 else "")
            raise InputError(
                f"{where}: index {index} is of colour {what}; a mask is indexed in the class colours, "
                "and others are imported with a mapping"
            )
        ids[index] = found
    return ids[np.array(image)]


def check_native(picture: npt.NDArray[Any], path: Path) -> None:
    """InputError naming the file when a frame or mask is not 240 pixels wide and 224 high."""
    height, width = picture.shape[:2]
    _check_size(width, height, path)


def check_header(path: Path) -> None:
    """Check, from its first bytes only, that a file is there and is a PNG of 240 x 224; InputError naming it."""
    head = read_bytes(path, len(_PNG_START) + 8)
    if not head.startswith(_PNG_START) or len(head) < len(_PNG_START) + 8:
        raise InputError(f"{path}: this is not a PNG")
    width, height = struct.unpack_from(">II", head, len(_PNG_START))
    _check_size(width, height, path)


def read_bytes(path: Path, count: int = -1) -> bytes:
    """The file's first bytes (all by default); InputError naming the file when it is missing or unreadable."""
    try:
        with path.open("rb") as file:
            return file.read(count)
    except FileNotFoundError:
        raise InputError(f"{path}: the file is missing") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read: {error.strerror}") from None


def _check_size(width: int, height: int, path: Path) -> None:
    if (width, height) != (FRAME_WIDTH, FRAME_HEIGHT):
        raise InputError(f"{path}: the picture is {width} x {height}; it must be {FRAME_WIDTH} x {FRAME_HEIGHT}")


def _encode(image: Image.Image, texts: Mapping[str, str] | None = None) -> bytes:
    out, info = io.BytesIO(), PngInfo()
    for key, text in (texts or {}).items():
        info.add_itxt(key, text)
    image.save(out, "PNG", compress_level=_COMPRESSION, pnginfo=info)
    return out.getvalue()
