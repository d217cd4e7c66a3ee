"""Where along the level episodes ended: a histogram, and a mark for each. A click on a mark replays it."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.agents.agent_choice import AgentChoice
from core.agents.recording import Recording
from core.wording import counted
from gui.episodes.evaluate.model import EvaluationsModel
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.episode_library import EpisodeLibrary
from gui.kit.style import number_font

ENDS = {"flag": "#009e73", "killed": "#d55e00", "fell": "#0072b2", "time": "#8d97aa", "stalled": "#e69f00"}
"""Colours after Okabe and Ito 2008; the row of a mark says the same."""
_LIMIT = {"limit": "#cc79a7"}  # of evaluations that have one
_WORDS = {"time": "out of time", "limit": "step limit"}  # the others as they are
_BIN = 64  # pixels of the level in a bar: four blocks
_ROW, _NAME, _RIGHT, _AXIS, _TOP = 20, 110, 14, 20, 8  # logical pixels
_REACH = 6  # pixels around a mark that count as it
_LEAST_WIDTH = 400  # pixels of the level
_BEFORE = 180  # frames, three seconds: where the replay begins before the end
_TIP = (
    f"Where Mario was when each episode ended, in pixels of the level. Bars count the episodes in every {_BIN} pixels; "
    "the rows below say how they ended. Left and Right go from mark to mark, Enter replays it."
)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}
_TICKS = 400  # pixels of the level


class EvaluateMap(QWidget):
    """Draws the episodes of the chosen evaluation."""

    def __init__(
        self,
        episodes: EpisodesModel,
        library: EpisodeLibrary,
        evaluations: EvaluationsModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._episodes, self._library, self._evaluations = episodes, library, evaluations
        self.setFont(number_font(self))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.current: Recording | None = None
        self.setMinimumHeight(_TOP + 60 + _ROW * len(ENDS | _LIMIT) + _AXIS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Where episodes ended")
        evaluations.episodes_changed.connect(self._begin)

    def sizeHint(self) -> QSize:
        """Wide rather than high."""
        return QSize(800, 230)

    def _begin(self) -> None:
        self.current = None
        self.update()

    # Geometry

    @property
    def _longest(self) -> int:
        return max((played.x for played in self._evaluations.episodes), default=0)

    def _at(self, x: float) -> float:
        width = self.width() - _NAME - _RIGHT
        return _NAME + width * x / max(self._longest * 1.03, _LEAST_WIDTH)

    @property
    def _rows_top(self) -> int:
        return self.height() - _AXIS - _ROW * len(self._ends)

    @property
    def _ends(self) -> dict[str, str]:
        """The rows: ends and their colours."""
        has_limit = any(played.end in _LIMIT for played in self._evaluations.episodes)
        return ENDS | _LIMIT if has_limit else ENDS

    def mark(self, recording: Recording) -> QPointF:
        """Where an episode's mark is."""
        ends = list(self._ends)
        row = ends.index(recording.end) if recording.end in ends else len(ENDS) - 1
        return QPointF(self._at(recording.x), self._rows_top + _ROW * (row + 0.5))

    def _under(self, point: QPointF) -> Recording | None:
        """The episode whose mark is nearest, None when none is near."""
        episodes = self._evaluations.episodes
        near = [
            (abs(self.mark(e).x() - point.x()), e) for e in episodes if abs(self.mark(e).y() - point.y()) < _ROW / 2
        ]
        distance, episode = min(near, key=lambda pair: pair[0], default=(_REACH + 1.0, None))
        return episode if distance <= _REACH else None

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars above, a row of marks for each end below, the axis at the bottom."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        evaluations = self._evaluations
        if not evaluations.episodes:
            painter.setPen(self.palette().placeholderText().color())
            text = "loading …" if evaluations.chosen is not None else "Choose an evaluation to see where it ended."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, evaluations.problem or text)
            return
        self._paint_axis(painter)
        self._paint_bars(painter, evaluations.episodes)
        self._paint_marks(painter, evaluations.episodes)

    def _paint_axis(self, painter: QPainter) -> None:
        colours, bottom = self.palette(), self.height() - _AXIS
        for x in range(0, int(max(self._longest * 1.03, _LEAST_WIDTH)) + 1, _TICKS):
            left = self._at(x)
            painter.fillRect(QRectF(left, _TOP, 1, bottom - _TOP), colours.midlight())
            painter.setPen(colours.placeholderText().color())
            where = QRectF(left - 40, bottom, 80, _AXIS)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, f"x {x:,}" if x else "start")

    def _paint_bars(self, painter: QPainter, episodes: list[Recording]) -> None:
        counts = Counter((played.x // _BIN, played.end) for played in episodes)
        totals = Counter(played.x // _BIN for played in episodes)
        most, height = max(totals.values()), self._rows_top - _TOP - 6
        painter.setPen(self.palette().placeholderText().color())
        where = QRectF(6, _TOP, _NAME - 16, 18)
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, counted(most, "episode"))
        for bin_ in totals:
            left, right, bottom = self._at(bin_ * _BIN), self._at((bin_ + 1) * _BIN), float(self._rows_top - 4)
            for end, colour in self._ends.items():
                part = height * counts[bin_, end] / most
                painter.fillRect(QRectF(left, bottom - part, max(right - left - 1, 1), part), QColor(colour))
                bottom -= part

    def _paint_marks(self, painter: QPainter, episodes: list[Recording]) -> None:
        ends = Counter(played.end for played in episodes)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, (end, colour) in enumerate(self._ends.items()):
            top = self._rows_top + _ROW * row
            painter.fillRect(QRectF(_NAME, top, self.width() - _NAME - _RIGHT, 1), self.palette().midlight())
            painter.setPen((self.palette().windowText() if ends[end] else self.palette().placeholderText()).color())
            where = QRectF(6, top, _NAME - 16, _ROW)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(where, right, f"{_WORDS.get(end, end)}  {ends[end]}")
            fill = QColor(colour)
            fill.setAlpha(150)
            painter.setBrush(fill)
            painter.setPen(QColor(colour))
            for played in episodes:
                if played.end == end:
                    painter.drawEllipse(self.mark(played), 4.5, 4.5)
        if self.hasFocus() and self.current is not None:
            self._paint_current(painter, self.current)

    def _paint_current(self, painter: QPainter, played: Recording) -> None:
        """A ring around the mark that the keys are at, and its words above."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.palette().windowText(), 2))
        painter.drawEllipse(self.mark(played), 8, 8)
        where = QRectF(_NAME + 6, _TOP, painter.fontMetrics().horizontalAdvance(_about(played)) + 8, 18)
        painter.fillRect(where, self.palette().base())  # over bars, where there are any
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, _about(played))

    # The mouse

    def event(self, event: QEvent) -> bool:
        """Say which episode a mark is."""
        if isinstance(event, QHelpEvent):
            played = self._under(QPointF(event.pos()))
            text = _TIP
            if played is not None:
                text = f"{_about(played)}; click to replay it"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        is_mark = self._under(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_mark else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Replay the episode of a mark, from shortly before its end."""
        self._replay(self._under(event.position()))

    # Keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which mark the keys are at."""
        self._step(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no more."""
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go from mark to mark along the level, Enter replays the episode."""
        if event.key() in _STEPS:
            self._step(_STEPS[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._replay(self.current)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        order = sorted(self._evaluations.episodes, key=lambda played: (played.x, played.number))
        if order:
            places = [place for place, played in enumerate(order) if played is self.current]
            self.current = order[min(max(places[0] + by, 0), len(order) - 1)] if places else order[0]
        self.update()

    def _replay(self, played: Recording | None) -> None:
        chosen = self._evaluations.chosen
        if played is not None and chosen is not None:
            checkpoint = chosen.document.get("checkpoint") or "best"
            self._library.show(self._evaluations.episodes, f"{chosen.agent}: {chosen.folder.name}")
            asked = AgentChoice(chosen.agent, chosen.run, checkpoint, chosen.mapping)
            self._episodes.replay_episode(played, max(played.frames - _BEFORE, 0), asked)


def _about(played: Recording) -> str:
    return f"episode {played.number}: {_WORDS.get(played.end, played.end)} at x {played.x:,}"
