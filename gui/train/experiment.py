"""The dialog of an experiment: a live grid of arms and seeds beside curves and verdicts; start, stop, report."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.runs.queue import shown
from core.wording import time_left
from gui.kit.file_dialogs import FileDialogs
from gui.kit.splitter import Splitter
from gui.kit.style import readable
from gui.kit.widgets import label_for, make_label, scrolled, show_text
from gui.train.experiment_curves import ExperimentCurves
from gui.train.experiment_model import ExperimentModel, ExperimentView

if TYPE_CHECKING:
    from core.experiment.claims import Judgement
    from core.experiment.runner import TaskReport

_SIZE = (1180, 640)  # logical pixels
_CELL, _ROW = 44, 22
_WIDE_CELL, _FEW = 62, 8  # of so many seeds at the most
_GRID_SHARE = 0.54  # of the width
_COLOURS = {"running": "#009e73", "stopped": "#8d97aa", "failed": "#d55e00", "done": "#3a9bd8"}
_VERDICTS = {"holds": "#009e73", "refuted": "#d55e00", "open": "#3a9bd8"}
_NOTE = (
    "A plan names arms, seeds, evaluations and claims. Its trials are processes of their own that outlive the window."
)
_START = "Run what is left of the plan; what was begun goes on from its checkpoint"
_PUBLISHED = "These runs came with the plan and are looked at only; choose the other folder to run it yourself"
_CHANGED = "Claims are judged here by the plan as it is now; take the change back, or run it with --amend."


class ExperimentDialog(QDialog):
    """Lies beside the window; what runs goes on when it is closed."""

    def __init__(self, model: ExperimentModel, files: FileDialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._files = model, files
        self.setWindowTitle("Experiment")
        self.open_plan = QPushButton("Open a plan…")
        self.place = QComboBox()
        self.title = make_label(style="heading")
        self.about = make_label(_NOTE, "quiet", wraps=True)
        self.problem = make_label(style="problem", wraps=True, selectable=True)
        self.state = make_label(style="quiet", wraps=True, selectable=True)
        self.told = make_label(wraps=True, selectable=True)
        self.report_problem = make_label(style="problem", wraps=True, selectable=True)
        for label in (self.told, self.report_problem):
            label.hide()
        self.grid = QTableWidget()
        self.claims = make_label(wraps=True, selectable=True)
        self.claims.setTextFormat(Qt.TextFormat.RichText)
        self.claims.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.jobs, self.threads = QSpinBox(), QSpinBox()
        self.start, self.stop, self.report = QPushButton("Start"), QPushButton("Stop"), QPushButton("Report")
        self.close_ = QPushButton("Close")
        self.curves = ExperimentCurves()
        self._found = QWidget()
        self._set_up()
        self._lay_out()
        model.changed.connect(self._refresh)
        model.reported.connect(self._show_report)
        model.reporting.changed.connect(self._follow_report)
        self._refresh()

    def _set_up(self) -> None:
        grid = self.grid
        grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        grid.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        grid.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        grid.horizontalHeader().setDefaultSectionSize(_CELL)
        grid.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        grid.verticalHeader().setDefaultSectionSize(_ROW)
        grid.setToolTip("A row for each arm, a column for each seed; what is shaded is not planned")
        grid.setAccessibleName("Arms and seeds")
        self.open_plan.setToolTip("A TOML file with arms and seeds (docs/experiments.md)")
        self.place.setAccessibleName("Runs")
        self.place.setToolTip("Whose runs are shown: those that you started, or those that came with the plan")
        self.place.activated.connect(lambda: self._model.show_runs(self.place.currentData()))
        self.jobs.setRange(1, 64)
        self.jobs.setToolTip("Trials at once (--jobs). On two cores one after the other is quickest")
        self.threads.setRange(0, 1024)
        self.threads.setSpecialValueText("all")
        self.threads.setToolTip("Processor threads of each trial (--threads)")
        self.stop.setToolTip("Have the trials save a checkpoint and end")
        self.report.setToolTip("Write the report of what there is, and open it in the browser")
        self.start.setObjectName("primary")
        for button in (self.open_plan, self.start, self.stop, self.report, self.close_):
            button.setAutoDefault(False)
        self.close_.clicked.connect(self.close)
        self.open_plan.clicked.connect(self._choose)
        self.start.clicked.connect(lambda: self._model.start(self.jobs.value(), self.threads.value()))
        self.stop.clicked.connect(self._model.stop)
        self.report.clicked.connect(self._model.report)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.place)
        top.addWidget(self.open_plan)
        beside = QVBoxLayout(self._found)
        beside.setContentsMargins(8, 0, 0, 0)
        beside.addWidget(self.curves, 1)
        beside.addWidget(scrolled(self.claims), 1)
        both = Splitter(Qt.Orientation.Horizontal, self.grid, self._found)
        both.setSizes([round(_SIZE[0] * _GRID_SHARE), round(_SIZE[0] * (1 - _GRID_SHARE))])
        foot = QHBoxLayout()
        for text, field in (("Trials at once", self.jobs), ("Threads", self.threads)):
            foot.addWidget(label_for(text, field))
            foot.addWidget(field)
        foot.addStretch(1)
        for button in (self.report, self.stop, self.start, self.close_):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addLayout(top)
        for label in (self.about, self.problem):
            column.addWidget(label)
        column.addWidget(both, 1)
        column.addWidget(self.state)
        column.addWidget(self.told)
        column.addWidget(self.report_problem)
        column.addLayout(foot)
        self.resize(*_SIZE)

    def _choose(self) -> None:
        path = self._files.open(self, "Open a plan", "Plans (*.toml)", Path("experiments"))
        if path is not None:
            for label in (self.told, self.report_problem):
                label.hide()  # what they say is of another plan
            self._model.open(path)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the trials, first of the plan that was shown last."""
        self._model.open_last()
        self._model.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        self._model.watch(False)

    def _follow_report(self) -> None:
        reporting = self._model.reporting
        self.report.setEnabled(self._model.view is not None and not reporting.is_running)
        show_text(self.told, reporting.progress("") if reporting.is_running else "")
        show_text(self.report_problem, f"The report: {reporting.problem}" if reporting.problem else "")

    def _show_report(self, page: Path) -> None:
        is_open = QDesktopServices.openUrl(QUrl.fromLocalFile(str(page.resolve())))
        show_text(self.told, f"The report is {shown(page)}" + ("" if is_open else "; no browser was found to open it."))

    # What is shown

    def _refresh(self) -> None:
        model, view = self._model, self._model.view
        has_view = view is not None
        self.grid.setVisible(has_view)
        self._found.setVisible(has_view)
        self.title.setText(view.plan.name if view else shown(model.path) if model.path else "No plan yet")
        self.about.setText((view.plan.about or shown(view.plan.path)) if view else _NOTE)
        show_text(self.problem, model.problem or (_problem(view) if view else ""))
        is_published = view is not None and view.is_published
        is_free = view is not None and not is_published and not view.is_driven and not model.is_starting
        self.start.setEnabled(is_free and view is not None and not view.change and _is_left(view))
        self.start.setToolTip(_PUBLISHED if is_published else _START)
        self._fill_places(view)
        self.start.setText(
            "Go on" if view and not is_published and any(task.progress for task in view.tasks) else "Start"
        )
        self.stop.setEnabled(view is not None and view.is_driven and not is_published)
        self.report.setEnabled(has_view and not model.reporting.is_running)
        show_text(self.state, _state(view) if view else "loading …" if model.path and not model.problem else "")
        if view is not None:
            self._fill(view)
            waiting = sorted(view.claims, key=lambda one: one.verdict == "waiting")
            behind = self.palette().window().color()
            claims = "".join(f"<p style='margin: 0 0 4px 0'>{_claim(one, behind)}</p>" for one in waiting)
            show_text(self.claims, claims or ("judging the claims …" if view.plan.claims else ""))
            self.curves.show_view(view)

    def _fill_places(self, view: ExperimentView | None) -> None:
        """Both folders of runs, where there are two."""
        self.place.setVisible(view is not None and view.published is not None)
        if view is None or view.published is None:
            return
        places = {view.own: f"your runs: {shown(view.own)}", view.published: f"published: {shown(view.published)}"}
        if [self.place.itemData(place) for place in range(self.place.count())] != list(places):
            self.place.clear()
            for folder, words in places.items():
                self.place.addItem(words, folder)
        self.place.setCurrentIndex(list(places).index(view.folder))

    def _fill(self, view: ExperimentView) -> None:
        seeds = list(dict.fromkeys(seed for arm in view.arms for seed in arm.seeds))
        grid = self.grid
        if (grid.rowCount(), grid.columnCount()) != (len(view.arms), len(seeds)):
            grid.setRowCount(len(view.arms))
            grid.setColumnCount(len(seeds))
        colours = {state: readable(colour, self.palette().base().color()) for state, colour in _COLOURS.items()}
        is_wide = len(seeds) <= _FEW
        grid.horizontalHeader().setDefaultSectionSize(_WIDE_CELL if is_wide else _CELL)
        for column, seed in enumerate(seeds):
            grid.setHorizontalHeaderItem(column, _header(f"seed {seed}" if is_wide else str(seed), f"seed {seed}"))
        for row, arm in enumerate(view.arms):
            tip = f"{arm.name}, group {view.plan.heading(arm.group)}" if arm.group else arm.name
            header = _header(f"{arm.group}  {arm.name}".strip(), f"{tip}: {arm.about}" if arm.about else tip)
            grid.setVerticalHeaderItem(row, header)
        for row, arm in enumerate(view.arms):
            for column, seed in enumerate(seeds):
                task = view.trial(arm.name, seed)
                item = grid.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    grid.setItem(row, column, item)
                text, tip = _cell(task)
                item.setText(text)
                item.setToolTip(tip)
                colour = colours.get(task.state) if task else None
                item.setForeground(colour or self.palette().placeholderText().color())
                item.setBackground(self.palette().base() if task else self.palette().midlight())


