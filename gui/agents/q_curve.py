"""Q-values over the last ten seconds of the game."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from gui.agents.catalog import AgentCatalog
from gui.game.agent_player import STEPS_PER_SECOND, TRACE_SECONDS
from gui.kit.style import ACTION_COLOURS
from gui.kit.tooltip import put_tip_beside
from gui.kit.trace import TraceView
from gui.live.preview import Preview

_HEIGHT = 84  # logical pixels


class QCurve(TraceView):
    """A line for each action, in the colours of the bars."""

    def __init__(self, preview: Preview, agents: AgentCatalog, parent: QWidget | None = None) -> None:
        super().__init__(ACTION_COLOURS, TRACE_SECONDS, parent)
        self._agents = agents
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName("Q-values of late")
        self.setToolTip("Q-values of the last 10 seconds of the game, in the colours of the bars")
        put_tip_beside(self)
        preview.numbers_due.connect(self.refresh)
        agents.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Draw the trace of the agent that sits beside the controller."""
        if self.isVisible():
            opened = self._agents.opened
            values = np.empty((0, len(self.values))) if opened is None else opened.agent_player.trace.values()
            self.draw(list(values.T), STEPS_PER_SECOND)
