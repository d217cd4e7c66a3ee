"""The trash: which runs lie there, bring one back, delete one for good."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.trash import Trashed
from gui.runs.actions import RunActions

_ITEM = Qt.ItemDataRole.UserRole


class TrashDialog(QDialog):
    """A list with two buttons."""

    def __init__(self, actions: RunActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setWindowTitle("Trash")
        self.resize(460, 320)
        self.list = QListWidget()
        self.about = QLabel()
        self.about.setObjectName("quiet")
        self.about.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self._is_waiting = False
        self.restore, self.delete = QPushButton("Restore"), QPushButton("Delete for good…")
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        row = QHBoxLayout()
        row.addWidget(self.restore)
        row.addWidget(self.delete)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        for widget in (self.about, self.list, self.problem):
            column.addWidget(widget)
        column.addLayout(row)
        close.rejected.connect(self.reject)
        self.restore.clicked.connect(self._restore)
        self.delete.clicked.connect(self._delete)
        self.list.currentItemChanged.connect(self._refresh_buttons)
        self._actions.problem.connect(self._tell)
        self._actions.trash_listed.connect(self._show)
        self._refresh_buttons()
        self._actions.list_trash()

    def _show(self, items: list[Trashed]) -> None:
        """What lies there."""
        chosen = None if self.list.currentItem() is None else self._chosen()
        self._is_waiting = False
        self.list.clear()
        for item in items:
            entry = QListWidgetItem(f"{item.shown}    {item.when:%Y-%m-%d %H:%M}")
            entry.setData(_ITEM, item)
            entry.setToolTip(f"was {item.home}")
            self.list.addItem(entry)
        count = self.list.count()
        self.about.setText("The trash is empty." if not count else "Runs that were thrown away, the last one first:")
        row = next((row for row, item in enumerate(items) if item == chosen), 0 if count else -1)
        self.list.setCurrentRow(row)
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        for button in (self.restore, self.delete):
            button.setEnabled(self.list.currentItem() is not None and not self._is_waiting)

    def _chosen(self) -> Trashed:
        item = self.list.currentItem().data(_ITEM)
        assert isinstance(item, Trashed)
        return item

    def _restore(self) -> None:
        self._wait()
        self._actions.restore(self._chosen())

    def _delete(self) -> None:
        item = self._chosen()
        buttons = QMessageBox.StandardButton
        text = f"Delete {item.shown} for good? This cannot be undone."
        answer = QMessageBox.question(self, "Delete for good", text, buttons.Yes | buttons.No, buttons.No)
        if answer == buttons.Yes:
            self._wait()
            self._actions.delete_for_good(item)

    def _wait(self) -> None:
        """Something was asked for; the list is told anew when it is done, or why it is not."""
        self._is_waiting = True
        self.problem.hide()
        self._refresh_buttons()

    def _tell(self, sentence: str) -> None:
        self._is_waiting = False
        self._refresh_buttons()
        self.problem.setText(sentence)
        self.problem.show()