def _header(text: str, tip: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(tip)
    return item


def _problem(view: ExperimentView) -> str:
    """What is wrong with an experiment, one sentence or two; "" when nothing is."""
    if view.change:
        return f"{view.change}. {_CHANGED}"
    return view.problem


def _is_left(view: ExperimentView) -> bool:
    return any(task.state in ("waiting", "stopped") for task in view.tasks)


def _cell(task: TaskReport | None) -> tuple[str, str]:
    """What a cell says, and its tooltip."""
    if task is None:
        return "", "not in the plan"
    left = f", {time_left(task.time_left)}" if task.time_left is not None else ""
    tip = f"{task.task.name}: {task.state}, {task.progress:.0%} done{left}"
    tip += f"\n{task.error}" if task.error else ""
    if task.state == "running" or (task.state in ("waiting", "stopped") and task.progress):
        return f"{task.progress:.0%}", tip
    return {"waiting": "waits", "done": "done", "failed": "failed", "stopped": "0%"}[task.state], tip


def _state(view: ExperimentView) -> str:
    """How far it is, what runs and what is left, one line."""
    counts = {state: sum(task.state == state for task in view.tasks) for state in ("done", "running", "failed")}
    text = f"{counts['done']} of {len(view.tasks)} tasks done"
    for state, word in (("running", "under way"), ("failed", "failed")):
        text += f", {counts[state]} {word}" if counts[state] else ""
    if counts["done"] == len(view.tasks):
        return f"{text}. Its runs lie in {shown(view.folder)}."
    if view.is_published and not view.is_driven:
        return f"{text}, when these runs came with the plan. They lie in {shown(view.folder)}."
    driven = "" if view.is_driven else "; nothing runs it now"
    return f"{text}{driven}. Left: {view.forecast.words}. Its runs lie in {shown(view.folder)}."


def _claim(found: Judgement, behind: QColor) -> str:
    """A claim with its verdict, rich text; ``behind`` is the colour of its background."""
    from core.experiment.claims import few_runs, verdict_words
    from core.experiment.measures import measure_of, spread

    says, verdict = html.escape(found.claim.says), verdict_words(found)
    if found.verdict in _VERDICTS:
        colour = readable(_VERDICTS[found.verdict], behind).name()
        verdict = f"<b style='color: {colour}'>{verdict}</b>"
    if found.difference is None:
        return f"{says}: {verdict}"
    difference = spread(found.difference, measure_of(found.claim.measure), difference=True)
    few = f" ({words})" if (words := few_runs(found)) else ""
    return f"{says}: {verdict}, difference {html.escape(difference)}, p {found.adjusted:.2g}{few}"
