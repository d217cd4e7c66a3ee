"""A frame of an episode that is looked back over, as the console drew it or as classes, at a whole-number scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.session import Session
from gui.views.colours import class_table
from gui.views.frame_view import image_of, opaque

_EMPTY = QColor(30, 34, 48)


class PastView(QWidget):
    """Draws the moment that the scrubber shows."""

    def __init__(self, session: Session, *, classes: bool, parent: QWidget | None = None) -> None:
        """``classes`` draws the class map in place of the frame."""
        super().__init__(parent)
        self.session = session
        self._classes = classes
        self._array: npt.NDArray[np.uint32] | None = None
        self.setMinimumSize(FRAME_WIDTH, FRAME_HEIGHT)
        policy = QSizePolicy.Policy.Fixed if classes else QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setAccessibleName("Classes of this moment" if classes else "Picture of this moment")
        session.past.scrubber.moment_changed.connect(self.refresh)
        session.past.scrubber.opened.connect(self.refresh)
        session.display_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:
        """Two pixels a pixel for the frame, one for classes."""
        scale = 1 if self._classes else 2
        return QSize(scale * FRAME_WIDTH, scale * FRAME_HEIGHT)

    def refresh(self) -> None:
        """Follow the scrubber and the choice of classes."""
        past = self.session.past.scrubber.past
        self._array = None
        if past is not None and not self._classes:
            self._array = opaque(past.snapshot.frame)
        elif past is not None and past.class_map is not None:
            session = self.session
            table = class_table(session.class_colours, session.hidden, session.highlighted, None)
            self._array = table.take(past.class_map)
        self.update()

    def target(self) -> QRectF:
        """Where the picture is, logical coordinates, its corner on a device pixel."""
        ratio = self.devicePixelRatioF()
        scale = max(int(min(self.width() * ratio // FRAME_WIDTH, self.height() * ratio // FRAME_HEIGHT)), 1)
        width, height = scale * FRAME_WIDTH / ratio, scale * FRAME_HEIGHT / ratio
        origin = self.mapTo(self.window(), QPoint(0, 0))
        left = round((origin.x() + (self.width() - width) / 2) * ratio) / ratio - origin.x()
        return QRectF(left, round(origin.y() * ratio) / ratio - origin.y(), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it, or an empty place."""
        painter = QPainter(self)
        if self._array is not None:
            painter.drawImage(self.target(), image_of(self._array))
            return
        painter.fillRect(self.target(), _EMPTY)
        painter.setPen(QColor(200, 206, 220))
        is_open = self.session.past.scrubber.recording is not None
        waiting = "playing it again …" if is_open else "choose an episode"
        text = "no classes for this moment" if self._classes else waiting
        painter.drawText(self.target(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
