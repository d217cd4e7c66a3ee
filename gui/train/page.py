"""The Train tab: on the left what a new training would be, on the right what trains, what waits, and the log."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.config.fields import Config
from core.errors import InputError
from gui.agents.watch import RunShows
from gui.kit.file_dialogs import FileDialogs
from gui.kit.splitter import Splitter
from gui.kit.widgets import scrolled
from gui.live.navigator import Navigator, Place
from gui.train.cards import TrainCards
from gui.train.form import TrainFolders, TrainForm
from gui.train.log import TrainLog
from gui.train.queue import TrainQueue
from gui.train.start import TrainStart
from gui.trainings.model import Trainings

_LEFT = 500  # logical pixels


class TrainPage(QWidget):
    """Puts the panels together; each knows its model only."""

    def __init__(
        self, trainings: Trainings, navigator: Navigator, folders: TrainFolders, shows: RunShows, files: FileDialogs
    ) -> None:
        super().__init__()
        self.form = TrainForm(navigator, folders, files)
        self.experiment = QPushButton("Experiment…")
        self.experiment.setToolTip("Many trainings by one plan: arms and seeds, curves and verdicts")
        self.experiment.clicked.connect(lambda: navigator.show(Place.EXPERIMENT))
        self.start = TrainStart(trainings)
        self.runs = TrainCards(trainings, shows)
        self.queue = TrainQueue(trainings)
        self.log = TrainLog(trainings)
        self.splitter = Splitter(Qt.Orientation.Horizontal, self._left(), self._right())
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([_LEFT, 2 * _LEFT])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.splitter)
        self.form.edited.connect(self._follow)
        self.start.problems_found.connect(self.form.show_problems)
        trainings.proposed.connect(self.fill)
        self._follow()

    def fill(self, config: Config) -> None:
        """Show these settings in the form."""
        self.form.fill(config)

    def showEvent(self, event: QShowEvent) -> None:
        """Look again: what was wrong with a data set may have been mended on another tab, or one made."""
        self.form.look_again()
        self._follow()

    def _left(self) -> QWidget:
        left = QWidget()
        line = QFrame()
        line.setObjectName("line")
        line.setFrameShape(QFrame.Shape.HLine)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scrolled(self.form), 1)
        column.addWidget(line)
        column.addWidget(self.start)
        left.setMinimumWidth(_LEFT - 60)
        return left

    def _right(self) -> QWidget:
        title = QLabel("Runs")
        title.setObjectName("heading")
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(14, 10, 12, 6)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self.experiment)
        column.addLayout(top)
        for widget in (self.runs, self.queue):
            column.addWidget(widget)
        column.addStretch(1)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(14, 8, 12, 10)
        below.addWidget(self.log)
        both = Splitter(Qt.Orientation.Vertical, scrolled(upper), lower)
        both.setStretchFactor(0, 3)
        both.setStretchFactor(1, 2)
        both.setSizes([420, 240])
        return both

    def _follow(self) -> None:
        config: Config | None = None
        problem = ""
        try:
            config = self.form.config()
        except InputError as error:
            problem = self.form.page.to_fix(error)  # the rows show the sentences
        self.start.show_config(self.form.kind, config, problem)
