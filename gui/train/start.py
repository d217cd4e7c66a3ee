"""What a new training would be: its name, the exact command, what it costs, and the button that starts it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.config.ddqn import DdqnConfig
from core.config.fields import Config
from core.errors import InputError
from core.files import check_name
from core.runs.commands import Machine, seeded, train_arguments
from core.runs.preflight import Preflight
from core.runs.queue import shown
from core.wording import gigabytes
from gui.kit.command_box import CommandBox
from gui.kit.config_field import fix_sentence
from gui.kit.widgets import label_for, make_label
from gui.trainings.model import Trainings

MOST_SEEDS = 100
_CHECK_AFTER = 300  # ms without a change before the machine is looked at


class TrainStart(QWidget):
    """Follows the form through ``show_config``; starts through ``Trainings``.

    Signals:
        problems_found: sentences by field, of what only files or the game's levels can tell.
    """

    problems_found = Signal(object)

    def __init__(self, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings = trainings
        self.name = QLineEdit()
        self.seeds = QSpinBox()
        self.threads = QSpinBox()
        self.tensorboard = QCheckBox("TensorBoard files")
        self.command = CommandBox()
        self.costs = make_label(style="quiet", wraps=True, selectable=True)
        self.problem = make_label(style="problem", wraps=True, selectable=True)
        self.start = QPushButton()
        self._config: Config | None = None
        self._kind = ""
        self._refusal = ""
        self._given_name = ""
        self._timer = QTimer(self, interval=_CHECK_AFTER, singleShot=True)
        self._timer.timeout.connect(self._check)
        self._fill()
        training = trainings
        training.changed.connect(self._refresh)
        training.checked.connect(self._take_check)
        self.name.textEdited.connect(self._refresh)
        self.seeds.valueChanged.connect(self._refresh)
        self.threads.valueChanged.connect(self._refresh)
        self.tensorboard.toggled.connect(self._refresh)
        self.start.clicked.connect(self._start)

    def _fill(self) -> None:
        self.name.setToolTip("Name of the run's folder in the folder of runs")
        self.seeds.setRange(1, MOST_SEEDS)
        self.seeds.setToolTip("Runs of these settings, 1 to 100, each with the next seed; they train one after another")
        self.threads.setRange(0, 1024)
        self.threads.setSpecialValueText("all")
        self.threads.setToolTip("Processor threads that the training uses, 1 to 1,024, or all (--threads)")
        self.costs.setToolTip("Estimates for this training against what this machine has free now; 1 GB is 10⁹ bytes")
        self.tensorboard.setToolTip("Also write event files, which TensorBoard shows (--tensorboard)")
        self.start.setDefault(True)
        self.start.setObjectName("primary")
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for place, (text, field) in enumerate((("Run", self.name), ("Seeds", self.seeds), ("Threads", self.threads))):
            grid.addWidget(label_for(text, field), 0, 2 * place)
            grid.addWidget(field, 0, 2 * place + 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.command.copy_button)
        buttons.addWidget(self.tensorboard)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(12, 8, 8, 10)
        column_.setSpacing(6)
        column_.addLayout(grid)
        for widget in (self.command, self.costs, self.problem):
            column_.addWidget(widget)
        column_.addLayout(buttons)

    # Following the form

    def show_config(self, kind: str, config: Config | None, problem: str) -> None:
        """Show these settings, or why there are none."""
        if kind != self._kind or (config is None) != (self._config is None):
            self.costs.setText("")
        self._kind, self._config, self._refusal = kind, config, problem
        self.tensorboard.setVisible(kind == DdqnConfig.kind)
        if config is not None:
            self._timer.start()
        self._refresh()

    def _check(self) -> None:
        if self._config is not None:
            self._trainings.check(self._config)

    def _take_check(self, found: object) -> None:
        assert isinstance(found, Preflight)
        if self._config is None or found.config != self._config:
            return
        self._refusal = fix_sentence(found.problems) if found.problems else found.refusal
        self.costs.setText(
            f"Memory {gigabytes(found.memory)} of {gigabytes(found.free_memory)} free · "
            f"disk {gigabytes(found.disk)} of {gigabytes(found.free_disk)} free"
            + (" (each)" if self.seeds.value() > 1 else "")
            + (f". Note: {found.warning}" if found.warning else "")
        )
        if found.problems:
            self.problems_found.emit(found.problems)
        self._refresh()

    @property
    def machine(self) -> Machine:
        """Threads and the like."""
        return self._trainings.machine(self._kind, self.threads.value(), self.tensorboard.isChecked())

    def _refresh(self) -> None:
        training = self._trainings
        if not self.name.isModified() or not self.name.text():
            self.name.setText(training.free_name(self._kind))
        problem = self._refusal
        try:
            runs = self._runs()
            problem = problem or self._name_problem(runs)
        except InputError as error:
            runs, problem = {}, f"Seeds: {str(error).partition(': ')[2]}"
        self.command.show_command(
            *(train_arguments(config, shown(training.runs / name), self.machine) for name, config in runs.items())
        )
        self.command.setEnabled(self._config is not None)
        self.command.copy_button.setEnabled(self._config is not None)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        is_busy = training.is_busy or bool(training.now.waiting)
        what = "Start training" if len(runs) < 2 else f"Start {len(runs)} trainings"
        self.start.setText("Add to the queue" if is_busy or training.now.is_held else what)
        self.start.setEnabled(self._config is not None and not problem)
        self.start.setToolTip(problem or "Runs as a process of its own, at low priority; it outlives this window")

    def _runs(self) -> dict[str, Config]:
        """The settings of what would be started, by the run's name."""
        return {} if self._config is None else seeded(self._config, self.name.text(), self.seeds.value())

    def _name_problem(self, runs: Iterable[str]) -> str:
        name = self.name.text()
        try:
            check_name(name)
        except InputError as error:
            return f"Run: {error}"
        for run in runs:
            if (self._trainings.runs / run).exists():
                return f"Run: {run} is there already; choose another name, or resume it"
        return ""

    def _start(self) -> None:
        if self._config is None:
            return
        try:
            for name, config in self._runs().items():
                self._trainings.start(config, self.machine, name)
        except InputError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.name.setModified(False)
        self.seeds.setValue(1)
        self._refresh()
        self._timer.start()
