"""The exact command of what a form is about to do, and a button that copies it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from core.runs.commands import command_text
from gui.kit.widgets import ReadOnlyText


class CommandBox(ReadOnlyText):
    """Shows it, to be selected; long ones wrap.

    Attributes:
        copy_button: a form puts it where it likes.
    """

    def __init__(self, lines: int = 4, parent: QWidget | None = None) -> None:
        """``lines`` of text fit in."""
        super().__init__(parent)
        self.copy_button = QPushButton("Copy")
        self.copy_button.setAutoDefault(False)
        self.copy_button.setToolTip("Copy the command, to run it in a terminal")
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.toPlainText()))
        self.setAccessibleName("Command")
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 12)
        self.setToolTip("The same in a terminal: only what differs from the defaults and the preset")

    def show_command(self, *commands: Sequence[str]) -> None:
        """Show the commands with these arguments of ``main.py``; what is selected stays while they are the same."""
        text = "\n".join(map(command_text, commands))
        if text != self.toPlainText():
            self.setPlainText(text)
