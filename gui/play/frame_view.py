"""One picture, its corner on a device pixel, with the crosshair that all three share."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.agents.saliency import SaliencyWatch
from gui.game.play import Shot
from gui.game.segment_thread import Picture
from gui.kit.wheel import WheelSteps
from gui.live.game_control import GameControl
from gui.live.preview import Preview
from gui.pictures.colours import Table, class_table, error_map, error_table
from gui.pictures.heatmap import heat
from gui.pictures.images import image_of, opaque, resized
from gui.pictures.view_options import OPACITY_STEP, ViewOptions
from gui.play.marks import paint_controller, paint_frame_number

MARGIN = 4  # logical pixels around the picture: a frame of 2 that says where the keys go, and a gap of 2
_FRAME = 2
_DIMMED = QColor(10, 12, 18, 170)  # over the picture behind the marks of disagreement
_EMPTY = QColor(30, 34, 48)
_AGENT = QColor(224, 150, 40)  # of the frame while an agent plays

Layers = list[tuple[QImage, npt.NDArray[np.uint32]]]
"""Pictures to draw over each other, the lowest first; an image lives on its array's memory."""


class FrameView(QWidget):
    """Draws the raw frame ("raw"), the labels ("labels") or the network's answer ("network").

    A picture is coloured when it is painted, so those that nobody sees cost nothing.

    Attributes:
        scale: device pixels per pixel of the frame.
        on_paint: called with the shot's serial after a picture was painted; for measurements.
    """

    chosen = Signal()

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        saliency: SaliencyWatch,
        role: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._preview, self._options, self._saliency = game, preview, options, saliency
        self.role = role
        self.scale: float = 1
        self._wheel = WheelSteps()
        self.on_paint: Callable[[int], None] | None = None
        self._layers: Layers | None = None  # None until it is painted
        self._table: Table = class_table(options.class_colours, (), None, None)
        self._errors = error_table()
        self._owner = ""
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        if role == "raw":
            preview.shot_changed.connect(self._refresh)
            saliency.changed.connect(self._refresh)
        else:
            preview.picture_changed.connect(self._refresh)
        options.changed.connect(self._restyle)
        game.state_changed.connect(self._refresh)
        preview.sources_changed.connect(self._refresh)
        preview.hover_changed.connect(self.update)
        self._restyle()

    def set_owner(self, owner: str) -> None:
        """Draw the frame that says who has the controller while the keyboard is here: a player, or "" for no frame."""
        if owner != self._owner:
            self._owner = owner
            self.update()

    # Pictures

    def _restyle(self) -> None:
        overlay = bool(self._options.get("overlay"))
        opacity = float(self._options.get("opacity")) if overlay else None
        self._table = class_table(self._options.class_colours, self._options.hidden, self._options.highlighted, opacity)
        self._refresh()

    def _refresh(self) -> None:
        self._layers = None
        self.update()

    @property
    def _shot(self) -> Shot | None:
        """The frame that it shows, or that its classes are of."""
        if self.role == "raw":
            return self._preview.shot
        return None if self._preview.picture is None else self._preview.picture.shot

    def _make_layers(self, shot: Shot | None) -> Layers:
        """What there is to draw of a frame: for the views of classes it is the one that was segmented last."""
        arrays = [] if shot is None else self._arrays(shot)
        return [(image_of(array, is_opaque=place == 0), array) for place, array in enumerate(arrays)]

    def _arrays(self, shot: Shot) -> list[npt.NDArray[np.uint32]]:
        frame, picture = shot.snapshot.frame, self._preview.picture
        if self.role == "raw":
            saliency = self._saliency.saliency
            return [opaque(frame)] if saliency is None else [opaque(frame), heat(saliency.map, *frame.shape[:2])]
        class_map = None if picture is None else picture.labels if self.role == "labels" else picture.prediction
        if picture is None or class_map is None:
            return []
        if self.shows_disagreement(picture) and picture.truth is not None and picture.prediction is not None:
            return [opaque(frame), self._errors.take(error_map(picture.truth, picture.prediction))]
        coloured = self._table.take(class_map)
        return [opaque(frame), coloured] if self._options.get("overlay") else [coloured]

    def shows_disagreement(self, picture: Picture) -> bool:
        """Whether this view marks where network and labels differ."""
        return self.role == "network" and bool(self._options.get("disagreement")) and picture.scores is not None

    @property
    def message(self) -> str:
        """What the view says where there is no picture."""
        picture = self._preview.picture
        if picture is None or self.role == "raw":
            return "" if self._game.state.problem else "starting …"
        if self.role == "labels":
            return picture.labels_problem
        return picture.network_problem or self._preview.networks_problem

    # Geometry, in device pixels

    def target(self) -> QRectF:
        """The picture's rectangle in logical coordinates, its corner on a device pixel of the window."""
        ratio = self.devicePixelRatioF()
        origin = self.mapTo(self.window(), QPoint(0, 0))
        left = ceil((origin.x() + MARGIN) * ratio - 1e-6) / ratio - origin.x()
        top = ceil((origin.y() + MARGIN) * ratio - 1e-6) / ratio - origin.y()
        return QRectF(left, top, FRAME_WIDTH * self.scale / ratio, FRAME_HEIGHT * self.scale / ratio)

    def pixel_under(self, point: QPointF) -> tuple[int, int] | None:
        """Column and row of the frame's pixel under a point of the widget."""
        target = self.target()
        column = int((point.x() - target.x()) * FRAME_WIDTH // target.width())
        row = int((point.y() - target.y()) * FRAME_HEIGHT // target.height())
        return (column, row) if 0 <= column < FRAME_WIDTH and 0 <= row < FRAME_HEIGHT else None

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame, picture and crosshair."""
        painter = QPainter(self)
        target = self.target()
        painter.fillRect(self.rect(), self.palette().window())
        if self._owner:
            outer = target.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
            painter.fillRect(outer, self.palette().highlight() if self._owner == "person" else _AGENT)
            painter.fillRect(outer.adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME), self.palette().window())
        else:  # where the picture ends: background is nearly as dark as a dark window
            painter.fillRect(target.adjusted(-1, -1, 1, 1), self.palette().mid())
        self.paint_picture(painter, target)
        if self._layers and self._preview.hover is not None:
            self._paint_crosshair(painter, target, self._preview.hover)
        painter.end()
        shot = self._shot
        if self.on_paint is not None and shot is not None:
            self.on_paint(shot.serial)

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw the picture, or the message in its place, into a rectangle."""
        if self._layers is None:
            self._layers = self._make_layers(self._shot)
        self._paint_layers(painter, target, self._layers)
        self._paint_marks(painter, target, self._shot)

    def paint_segmented(self, painter: QPainter, target: QRectF) -> None:
        """The same of the frame that was segmented last: what all views together are of."""
        picture = self._preview.picture
        shot = self._shot if picture is None else picture.shot
        self._paint_layers(painter, target, self._make_layers(shot))
        self._paint_marks(painter, target, shot)

    def _paint_layers(self, painter: QPainter, target: QRectF, layers: Layers) -> None:
        picture = self._preview.picture
        ratio = painter.device().devicePixelRatio()
        width, height = round(target.width() * ratio), round(target.height() * ratio)
        for number, (image, array) in enumerate(layers):
            if number == 1 and picture is not None and self.shows_disagreement(picture):
                painter.fillRect(target, _DIMMED)
            if width % FRAME_WIDTH:
                array = resized(array, width, height)
                image = image_of(array, is_opaque=number == 0)
            painter.drawImage(target, image)
        if not layers:
            self._paint_message(painter, target)

    def _paint_marks(self, painter: QPainter, target: QRectF, shot: Shot | None) -> None:
        if shot is None or self.role != "raw":
            return
        if self._options.get("frame_number"):
            paint_frame_number(painter, target, shot.frame)
        if self._options.get("input_display"):
            paint_controller(painter, target, shot.buttons)

    def _paint_message(self, painter: QPainter, target: QRectF) -> None:
        painter.fillRect(target, _EMPTY)
        painter.setPen(QColor(200, 206, 220))
        inside = target.adjusted(16, 16, -16, -16)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)

    def _paint_crosshair(self, painter: QPainter, target: QRectF, pixel: tuple[int, int]) -> None:
        side = target.width() / FRAME_WIDTH
        cell = QRectF(target.x() + pixel[0] * side, target.y() + pixel[1] * side, side, side)
        line = QColor(255, 255, 255, 110)
        thin = 1 / self.devicePixelRatioF()
        painter.fillRect(QRectF(cell.center().x() - thin / 2, target.y(), thin, target.height()), line)
        painter.fillRect(QRectF(target.x(), cell.center().y() - thin / 2, target.width(), thin), line)
        for colour, grow in ((QColor(0, 0, 0), 2 * thin), (QColor(255, 255, 255), thin)):
            painter.setPen(QPen(colour, thin))
            painter.drawRect(cell.adjusted(-grow, -grow, grow - thin, grow - thin))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the preview which pixel is under the mouse."""
        self._preview.set_hover(self.pixel_under(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is over no pixel."""
        self._preview.set_hover(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Make this view the large one."""
        self.chosen.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Shift and wheel change how much the classes cover the picture."""
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
            return
        if steps := self._wheel.add(event):
            self._options.change_opacity(steps * OPACITY_STEP)
        event.accept()


class SegmentedFrame:
    """A view as one of several in a screenshot or a recording, which all are of the frame that was segmented last."""

    def __init__(self, view: FrameView) -> None:
        self._view = view

    def paint_picture(self, painter: QPainter, target: QRectF) -> None:
        """Draw it into a rectangle."""
        self._view.paint_segmented(painter, target)
