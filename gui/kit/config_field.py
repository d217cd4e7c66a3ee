"""One field of a run's settings as a row of a form: name, editor, unit, what is wrong, and a way back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.config.fields import Setting, parse_value, setting_of
from core.errors import InputError
from core.runs.queue import shown
from gui.kit.file_dialogs import FileDialogs
from gui.kit.number_box import with_point
from gui.kit.widgets import make_label

_WORDS = {
    "data": "data set", "initial": "start from", "n_step": "n-step", "max_noops": "max no-ops",
    "replay_steps": "replay capacity", "update_every_steps": "update interval",
    "target_every_steps": "target update interval", "evaluate_every_steps": "evaluation interval",
    "checkpoint_every_steps": "checkpoint interval",
}  # fmt: skip
_EMPTY_WORDS = {"data": "choose a data set", "initial": "new weights"}
_ZERO = re.compile(r"; 0 for ([^;]+)")  # what a help says of 0: told in place of the unit
LABEL_WIDTH = 138  # logical pixels
_UNIT_WIDTH = 78


class ConfigField(QObject):
    """The widgets of one field and what they hold.

    Signals:
        edited: the user changed it.

    Attributes:
        name: of the field.
        base: the value it has unless changed, by default or preset.
        is_shown: whether it matters; else its base counts.
    """

    edited = Signal()

    def __init__(
        self, item: dataclasses.Field[Any], choices: Callable[[], list[str]] | None, files: FileDialogs
    ) -> None:
        """``choices`` lists the folders to pick from, for a field that names one; ``files`` asks for another."""
        super().__init__()
        self.name = item.name
        self.base: Any = item.default
        self.is_shown = True
        self._item = item
        self._about = setting_of(item)
        self.label = QLabel(label_of(item.name))
        self.label.setFixedWidth(LABEL_WIDTH)
        self.unit = _quiet(self._about.unit)
        zero = _ZERO.search(self._about.help)
        self._zero = zero[1] if zero else self._about.unit
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.reset = QToolButton()
        self.reset.setText("↺")
        self.reset.setAccessibleName(f"reset {item.name}")
        self.reset.clicked.connect(self._go_back)
        self._keep_room(True)
        self.editor = self._make_editor(choices, files)
        self.label.setBuddy(self.editor.box if isinstance(self.editor, FolderBox) else self.editor)
        for widget in (self.label, self.editor, self.unit):
            widget.setToolTip(tooltip_of(item.name, self._about))
        self.set_base(item.default, follow=True)
        self.show_problem("")

    # Widgets

    def _make_editor(self, choices: Callable[[], list[str]] | None, files: FileDialogs) -> QWidget:
        if choices is not None:
            editor = FolderBox(choices, _EMPTY_WORDS.get(self.name, ""), files, label_of(self.name))
            editor.box.editTextChanged.connect(self._edited)
            self._text, self._set_text = editor.box.currentText, editor.box.setEditText
            return editor
        if self._about.choice_notes:
            chooser = ChoiceButtons(self._about.choices, self._about.choice_notes)
            chooser.chosen.connect(self._edited)
            self._text, self._set_text = chooser.choice, chooser.choose
            return chooser
        if self._about.choices:
            box = QComboBox()
            box.addItems([str(choice) for choice in self._about.choices])
            box.currentTextChanged.connect(self._edited)
            box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]  # the wheel scrolls the form
            self._text, self._set_text = box.currentText, box.setCurrentText
            return box
        line = QLineEdit()
        line.textChanged.connect(self._edited)
        self._text, self._set_text = line.text, line.setText
        return line

    def place(self, grid: QGridLayout) -> None:
        """Stand in the next two lines of a grid: the row, and its problem."""
        line = grid.rowCount()
        grid.addWidget(self.label, line, 0)
        grid.addWidget(self.editor, line, 1, 1, 1 if self._about.unit else 2)
        if self._about.unit:
            grid.addWidget(self.unit, line, 2)
        grid.addWidget(self.reset, line, 3)
        grid.addWidget(self.problem, line + 1, 1, 1, 3)

    def set_visible(self, visible: bool) -> None:
        """Show or hide the row."""
        self.is_shown = visible
        self._keep_room(visible)
        for widget in (self.label, self.editor):
            widget.setVisible(visible)
        if self._about.unit:  # else it stands nowhere, and would be a window of its own
            self.unit.setVisible(visible)
        self.reset.setVisible(visible and self.is_changed)
        self.problem.setVisible(visible and bool(self.problem.text()))

    def _keep_room(self, keep: bool) -> None:
        """Whether the button's place stays when it is hidden, so that the row does not jump."""
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(keep)
        self.reset.setSizePolicy(policy)

    # The value

    def value(self) -> Any:
        """The checked value; InputError, which the row shows too."""
        try:
            value = self._parsed()
        except InputError as error:
            self.show_problem(str(error))
            raise
        self.show_problem("")
        return value

    def _parsed(self) -> Any:
        text = self._text().strip()
        return parse_value(self._item, with_point(text) if isinstance(self._item.default, float) else text)

    def set_value(self, value: Any) -> None:
        """Fill the editor."""
        self._set_text(_text(value))

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the base."""
        try:
            return bool(self._parsed() != self.base)
        except InputError:
            return True

    def set_base(self, value: Any, follow: bool) -> None:
        """Another default or preset; with ``follow`` the value goes there too."""
        follow = follow or not self.is_changed
        self.base = value
        self.reset.setToolTip(f"Back to {_text(value) or 'none'}")
        if follow:
            self.set_value(value)
        self._mark()

    def show_problem(self, sentence: str) -> None:
        """Mark the row as wrong, or right with ""."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence) and self.is_shown)

    def _edited(self, _text: str) -> None:
        self._mark()
        self.edited.emit()

    def _mark(self) -> None:
        font = self.label.font()
        font.setBold(self.is_changed)
        self.label.setFont(font)
        self.reset.setVisible(self.is_changed and self.is_shown)
        self.unit.setText(self._zero if self._text().strip() == "0" else self._about.unit)

    def _go_back(self) -> None:
        self.set_value(self.base)


