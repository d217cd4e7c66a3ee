"""Strokes of the mouse on the frame that is being labelled, undo, and saving after each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.classes import BACKGROUND
from core.dataset.editing.annotation import AUTOMATIC, Annotation, ChangeKind
from core.dataset.editing.rect import Rect
from core.dataset.editing.undo_history import EditStep, KeptHistories, UndoHistory
from core.dataset.index_file import ChangedError
from core.dataset.person_labels import open_label, remove_label, save_label
from core.errors import InputError, RunError
from core.frame import ClassMap
from gui.kit.preferences import Preferences
from gui.label.shape import OpenShape
from gui.label.target import LabelTarget
from gui.label.tools import SHAPES, LabelTools

_SAVE_DELAY = 300  # ms after a stroke: strokes that follow each other are saved together; the journal has each at once
_RETRY_INTERVAL = 5000  # ms between attempts to save on a full disk, or while another window saves
_LOCK_PATIENCE = 0.1  # seconds that the window stands still for another one's save


class LabelEditor(QObject):
    """One frame while it is edited: what the canvas talks to.

    Signals:
        target_changed: another frame is labelled, or its automatic labels are others.
        pixels_changed: a ``Rect`` of the class map changed, None for all of it.
        shape_changed: the rectangle, lasso or polygon that is being drawn.
        changed: what can be undone, whether it is saved, problems.
        saved: the class map of a frame of a data set, a ``LabelTarget``, was saved.
        left_unsaved: a frame was left whose strokes are in its journal only.

    Attributes:
        tools: what the mouse does.
        target: the frame, None without one.
        shape: the rectangle, lasso or polygon that is being drawn.
        journals: folder of the autosave journals.
        problem: what went wrong last, one sentence; "" when nothing did.
        has_conflict: whether another program wrote the frame's labels meanwhile.
    """

    target_changed = Signal()
    pixels_changed = Signal(object)
    shape_changed = Signal()
    changed = Signal()
    saved = Signal(object)
    left_unsaved = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.tools = LabelTools(preferences)
        self.target: LabelTarget | None = None
        self.journals: Path = preferences.folder / "journals"
        self._histories = KeptHistories()
        self.problem, self.has_conflict = "", False
        self._expected: object | None = None
        self.shape = OpenShape()
        self._save_timer = QTimer(self, interval=_SAVE_DELAY, singleShot=True)
        self._save_timer.timeout.connect(self._autosave)
        self.tools.changed.connect(self._follow_tool)

    @property
    def annotation(self) -> Annotation | None:
        """Of the frame."""
        return None if self.target is None else self.target.annotation

    # Which frame

    def begin_target(
        self, target: LabelTarget | None, history: UndoHistory | None = None, *, is_same: bool = False
    ) -> None:
        """Label another frame, the one before having been left; or the same one anew, on which an open shape stays.

        What was drawn when it was shown before can be undone, or what a ``history`` holds that led to its class map.
        """
        before, self.target = self.target, target
        if not is_same:
            self.shape.close()
        elif before is not None and target is not None:
            target.annotation.paint_over = before.annotation.paint_over  # of the open shape
        if before is not None and before.key is not None:
            self._histories.keep(before.key, before.annotation.history, before.annotation.class_map)
        if target is not None and target.key is not None:
            history = self._histories.take(target.key, target.annotation.class_map) or history
            if history is not None and not target.annotation.undo_count:  # else a journal brought its own
                target.annotation.go_on_with(history)
        self.problem, self.has_conflict, self._expected = "", False, None
        self._save_timer.stop()
        if target is not None:
            target.annotation.listener = self._record
            if target.record is not None and target.annotation.is_dirty:  # strokes that a journal kept
                self._save_timer.start(_SAVE_DELAY)
        self.target_changed.emit()
        self.changed.emit()

    def expect_target(self) -> object:
        """Label nothing until the next frame is ready, which takes time; the one before has been left.

        Returns a token for ``is_expected``: whoever labels another frame before is not interrupted by this one.
        """
        self.begin_target(None)
        self._expected = object()
        return self._expected

    def is_expected(self, token: object) -> bool:
        """Whether the frame that was announced with this token is still the one to be labelled next."""
        return token is self._expected

    @property
    def is_bound(self) -> bool:
        """Whether a frozen frame is labelled, or any frame is expected: what else arrives must not take its place."""
        return self._expected is not None or (self.target is not None and self.target.frozen is not None)

    def leave(self) -> bool:
        """Save before another frame comes; False when the work would be lost, which is told."""
        if not self.is_safe():
            return False
        target = self.target
        if target is None:
            return True
        try:
            target.journal.close()
        except RunError as error:
            self.fail(str(error))
            return False
        if target.annotation.is_dirty:
            self.left_unsaved.emit()
        return True

    def close(self) -> None:
        """Keep what was drawn; nothing is saved by itself afterwards."""
        self.leave()
        self._save_timer.stop()

    # The mouse, in pixels of the frame

    def press(self, x: int, y: int) -> None:
        """The left button goes down."""
        annotation, tools = self.annotation, self.tools
        if annotation is None:
            return
        annotation.paint_over = tools.paint_over
        if tools.tool == "pick":
            tools.put_pick_away()
            self.pick(x, y)
        elif tools.tool == "fill":
            self._do(lambda edited: edited.fill(x, y, tools.ink, same_colour=tools.fills_colour))
        elif tools.tool in SHAPES:
            if self.shape.press(tools.tool, x, y):
                self.finish()
            self.shape_changed.emit()
            self.changed.emit()  # an open polygon's corners can be undone
        else:
            self._do(lambda edited: edited.begin(tools.ink))
            self.drag(x, y)

    def drag(self, x: int, y: int) -> None:
        """The mouse moves while the left button is down."""
        annotation, tools = self.annotation, self.tools
        if annotation is None:
            return
        if self.shape.tool is not None:
            self.shape.drag(x, y)
        elif tools.tool == "tile":
            self._show(annotation.tile_to(x, y))
        elif tools.tool in ("brush", "eraser"):
            self._show(annotation.brush_to(x, y, tools.size, tools.shape))

    def release(self) -> None:
        """The left button goes up, or the mouse is taken away: the stroke is done."""
        annotation, tool = self.annotation, self.shape.tool
        if annotation is None or tool == "polygon":
            return
        if tool is None:
            self._do(Annotation.end)
        else:
            self._paint_shape()

    def finish(self) -> None:
        """Close an open polygon, which is painted when it has three corners, and end any other stroke."""
        annotation = self.annotation
        if annotation is None or self.shape.tool != "polygon":
            self.release()
        elif self.shape.has_area:
            if self.tools.tool == "polygon":
                annotation.paint_over = self.tools.paint_over
            self._paint_shape()
        else:
            self.cancel()

    def _paint_shape(self) -> None:
        tool, corners, ink = self.shape.tool, self.shape.close(), self.tools.class_id
        if tool == "rectangle":
            self._do(lambda edited: edited.rectangle(*corners[0], *corners[-1], ink))
        else:
            self._do(lambda edited: edited.polygon(corners, ink))
        self.shape_changed.emit()

    def _follow_tool(self) -> None:
        if self.shape.tool == "polygon" and self.tools.tool != "polygon":
            self.finish()

    def cancel(self) -> bool:
        """Take the open stroke back; False without one."""
        annotation = self.annotation
        if is_open := bool(self.shape.close()):
            self.shape_changed.emit()
            self.changed.emit()
        rect = None if annotation is None else annotation.cancel()
        self._show(rect)
        return is_open or rect is not None

    def pick(self, x: int, y: int) -> None:
        """Paint with the class of a pixel from now on."""
        class_id = None if self.annotation is None else self.annotation.pick(x, y)
        if class_id is not None:
            self.tools.choose_class(class_id)

    # Whole steps

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke, or a corner of an open polygon, to take back."""
        return self.shape.tool == "polygon" or (self.annotation is not None and self.annotation.undo_count > 0)

    def undo(self) -> None:
        """Take the last stroke back, or the last corner of an open polygon."""
        if self.shape.tool == "polygon":
            self.shape.take_back()
            self.shape_changed.emit()
            self.changed.emit()
        else:
            self._do(Annotation.undo)

    def redo(self) -> None:
        """Do the stroke again."""
        self._do(Annotation.redo)

    def clear(self) -> None:
        """All background; one undo step."""
        self._do(lambda edited: edited.clear(BACKGROUND))

    def begin_again(self) -> None:
        """The automatic labels again; one undo step."""
        self._do(lambda edited: edited.clear(AUTOMATIC))

    def replace(self, class_map: ClassMap) -> None:
        """Another class map, uint8 (224, 240), whole; one undo step."""
        self._do(lambda edited: edited.replace(class_map))

    def _do(self, change: Callable[[Annotation], object]) -> None:
        """Change the class map, show what changed, and have it saved; nothing without a frame."""
        if self.annotation is None:
            return
        try:
            result = change(self.annotation)
        except RunError as error:  # the journal cannot be written; the stroke is kept
            self.fail(str(error))
            self.pixels_changed.emit(None)
        else:
            self._show(result if isinstance(result, Rect) else None)
        self.changed.emit()

    def _show(self, rect: Rect | None) -> None:
        if rect is not None:
            self.pixels_changed.emit(rect)

    def _record(self, kind: ChangeKind, step: EditStep) -> None:
        self._save_timer.start(_SAVE_DELAY)
        if self.target is not None:
            self.target.journal.record(kind, step)

    # Saving

    @property
    def is_saved(self) -> bool:
        """Whether all strokes of this frame are in its data set."""
        target = self.target
        return target is None or (target.record is not None and not target.annotation.is_dirty)

    def fail(self, problem: str) -> None:
        """Say what went wrong, once however often it happens."""
        if problem and problem != self.problem:
            self.problem = problem
            self.changed.emit()

    def dismiss(self) -> None:
        """The problem has been read."""
        self.problem = ""
        self.changed.emit()

    def write(self, *, overwrite: bool = False, confirms: bool = False) -> bool:
        """Save the class map of a frame of a data set; whether it is saved now.

        Where all strokes were undone the frame is as nobody had touched it, unless somebody ``confirms`` its labels.
        What another program wrote meanwhile is replaced only with ``overwrite``. Whatever fails, the strokes stay in
        memory; on a full disk, saving is tried again.
        """
        target = self.target
        if target is None or target.data is None or target.label is None:
            return False
        try:
            annotation, data, wait = target.annotation, target.data, _LOCK_PATIENCE
            annotation.end()
            label = open_label(data, target.label.record) if overwrite else target.label
            if confirms or target.began_by_person or annotation.undo_count:
                target.label = save_label(data, label, annotation.class_map, target.started_from, patience=wait)
            else:
                target.label = remove_label(data, label, patience=wait)
            annotation.mark_saved()
            target.journal.mark_saved()
        except ChangedError:
            self.has_conflict = True
            self.fail("another program has changed this frame or its labels: keep yours, or load the others")
            return False
        except (InputError, RunError) as error:
            self.fail(f"{error}; your strokes are kept here, and saving is tried again")
            self._save_timer.start(_RETRY_INTERVAL)
            return False
        self._save_timer.stop()
        self.problem, self.has_conflict = "", False
        self.saved.emit(target)
        self.changed.emit()
        return True

    def write_open_strokes(self) -> bool:
        """Save what is not saved of a frame of the data set; False when that failed, which is told."""
        self.finish()
        target = self.target
        is_done = target is None or target.record is None or not target.annotation.is_dirty
        return is_done or self.write()

    def is_safe(self) -> bool:
        """Save what can be saved; False when strokes are neither in a data set nor in the journal, which is told."""
        self.write_open_strokes()
        target = self.target
        return target is None or not target.annotation.is_dirty or target.journal.is_whole

    def _autosave(self) -> None:
        if self.target is not None and self.target.annotation.is_dirty and not self.has_conflict:
            self.write()
