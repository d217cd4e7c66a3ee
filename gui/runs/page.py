"""The Runs tab: a table of all runs, the chosen one's details beside it, curves below."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.agents.watch import RunShows
from gui.kit.file_dialogs import FileDialogs
from gui.kit.splitter import Splitter
from gui.live.navigator import Navigator
from gui.runs.actions import RunActions
from gui.runs.curve_charts import CurveCharts
from gui.runs.curve_controls import CurveControls
from gui.runs.curve_plot import CurvePlot
from gui.runs.details import RunDetails
from gui.runs.model import RunsModel
from gui.runs.table import RunTable
from gui.runs.training import RunTraining
from gui.runs.trash import TrashDialog
from gui.trainings.model import Trainings

DETAILS_WIDTH = 290  # logical pixels
_TABLE_SHARE = 0.46  # of the height
_AGE_MS = 30_000


class RunsPage(QWidget):
    """Puts the panels together; each knows its models only. The folders are scanned from the first show on."""

    def __init__(
        self,
        runs: RunsModel,
        actions: RunActions,
        trainings: Trainings,
        shows: RunShows,
        navigator: Navigator,
        files: FileDialogs,
    ) -> None:
        super().__init__()
        self._runs, self._actions = runs, actions
        self.table = RunTable(runs)
        self.training = RunTraining(runs, trainings, shows, navigator)
        self.details = RunDetails(runs, actions, self.training, files)
        self.controls = CurveControls(runs)
        self.charts = CurveCharts(runs, files)
        self.above = Splitter(Qt.Orientation.Horizontal, self.table, self.details)
        self.above.setStretchFactor(0, 1)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.charts, 1)
        self.splitter = Splitter(Qt.Orientation.Vertical, self.above, below)
        self.splitter.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)
        self._ages = QTimer(self, interval=_AGE_MS)
        self._ages.timeout.connect(self.table.model.age_changed)
        self.controls.log_wanted.connect(self.charts.set_log)
        self.controls.all_wanted.connect(self.charts.view_all)
        self.controls.export_wanted.connect(self.charts.export)
        for panel in (self.training, self.charts):
            panel.failed.connect(self.details.tell_problem)
        self.training.told.connect(self.details.tell_notice)
        self.charts.export_wanted.connect(actions.save)
        self.details.trash_wanted.connect(self._show_trash)
        self.trash: TrashDialog | None = None
        self._is_laid_out = False

    @property
    def plot(self) -> CurvePlot:
        """The first chart."""
        return self.charts.plots[0]

    def reset_layout(self) -> None:
        """Sizes as at first."""
        width, height = max(self.width(), 3 * DETAILS_WIDTH), max(self.height(), 400)
        self.above.setSizes([width - DETAILS_WIDTH, DETAILS_WIDTH])
        self.splitter.setSizes([round(height * _TABLE_SHARE), round(height * (1 - _TABLE_SHARE))])

    def showEvent(self, event: QShowEvent) -> None:
        """Have the folders scanned from now on."""
        super().showEvent(event)
        if not self._is_laid_out:
            self._is_laid_out = True
            self.reset_layout()
        self._ages.start()
        self._runs.start()

    def _show_trash(self) -> None:
        self.trash = TrashDialog(self._actions, self)
        self.trash.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.trash.destroyed.connect(self._forget_trash)
        self.trash.open()

    def _forget_trash(self) -> None:
        self.trash = None
