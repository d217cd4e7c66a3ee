"""Moving along an episode, whom to ask about it, and what to do with the moment shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from core.agents.agent_choice import AgentChoice
from core.game.engines import available_engines
from core.game.env.actions import ACTIONS, FRAMES_PER_STEP
from core.game.env.reward import REWARD_PARTS, RewardParts
from core.wording import with_minus
from gui.agents.catalog import AgentCatalog
from gui.agents.loader import checkpoint_words
from gui.agents.selector import MAPPING_TIP, fill_mappings
from gui.episodes.model import EpisodesModel
from gui.episodes.replay.replay import ReplayModel
from gui.episodes.replay.timeline import TimelineView
from gui.kit.clock import NES_RATE
from gui.kit.style import number_font
from gui.kit.widgets import fill_combo, make_label, show_text
from gui.live.game_control import GameControl

_SECOND = 60  # frames
_WITHOUT_STATES = "nes-py"
_SLOW = "A step back takes long: without save states the episode is played again from its start."


class ReplaySlider(QWidget):
    """A slider over all frames, each of which is right over its place in the timeline."""

    def __init__(self, replay: ReplayModel, timeline: TimelineView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replay, self._timeline = replay, timeline
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("frame of the episode")
        self.slider.setToolTip("Arrow keys go by an agent step (4 frames), Page keys by a second")
        self.slider.setSingleStep(FRAMES_PER_STEP)
        self.slider.setPageStep(_SECOND)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider)
        self.slider.valueChanged.connect(self._slide)
        timeline.moved.connect(self._align)
        for signal in (replay.opened, replay.changed, replay.moment_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the replay."""
        replay = self._replay
        self.setEnabled(replay.recording is not None)
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(replay.frames)
            self.slider.setValue(replay.frame)

    def handle_middle(self) -> float:
        """Where the middle of its handle is, logical pixels from the left."""
        option = QStyleOptionSlider()
        self.slider.initStyleOption(option)
        part = QStyle.SubControl.SC_SliderHandle
        handle = self.slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, self.slider)
        return self.slider.x() + handle.x() + handle.width() / 2

    def _align(self) -> None:
        left, right = self._timeline.span()
        half = self.slider.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self.slider) // 2
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(max(left - half, 0), 0, max(self._timeline.width() - right - half, 0), 0)

    def _slide(self, frame: int) -> None:
        self._replay.play(False)
        self._replay.seek(frame)


