"""The chosen run: its facts, its name, tags and note, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.curves.metrics import KIND_NAMES
from core.runs.index import RunInfo
from core.runs.notes import NAME_LENGTH, NOTE_LENGTH, Notes, parse_tags
from core.wording import counted, time_left
from gui.kit.file_dialogs import FileDialogs
from gui.runs.actions import RunActions
from gui.runs.differences import Differences
from gui.runs.model import DRAWN_RUNS, RunsModel
from gui.runs.table_model import score_text

_ZIP = "Shared run (*.zip)"
_NOTHING = "No run yet. Train one, in the window or in a terminal; it appears here by itself."
NOTICE_MS, PROBLEM_MS = 8_000, 60_000
"""How long a sentence on what was done, or could not be, is shown; the choice of another run ends it sooner."""
_NONE_CHOSEN = "Select a run in the table; several to compare them."


class NoteEdit(QPlainTextEdit):
    """A text that says when its editing is over."""

    left = Signal()

    def focusOutEvent(self, event: object) -> None:
        """The text is done."""
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.left.emit()


class RunDetails(QWidget):
    """Follows the choice; edits are written when a field is left or Return pressed."""

    trash_wanted = Signal()

    def __init__(
        self,
        runs: RunsModel,
        actions: RunActions,
        training: QWidget,
        files: FileDialogs,
        parent: QWidget | None = None,
    ) -> None:
        """``training`` stops the chosen run and goes on with it; it stands above the other buttons."""
        super().__init__(parent)
        self.runs, self._actions, self._files = runs, actions, files
        self._training = training
        self.facts, self.problem, self.said = _text("quiet"), _text("problem"), _text("quiet")
        self.name, self.tags, self.note = QLineEdit(), QLineEdit(), NoteEdit()
        self.open, self.copy = QPushButton("Open folder"), QPushButton("Copy path")
        self.share, self.take_in = QPushButton("Share…"), QPushButton("Import…")
        self.discard, self.trash = QPushButton("Move to trash"), QPushButton("Trash…")
        self.progress, self.cancel = QProgressBar(), QPushButton("Cancel")
        self.editor, self.differences = QWidget(), Differences()
        self._edited: Path | None = None
        self._expiry = QTimer(self, singleShot=True)
        self._expiry.timeout.connect(self._forget_words)
        self._fill()
        self.runs.chosen_changed.connect(self.refresh)
        self.runs.changed.connect(self.refresh)
        self._actions.work_changed.connect(self._refresh_work)
        self._actions.problem.connect(self.tell_problem)
        self._actions.notice.connect(self.tell_notice)
        self.refresh()

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 10, 4)
        column.setSpacing(6)
        form = QFormLayout(self.editor)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(5)
        for text, widget in (("Name", self.name), ("Tags", self.tags), ("Note", self.note)):
            form.addRow(text, widget)
        self.facts.setToolTip(
            "Where it lies, how far it is, and its score: mIoU, or Mario's mean progress along the level"
        )
        self.note.setToolTip("Anything worth remembering; it is kept in the run's folder")
        self.name.setMaxLength(NAME_LENGTH)
        self.name.setToolTip("A name to show; the folder keeps its own, by which the command line finds it")
        self.tags.setToolTip("Words to filter by, with commas between them")
        self.note.setTabChangesFocus(True)
        self.note.setMinimumHeight(34)
        self.name.editingFinished.connect(self._write)
        self.tags.editingFinished.connect(self._write)
        self.note.left.connect(self._write)
        column.addWidget(self.facts)
        column.addWidget(self.editor, 1000)
        column.addWidget(self.differences, 1000)
        column.addStretch(1)
        for label in (self.problem, self.said):
            column.addWidget(label)
        column.addLayout(self._work_row())
        column.addWidget(self._training)
        column.addLayout(self._buttons())

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        buttons = (self.open, self.copy, self.share, self.take_in, self.discard, self.trash)
        for place, button in enumerate(buttons):
            grid.addWidget(button, place // 2, place % 2)
        self.open.clicked.connect(self._open)
        self.copy.clicked.connect(self._copy)
        self.share.clicked.connect(self._share)
        self.take_in.clicked.connect(self._take_in)
        self.discard.clicked.connect(lambda: self._actions.move_to_trash(self.runs.chosen))
        self.trash.clicked.connect(self.trash_wanted)
        self.open.setToolTip("Show the run's folder in the system's file manager")
        self.copy.setToolTip("Copy the folder's path, for a terminal")
        self.share.setToolTip("Write settings, curves, scores and networks of this run into one zip")
        self.take_in.setToolTip("Import a shared run beside the others; it is checked before")
        self.discard.setToolTip("The runs can be restored from the trash")
        self.trash.setToolTip("Restore runs, or delete them for good")
        return grid

    def _work_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.progress.setRange(0, 1000)
        self.cancel.setToolTip("End it; nothing half done stays")
        self.cancel.clicked.connect(self._actions.cancel)
        for widget in (self.progress, self.cancel, self.problem, self.said):
            widget.hide()
        return row

    # Following the model

    def refresh(self) -> None:
        """Show the chosen run; fields in which somebody writes are left alone."""
        chosen = self.runs.chosen_runs
        run = chosen[0] if len(chosen) == 1 else None
        self.facts.setText(self._facts(chosen))
        self.editor.setVisible(run is not None)
        self.differences.show_runs(chosen if run is None else [])
        for button in (self.open, self.copy, self.share):
            button.setEnabled(run is not None)
        self.discard.setEnabled(bool(chosen) and not all(item.is_live for item in chosen))
        self.discard.setText("Move to trash" if len(chosen) < 2 else f"Move {len(chosen):,} to trash")
        path = None if run is None else run.path
        if run is not None and (path != self._edited or not self._is_writing()):
            self._show_notes(run)
        if path is not None and path != self._edited:  # what was said was about another one
            self._forget_words()
        self._edited = path

    def _is_writing(self) -> bool:
        return any(widget.hasFocus() for widget in (self.name, self.tags, self.note))

    def _show_notes(self, run: RunInfo) -> None:
        self.name.setText(run.notes.name)
        self.name.setPlaceholderText(run.path.name)
        self.tags.setText(", ".join(run.notes.tags))
        if self.note.toPlainText() != run.notes.note:
            self.note.setPlainText(run.notes.note)

    def _facts(self, chosen: list[RunInfo]) -> str:
        if not chosen:
            return _NONE_CHOSEN if self.runs.runs or not self.runs.is_complete else _NOTHING
        if len(chosen) > 1:
            live = sum(run.is_live for run in chosen)
            kind = self.runs.kind
            drawn = min(sum(run.kind == kind for run in chosen), DRAWN_RUNS)
            text = f"{len(chosen):,} selected" + (f", {live} of them live." if live else ".")
            what = KIND_NAMES[kind]
            return (
                text
                if drawn == len(chosen)
                else f"{text} Curves are drawn of {counted(drawn, what)}"
                + (f", no more than {DRAWN_RUNS} at a time." if drawn == DRAWN_RUNS else ".")
            )
        run = chosen[0]
        left = f", {time_left(run.time_left)}" if run.state == "running" else ""
        lines = [
            f"{run.path.parent.name}/{run.path.name}",
            f"{run.state}, {run.progress:.0%} done{left}",
            "" if run.score.value is None else f"{run.score.what}: {score_text(run)}",
            run.problem,
        ]
        return "\n".join(filter(None, lines))

    def _refresh_work(self) -> None:
        work = self._actions.work
        for widget in (self.progress, self.cancel):
            widget.setVisible(bool(work))
        self.progress.setFormat(f"{work} %p%")
        self.progress.setValue(round(1000 * self._actions.share_done))
        if work:
            self.problem.hide()
            self.said.hide()

    def tell_problem(self, sentence: str) -> None:
        """Say what could not be done."""
        self.said.hide()
        self.problem.setText(sentence)
        self.problem.show()
        self._expiry.start(PROBLEM_MS)

    def tell_notice(self, sentence: str) -> None:
        """Say what was done."""
        self.problem.hide()
        self.said.setText(sentence)
        self.said.show()
        self._expiry.start(NOTICE_MS)

    def _forget_words(self) -> None:
        self.problem.hide()
        self.said.hide()

    # What the fields and buttons do

    def _write(self) -> None:
        run = self.runs.runs.get(self._edited) if self._edited is not None else None
        if run is None:
            return
        notes = Notes(self.name.text().strip(), run.notes.tags, self.note.toPlainText()[:NOTE_LENGTH])
        tags = parse_tags(self.tags.text())
        if (notes.name, tags, notes.note) != (run.notes.name, run.notes.tags, run.notes.note):
            self._actions.note(run, name=notes.name, tags=tags, note=notes.note)

    def _run(self) -> RunInfo:
        return self.runs.chosen_runs[0]

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._run().path)))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._run().path))
        self.tell_notice("the path is copied")

    def _share(self) -> None:
        run = self._run()
        path = self._files.save(self, "Share the run", f"{run.path.name}.zip", _ZIP)
        if path is not None:
            self._actions.share(run, path)

    def _take_in(self) -> None:
        archive = self._files.open(self, "Import a shared run", _ZIP)
        if archive is not None:
            self._actions.look_into(archive, lambda inside: self._take_in_as(archive, inside))

    def _take_in_as(self, archive: Path, inside: str) -> None:
        name = ""
        if inside:
            name, is_given = QInputDialog.getText(
                self, "Import a shared run", f"A run {inside} is here already. Name of the new one:", text=f"{inside}-2"
            )
            if not is_given or not name:
                return
        self._actions.take_in(archive, name)


def _text(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
