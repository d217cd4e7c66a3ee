"""The lower part of a form whose work is a command: the command itself, how far it is, what is wrong, the buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.errors import InputError
from gui.kit.command_box import CommandBox
from gui.kit.command_process import CommandProcess
from gui.kit.messages import without_flag

Ask = Callable[[], tuple[str, list[str]]]


class CommandPanel(QWidget):
    """Starts, follows and stops a process.

    Attributes:
        result: what came of it; a form fills it in.
        more: beside the buttons, for what can be done with the result.
    """

    def __init__(self, process: CommandProcess, unit: str, go: str, ask: Ask, parent: QWidget | None = None) -> None:
        """A bar that has nothing to show yet.

        Args:
            process: what runs the command.
            unit: of its progress, such as "frames".
            go: words of the button that starts it.
            ask: what to work on, in words, and the arguments; InputError when the form cannot be used as it is.
            parent: where it stands.
        """
        super().__init__(parent)
        self._process, self._unit, self._ask = process, unit, ask
        self.command = CommandBox(lines=3)
        self.progress = QProgressBar()
        self.problem, self.result = QLabel(), QLabel()
        self.go, self.stop = QPushButton(go), QPushButton("Stop")
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        self.stop.setAutoDefault(False)
        self.problem.setObjectName("problem")
        for label in (self.problem, self.result):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = QHBoxLayout()
        buttons = QHBoxLayout()
        buttons.addWidget(self.command.copy_button)
        buttons.addStretch(1)
        buttons.addLayout(self.more)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.command, self.progress, self.problem, self.result):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.go.clicked.connect(self._start)
        self.stop.clicked.connect(process.cancel)
        process.changed.connect(self._tell)
        self.refresh()

    def refresh(self) -> None:
        """The form was edited."""
        try:
            _, arguments = self._ask()
        except InputError as error:
            self.show_problem(without_flag(str(error)))
            self.go.setEnabled(False)
        else:
            self.command.show_command(arguments)
            self.go.setEnabled(True)
            self.show_problem("")
        self.show_result("")
        self._follow()

    def show_result(self, text: str) -> None:
        """Tell what came of it; "" for nothing yet."""
        self.result.setText(text)
        self.result.setVisible(bool(text))

    def show_problem(self, text: str) -> None:
        """Tell what is wrong; "" for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _start(self) -> None:
        self.show_result("")
        about, arguments = self._ask()
        self._process.start(about, arguments)

    def _follow(self) -> None:
        process = self._process
        self.go.setVisible(not process.is_running)
        self.stop.setVisible(process.is_running)
        self.stop.setEnabled(not process.was_cancelled)
        self.progress.setVisible(process.is_running)
        self.progress.setRange(0, process.total)  # 0 to 0 shows that it is busy
        self.progress.setValue(process.done)
        self.progress.setFormat(process.progress(self._unit))

    def _tell(self) -> None:
        self._follow()
        process = self._process
        if process.is_running or process.problem:
            self.show_problem(process.problem)
