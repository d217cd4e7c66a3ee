"""Where in the window something is, and the wish of one part that another one be shown."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal


class Place(Enum):
    """A part of the window that others lead to."""

    PLAY = auto()  # the tab
    GAME = auto()  # the tab, with the keyboard at the game
    AGENT = auto()  # the page of the saved agents beside the game
    LABEL = auto()
    EPISODES = auto()
    TRAIN = auto()
    RUNS = auto()
    COLLECT = auto()  # the dialog that makes a data set
    EXPERIMENT = auto()  # the dialog of an experiment


class Navigator(QObject):
    """Shows places, without those who ask knowing where they lie.

    Signals:
        wanted: a ``Place`` shall be seen.
        run_wanted: the run with this folder shall be chosen, where runs are listed.
    """

    wanted = Signal(object)
    run_wanted = Signal(object)

    def show(self, place: Place) -> None:
        """Have a place shown."""
        self.wanted.emit(place)

    def show_run(self, path: Path) -> None:
        """Have a run shown among the runs."""
        self.show(Place.RUNS)
        self.run_wanted.emit(path)