class ChoiceButtons(QWidget):
    """A button each for a few choices, with what it means beside it, so that one click chooses.

    Signals:
        chosen: another one.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[str], notes: Mapping[str, str]) -> None:
        """``notes`` are a few words on each choice."""
        super().__init__()
        self.buttons = {choice: QRadioButton(f"{choice}: {notes[choice]}") for choice in choices}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for choice, button in self.buttons.items():
            column.addWidget(button)
            button.toggled.connect(lambda is_on, choice=choice: self.chosen.emit(choice) if is_on else None)

    def choice(self) -> str:
        """The chosen one, "" before any is."""
        return next((choice for choice, button in self.buttons.items() if button.isChecked()), "")

    def choose(self, choice: str) -> None:
        """Choose one."""
        self.buttons[choice].setChecked(True)


class FolderBox(QWidget):
    """A text with a list of folders that there are, and a button to look for another."""

    def __init__(self, choices: Callable[[], list[str]], empty: str, files: FileDialogs, what: str) -> None:
        """``empty`` is shown without a text; ``files`` remembers the folder for each ``what``."""
        super().__init__()
        self._files, self._title = files, f"Choose a folder: {what}"
        self.box = _OpeningBox(choices)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMinimumContentsLength(8)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        line = self.box.lineEdit()
        assert line is not None
        line.setPlaceholderText(empty)
        self.browse = QToolButton()
        self.browse.setText("…")
        self.browse.setToolTip("Choose another folder")
        for widget in (self.box, line):
            widget.setAccessibleName(what)
        self.browse.setAccessibleName(self._title)
        self.browse.clicked.connect(self._browse)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.box, 1)
        self._row.addWidget(self.browse)

    def add_button(self, button: QToolButton) -> None:
        """One more way to a folder."""
        self._row.addWidget(button)

    def _browse(self) -> None:
        folder = self._files.folder(self, self._title, Path(self.box.currentText()).parent)
        if folder is not None:
            self.box.setEditText(shown(folder))


class _OpeningBox(QComboBox):
    """A list that is made when it is opened."""

    def __init__(self, choices: Callable[[], list[str]]) -> None:
        super().__init__()
        self._choices = choices

    def showPopup(self) -> None:
        """Open the list, with what there is now."""
        text = self.currentText()
        self.blockSignals(True)
        self.clear()
        self.addItems(self._choices())
        self.setCurrentIndex(self.findText(text))
        self.setEditText(text)
        self.blockSignals(False)
        super().showPopup()

    def wheelEvent(self, event: Any) -> None:
        """The wheel scrolls the form."""
        event.ignore()


def label_of(name: str) -> str:
    """What the form calls a field."""
    return (_WORDS.get(name) or name.replace("_", " ")).capitalize()


def fix_sentence(names: Iterable[str]) -> str:
    """What to do about fields whose rows say what is wrong."""
    return f"Fix what is marked: {', '.join(map(label_of, names))}"


def tooltip_of(name: str, about: Setting) -> str:
    """What a field is: help, range, default, source and its name on the command line, as rich text."""
    facts = []
    if about.low is not None and about.high is not None:
        facts.append(f"{about.low:,} to {about.high:,} {about.unit}".strip())
    elif about.unit:
        facts.append(about.unit)
    if about.source:
        facts.append(f"from {about.source}")
    facts.append(f"--{name.replace('_', '-')}" if about.flag else f"--override {name}=…")
    help_ = about.help[0].upper() + about.help[1:]
    return f"<p>{escape(help_)}</p><p>{escape(' · '.join(facts))}</p>"


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _quiet(text: str) -> QLabel:
    label = make_label(text, "quiet")
    label.setMinimumWidth(_UNIT_WIDTH)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return label
