"""How much two agents side by side expect: the highest Q-value of each over the last ten seconds of the game."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gui.episodes.side_by_side.match import MatchModel
from gui.game.agent_player import STEPS_PER_SECOND, TRACE_SECONDS
from gui.kit.style import CURVE_COLOURS
from gui.kit.tooltip import put_tip_beside
from gui.kit.trace import TraceView

_LEAST, _MOST = 40, 130  # logical pixels
_TIP = (
    "The highest Q-value of each over the last 10 seconds of the game: what it expects of the rewards still to come. "
    "Agents that were trained with other rewards expect other numbers; the line of one that has ended stays"
)


class MatchCurve(TraceView):
    """A line for each agent, in the colours of their names."""

    def __init__(self, match: MatchModel, parent: QWidget | None = None) -> None:
        super().__init__(CURVE_COLOURS[:2], TRACE_SECONDS, parent, "max Q")
        self._match = match
        self.setMinimumHeight(_LEAST)
        self.setMaximumHeight(_MOST)
        self.setAccessibleName("Highest Q-values of late")
        self.setToolTip(_TIP)
        put_tip_beside(self)
        match.stepped.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the highest Q-value of each side."""
        if self.isVisible():
            self.draw([side.lately.max(axis=1, initial=-1e9) for side in self._match.sides], STEPS_PER_SECOND)
