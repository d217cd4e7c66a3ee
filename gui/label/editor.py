"""Strokes of the mouse on the frame that is being labelled, undo, and saving after each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.classes import BACKGROUND
from core.dataset.editing.annotation import AUTOMATIC, Annotation, ChangeKind
from core.dataset.editing.rect import Rect
from core.dataset.editing.undo_history import EditStep
from core.dataset.index_file import ChangedError
from core.dataset.person_labels import open_label, save_label
from core.errors import InputError, RunError
from core.frame import ClassMap
from gui.kit.preferences import Preferences
from gui.label.target import LabelTarget
from gui.label.tools import LabelTools

_SAVE_DELAY = 300  # ms after a stroke: strokes that follow each other are saved together; the journal has each at once
_RETRY_INTERVAL = 5000  # ms between attempts to save on a full disk


class LabelEditor(QObject):
    """One frame while it is edited: what the canvas talks to.

    Signals:
        target_changed: another frame is labelled, or its automatic labels are others.
        pixels_changed: a ``Rect`` of the class map changed, None for all of it.
        changed: what can be undone, whether it is saved, problems.
        saved: the class map of a frame of a data set, a ``LabelTarget``, was saved.
        left_unsaved: a frame was left whose strokes are in its journal only.

    Attributes:
        tools: what the mouse does.
        target: the frame, None without one.
        journals: folder of the autosave journals.
        problem: what went wrong last, one sentence; "" when nothing did.
        has_conflict: whether another program wrote the frame's labels meanwhile.
    """

    target_changed = Signal()
    pixels_changed = Signal(object)
    changed = Signal()
    saved = Signal(object)
    left_unsaved = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.tools = LabelTools(preferences)
        self.target: LabelTarget | None = None
        self.journals: Path = preferences.folder / "journals"
        self.problem = ""
        self.has_conflict = False
        self._expected: object | None = None
        self._corner: tuple[int, int] | None = None
        self._corner_now: tuple[int, int] | None = None
        self._save_timer = QTimer(self, interval=_SAVE_DELAY, singleShot=True)
        self._save_timer.timeout.connect(self._autosave)

    @property
    def annotation(self) -> Annotation | None:
        """Of the frame."""
        return None if self.target is None else self.target.annotation

    # Which frame

    def begin_target(self, target: LabelTarget | None) -> None:
        """Label another frame; the one before has been left."""
        self.target = target
        self.problem = ""
        self.has_conflict = False
        self._expected = None
        self._corner = self._corner_now = None
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

    @property
    def rectangle(self) -> tuple[int, int, int, int] | None:
        """The rectangle that is being drawn, corners x0, y0, x1, y1, both included; None without one."""
        if self._corner is None or self._corner_now is None:
            return None
        return *self._corner, *self._corner_now

    def press(self, x: int, y: int) -> None:
        """The left button goes down."""
        annotation, tools = self.annotation, self.tools
        if annotation is None:
            return
        annotation.paint_over = tools.paint_over
        if tools.tool == "pick":
            self.pick(x, y)
        elif tools.tool == "fill":
            self._do(lambda: annotation.fill(x, y, tools.ink, same_colour=tools.fills_colour))
        elif tools.tool == "rectangle":
            self._corner = self._corner_now = (x, y)
        else:
            self._do(lambda: annotation.begin(tools.ink))
            self.drag(x, y)

    def drag(self, x: int, y: int) -> None:
        """The mouse moves while the left button is down."""
        annotation, tools = self.annotation, self.tools
        if annotation is None:
            return
        if self._corner is not None:
            self._corner_now = (x, y)
        elif tools.tool == "tile":
            self._show(annotation.tile_to(x, y))
        elif tools.tool in ("brush", "eraser"):
            self._show(annotation.brush_to(x, y, tools.size, tools.shape))

    def release(self) -> None:
        """The left button goes up, or the mouse is taken away: the stroke is done."""
        annotation, rectangle = self.annotation, self.rectangle
        self._corner = self._corner_now = None
        if annotation is None:
            return
        if rectangle is not None:
            self._do(lambda: annotation.rectangle(*rectangle, self.tools.ink))
        else:
            self._do(annotation.end)

    def cancel(self) -> bool:
        """Take the open stroke back; False without one."""
        annotation = self.annotation
        is_open = self._corner is not None
        self._corner = self._corner_now = None
        rect = None if annotation is None else annotation.cancel()
        self._show(rect)
        return is_open or rect is not None

    def pick(self, x: int, y: int) -> None:
        """Paint with the class of a pixel from now on."""
        class_id = None if self.annotation is None else self.annotation.pick(x, y)
        if class_id is not None:
            self.tools.choose_class(class_id)

    # Whole steps

    def undo(self) -> None:
        """Take the last stroke back."""
        if self.annotation is not None:
            self._do(self.annotation.undo)

    def redo(self) -> None:
        """Do the stroke again."""
        if self.annotation is not None:
            self._do(self.annotation.redo)

    def clear(self) -> None:
        """All background; one undo step."""
        annotation = self.annotation
        if annotation is not None:
            self._do(lambda: annotation.clear(BACKGROUND))

    def begin_again(self) -> None:
        """The automatic labels again; one undo step."""
        annotation = self.annotation
        if annotation is not None:
            self._do(lambda: annotation.clear(AUTOMATIC))

    def replace(self, class_map: ClassMap) -> None:
        """Another class map, uint8 (224, 240), whole; one undo step."""
        annotation = self.annotation
        if annotation is not None:
            self._do(lambda: annotation.replace(class_map))

    def _do(self, change: Callable[[], object]) -> None:
        """Change the class map, show what changed, and have it saved."""
        try:
            result = change()
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

    def write(self, *, overwrite: bool = False) -> bool:
        """Save the class map of a frame of a data set; whether it is saved now.

        What another program wrote meanwhile is replaced only with ``overwrite``. Whatever fails, the strokes stay in
        memory; on a full disk, saving is tried again.
        """
        target = self.target
        if target is None or target.data is None or target.label is None:
            return False
        try:
            target.annotation.end()
            label = open_label(target.data, target.label.record) if overwrite else target.label
            target.label = save_label(target.data, label, target.annotation.class_map.copy(), target.started_from)
            target.annotation.mark_saved()
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
        self.release()
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
