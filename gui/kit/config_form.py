"""The fields of a configuration as rows of a form, made from its dataclass."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from core.config.fields import Config, setting_of
from core.errors import InputError
from gui.kit.config_field import ConfigField, fix_sentence
from gui.kit.file_dialogs import FileDialogs

Choices = Mapping[str, Callable[[], list[str]]]


class ConfigForm(QWidget):
    """A row for each field; those without a flag of their own fold away.

    Signals:
        edited: a value changed.

    Attributes:
        rows: by field.
    """

    edited = Signal()

    def __init__(self, kind: type[Config], choices: Choices, files: FileDialogs) -> None:
        """``choices`` lists what to pick from, by the names of fields that name folders; ``files`` asks for others."""
        super().__init__()
        self._kind, self._choices, self._files = kind, choices, files
        self.rows: dict[str, ConfigField] = {}
        self.more = QToolButton()
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolTip("Settings that are seldom changed")
        self.more.toggled.connect(self._unfold)
        self.rarer = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._grid(flag=True))
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.rarer)
        self.rarer.setLayout(self._grid(flag=False))
        self.more.setVisible(any(not setting_of(item).flag for item in fields(kind)))
        self._unfold(False)

    def _grid(self, flag: bool) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for item in fields(self._kind):
            if setting_of(item).flag == flag:
                row = ConfigField(item, self._choices.get(item.name), self._files)
                row.place(grid)
                row.edited.connect(partial(self._changed, item.name))
                self.rows[item.name] = row
        return grid

    def _unfold(self, is_open: bool) -> None:
        self.rarer.setVisible(is_open)
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._count()

    def _count(self) -> None:
        changed = sum(row.is_changed for name, row in self.rows.items() if not setting_of(self._field(name)).flag)
        self.more.setText("More settings" + (f" · {changed} changed" if changed else ""))

    def _field(self, name: str) -> dataclasses.Field[Any]:
        return self._kind.field(name, "")

    def _changed(self, name: str) -> None:
        """A field was changed by the user, or another one that decides about it."""
        self._count()
        self.edited.emit()

    def fill(self, config: Config) -> None:
        """Show these settings."""
        for name, row in self.rows.items():
            row.set_value(getattr(config, name))

    def config(self) -> Config:
        """The settings; InputError when one is wrong."""
        values: dict[str, Any] = {}
        problem: InputError | None = None
        for name, row in self.rows.items():
            try:
                values[name] = row.value() if row.is_shown else row.base
            except InputError as error:
                self.show_problem(name, str(error))
                problem = problem or InputError(f"{name}: {error}")
        if problem is not None:
            raise problem
        try:
            return self._kind(**values)
        except InputError as error:
            name, _, sentence = str(error).partition(": ")
            self.show_problem(name, sentence)
            raise

    def to_fix(self, error: InputError) -> str:
        """The fields that are marked as wrong, one sentence; that of the error where its row is hidden."""
        marked = [name for name, row in self.rows.items() if row.is_shown and row.problem.text()]
        return fix_sentence(marked or [str(error).partition(":")[0]])

    def show_problem(self, name: str, sentence: str) -> None:
        """Mark a field as wrong, and unfold where it stands."""
        if name in self.rows:
            self.rows[name].show_problem(sentence)
            if not setting_of(self._field(name)).flag:
                self.more.setChecked(True)
