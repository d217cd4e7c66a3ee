"""A picture of what views show, pixel by pixel, without the window around them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from core.errors import InputError
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, Frame
from gui.capture.source import Pictured

_SCALE = 2
_GAP = 4


def compose(views: Sequence[Pictured], scale: int = _SCALE) -> QImage:
    """The pictures of the views side by side, ``scale`` pixels a pixel."""
    width, height = FRAME_WIDTH * scale, FRAME_HEIGHT * scale
    image = QImage(len(views) * (width + _GAP) - _GAP, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    for place, view in enumerate(views):
        view.paint_picture(painter, QRectF(place * (width + _GAP), 0, width, height))
    painter.end()
    return image


def file_name(suffix: str) -> str:
    """A name made of date and time."""
    milliseconds = time.time_ns() // 1_000_000 % 1000
    return f"{time.strftime('%Y-%m-%d %H-%M-%S')}.{milliseconds:03d}{suffix}"


def plain_frame(frame: Frame) -> QImage:
    """The console's own picture, a pixel a pixel, with nothing drawn over it."""
    height, width = frame.shape[:2]
    return QImage(frame.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def save_screenshot(image: QImage, folder: Path) -> Path:
    """Write a picture under a name made of date and time; InputError when the disk refuses."""
    path = folder / file_name(".png")
    temporary = path.with_suffix(".new.png")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not image.save(str(temporary), "PNG"):  # type: ignore[call-overload]
            raise OSError(0, "the picture could not be written")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(f"screenshot: {path} cannot be written: {error.strerror}") from None
    return path
