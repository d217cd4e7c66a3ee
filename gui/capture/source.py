"""What a screenshot and a recording are of: the pictures on the tab that is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from core.frame import Frame

ALL = "all"


class Pictured(Protocol):
    """A view."""

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw its picture into a rectangle."""


@dataclass(frozen=True, slots=True)
class CaptureSource:
    """Pictures that change together.

    Attributes:
        name: for notices.
        views: side by side.
        shown: emitted with each new picture.
        frame: the number of the frame shown, in the time of its game; None without one.
        plain: the console's own picture of it, uint8 (H, W, 3), None without one.
    """

    name: str
    views: Sequence[Pictured]
    shown: Any
    frame: Callable[[], int | None]
    plain: Callable[[], Frame | None]
