"""What can be done with the chosen run: stop its training, go on with it, see what it says, watch it at work."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPushButton, QWidget

from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.errors import InputError
from core.runs.index import RunInfo
from core.runs.resume import steps_to_extend
from core.runs.run_folder import RunFolder
from gui.agents.watch import RunShows
from gui.live.navigator import Navigator, Place
from gui.runs.model import RunsModel
from gui.trainings.model import Trainings

_STEPS_LIMIT = 10**9  # as in the settings of an agent
_SOON = "In the queue"
_DONE = "Done"
_WATCH_TIP = "On the Play tab: an agent plays, by itself or through a mapping; a network's classes are shown"
_TIPS = {
    "Stop": "Save a checkpoint and end; Resume continues from there",
    "Stopping…": "A checkpoint is being saved",
    "Resume": "Continue from the last checkpoint, when nothing else trains",
    "Train longer…": "Continue although it is done: an agent with more steps, a network as a new run from its weights",
    _DONE: "There is nothing to go on with; a longer training is a new run",
    _SOON: "It waits for its turn; the Train tab shows the queue",
}


class RunTraining(QWidget):
    """Three buttons, which follow the choice.

    Attributes:
        act: stops, resumes or goes on, as its text says.
        log: shows the run's log on the Train tab.
        watch: lets an agent play on the Play tab, or shows there what a network predicts.

    Signals:
        failed: one sentence on what could not be done.
        told: one sentence on what was done.
    """

    failed = Signal(str)
    told = Signal(str)

    def __init__(
        self,
        runs: RunsModel,
        trainings: Trainings,
        shows: RunShows,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shows, self._navigator = shows, navigator
        self.runs, self.training = runs, trainings
        self.act, self.log, self.watch = QPushButton(), QPushButton("Log"), QPushButton("Watch")
        self.watch.setToolTip(_WATCH_TIP)
        self.log.setToolTip("The last lines that it said, on the Train tab")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in (self.act, self.log, self.watch):
            row.addWidget(button, 1)
        self.act.clicked.connect(self._act)
        self.log.clicked.connect(self._show_log)
        self.watch.clicked.connect(self._watch)
        for signal in (self.runs.chosen_changed, self.runs.changed, self.training.changed):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def _run(self) -> RunInfo | None:
        chosen = self.runs.chosen_runs
        return chosen[0] if len(chosen) == 1 else None

    def refresh(self) -> None:
        """Fit the buttons to the chosen run."""
        run = self._run
        text = "Resume" if run is None else self._text(run)
        self.act.setText(text)
        self.act.setToolTip(_TIPS[text])
        self.act.setEnabled(run is not None and text not in ("Stopping…", _SOON, _DONE))
        self.log.setEnabled(run is not None)
        self.watch.setEnabled(run is not None)

    def _text(self, run: RunInfo) -> str:
        known = self.training.find(run.path)  # sooner than the table knows it
        state = known.state if known is not None and known.is_active else run.state
        if state in ("starting", "running", "stopping"):
            return "Stopping…" if state == "stopping" else "Stop"
        if self.training.is_waiting(run.path):
            return _SOON
        if state == "done":
            return "Train longer…" if run.kind in (DdqnConfig.kind, FcnConfig.kind) else _DONE
        return "Resume"

    def _act(self) -> None:
        run = self._run
        if run is None:
            return
        try:
            {"Stop": self._stop, "Resume": self._resume, "Train longer…": self._train_on}[self.act.text()](run)
        except InputError as error:
            self.failed.emit(str(error).replace(f"{run.path}: ", f"{run.name}: "))
        self.runs.scan()

    def _stop(self, run: RunInfo) -> None:
        self.training.stop(run.path)
        self.told.emit(f"{run.name} saves a checkpoint and stops")

    def _resume(self, run: RunInfo) -> None:
        self.training.resume(run.path)
        self._tell_start(run)

    def _train_on(self, run: RunInfo) -> None:
        if run.kind == FcnConfig.kind:
            self.training.propose(run.path)
            return
        done = steps_to_extend(RunFolder(run.path))
        steps, is_given = 0, True
        if done is not None:  # else resuming tells what is wrong
            steps, is_given = QInputDialog.getInt(
                self,
                "Train longer",
                f"{run.name} has learned from {done:,} agent steps. Train until, in agent steps:",
                min(done + max(done // 2, 1), _STEPS_LIMIT),
                min(done + 1, _STEPS_LIMIT),
                _STEPS_LIMIT,
            )
        if is_given:
            self.training.resume(run.path, steps)
            self._tell_start(run)

    def _tell_start(self, run: RunInfo) -> None:
        is_busy = self.training.is_busy or self.training.now.is_held
        self.told.emit(f"{run.name} is resumed" + (" when its turn comes; see the Train tab" if is_busy else ""))

    def _watch(self) -> None:
        run = self._run
        if run is not None:
            self._shows.watch(run.path, self.failed.emit)

    def _show_log(self) -> None:
        run = self._run
        if run is not None:
            self.training.watch(run.path)
            self._navigator.show(Place.TRAIN)
