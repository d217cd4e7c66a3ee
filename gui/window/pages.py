"""A window of tabs whose pages, and dialogs, are made and their modules imported when they are first needed.

Only what is seen first is made before the first paint; the rest follows in ``complete``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QWidget

from core.locations import data_folder
from gui.kit.tabs import ScrollingTabs
from gui.label.canvas import LabelCanvas
from gui.play.page import PlayPage
from gui.play.view_grid import ViewGrid
from gui.window.train_strip import TrainStrip
from gui.workbench import Workbench

if TYPE_CHECKING:
    from gui.datasets.collect import CollectDialog
    from gui.datasets.segment import SegmentDialog
    from gui.episodes.page import EpisodesPage
    from gui.label.page import LabelPage
    from gui.runs.page import RunsPage
    from gui.train.experiment import ExperimentDialog
    from gui.train.page import TrainPage
    from gui.window.menus import Menus
    from gui.window.settings import SettingsDialog

_PLAY, _LABEL, _EPISODES, _TRAIN, _RUNS = "&Play", "La&bel", "&Episodes", "&Train", "&Runs"


class PagedWindow(QMainWindow):
    """The tabs, their pages and the dialogs of the workbench.

    Attributes:
        workbench: what is shown.
        grid: the views of the game.
        canvas: what is labelled on.
        actions_by_id: the entries of the table of keys; there before ``make_tabs``.
        choices: the menus' other entries; there before ``make_tabs``.
        is_closing: whether nothing is begun any more.
    """

    actions_by_id: dict[str, QAction]
    choices: Menus

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        w = self.workbench = workbench
        self.grid = ViewGrid(w.game, w.preview, w.options, w.keys, w.saliency, w.notices)
        self.canvas = LabelCanvas(w.label.editor, w.options, w.keys)
        self.is_closing = False

    def make_tabs(self) -> None:
        """Make the tabs, and the page of the first."""
        w = self.workbench
        self.play = PlayPage(
            w.game, w.preview, w.options, w.keys, w.agents, w.players, w.saliency, w.navigator, w.preferences,
            self.grid, self.actions_by_id,
        )  # fmt: skip
        self.tabs = ScrollingTabs()
        makers: dict[str, Callable[[], QWidget]] = {
            _PLAY: lambda: self.play, _LABEL: lambda: self.label, _EPISODES: lambda: self.episodes,
            _TRAIN: lambda: self.train, _RUNS: lambda: self.runs,
        }  # fmt: skip
        for title, make in makers.items():
            self.tabs.add_page(title, make)
        self.tabs.fill(_PLAY, self.play)
        self.tabs.setCornerWidget(TrainStrip(w.trainings, w.navigator))
        self.setCentralWidget(self.tabs)

    @cached_property
    def label(self) -> LabelPage:
        """The page to label on."""
        from gui.label.page import LabelPage

        w = self.workbench
        page = LabelPage(
            w.label, w.game, w.notices, w.keys, w.options, self.canvas, self.actions_by_id, w.files,
            w.background.jobs("thumbnails"),
        )  # fmt: skip
        return self.tabs.fill(_LABEL, page)

    @cached_property
    def episodes(self) -> EpisodesPage:
        """The page of episodes."""
        from gui.episodes.page import EpisodesPage

        w = self.workbench
        page = EpisodesPage(w.game, w.preview, w.options, w.keys, w.agents, w.saliency, w.episodes, w.notices, w.files)
        return self.tabs.fill(_EPISODES, page)

    @cached_property
    def train(self) -> TrainPage:
        """The page of trainings."""
        from gui.train.form import TrainFolders
        from gui.train.page import TrainPage

        w = self.workbench
        folders = TrainFolders(w.preview.folders, lambda: (data_folder(), w.label.data_folder.parent))
        return self.tabs.fill(_TRAIN, TrainPage(w.trainings, w.navigator, folders, w.shows, w.files))

    @cached_property
    def runs(self) -> RunsPage:
        """The page of runs."""
        from gui.runs.page import RunsPage

        w = self.workbench
        page = RunsPage(w.runs, w.run_actions, w.trainings, w.shows, w.navigator, w.files)
        return self.tabs.fill(_RUNS, page)

    @cached_property
    def settings(self) -> SettingsDialog:
        """The page of settings."""
        from gui.window.settings import SettingsDialog

        return SettingsDialog(self.workbench.game, self.workbench.options, self.choices, self.actions_by_id, self)

    @cached_property
    def collect(self) -> CollectDialog:
        """The dialog that collects a data set."""
        from gui.datasets.collect import CollectDialog

        w = self.workbench
        return CollectDialog(
            w.game, w.agents, w.label, w.trainings, w.collecting, w.notices, w.preferences, w.files, self
        )

    @cached_property
    def experiment(self) -> ExperimentDialog:
        """The dialog of an experiment."""
        from gui.train.experiment import ExperimentDialog
        from gui.train.experiment_model import ExperimentModel

        w = self.workbench
        model = ExperimentModel(w.trainings.runs, w.preferences, w.background, w.reporting)
        return ExperimentDialog(model, w.files, self)

    @cached_property
    def segment(self) -> SegmentDialog:
        """The dialog that segments files."""
        from gui.datasets.segment import SegmentDialog

        w = self.workbench
        return SegmentDialog(w.preview, w.segmenting, w.notices, w.preferences, w.files, self)

    def complete(self, then: Callable[[], object]) -> None:
        """Make the pages that nobody has seen yet, one in each turn of the event loop, and then go on."""
        if self.is_closing:
            return
        if self.tabs.make_next():
            QTimer.singleShot(0, self, lambda: self.complete(then))
        else:
            then()
