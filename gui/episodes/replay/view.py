"""A frame of a replayed episode, as the console drew it or as classes."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.episodes.replay.replay import ReplayModel
from gui.pictures.colours import class_table
from gui.pictures.images import opaque
from gui.pictures.picture_view import PictureView
from gui.pictures.view_options import ViewOptions


class ReplayView(PictureView):
    """Draws the moment that the replay shows."""

    def __init__(
        self, options: ViewOptions, replay: ReplayModel, *, classes: bool, parent: QWidget | None = None
    ) -> None:
        """``classes`` draws the class map in place of the frame."""
        super().__init__(parent)
        self._options, self._replay = options, replay
        self._classes = classes
        policy = QSizePolicy.Policy.Fixed if classes else QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setAccessibleName("Classes of this moment" if classes else "Picture of this moment")
        replay.moment_changed.connect(self.refresh)
        replay.opened.connect(self.refresh)
        options.changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Two pixels a pixel for the frame, one for classes."""
        scale = 1 if self._classes else 2
        return QSize(scale * FRAME_WIDTH, scale * FRAME_HEIGHT)

    def refresh(self) -> None:
        """Follow the replay and the choice of classes."""
        moment = self._replay.moment
        if moment is not None and not self._classes:
            self.draw(opaque(moment.snapshot.frame))
        elif moment is not None and moment.class_map is not None:
            table = class_table(self._options.class_colours, self._options.hidden, self._options.highlighted, None)
            self.draw(table.take(moment.class_map))
        else:
            is_open = self._replay.recording is not None
            waiting = "playing it again …" if is_open else "choose an episode"
            self.draw(None, "no classes for this moment" if self._classes else waiting)
