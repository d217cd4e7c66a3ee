"""What trains, in one line beside the tabs: seen on every one of them; a click goes to the Train tab."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from core.runs.state import Observed
from gui.live.navigator import Navigator, Place
from gui.trainings.model import Trainings
from gui.trainings.text import STATES, headline, last_words

_WIDTH = 560  # logical pixels at most


class TrainStrip(QWidget):
    """One elided line with a thin bar of progress below it; as wide as its words.

    Attributes:
        text: the whole line.
    """

    def __init__(self, trainings: Trainings, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings, self._navigator = trainings, navigator
        self.text = ""
        self.words, self.trouble = QLabel(), QLabel()
        self.trouble.setObjectName("problem")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(3)
        self.bar.setRange(0, 1000)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 10, 1)
        column.setSpacing(1)
        for widget in (self.words, self.trouble, self.bar):
            column.addWidget(widget)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        trainings.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        now = self._trainings.now
        active = now.active
        # A folder that is gone was moved, mostly into the trash: its card says so, that is enough.
        troubled = (run for run in now.runs if run.sentence and run.state != "gone")
        run = active[0] if active else next(troubled, None)
        is_problem = bool(now.problem) or (run is not None and not run.is_active)
        said = last_words(now.log) if run is not None and run.path == now.watched and not is_problem else ""
        self.text = " · ".join(filter(None, (self._line(run, len(active), len(now.waiting)), said)))
        self.setToolTip(f"{self.text}\nClick for the Train tab")
        for label in (self.words, self.trouble):
            label.setVisible((label is self.trouble) == is_problem)
            label.setText(label.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideRight, _WIDTH))
        self.bar.setVisible(bool(active))
        self.bar.setValue(round(run.progress * 1000) if run is not None else 0)
        self.setVisible(bool(self.text))
        self.updateGeometry()

    def _line(self, run: Observed | None, active: int, waiting: int) -> str:
        problem = self._trainings.now.problem
        if problem:
            return problem
        queue = f"{waiting} in the queue" if waiting else ""
        if run is None:
            return queue
        if not run.is_active:
            return f"{run.name}: {STATES[run.state].lower()}: {run.sentence}"
        more = f"{active - 1} more" if active > 1 else ""
        return " · ".join(filter(None, (f"{run.name}: {headline(run)}", more, queue)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show the Train tab."""
        self._navigator.show(Place.TRAIN)
        event.accept()
