"""The last lines that a run said."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from gui.kit.widgets import ReadOnlyText
from gui.trainings.model import Trainings


class TrainLog(QWidget):
    """Follows the end unless the user has scrolled up."""

    def __init__(self, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings = trainings
        self.title = QLabel("Log")
        self.title.setObjectName("heading")
        self.text = ReadOnlyText()
        self.text.setToolTip("The end of train.log in the run's folder")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.text, 1)
        trainings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._trainings.now
        self.title.setText("Log" if now.watched is None else f"Log of {now.watched.name}")
        self.text.setAccessibleName(self.title.text())
        if now.log == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        place, is_at_end = bar.value(), bar.value() >= bar.maximum() - 2
        self.text.setPlainText(now.log)
        bar.setValue(bar.maximum() if is_at_end else place)
