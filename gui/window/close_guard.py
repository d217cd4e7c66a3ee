"""Closing the window while something trains (leave it running, stop it and wait, or stay), or is made that it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.kit.command_process import CommandProcess
from gui.trainings.model import Trainings

_ROLE = QMessageBox.ButtonRole
_GOES_ON = "Training goes on without the window, and the window finds it again. Stopping saves a checkpoint first."
_ENDS = "That ends with the window, and nothing of it is kept."


@dataclass(frozen=True, slots=True)
class Perishable:
    """Work that ends with the window, and of which nothing is kept then.

    Attributes:
        process: what does it.
        what: it is, such as "The evaluation".
        unit: of its progress.
    """

    process: CommandProcess
    what: str
    unit: str

    @property
    def sentence(self) -> str:
        """What would be lost, "" while nothing would."""
        is_lost = self.process.is_running and not self.process.was_cancelled
        return f"{self.what} is not done: {self.process.progress(self.unit)}." if is_lost else ""


class CloseGuard(QObject):
    """Asks before the window goes, and closes it once that is settled.

    Attributes:
        box: the question, or what is waited for; None while neither is shown.
        buttons: of the question by "leave", "stop", "cancel"; "leave" and "cancel" while waiting, or nothing trains.
    """

    def __init__(
        self, window: QWidget, training: Trainings, perishable: Sequence[Perishable], close: Callable[[], object]
    ) -> None:
        """``close`` closes the window without asking again."""
        super().__init__(window)
        self._window = window
        self._training, self._perishable = training, perishable
        self._close = close
        self._waits = False
        self.box: QMessageBox | None = None
        self.buttons: dict[str, object] = {}
        training.changed.connect(self._follow)

    def may_close(self) -> bool:
        """Whether nothing that a window started trains, and nothing would be lost; else the question is shown."""
        if self.box is not None:
            return False
        ours = [run.name for run in self._training.active if run.is_ours]
        lost = [part.sentence for part in self._perishable if part.sentence]
        if ours:
            self._ask(ours, lost)
        elif lost:
            self._show(" ".join(lost), _ENDS, {"leave": "Close and lose it", "cancel": "Cancel"})
        return not ours and not lost

    def _ask(self, names: list[str], lost: list[str]) -> None:
        waiting = len(self._training.now.waiting)
        more = [f"The queue ({waiting}) waits until the window is opened again."] if waiting else []
        if lost:
            more += [*lost, _ENDS]
        self._show(
            f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} training.",
            " ".join((_GOES_ON, *more)),
            {"leave": "Leave running", "stop": "Stop and wait", "cancel": "Cancel"},
        )

    def _show(self, text: str, more: str, buttons: dict[str, str]) -> None:
        self.box = QMessageBox(self._window)
        self.box.setIcon(QMessageBox.Icon.Question)
        self.box.setWindowTitle("Close the window")
        self.box.setText(text)
        self.box.setInformativeText(more)
        roles = {"leave": _ROLE.AcceptRole, "stop": _ROLE.DestructiveRole, "cancel": _ROLE.RejectRole}
        self.buttons = {}
        for key, words in buttons.items():
            button = self.box.addButton(words, roles[key])
            button.clicked.connect(lambda _=False, key=key: self._answer(key))
            self.buttons[key] = button
            if key == "cancel":
                self.box.setEscapeButton(button)
        self.box.open()

    def _answer(self, key: str) -> None:
        self._drop()
        if key == "leave":
            self._close()
        elif key == "stop":
            self._waits = True
            self._training.rest(True)
            for run in self._training.active:
                if run.is_ours:
                    self._training.stop(run.path)
            self._show(
                "Stopping…",
                "A checkpoint is being saved; the window closes when that is done.",
                {"leave": "Close now", "cancel": "Keep the window open"},
            )
            self._follow()
        else:
            self._waits = False
            self._training.rest(False)

    def _drop(self) -> None:
        if self.box is not None:
            self.box.hide()
            self.box.deleteLater()
            self.box = None

    def _follow(self) -> None:
        if self._waits and not any(run.is_ours for run in self._training.active):
            self._waits = False
            self._drop()
            self._close()
