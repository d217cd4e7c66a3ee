"""A picture of what the three views show, pixel by pixel, without the window around them."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from core.errors import InputError
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.views.frame_view import FrameView

_SCALE = 2
_GAP = 4


def compose(views: list[FrameView]) -> QImage:
    """The pictures of the views side by side, two pixels a pixel."""
    width, height = FRAME_WIDTH * _SCALE, FRAME_HEIGHT * _SCALE
    image = QImage(len(views) * (width + _GAP) - _GAP, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    for place, view in enumerate(views):
        view.paint_picture(painter, QRectF(place * (width + _GAP), 0, width, height))
    painter.end()
    return image


def save_screenshot(views: list[FrameView], folder: Path) -> Path:
    """Write the picture under a name made of date and time; InputError when the disk refuses."""
    milliseconds = time.time_ns() // 1_000_000 % 1000
    path = folder / f"{time.strftime('%Y-%m-%d %H-%M-%S')}.{milliseconds:03d}.png"
    temporary = path.with_suffix(".new.png")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not compose(views).save(str(temporary), "PNG"):  # type: ignore[call-overload]
            raise OSError(0, "the picture could not be written")
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(f"screenshot: {path} cannot be written: {error.strerror}") from None
    return path
