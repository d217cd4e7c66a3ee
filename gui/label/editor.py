"""Strokes of the mouse on the frame that is being labelled, undo, and saving after each of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.classes import BACKGROUND
from core.dataset.editing.annotation import AUTOMATIC, Annotation, ChangeKind
from core.dataset.editing.rect import Rect
from core.dataset.editing.undo_history import EditStep
from core.dataset.index_file import ChangedError
from core.dataset.person_labels import open_label, save_label
from core.errors import InputError, RunError
from gui.kit.preferences import Preferences
from gui.label.target import LabelTarget
from gui.label.tools import LabelTools

_SAVE_DELAY = 300  # ms after a stroke: strokes that follow each other are saved together; the journal has each at once
_RETRY_INTERVAL = 5000  # ms between attempts to save on a full disk


class LabelEditor(QObject):
    """What the canvas talks to.

    Signals:
        subject_changed: another frame is labelled, or its automatic labels are others.
        pixels_changed: a ``Rect`` of the class map changed, None for all of it.
        changed: what can be undone, whether it is saved, problems.
        notice: one sentence for the status bar.

    Attributes:
        tools: what the mouse does.
        subject: the frame, None without one.
        problem: why the last saving failed, one sentence; "" when it did not.
        has_conflict: whether another program wrote the frame's labels meanwhile.
    """

    subject_changed = Signal()
    pixels_changed = Signal(object)
    changed = Signal()
    notice = Signal(str)

    def __init__(self, settings: Preferences) -> None:
        super().__init__()
        self.settings = settings
        self.tools = LabelTools(settings)
        self.subject: LabelTarget | None = None
        self.problem = ""
        self.has_conflict = False
        self._corner: tuple[int, int] | None = None
        self._corner_now: tuple[int, int] | None = None
        self._save_timer = QTimer(self, interval=_SAVE_DELAY, singleShot=True)
        self._save_timer.timeout.connect(self._autosave)

    @property
    def journals(self) -> Path:
        """Where autosave journals lie."""
        return self.settings.folder / "journals"

    @property
    def annotation(self) -> Annotation | None:
        """Of the frame."""
        return None if self.subject is None else self.subject.annotation

    def begin_subject(self, subject: LabelTarget | None) -> None:
        """Label another frame; the one before has been left."""
        self.subject = subject
        self.problem = ""
        self.has_conflict = False
        self._corner = self._corner_now = None
        if subject is not None:
            subject.annotation.listener = self._record
        self.subject_changed.emit()
        self.changed.emit()

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

    def _do(self, change: object) -> None:
        """Change the class map, show what changed, and have it saved."""
        try:
            result = change()  # type: ignore[operator]
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
        if self.subject is not None:
            self.subject.journal.record(kind, step)

    # Saving

    @property
    def is_saved(self) -> bool:
        """Whether all strokes of this frame are in its data set."""
        subject = self.subject
        return subject is None or (subject.record is not None and not subject.annotation.is_dirty)

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
        subject = self.subject
        if subject is None or subject.data is None or subject.label is None:
            return False
        try:
            subject.annotation.end()
            label = open_label(subject.data, subject.label.record) if overwrite else subject.label
            subject.label = save_label(subject.data, label, subject.annotation.class_map.copy(), subject.started_from)
            subject.annotation.mark_saved()
            subject.journal.mark_saved()
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
        self._on_saved(subject)
        self.changed.emit()
        return True

    def _on_saved(self, subject: LabelTarget) -> None:
        """The class map of a frame of a data set was saved."""

    def _autosave(self) -> None:
        if self.subject is not None and self.subject.annotation.is_dirty and not self.has_conflict:
            self.write()
