"""Where in the window something is, and the wish of one part that another one be shown."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QObject, Signal


class Place(Enum):
    """A part of the window that others lead to."""

    PLAY = auto()  # the tab
    GAME = auto()  # the tab, with the keyboard at the game
    AGENT = auto()  # the page of the saved agents beside the game
    LABEL = auto()
    EPISODES = auto()
    TRAIN = auto()
    COLLECT = auto()  # the dialog that makes a data set
    EXPERIMENT = auto()  # the dialog of an experiment


class Navigator(QObject):
    """Shows places, without those who ask knowing where they lie.

    Signals:
        wanted: a ``Place`` shall be seen.
    """

    wanted = Signal(object)

    def show(self, place: Place) -> None:
        """Have a place shown."""
        self.wanted.emit(place)
