"""A class map that a person edits: brush, eraser, fill, rectangle, polygon, tile brush, pick; one undo step a stroke.

How a canvas uses it::

    annotation = Annotation(start, automatic=mask, frame=frame)
    annotation.listener = journal.record          # every finished stroke, undo and redo goes to the autosave journal
    annotation.begin(MARIO)                       # button down; ink is a class id, or AUTOMATIC for the eraser
    rect = annotation.brush_to(x, y, size=8)      # … and at every move: the pixels to draw again, or None
    annotation.end()                              # button up: the stroke is one undo step
    rect = annotation.fill(x, y, GROUND)          # tools of one click are a stroke by themselves
    rect = annotation.undo()

Points are pixels of the class map, x to the right and y down, and may lie outside it: what is outside is cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from core.classes import BACKGROUND, CLASS_COUNT
from core.dataset.editing.brush import Shape, brush_mask, line, polygon_mask
from core.dataset.editing.rect import Rect, bounds
from core.dataset.editing.tile_grid import Grid
from core.dataset.editing.undo_history import UNDO_DEPTH, EditStep, UndoHistory
from core.frame import ClassMap, Frame, pack_rgb

AUTOMATIC = -1
"""Ink that brings back the automatic label of each pixel."""

ChangeKind = Literal["stroke", "undo", "redo"]
Listener: TypeAlias = Callable[[ChangeKind, EditStep], None]
_Region: TypeAlias = npt.NDArray[np.bool_]


class Annotation:
    """One class map being edited.

    Attributes:
        automatic: the map that ``AUTOMATIC`` brings back, uint8 (H, W).
        frame: the picture below, uint8 (H, W, 3), or None.
        grid: what the tile brush snaps to.
        paint_over: "keep other classes": only pixels of these classes change; None for all. It holds for brush, tile
            brush, rectangle and fill, not for ``clear`` and ``replace``. (For an eraser that keeps other classes, let
            it be the class to erase.)
        has_past: whether strokes can be undone that were made when the frame was shown before.
        listener: called after each finished stroke, undo and redo, when all here is up to date; what it raises comes
            out of the method that was called, whose change is kept all the same (draw the whole map again then).
    """

    def __init__(
        self,
        start: ClassMap,
        *,
        automatic: ClassMap | None = None,
        frame: Frame | None = None,
        grid: Grid | None = None,
        depth: int = UNDO_DEPTH,
    ) -> None:
        """Begin to edit a copy of a class map.

        Args:
            start: uint8 (224, 240), or (84, 84); class ids.
            automatic: the same shape; ``start`` unless given.
            frame: uint8 (H, W, 3) of the same height and width, for ``fill(…, same_colour=True)``.
            grid: of the blocks; the game's rows and column 0 unless given.
            depth: strokes that can be undone.

        Raises:
            ValueError: arrays of another type or shape, or class ids that do not exist.
        """
        self._map = _checked(start, start.shape).copy()
        self.automatic = _checked(start if automatic is None else automatic, start.shape).copy()
        if frame is not None and frame.shape != (*start.shape, 3):
            raise ValueError(f"the frame is {frame.shape} and the class map {start.shape}; they do not fit")
        self.frame = frame
        self.grid = grid or Grid()
        self.paint_over: frozenset[int] | None = None
        self.listener: Listener | None = None
        self._colours = None if frame is None else pack_rgb(frame)
        self._history = UndoHistory(depth)
        self.has_past = False
        self._before: ClassMap | None = None
        self._ink = BACKGROUND
        self._last: tuple[int, int] | None = None

    # ---- what it is

    @property
    def class_map(self) -> ClassMap:
        """The class map as it is now, uint8 (H, W): a read-only view that later strokes show in; copy to keep it."""
        view = self._map.view()
        view.flags.writeable = False
        return view

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, pixels."""
        height, width = self._map.shape
        return height, width

    def pick(self, x: int, y: int) -> int | None:
        """Class id of a pixel; None outside."""
        return int(self._map[y, x]) if self._is_inside(x, y) else None

    # ---- strokes

    def begin(self, ink: int) -> None:
        """Start a stroke with a class id, or ``AUTOMATIC``; an open one ends first. ValueError on other ink."""
        self._check_ink(ink)
        self.end()
        self._before, self._ink, self._last = self._map.copy(), ink, None

    def brush_to(self, x: int, y: int, size: int, shape: Shape = "round") -> Rect | None:
        """Draw on to a point, without gaps, with a brush so many pixels wide; return what changed.

        Nothing happens without an open stroke (an undo in the middle of one ends it). ``editing.brush`` says
        which pixels a brush covers, and gives its outline.
        """
        if self._before is None:
            return None
        height, width = self.shape
        mask, begin = brush_mask(size, shape), size // 2
        canvas = np.zeros((height + 2 * size, width + 2 * size), bool)
        for column, row in self._points_to(x, y) + (size - begin):
            if 0 <= row <= height + size and 0 <= column <= width + size:
                canvas[row : row + size, column : column + size] |= mask
        return self._paint(canvas[size : size + height, size : size + width])

    def tile_to(self, x: int, y: int) -> Rect | None:
        """Draw on to a point, filling each square of the grid on the way; return what changed."""
        if self._before is None:
            return None
        region = np.zeros(self.shape, bool)
        cells = {self.grid.cell(int(column), int(row)) for column, row in self._points_to(x, y)}
        for left, top, right, bottom in cells:
            region[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
        return self._paint(region)

    def end(self) -> EditStep | None:
        """Finish the open stroke: it becomes one undo step, unless it changed nothing. Safe without a stroke."""
        if self._before is None:
            return None
        flips = (self._before ^ self._map).ravel()
        places = np.flatnonzero(flips)
        self._before = None
        if not len(places):
            return None
        step = EditStep(places.astype(np.uint16), flips[places])
        self._history.add(step)
        self._tell("stroke", step)
        return step

    def cancel(self) -> Rect | None:
        """Take the open stroke back as if it had never begun; return what changed."""
        if self._before is None:
            return None
        rect = bounds(self._before != self._map)
        self._map[:] = self._before
        self._before = None
        return rect

    # ---- tools of one click, each a stroke

    def rectangle(self, x0: int, y0: int, x1: int, y1: int, ink: int) -> Rect | None:
        """Paint all pixels from one corner to the other, both included, in any order; return what changed."""
        self.begin(ink)
        region = np.zeros(self.shape, bool)
        top, bottom = max(min(y0, y1), 0), max(y0, y1) + 1
        left, right = max(min(x0, x1), 0), max(x0, x1) + 1
        region[top : max(bottom, 0), left : max(right, 0)] = True
        return self._paint_and_end(region)

    def polygon(self, corners: Sequence[tuple[int, int]], ink: int) -> Rect | None:
        """Paint what a closed line through pixels (x, y) surrounds, the line included; return what changed.

        ``editing.brush.polygon_mask`` says which pixels these are. Nothing happens without corners.
        """
        self.begin(ink)
        return self._paint_and_end(polygon_mask(corners, self.shape))

    def fill(self, x: int, y: int, ink: int, *, same_colour: bool = False) -> Rect | None:
        """Paint the pixels connected with a pixel (by their sides) and of its class; return what changed.

        Args:
            x, y: the pixel; nothing happens outside.
            ink: class id, or ``AUTOMATIC``.
            same_colour: only pixels of the same colour in the frame count as connected; ValueError without a frame.
        """
        self.begin(ink)
        if not self._is_inside(x, y):
            self.cancel()
            return None
        alike = self._map == self._map[y, x]
        if same_colour:
            if self._colours is None:
                self.cancel()
                raise ValueError("there is no frame whose colours could limit the fill")
            alike &= self._colours == self._colours[y, x]
        _, parts = cv2.connectedComponents(alike.astype(np.uint8), connectivity=4)
        return self._paint_and_end(parts == parts[y, x])

    def clear(self, ink: int = BACKGROUND) -> Rect | None:
        """Paint everything, whatever ``paint_over`` says; ``AUTOMATIC`` begins again from the automatic labels."""
        self._check_ink(ink)
        return self.replace(self.automatic if ink == AUTOMATIC else np.full_like(self._map, ink))

    def replace(self, class_map: ClassMap) -> Rect | None:
        """Put another class map in place of this one (another labeller's, say); ValueError when it does not fit."""
        checked = _checked(class_map, self._map.shape)
        self.begin(BACKGROUND)
        rect = bounds(checked != self._map)
        self._map[:] = checked
        self.end()
        return rect

    # ---- undo

    @property
    def undo_count(self) -> int:
        """Strokes that can be undone (without an open one)."""
        return len(self._history)

    @property
    def redo_count(self) -> int:
        """Strokes that can be redone."""
        return self._history.redo_count

    @property
    def history(self) -> UndoHistory:
        """What can be undone and redone."""
        return self._history

    def go_on_with(self, history: UndoHistory) -> None:
        """Have undone what was drawn when the frame was shown before; its class map is saved as it is now.

        ValueError after a stroke.
        """
        if self.undo_count or self.redo_count:
            raise ValueError("a history is gone on with before the first stroke")
        self._history = history
        self._history.mark_saved()
        self.has_past = True

    def undo(self) -> Rect | None:
        """Take the last stroke back (an open one ends first); return what changed, None when nothing is left."""
        self.end()
        return self._flip("undo", self._history.back())

    def redo(self) -> Rect | None:
        """Do again what was undone last (an open stroke ends first); return what changed, None when nothing is left."""
        self.end()
        return self._flip("redo", self._history.forward())

    def repeat(self, step: EditStep) -> Rect | None:
        """Do a stroke that a journal kept as a new one; ValueError when it cannot be of this class map."""
        if len(step.places) and int(step.places.max()) >= self._map.size:
            raise ValueError(f"the stroke reaches beyond a class map of {self.shape}")
        changed = self._map.copy()
        changed.reshape(-1)[step.places] ^= step.flips
        return self.replace(changed)

    # ---- saved or not

    @property
    def is_dirty(self) -> bool:
        """Whether it differs from what was saved: by strokes since, by an undo beyond it, or by an open stroke."""
        is_open = self._before is not None and not np.array_equal(self._before, self._map)
        return is_open or not self._history.is_saved

    def mark_saved(self) -> None:
        """Say that ``class_map`` as it is now was saved; an open stroke ends first."""
        self.end()
        self._history.mark_saved()

    # ---- the rest

    def _flip(self, kind: ChangeKind, step: EditStep | None) -> Rect | None:
        if step is None:
            return None
        self._map.reshape(-1)[step.places] ^= step.flips
        self._tell(kind, step)
        rows, columns = np.divmod(step.places, self._map.shape[1])
        return Rect(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)

    def _tell(self, kind: ChangeKind, step: EditStep) -> None:
        if self.listener is not None:
            self.listener(kind, step)

    def _points_to(self, x: int, y: int) -> npt.NDArray[np.intp]:
        """Pixels from after the stroke's last point (or the point itself, at its start) to this one, (n, 2) of x, y."""
        begin, self._last = self._last or (x, y), (x, y)
        return line(begin, (x, y))

    def _paint(self, region: _Region) -> Rect | None:
        new = self.automatic if self._ink == AUTOMATIC else np.full_like(self._map, self._ink)
        changed = region & (self._map != new)
        if self.paint_over is not None:
            changed &= np.isin(self._map, list(self.paint_over))
        np.copyto(self._map, new, where=changed)
        return bounds(changed)

    def _paint_and_end(self, region: _Region) -> Rect | None:
        rect = self._paint(region)
        self.end()
        return rect

    def _is_inside(self, x: int, y: int) -> bool:
        height, width = self.shape
        return 0 <= x < width and 0 <= y < height

    @staticmethod
    def _check_ink(ink: int) -> None:
        if ink != AUTOMATIC and not 0 <= ink < CLASS_COUNT:
            raise ValueError(f"ink {ink} is no class; ids are 0 to {CLASS_COUNT - 1}, and {AUTOMATIC} for automatic")


def _checked(class_map: ClassMap, shape: tuple[int, ...]) -> ClassMap:
    if class_map.dtype != np.uint8 or class_map.ndim != 2 or class_map.shape != shape or not class_map.size:
        raise ValueError(f"the class map is {class_map.dtype} {class_map.shape}, not uint8 {shape}")
    if class_map.size > np.iinfo(np.uint16).max + 1:
        raise ValueError(f"a class map of {class_map.shape} is too large to be edited; 65,536 pixels at most")
    if int(class_map.max()) >= CLASS_COUNT:
        raise ValueError(f"class id {int(class_map.max())} is unknown; ids are 0 to {CLASS_COUNT - 1}")
    return class_map
