"""Between two pictures: who plays, what each makes of the moment, how far each has come, and who is ahead."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.game.env.actions import FRAMES_PER_STEP
from core.wording import with_minus
from gui.agents.catalog import AgentCatalog
from gui.agents.loader import SEES, checkpoint_words
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.episode_library import end_words
from gui.episodes.side_by_side.match import MatchModel
from gui.episodes.side_by_side.side import NAMES, verdict
from gui.kit.clock import NES_RATE
from gui.kit.style import CURVE_COLOURS, number_font
from gui.kit.widgets import make_label

ROWS = ("x", "progress", "return", "time", "steps", "end")
_TIPS = {
    "x": "Mario's position in the area, pixels",
    "progress": "How far along the level, over its areas in order; 100% is the goal",
    "return": "Sum of the paper's rewards so far",
    "time": "What the game's clock shows",
    "steps": "Agent steps (4 frames) since the start, and seconds of the game",
    "end": "How the episode ended",
}
_WIDTH = 270  # logical pixels


class MatchBoard(QWidget):
    """Follows the match.

    Attributes:
        cells: the numbers of each by row.
        verdict: who is ahead.
        look: buttons that replay the episode of each.
    """

    def __init__(
        self,
        agents: AgentCatalog,
        episodes: EpisodesModel,
        match: MatchModel,
        bars: Sequence[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        """``bars`` draw the Q-values of each."""
        super().__init__(parent)
        self._agents, self._episodes, self._match = agents, episodes, match
        self.setFixedWidth(_WIDTH)
        self.names = (make_label(style="heading", wraps=True), make_label(style="heading", wraps=True))
        self.sees = (make_label(style="quiet", wraps=True), make_label(style="quiet", wraps=True))
        self.cells = tuple({row: _number() for row in ROWS} for _ in range(2))
        self.verdict = make_label(style="heading", wraps=True)
        self.look = tuple(QPushButton("Replay") for _ in range(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for side in range(2):
            for widget in (self.names[side], self.sees[side], bars[side]):
                column.addWidget(widget)
            column.addSpacing(8)
        column.addWidget(self.verdict)
        column.addLayout(self._table())
        column.addStretch(1)
        match = match
        for signal in (match.stepped, match.changed, agents.changed):
            signal.connect(self.refresh)
        self.refresh()

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for side, name in enumerate(NAMES):
            head = QLabel(f"<b style='color:{CURVE_COLOURS[side]}'>{name}</b>")
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, side + 1)
            grid.setColumnStretch(side + 1, 1)
        for line, row in enumerate(ROWS, 1):
            label = make_label(style="quiet", wraps=True)
            label.setText(row)
            label.setToolTip(_TIPS[row])
            grid.addWidget(label, line, 0)
            for side in range(2):
                self.cells[side][row].setToolTip(_TIPS[row])
                grid.addWidget(self.cells[side][row], line, side + 1)
        for side, button in enumerate(self.look):
            button.setToolTip("Replay its episode: picture, classes, Q-values, moment by moment")
            button.clicked.connect(lambda _checked=False, side=side: self._episodes.replay_match_side(side))
            grid.addWidget(button, len(ROWS) + 1, side + 1)
        return grid

    def refresh(self) -> None:
        """Follow the match."""
        match = self._match
        for place, side in enumerate(match.sides):
            who = side.choice
            name = "" if who is None else f" · {who.who}, {checkpoint_words(who.checkpoint)}"
            colour = CURVE_COLOURS[place]
            self.names[place].setText(f"<span style='color:{colour}'>{NAMES[place]}</span>{name}")
            self.sees[place].setText(self._about(place))
            self._fill(place)
            self.look[place].setEnabled(side.recording is not None)
        first, second = (side.step for side in match.sides)
        words = "" if first is None or second is None else verdict(first, second)
        self.verdict.setText(words[:1].upper() + words[1:])

    def _about(self, place: int) -> str:
        side = self._match.sides[place]
        if side.choice is None:
            return ""
        known = [path for _, path in self._agents.items or []]
        if side.step is not None and side.choice.run not in known:
            return "its folder is gone; it plays on from memory"
        return f"sees {SEES[side.sees]}" if side.sees else ""

    def _fill(self, place: int) -> None:
        step, cells = self._match.sides[place].step, self.cells[place]
        if step is None:
            for cell in cells.values():
                cell.setText("–")
            return
        seconds = step.steps * FRAMES_PER_STEP / NES_RATE
        cells["x"].setText(f"{step.x:,}")
        cells["progress"].setText(f"{step.progress:.1%}")
        cells["return"].setText(with_minus(f"{step.total:,.0f}"))
        cells["time"].setText(str(step.time))
        cells["steps"].setText(f"{step.steps:,} · {seconds:.1f} s")
        cells["end"].setText(end_words(step.end) if step.end else "playing")


def _number() -> QLabel:
    label = QLabel()
    label.setFont(number_font(label))
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    return label
