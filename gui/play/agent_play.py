"""How an agent plays: chance in its actions, what happens at an episode's end, and what its episodes came to."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from gui.agents.catalog import AgentCatalog
from gui.game.episode_counter import EpisodeTotals
from gui.kit.style import number_font
from gui.live.game_control import GameControl
from gui.live.navigator import Navigator, Place
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions

_STEPS = 100  # of the slider between 0 and 1
_TIP = (
    "Mario's position in pixels, now and at the end of the episodes that the agent has played. An episode counts when "
    "the agent played it alone, from the level's start"
)


class AgentPlayPanel(QWidget):
    """Slider, switch and two lines."""

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        agents: AgentCatalog,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preview, self._agents = preview, agents
        self.epsilon = QSlider(Qt.Orientation.Horizontal)
        self.epsilon.setRange(0, _STEPS)
        self.epsilon.setAccessibleName("random actions")
        self.share = QLabel()
        self.share.setFont(number_font(self.share))
        self.share.setMinimumWidth(self.share.fontMetrics().horizontalAdvance("0.00") + 4)
        self.share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.restarts = QCheckBox("Restart when it has ended")
        self.restarts.setToolTip(
            "A second after an agent's episode has ended the level starts again, with 0 to 30 frames without buttons "
            "before the agent begins, as in its evaluation"
        )
        self.restarts.setChecked(bool(options.get("restart_episodes")))
        self.now, self.flags, self.past = QLabel(), QLabel(), QLabel()
        self.past.setObjectName("quiet")
        for label in (self.now, self.flags, self.past):
            label.setFont(number_font(label))
            label.setToolTip(_TIP)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 6, 0)
        column.setSpacing(5)
        column.addLayout(self._slider_row())
        column.addWidget(self.restarts)
        row = QHBoxLayout()
        row.addWidget(self.now, 1)
        row.addWidget(self.flags)
        column.addLayout(row)
        column.addWidget(self.past)
        self.epsilon.valueChanged.connect(lambda value: agents.set_epsilon(value / _STEPS))
        self.epsilon.sliderReleased.connect(lambda: navigator.show(Place.GAME))  # the mouse leaves the keys there
        self.restarts.toggled.connect(game.set_restarts)
        agents.changed.connect(self._follow)
        preview.numbers_due.connect(self._refresh)
        self._follow()
        self._refresh()

    def _slider_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        label = QLabel("Random ε")
        for widget in (label, self.epsilon, self.share):
            widget.setToolTip("Share of the agent's actions that chance chooses, 0 to 1; 0 is its own play")
        row.addWidget(label)
        row.addWidget(self.epsilon, 1)
        row.addWidget(self.share)
        return row

    def _follow(self) -> None:
        epsilon = self._agents.epsilon
        self.epsilon.setValue(round(epsilon * _STEPS))
        self.share.setText(f"{epsilon:.2f}")

    def _refresh(self) -> None:
        shot = self._preview.shot
        if shot is None:
            return
        totals = shot.episodes
        self.now.setText(_now(totals, shot.variables.x))
        self.flags.setText(f"{totals.flags:,} of {totals.count:,} flags" if totals.count else "")
        mean = totals.sum_x / max(totals.count, 1)
        xs = f"x mean {mean:,.0f} · best {totals.best_x:,} · last {totals.last_x:,}"
        self.past.setText(xs if totals.count else "no whole episode yet")


def _now(totals: EpisodeTotals, x: int) -> str:
    if totals.end:
        return f"{'Flag reached' if totals.end == 'flag' else 'Mario died'} at x {x:,}"
    return f"Episode {totals.count + 1}: x {x:,}" if totals.is_whole else f"x {x:,}, not counted"
