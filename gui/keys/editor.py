"""The editor of keys: change, add, clear and reset them; what clashes is told at once and cannot be saved."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.keys.default_keys import shortcut
from gui.keys.draft import KeyDraft
from gui.keys.keymap import Keymap
from gui.keys.rules import FIXED, named
from gui.keys.table import KeyTable

_HINT = "Double-click a key, or press Enter on it, then press the new one. Delete clears it. Bold keys were changed."
_SIZE = (660, 640)  # logical pixels


class KeyEditor(QDialog):
    """Edits a draft of the keys; Save puts it in force at once."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = KeyDraft(keymap)
        self.setWindowTitle("Edit keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLineEdit()
        self.words.setPlaceholderText("Filter: an action, a menu or a key …")
        self.words.setClearButtonEnabled(True)
        self.words.setAccessibleName("Filter of the actions")
        self.table = KeyTable(self.draft)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing())
        self.change = _button("C&hange…", "Wait for the chosen action's new key (Enter)")
        self.clear = _button("C&lear", "Take the chosen key away (Delete)")
        self.reset = _button("&Reset", "The chosen action's keys as at first")
        self.reset_all = _button("Reset &all", "All keys as at first; nothing happens before Save")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        for button in buttons.buttons():
            assert isinstance(button, QPushButton)
            button.setAutoDefault(False)  # Enter belongs to the table
        row = QHBoxLayout()
        for button in (self.change, self.clear, self.reset, self.reset_all):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(buttons)
        column = QVBoxLayout(self)
        for widget in (self.words, self.table, self.told):
            column.addWidget(widget)
        column.addLayout(row)
        self.resize(*_SIZE)
        self.words.textChanged.connect(self.table.filter)
        self.change.clicked.connect(self._change)
        self.clear.clicked.connect(self.table.clear_key)
        self.reset.clicked.connect(self.table.reset_keys)
        self.reset_all.clicked.connect(self._reset_all)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        self.table.changed.connect(self._follow)
        self.table.currentCellChanged.connect(self._follow)
        self._follow()
        self.table.setFocus()

    def _change(self) -> None:
        self.table.setFocus()
        self.table.wait()

    def _reset_all(self) -> None:
        self.draft.reset_all()
        self.table.problem = ""
        self.table.refresh()
        self._follow()

    def _save(self) -> None:
        self.draft.save()
        self.accept()

    def _follow(self) -> None:
        current, conflicts = self.table.current, self.draft.conflicts
        can = current is not None and current[0] not in FIXED
        self.change.setEnabled(can)
        self.clear.setEnabled(can and current is not None and current[1] < len(self.draft.keys[current[0]]))
        self.reset.setEnabled(can and current is not None and not self.draft.is_own(current[0]))
        self.reset_all.setEnabled(not all(self.draft.is_own(id) for id in self.draft.keys))
        self.save.setEnabled(self.draft.is_changed and not conflicts)
        problem = self.table.problem or (conflicts[0].sentence if conflicts else "")
        waiting = self.table.waiting
        if waiting is not None:
            text = f"Press the new key of {named(shortcut(waiting[0]))}; Esc leaves it as it is."
        else:
            text = problem or _HINT
        self.told.setText(text)
        self._colour(waiting is None and bool(problem))

    def _colour(self, is_problem: bool) -> None:
        name = "problem" if is_problem else "quiet"
        if self.told.objectName() != name:
            self.told.setObjectName(name)
            self.told.style().unpolish(self.told)  # the style sheet goes by the name
            self.told.style().polish(self.told)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
