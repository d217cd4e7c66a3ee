"""A frame of an episode that is looked back over, as the console drew it or as classes."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.pictures.colours import class_table
from gui.pictures.picture_view import PictureView
from gui.play.frame_view import opaque
from gui.workbench import Workbench


class ReplayView(PictureView):
    """Draws the moment that the scrubber shows."""

    def __init__(self, session: Workbench, *, classes: bool, parent: QWidget | None = None) -> None:
        """``classes`` draws the class map in place of the frame."""
        super().__init__(parent)
        self.session = session
        self._classes = classes
        policy = QSizePolicy.Policy.Fixed if classes else QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setAccessibleName("Classes of this moment" if classes else "Picture of this moment")
        session.past.replay.moment_changed.connect(self.refresh)
        session.past.replay.opened.connect(self.refresh)
        session.display_changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Two pixels a pixel for the frame, one for classes."""
        scale = 1 if self._classes else 2
        return QSize(scale * FRAME_WIDTH, scale * FRAME_HEIGHT)

    def refresh(self) -> None:
        """Follow the scrubber and the choice of classes."""
        past = self.session.past.replay.past
        if past is not None and not self._classes:
            self.draw(opaque(past.snapshot.frame))
        elif past is not None and past.class_map is not None:
            session = self.session
            table = class_table(session.class_colours, session.hidden, session.highlighted, None)
            self.draw(table.take(past.class_map))
        else:
            is_open = self.session.past.replay.recording is not None
            waiting = "playing it again …" if is_open else "choose an episode"
            self.draw(None, "no classes for this moment" if self._classes else waiting)
