"""The words of this program, from ``docs/glossary.md``, with a line to look for one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QTextBrowser, QVBoxLayout, QWidget

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
_SIZE = (640, 560)  # logical pixels


class GlossaryDialog(QDialog):
    """Shows them; the game goes on behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Glossary")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find a word …")
        self.words.setClearButtonEnabled(True)
        self.words.setToolTip("Return goes on to the next place")
        self.text = QTextBrowser()
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.setMarkdown(GLOSSARY.read_text(encoding="utf-8"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Return belongs to the line
        column = QVBoxLayout(self)
        for widget in (self.words, self.text, buttons):
            column.addWidget(widget)
        self.words.textChanged.connect(self._find_first)
        self.words.returnPressed.connect(self._find_next)
        self.resize(*_SIZE)

    def _find_first(self) -> None:
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        self._find_next()

    def _find_next(self) -> None:
        if not self.text.find(self.words.text()):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(self.words.text())
