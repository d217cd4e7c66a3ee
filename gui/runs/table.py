"""The table of all runs: live, sorted by a click, filtered by words, kind and state."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    Qt,
)
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.runs.curves.metrics import KIND_NAMES
from core.runs.index import setting_names
from core.wording import counted
from gui.kit.config_field import label_of
from gui.kit.sort_keys import SortKeys
from gui.kit.style import number_font
from gui.kit.widgets import takes_select_all
from gui.runs.model import RunsModel
from gui.runs.table_model import AGE, STATES, WIDTHS, RunTableModel


class _Rows(QTableView):
    """Has Ctrl+A for itself, which elsewhere in the window shows all classes."""

    def event(self, event: QEvent) -> bool:
        """Take the key before the window does."""
        return takes_select_all(event) or super().event(event)


class _TickMenu(QMenu):
    """Stays open while its entries are ticked, for who wants one column often wants two."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick without closing."""
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar ticks too; Return ticks and closes."""
        if event.key() != Qt.Key.Key_Space or not self._tick(self.activeAction()):
            super().keyPressEvent(event)

    def _tick(self, entry: QAction | None) -> bool:
        """Whether it is one to be ticked."""
        if entry is None or not entry.isCheckable():
            return False
        entry.trigger()
        return True


class RunTable(QWidget):
    """The filter above, the table below."""

    def __init__(self, runs: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = runs
        self.words = QLineEdit()
        self.kind, self.state = QComboBox(), QComboBox()
        self.columns = QToolButton()
        self.count = QLabel()
        self.model = RunTableModel(self)
        self.view = _Rows()
        self._empty = QLabel()
        self._fill_filter()
        self._fill_view()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.words, 1)
        for widget in (self.kind, self.state, self.columns, self.count):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 4)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        self.runs.changed.connect(self.refresh)
        self.runs.choice_wanted.connect(self._show)

    def _fill_filter(self) -> None:
        self.words.setPlaceholderText("Filter: words of name, level, tags, note …")
        self.words.setClearButtonEnabled(True)
        self.words.setAccessibleName("Filter of the table of runs")
        self.words.setToolTip("Show the runs that have all of these words in name, level, tags or note")
        self.kind.setAccessibleName("Kind of runs")
        self.state.setAccessibleName("State of runs")
        self.kind.setToolTip("Show runs of this kind only")
        self.state.setToolTip("Show runs in this state only")
        self.count.setToolTip("Runs in the folders of runs, and how many of them are shown")
        self.kind.addItem("All kinds", "")
        for kind, name in KIND_NAMES.items():
            self.kind.addItem(f"{name}s".capitalize(), kind)
        self.state.addItem("All states", "")
        for state in STATES:
            self.state.addItem(state.capitalize(), state)
        self.count.setObjectName("quiet")
        self.columns.setText("Columns ▾")
        self.columns.setObjectName("menu")  # the text has the arrow
        self.columns.setToolTip("Settings to show in columns of their own, to sort by")
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.setMenu(self._columns_menu())
        self.words.textChanged.connect(self._filter)
        self.kind.activated.connect(self._filter)
        self.state.activated.connect(self._filter)

    def _fill_view(self) -> None:
        view = self.view
        self.model.set_settings(self.runs.columns)
        view.setModel(self.model)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setAlternatingRowColors(True)
        SortKeys(view)
        view.setFont(number_font(view))
        view.setAccessibleName("Runs")
        rows = view.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(view.fontMetrics().height() + 8)
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, width)
        view.setSortingEnabled(True)
        view.sortByColumn(AGE, Qt.SortOrder.AscendingOrder)
        view.selectionModel().selectionChanged.connect(self._choose)

    def _columns_menu(self) -> QMenu:
        """The settings of each kind of run; those with a column are ticked."""
        menu = QMenu(self.columns)
        shown = set(self.runs.columns)
        self._ticks: dict[str, QAction] = {}
        for kind, name in KIND_NAMES.items():
            part = _TickMenu(f"Settings of {name}s", menu)
            menu.addMenu(part)
            for setting in setting_names(kind):
                if setting not in self._ticks:
                    tick = part.addAction(label_of(setting))
                    tick.setCheckable(True)
                    tick.setChecked(setting in shown)
                    tick.toggled.connect(self._show_columns)
                    self._ticks[setting] = tick
        return menu

    def _show_columns(self) -> None:
        before = self.runs.columns
        ticked = [name for name, tick in self._ticks.items() if tick.isChecked()]
        names = [name for name in before if name in ticked] + [name for name in ticked if name not in before]
        self.runs.set_columns(names)
        chosen = list(self.runs.chosen)
        self.model.set_settings(names)
        self.select(chosen)

    def _filter(self) -> None:
        self.model.filter(self.words.text(), self.kind.currentData(), self.state.currentData())
        self._tell_count()
        self._choose()

    def refresh(self) -> None:
        """Show what the model knows; at first, choose the run that is live or else the newest."""
        self.model.show(self.runs.runs)
        self._tell_count()
        if not {run.path for run in self.model.rows}.issuperset(self.runs.chosen):
            self._choose()  # what no longer passes the filter is not selected, so nothing may be done with it
        if self.runs.is_complete and not self.runs.chosen and not self.view.selectionModel().hasSelection():
            best = min(self.model.rows, key=lambda run: (not run.is_live, -run.begun), default=None)
            if best is not None and not self._has_chosen:
                self.select([best.path])

    @property
    def _has_chosen(self) -> bool:
        return bool(self.property("hasChosen"))

    def select(self, paths: list[Path]) -> None:
        """Select the rows of these runs."""
        wanted = QItemSelection()
        for place, run in enumerate(self.model.rows):
            if run.path in paths:
                wanted.select(self.model.index(place, 0), self.model.index(place, 0))
        flags = QItemSelectionModel.SelectionFlag
        self.view.selectionModel().select(wanted, flags.ClearAndSelect | flags.Rows)
        if wanted.indexes():
            self.view.selectionModel().setCurrentIndex(wanted.indexes()[0], flags.NoUpdate)
            self.view.scrollTo(wanted.indexes()[0])

    def _show(self, path: Path) -> None:
        """Select a run, whatever was filtered out."""
        if path not in [run.path for run in self.model.rows]:
            self.words.clear()
            for box in (self.kind, self.state):
                box.setCurrentIndex(0)
            self._filter()
        self.select([path])

    def _choose(self) -> None:
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        if rows:
            self.setProperty("hasChosen", True)
        self.runs.choose([self.model.rows[row].path for row in rows if row < len(self.model.rows)])

    def _tell_count(self) -> None:
        shown, total = len(self.model.rows), len(self.runs.runs)
        text = f"{shown:,} of {total:,} runs" if shown != total else counted(total, "run")
        self.count.setText(text if self.runs.is_complete else f"{text}, looking …")
