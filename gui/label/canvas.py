"""The frame that is being labelled under its classes, at a whole-number scale in device pixels, to draw on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.dataset.editing.brush import brush_outline
from core.dataset.editing.rect import Rect
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.keys.keymap import Keymap
from gui.keys.physical import HeldKeys, physical_key
from gui.kit.wheel import WheelSteps
from gui.label.editor import LabelEditor
from gui.label.marks import paint_box, paint_grid, paint_lines, paint_shape
from gui.label.tools import OPACITY_STEP
from gui.pictures.colours import class_table, outline_mask
from gui.pictures.images import image_of, opaque
from gui.pictures.view_options import ViewOptions
from gui.pictures.zoom_view import ZoomView

_BORDER = 2  # of the frame that says where the keys go
_NEAR = 7  # logical pixels within which a click closes a polygon
_EMPTY_HINT = "Nothing to label yet.\n\nPlay, and freeze a frame{freeze},\nor open a data set."
_BY_CLICK = Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason
_PLAIN = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier


class LabelCanvas(ZoomView):
    """Draws a ``LabelEditor`` and hands the mouse's strokes to it.

    Signals:
        hovered: the pixel under the mouse, (column, row) or None, changed.
        owner_changed: the keyboard came or went.

    Attributes:
        pixel: under the mouse.
    """

    hovered = Signal()
    owner_changed = Signal()

    def __init__(self, model: LabelEditor, options: ViewOptions, keys: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._options, self._keys = options, keys
        self.pixel: tuple[int, int] | None = None
        self._pan_from: tuple[QPointF, QPoint] | None = None
        self._is_space_down = False
        self._is_drawing = False
        self._takes_focus = False  # by the click that comes next
        self._outlined = QRect()
        self._frame: tuple[QImage, npt.NDArray[np.uint32]] | None = None
        self._classes: tuple[QImage, npt.NDArray[np.uint32]] | None = None
        self._table = class_table(options.class_colours, (), None, 1.0)
        self._pan_keys: set[int] = set()
        self._wheel, self._held_keys = WheelSteps(), HeldKeys()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Label canvas")
        model.target_changed.connect(self._show_target)
        model.pixels_changed.connect(self._show_pixels)
        model.shape_changed.connect(self._paint_outline_again)
        model.tools.changed.connect(self._show_tools)
        self._show_target()
        options.changed.connect(self._show_tools)
        keys.follow(self._follow_keys)

    # Pictures

    def _show_target(self) -> None:
        target = self.model.target
        if target is None:
            self._frame = self._classes = None
        else:
            picture, classes = opaque(target.frame), np.zeros((FRAME_HEIGHT, FRAME_WIDTH), np.uint32)
            self._frame, self._classes = (image_of(picture), picture), (image_of(classes), classes)
        self._show_tools()

    def _show_tools(self) -> None:
        tools = self.model.tools
        self._table = class_table(self._options.class_colours, (), None, 1.0 if tools.shows_outlines else tools.opacity)
        self._show_pixels(None)
        self._follow_cursor()

    def _show_pixels(self, rect: Rect | None) -> None:
        """Colour the classes anew, all of them or those in a rectangle, and have these painted."""
        annotation = self.model.annotation
        if annotation is None or self._classes is None:
            self.update()
            return
        outlines = self.model.tools.shows_outlines
        if rect is not None and outlines:  # the pixels around may have become outlines, or stopped being some
            rect = Rect(max(rect.left - 1, 0), max(rect.top - 1, 0), rect.right + 1, rect.bottom + 1)
        part = rect.slices if rect is not None else (slice(None), slice(None))
        colours = self._table.take(annotation.class_map[part])
        if outlines:
            colours[~outline_mask(annotation.class_map)[part]] = 0
        self._classes[1][part] = colours
        if rect is None:
            self.update()
        else:
            self.update(self.area(rect.left, rect.top, rect.right, rect.bottom))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies in the part that has changed."""
        painter = QPainter(self)
        dirty = event.rect()
        painter.fillRect(dirty, self.palette().alternateBase())
        if self._frame is None or self._classes is None:
            self._paint_hint(painter)
        else:
            self._paint_picture(painter, dirty)
            self._paint_marks(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 2 * _BORDER))
            painter.drawRect(self.rect())

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(
            self.rect(),
            Qt.AlignmentFlag.AlignCenter,
            _EMPTY_HINT.format(freeze=self._keys.hint("label-freeze")),
        )

    def _paint_picture(self, painter: QPainter, dirty: QRect) -> None:
        first, last = self.pixel_at(QPointF(dirty.topLeft())), self.pixel_at(QPointF(dirty.bottomRight()))
        left, top = max(first[0] - 1, 0), max(first[1] - 1, 0)
        right, bottom = min(last[0] + 2, FRAME_WIDTH), min(last[1] + 2, FRAME_HEIGHT)
        if left >= right or top >= bottom:
            return
        part = QRectF(left, top, right - left, bottom - top)
        place = QRectF(self.place_of(left, top), self.place_of(right, bottom))
        assert self._frame is not None and self._classes is not None
        painter.drawImage(place, self._frame[0], part)
        if self.model.tools.shows_classes:
            painter.drawImage(place, self._classes[0], part)

    def _paint_marks(self, painter: QPainter) -> None:
        tools, annotation = self.model.tools, self.model.annotation
        assert annotation is not None
        if tools.shows_grid or tools.tool == "tile":
            paint_grid(painter, self, annotation.grid)
        shape = self.model.shape
        if shape.tool == "rectangle":
            paint_box(painter, self, *shape.box)
        elif shape.tool is not None:
            colour = QColor(*self._options.class_colours[tools.class_id])
            end = [] if self.pixel is None else [self.pixel]
            handles = len(shape.corners) if shape.tool == "polygon" else 0
            paint_shape(painter, self, [*shape.corners, *end], colour, handles=handles)
        elif self.pixel is not None and self._pan_from is None and not self._is_space_down:
            if tools.tool in ("brush", "eraser"):
                x, y = self.pixel
                lines = [(x + x0, y + y0, x + x1, y + y1) for x0, y0, x1, y1 in brush_outline(tools.size, tools.shape)]
                paint_lines(painter, self, lines)
            elif tools.tool == "tile":
                paint_box(painter, self, *annotation.grid.cell(*self.pixel))

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke, pick with Alt, or move the picture with the middle button or Space.

        A click that brings the keyboard here does that and nothing else: it may be one on a window in the background.
        """
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        takes_focus, self._takes_focus = self._takes_focus or not self.hasFocus(), False
        button, left = event.button(), Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (button == left and self._is_space_down):
            self._pan_from = (event.position(), QPoint(self.corner))
            self._follow_cursor()
        elif button == left and self.model.target is not None and not takes_focus:
            pixel = self.pixel_at(event.position())
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.model.pick(*pixel)
            else:
                self._is_drawing = True
                self.model.press(*self._snapped(event.position()))
                self._move_outline(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Close a polygon, whose last corner the first click was; with other tools two clicks."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if self.model.tools.tool == "polygon" and is_left and not self._is_space_down:
            self.model.finish()
        else:
            self.mousePressEvent(event)

    def _snapped(self, point: QPointF) -> tuple[int, int]:
        """The pixel under a point, or a polygon's first corner when that is near and closes it."""
        shape = self.model.shape
        if shape.tool == "polygon" and shape.has_area:
            x, y = shape.corners[0]
            if (self.place_of(x + 0.5, y + 0.5) - point).manhattanLength() <= _NEAR:
                return x, y
        return self.pixel_at(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw on, or move the picture; the outline follows."""
        self._takes_focus = False
        if self._pan_from is not None:
            begin, corner = self._pan_from
            moved = (event.position() - begin) * self.ratio
            self.fits = False
            self.set_view(self.scale, corner + moved.toPoint())
        elif self._is_drawing:
            self.model.drag(*self.pixel_at(event.position()))
        self._move_outline(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The stroke is done, or the picture is where it shall be."""
        self._takes_focus = False  # some systems make the window active after the press
        if self._pan_from is not None:
            self._pan_from = None
            self._follow_cursor()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._finish()
        self._move_outline(event.position())

    def _finish(self) -> None:
        if self._is_drawing:
            self._is_drawing = False
            self.model.release()

    def leaveEvent(self, event: QEvent) -> None:
        """No outline while the mouse is elsewhere."""
        self._move_outline(None)

    def _move_outline(self, point: QPointF | None) -> None:
        pixel = None if point is None else self._snapped(point)
        if pixel is not None and not (0 <= pixel[0] < FRAME_WIDTH and 0 <= pixel[1] < FRAME_HEIGHT):
            reach = self.model.tools.size
            near = -reach <= pixel[0] < FRAME_WIDTH + reach and -reach <= pixel[1] < FRAME_HEIGHT + reach
            pixel = pixel if near else None
        if pixel == self.pixel and not self._is_drawing:
            return
        self.pixel = pixel
        self._paint_outline_again()
        self.hovered.emit()

    def _paint_outline_again(self) -> None:
        self.update(self._outlined)
        self._outlined = self._outline_area()
        self.update(self._outlined)

    def _outline_area(self) -> QRect:
        tools, annotation, shape = self.model.tools, self.model.annotation, self.model.shape
        if annotation is not None and shape.tool is not None:
            left, top, right, bottom = shape.box
            x, y = self.pixel or (left, top)
            return self.area(min(left, x), min(top, y), max(right, x + 1), max(bottom, y + 1)).adjusted(-5, -5, 5, 5)
        if annotation is None or self.pixel is None:
            return QRect()
        x, y = self.pixel
        if tools.tool == "tile":
            return self.area(*annotation.grid.cell(x, y))
        size = tools.size
        return self.area(x - size, y - size, x + size + 1, y + size + 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; with Ctrl the brush's size, with Shift the classes' opacity."""
        steps, tools = self._wheel.add(event), self.model.tools
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            for _ in range(abs(steps)):
                tools.change_size(steps > 0)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            tools.set_opacity(tools.opacity + steps * OPACITY_STEP)
        elif steps:
            self.zoom_by(steps, event.position())
        event.accept()

    def _follow_cursor(self) -> None:
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._is_space_down:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)
        self._outlined = self._outline_area()

    # Keyboard

    def _follow_keys(self) -> None:
        self._let_go()
        self._pan_keys = self._keys.codes("label-pan")

    def event(self, event: QEvent) -> bool:
        """Claim the key that moves the picture; let go when the window goes away."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_pan(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.WindowDeactivate:
            self._let_go()
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self.follow_ratio()
        return super().event(event)

    def _is_pan(self, event: QKeyEvent) -> bool:
        return physical_key(event) in self._pan_keys and event.modifiers() in _PLAIN

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hold Space to move the picture; auto-repeats are not new presses."""
        if not self._is_pan(event):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self._held_keys.press(event)
            self._hold(True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The key goes up; the release in an auto-repeat is none."""
        if event.isAutoRepeat():
            return
        if self._held_keys.release(event) not in self._pan_keys:
            super().keyReleaseEvent(event)
        else:
            self._hold(False)

    def _hold(self, down: bool) -> None:
        self._is_space_down = down
        self._follow_cursor()
        self.update()

    def _let_go(self) -> None:
        self._finish()
        self._pan_from = None
        self._held_keys.clear()
        self._hold(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys come here."""
        # Qt gives the focus before the press; a click on a window in the background makes that active first.
        self._takes_focus = event.reason() in _BY_CLICK
        self.update()
        self.owner_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The stroke ends: its release may go elsewhere."""
        self._let_go()
        self.owner_changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another tab, or the end: the stroke is done."""
        self._let_go()
