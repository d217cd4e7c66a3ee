"""The runs that train, and those that ended before they were done: how far, how long, what went wrong, and buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.mapping import MappingConfig
from core.errors import InputError
from core.runs.state import Observed
from gui.agents.watch import RunShows
from gui.kit.widgets import ElidedLabel
from gui.trainings.model import Trainings
from gui.trainings.text import headline

_WATCH = {
    FcnConfig.kind: ("Use in Play", "Show its classes beside the game"),
    DdqnConfig.kind: ("Watch", "Let it play on the Play tab"),
    MappingConfig.kind: ("Watch", "Let an agent on gray pictures play through it on the Play tab"),
}
_EXPERIMENT = "An experiment trains; the queue waits until it ends. Its trials are on the Runs tab."
_NONE = "Nothing trains. Fill in the form and press Start; it goes on when this window is closed, if you like."


class TrainCards(QWidget):
    """A card a run; cards stay in place while their numbers change."""

    def __init__(self, trainings: Trainings, shows: RunShows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings, self._shows = trainings, shows
        self.cards: dict[Path, RunCard] = {}
        self.none = QLabel(_NONE)
        self.none.setObjectName("quiet")
        self.none.setWordWrap(True)
        self.problem = QLabel()
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.none)
        self._column.addWidget(self.problem)
        trainings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._trainings.now
        paths = [run.path for run in now.runs]
        for path in [path for path in self.cards if path not in paths]:
            self.cards.pop(path).deleteLater()
        for place, run in enumerate(now.runs):
            if run.path not in self.cards:
                self.cards[run.path] = RunCard(self._trainings, self._shows)
            card = self.cards[run.path]
            card.show_run(run, is_watched=run.path == now.watched)
            if self._column.indexOf(card) != place + 2:
                self._column.insertWidget(place + 2, card)
        self.none.setText(_EXPERIMENT if now.is_experimenting else _NONE)
        self.none.setVisible(now.is_experimenting or not now.runs)
        self.problem.setText(now.problem)
        self.problem.setVisible(bool(now.problem))


class RunCard(QFrame):
    """One run; a click shows its log.

    Attributes:
        run: what it shows.
    """

    clicked = Signal()

    def __init__(self, trainings: Trainings, shows: RunShows) -> None:
        super().__init__()
        self.setObjectName("card")
        self._trainings, self._shows = trainings, shows
        self.run: Observed | None = None
        self._told: tuple[str, str] = ("", "")  # a sentence, and the state in which it was said
        self.name, self.state = ElidedLabel(is_name=True), ElidedLabel()
        self.sentence = QLabel()
        self.sentence.setObjectName("problem")
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 1000)
        self.stop = self._button("Stop", "Save a checkpoint and end; Resume continues from there", trainings.stop)
        self.resume = self._button("Resume", "Continue from the last checkpoint", self._resume)
        self.curves = self._button("Curves", "Show its curves on the Runs tab", shows.show_curves)
        self.watch = self._button("", "", self._show_at_work)
        self.dismiss = self._button("Dismiss", "Show it here no more; its folder stays", trainings.dismiss)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        for button in (self.curves, self.watch, self.stop, self.resume, self.dismiss):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 9)
        column.setSpacing(5)
        column.addLayout(top)
        column.addWidget(self.state)
        column.addWidget(self.bar)
        column.addWidget(self.sentence)
        self.setToolTip("Click, or press Enter, to see its log")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _button(self, text: str, tip: str, act: object) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: act(self.run.path) if self.run and callable(act) else None)
        return button

    def _resume(self, path: Path) -> None:
        try:
            self._trainings.resume(path)
        except InputError as error:
            self._tell(str(error))

    def _show_at_work(self, path: Path) -> None:
        self._told = "", ""  # it may have a network by now
        self._shows.watch(path, self._tell)

    def _tell(self, sentence: str) -> None:
        self._told = sentence, "" if self.run is None else self.run.state
        self.sentence.setText(sentence)
        self.sentence.show()

    def show_run(self, run: Observed, is_watched: bool) -> None:
        """Show another moment of it."""
        self.run = run
        waits = self._trainings.is_waiting(run.path)
        self.name.setText(run.name)
        self.state.setText(headline(run) + ("" if run.is_ours or not run.is_active else " · started elsewhere"))
        self.bar.setValue(round(run.progress * 1000))
        self.bar.setVisible(run.is_active)
        self.stop.setVisible(run.is_active)
        self.stop.setEnabled(run.state != "stopping")
        self.stop.setText("Stopping…" if run.state == "stopping" else "Stop")
        can_resume = run.can_resume and bool(run.settings)
        self.resume.setVisible(can_resume)
        self.resume.setEnabled(not waits)
        self.resume.setText("In the queue" if waits else "Resume")
        self.dismiss.setVisible(not run.is_active)
        self.curves.setVisible(bool(run.settings))
        self.watch.setVisible(bool(run.settings) and run.kind in _WATCH)
        text, tip = _WATCH.get(run.kind, ("", ""))
        self.watch.setText(text)
        self.watch.setToolTip(tip)
        told, state = self._told
        sentence = run.sentence or (told if state == run.state else "")  # a training moves on each second
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.setAccessibleName(f"Log of {run.name}")
        self.setAccessibleDescription(self.state.text())
        for button in (self.curves, self.watch, self.stop, self.resume, self.dismiss):
            button.setAccessibleName(f"{button.text()}: {run.name}")
        if self.property("watched") != is_watched:
            self.setProperty("watched", is_watched)
            self.style().polish(self)

    def mouseReleaseEvent(self, event: QEvent) -> None:
        """Show this run's log."""
        self._watch()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do so too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._watch()
        else:
            super().keyPressEvent(event)

    def _watch(self) -> None:
        if self.run is not None:
            self._trainings.watch(self.run.path)
