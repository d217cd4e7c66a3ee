"""The agent's Q-values as bars: a line for each action, the chosen one marked."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.game.env.actions import ACTIONS
from core.wording import with_minus
from gui.agents.catalog import AgentCatalog
from gui.game.agent_player import Decision, QValues
from gui.kit.style import ACTION_COLOURS, number_font
from gui.kit.tooltip import put_tip_beside
from gui.live.preview import Preview

_ROW = 20  # logical pixels
_NAME = 92
_NUMBER = 58
_LEAST_SCALE = 1e-3  # Q-value that the longest bar stands for at least
_TIP = (
    "Q-value of each action: the rewards still to come, discounted, as the agent expects them if it does this now and "
    "its best afterwards. A bar begins at 0; the longest is the greatest of the last 10 seconds. ▸ marks the action "
    "that the agent chose, ε one that chance chose."
)


class QValueBars(QWidget):
    """Draws the decision that belongs to the frame shown.

    Attributes:
        decision: what is drawn, None before there is one.
    """

    def __init__(
        self, preview: Preview, agents: AgentCatalog, parent: QWidget | None = None, live: bool = True
    ) -> None:
        """Unless it is ``live`` it draws what ``draw`` is given."""
        super().__init__(parent)
        self._preview, self._agents = preview, agents
        self.decision: Decision | None = None
        self._low, self._high = 0.0, _LEAST_SCALE
        self.setFixedHeight(_ROW * len(ACTIONS))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(number_font(self))
        self.setAccessibleName("Q-values")
        self.setToolTip(_TIP)
        put_tip_beside(self)
        if live:
            preview.shot_changed.connect(self.refresh)
            agents.changed.connect(self.refresh)

    def sizeHint(self) -> QSize:
        """Name, bar, number."""
        return QSize(240, _ROW * len(ACTIONS))

    def refresh(self) -> None:
        """Follow the game."""
        shot, opened = self._preview.shot, self._agents.opened
        decision = None if shot is None or opened is None else shot.decision
        if decision is not self.decision and decision is not None and opened is not None:
            self.draw(decision, opened.agent_player.trace.values())
        elif decision is None:
            self.draw(None)

    def draw(self, decision: Decision | None, trace: QValues | None = None) -> None:
        """Draw a decision to the scale of the Q-values around it, float32 (steps, 5)."""
        if decision is self.decision:
            return
        self.decision = decision
        if decision is not None:
            self._low, self._high = bounds(decision.q_values, decision.q_values if trace is None else trace)
        self.update()

    def texts(self) -> list[str]:
        """The numbers shown, in the order of the actions."""
        if self.decision is None:
            return ["–"] * len(ACTIONS)
        return [with_minus(f"{value:.2f}") for value in self.decision.q_values]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, text in enumerate(self.texts()):
            self._paint_line(painter, place, text)

    def _paint_line(self, painter: QPainter, place: int, text: str) -> None:
        colours, decision = self.palette(), self.decision
        top, width = place * _ROW, self.width()
        is_chosen = decision is not None and decision.action == place
        if is_chosen:
            painter.fillRect(QRectF(0, top, width, _ROW), colours.midlight())
        font = QFont(self.font())
        font.setBold(is_chosen)
        painter.setFont(font)
        painter.setPen((colours.windowText() if decision is not None else colours.placeholderText()).color())
        middle = Qt.AlignmentFlag.AlignVCenter
        mark = ("ε" if decision.is_random else "▸") if decision is not None and is_chosen else ""
        painter.drawText(QRectF(4, top, 12, _ROW), middle, mark)
        painter.drawText(QRectF(17, top, _NAME - 13, _ROW), middle, ACTIONS[place].name)
        painter.drawText(QRectF(width - _NUMBER, top, _NUMBER - 6, _ROW), middle | Qt.AlignmentFlag.AlignRight, text)
        if decision is not None:
            self._paint_bar(painter, place, float(decision.q_values[place]))

    def _paint_bar(self, painter: QPainter, place: int, value: float) -> None:
        left, right = _NAME + 6.0, self.width() - _NUMBER - 2.0
        scale = (right - left) / (self._high - self._low)
        zero, end = left - self._low * scale, left + (value - self._low) * scale
        bar = QRectF(min(zero, end), place * _ROW + 5, abs(end - zero), _ROW - 10)
        painter.fillRect(bar, QColor(ACTION_COLOURS[place]))
        painter.fillRect(QRectF(zero - 0.5, place * _ROW + 2, 1, _ROW - 4), self.palette().mid())


def bounds(q_values: QValues, trace: QValues) -> tuple[float, float]:
    """Q-values at the bars' left and right end: 0 and the extremes of late, whichever reach further."""
    values = np.append(trace.ravel(), q_values)
    values = values[np.isfinite(values)]
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    return low, max(high, low + _LEAST_SCALE)