class ReplayButtons(QWidget):
    """A button that lets the episode run, steps back and forth, and the time."""

    def __init__(self, replay: ReplayModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replay = replay
        self.run, self.back, self.forth = QPushButton("▶"), QPushButton("◀|"), QPushButton("|▶")
        self.run.setToolTip("Let the episode run, or stop it")
        self.back.setToolTip("One agent step (4 frames) back")
        self.forth.setToolTip("One agent step (4 frames) on")
        self.place = QLabel()
        self.place.setFont(number_font(self.place))
        self.place.setToolTip("Moment shown, and length of the episode, seconds")
        for button, name in ((self.back, "step back"), (self.run, "run or stop"), (self.forth, "step on")):
            button.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.back, self.run, self.forth):
            button.setFixedWidth(38)
            row.addWidget(button)
        row.addWidget(self.place, 1)
        self.run.clicked.connect(lambda: replay.play(not replay.is_playing))
        self.back.clicked.connect(lambda: self._step(-FRAMES_PER_STEP))
        self.forth.clicked.connect(lambda: self._step(FRAMES_PER_STEP))
        for signal in (replay.opened, replay.changed, replay.moment_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the replay."""
        replay = self._replay
        self.setEnabled(replay.recording is not None)
        self.run.setText("❚❚" if replay.is_playing else "▶")
        frames = replay.frames / NES_RATE
        self.place.setText(f"{replay.frame / NES_RATE:.1f} of {frames:.1f} s" if replay.recording else "")

    def _step(self, frames: int) -> None:
        self._replay.play(False)
        self._replay.seek(self._replay.frame + frames)


class ReplayActions(QWidget):
    """What is known of the moment, whose Q-values are shown, and three ways to go on from it."""

    def __init__(
        self,
        game: GameControl,
        agents: AgentCatalog,
        episodes: EpisodesModel,
        replay: ReplayModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._agents, self._episodes, self._replay = game, agents, episodes, replay
        self.agent, self.checkpoint, self.mapping, self.engine = (QComboBox() for _ in range(4))
        self.engine.addItems(available_engines())
        self.about, self.note, self.problem = (
            make_label(wraps=True),
            make_label(style="quiet", wraps=True),
            make_label(style="problem", wraps=True),
        )
        self.about.setFont(number_font(self.about))
        self.about.setToolTip(
            "Frame of the episode, 60.1 a second; Mario's position, pixels; the game's clock; the agent step "
            "(4 frames), what was done in it, and its reward"
        )
        self.mine, self.theirs = QPushButton("Play from here"), QPushButton("Agent plays from here")
        self.label = QPushButton("Label this frame")
        self.mine.setToolTip("The game goes to this moment and waits for you")
        self.theirs.setToolTip("The game goes to this moment, and the agent that is asked plays on")
        self.label.setToolTip("Correct the classes of this frame and put it into a data set")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._form = form = QFormLayout()
        form.addRow("Ask agent", self.agent)
        form.addRow("Checkpoint", self.checkpoint)
        form.addRow("Through", self.mapping)
        self.mapping.setToolTip(MAPPING_TIP)
        form.addRow("Engine", self.engine)
        self.agent.setToolTip("Whose Q-values are shown for the same frames: its own, or another agent's")
        self.checkpoint.setToolTip("The best one of its training, its last one, or one kept after so many agent steps")
        self.engine.setToolTip("Which emulator plays it again; on another one the first difference is told")
        for box in (self.agent, self.checkpoint, self.mapping, self.engine):
            box.setMinimumContentsLength(10)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(form)
        for widget in (self.about, self.note, self.problem):
            column.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.mine, self.theirs, self.label):
            row.addWidget(button)
        column.addLayout(row)
        column.addStretch(1)
        replay = replay
        self.mine.clicked.connect(lambda: episodes.play_from_here("person"))
        self.theirs.clicked.connect(lambda: episodes.play_from_here("agent"))
        self.label.clicked.connect(replay.label)
        self.agent.activated.connect(self._ask_agent)
        self.checkpoint.activated.connect(self._ask_checkpoint)
        self.mapping.activated.connect(self._ask_through)
        self.engine.activated.connect(lambda i: replay.play_on(self.engine.itemText(i)))
        for signal in (replay.opened, replay.changed, replay.moment_changed, replay.timeline_grew):
            signal.connect(self._follow)
        agents.changed.connect(self._fill)
        replay.opened.connect(self._fill_anew)
        game.state_changed.connect(self._follow)
        self._fill()

    # Whom to ask

    def _fill_anew(self) -> None:
        if self._replay.asked is not None:  # it may be training, and have others since
            self._agents.look_for_checkpoints(self._replay.asked.run)
        self._fill()

    def _fill(self) -> None:
        asked, items = self._replay.asked, self._agents.items or []
        fill_combo(self.agent, [("nobody", None), *((name, path) for name, path in items)])
        name = None if asked is None else self._agents.name_of(asked.run)
        self.agent.setCurrentIndex(0 if name is None else self.agent.findText(name))
        checkpoints = [] if asked is None else self._agents.checkpoints_of(asked.run)
        from_names = [(checkpoint_words(name), name) for name in checkpoints]
        fill_combo(self.checkpoint, from_names)
        self.checkpoint.setCurrentIndex(-1 if asked is None else self.checkpoint.findData(asked.checkpoint))
        self.checkpoint.setEnabled(bool(checkpoints))
        run, mapping = (None, None) if asked is None else (asked.run, asked.mapping)
        self._form.setRowVisible(self.mapping, fill_mappings(self.mapping, self._agents, run, mapping))
        self._follow()

    def _ask_agent(self, index: int) -> None:
        name, run = self.agent.itemText(index), self.agent.itemData(index)
        mapping = self.mapping.currentData() if self._agents.sees_gray(run) else None
        self._replay.ask(None if run is None else AgentChoice(name, run, "best", mapping))

    def _ask_checkpoint(self, index: int) -> None:
        asked = self._replay.asked
        if asked is not None:
            self._replay.ask(replace(asked, checkpoint=self.checkpoint.itemData(index)))

    def _ask_through(self, index: int) -> None:
        asked = self._replay.asked
        if asked is not None:
            self._replay.ask(replace(asked, mapping=self.mapping.itemData(index)))

    # What is known

    def _follow(self) -> None:
        replay, state = self._replay, self._game.state
        is_open = replay.moment is not None and replay.recording is not None and not replay.problem
        can = is_open and state.has_states and replay.engine == state.engine
        self.mine.setEnabled(can)
        is_there = replay.asked is not None and self._agents.name_of(replay.asked.run) is not None
        self.theirs.setEnabled(can and is_there and not replay.agent_problem)
        self.engine.setEnabled(replay.recording is not None)
        self.engine.setCurrentIndex(self.engine.findText(replay.engine))
        self.label.setEnabled(is_open)
        self.about.setText(self._about())
        show_text(self.note, self._note())
        show_text(self.problem, replay.problem or replay.agent_problem)

    def _about(self) -> str:
        replay = self._replay
        moment, recording = replay.moment, replay.recording
        if moment is None or recording is None:
            return ""
        chosen = recording.chosen()
        number = min(
            (moment.frame - recording.noops) // FRAMES_PER_STEP, len(chosen) - 1
        )  # the last frame: its last step
        lines = [
            f"frame {moment.frame:,} of {replay.frames:,} · x {moment.variables.x:,} · time {moment.variables.time}"
        ]
        if number >= 0:
            lines.append(f"step {number:,}: {ACTIONS[chosen[number]].name if chosen[number] >= 0 else 'other buttons'}")
            if number + 1 < len(replay.steps):
                lines[-1] += f" · reward {_reward(replay.steps[number + 1].parts)}"
        return "\n".join(lines)

    def _note(self) -> str:
        slow = _SLOW if self._replay.engine == _WITHOUT_STATES else ""
        return " ".join(filter(None, (self._what_to_know(), slow)))

    def _what_to_know(self) -> str:
        replay = self._replay
        if replay.recording is None:
            return ""
        if replay.difference is not None:
            step, then, now = replay.difference
            return (
                f"Played again on {replay.engine}, it differs from the recording ({replay.recording.engine}) "
                f"from step {step} on: Mario at {now} in place of {then}."
            )
        if not replay.is_complete:
            return f"Playing it again: {replay.known:,} of {replay.frames:,} frames."
        if replay.engine != replay.recording.engine:
            return f"Recorded on {replay.recording.engine}, played again on {replay.engine} without a difference."
        return self._why_not_from_here()

    def _why_not_from_here(self) -> str:
        """Why play cannot go on from this moment, a sentence; empty when it can."""
        replay, state = self._replay, self._game.state
        if replay.engine == state.engine and not state.has_states:
            return f"{state.engine} has no save states, so play cannot go on from here; that needs stable-retro."
        if replay.engine != state.engine and state.engine:
            return f"The game plays on {state.engine}; choose {replay.engine} under Play to go on from here."
        return ""


def _reward(parts: RewardParts) -> str:
    """The sum, and the parts that are not 0."""
    given = [f"{name} {with_minus(f'{getattr(parts, name):+.0f}')}" for name in REWARD_PARTS if getattr(parts, name)]
    return with_minus(f"{parts.total:+.0f}") + (f" ({', '.join(given)})" if given else "")
