"""What one of two agents side by side is at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import NAMES
from gui.pictures.images import opaque
from gui.pictures.picture_view import PictureView


class MatchView(PictureView):
    """Draws a side's picture.

    Attributes:
        on_paint: called after a picture was painted; for measurements.
    """

    def __init__(self, match: MatchModel, side: int, parent: QWidget | None = None) -> None:
        """``side`` is 0 or 1."""
        super().__init__(parent)
        self._match = match
        self.on_paint: Callable[[], None] | None = None
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"What {NAMES[side]} is at")
        match.shown.connect(self.refresh)
        match.changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Two pixels a pixel."""
        return QSize(2 * FRAME_WIDTH, 2 * FRAME_HEIGHT)

    def refresh(self) -> None:
        """Follow the match."""
        match = self._match
        frame = match.sides[self._side].frame
        words = "loading …" if match.is_loading else "choose two agents, then Start"
        self.draw(None if frame is None else opaque(frame), words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        super().paintEvent(event)
        if self.on_paint is not None:
            self.on_paint()
