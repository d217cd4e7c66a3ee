"""Rows of the table of runs: what each cell says, in which order they stand, which ones pass the filter."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from core.runs.curves.metrics import KIND_NAMES
from core.runs.index import RunInfo
from core.wording import duration
from gui.kit.config_field import label_of

Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex
STATES = ("running", "starting", "stopping", "stopped", "interrupted", "failed", "damaged", "done")
_DOTS = {
    "running": "#009e73",
    "starting": "#009e73",
    "stopping": "#009e73",
    "stopped": "#8d97aa",
    "interrupted": "#e69f00",
    "failed": "#d55e00",
    "damaged": "#d55e00",
    "done": "#3a9bd8",
}
_HEADERS = (
    ("Name", "its name here; the folder's unless another was given"),
    ("Kind", "agent, network or mapping"),
    ("Sees", "what an agent sees; size and colours of a network's pictures; the levels between which a mapping maps"),
    ("Level, data", "what an agent plays; the data set of the others"),
    ("Seed", "of everything that was left to chance"),
    ("State", "interrupted: the process that wrote it is gone"),
    ("Progress", "percent that is done, and the time that is left"),
    (
        "Score",
        "mIoU of a network (test split once it is done); an agent's mean progress at the end, or an older one's x",
    ),
    ("Age", "since it began"),
    ("Tags", "words to filter by"),
)
_NAME, _KIND, _SEES, _LEVEL, _SEED, _STATE, _PROGRESS, _SCORE, AGE, _TAGS = range(len(_HEADERS))
WIDTHS = (176, 66, 122, 86, 46, 96, 124, 86, 66, 60)  # logical pixels
_ALIGNMENT = Role.TextAlignmentRole
_RIGHT = {_PROGRESS, _SCORE, AGE}


class RunTableModel(QAbstractTableModel):
    """Rows of the runs that pass the filter, in order; it sorts by keys, so that 10,000 rows take milliseconds.

    Attributes:
        rows: runs as shown.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[RunInfo] = []
        self._all: dict[Path, RunInfo] = {}
        self._double: set[str] = set()  # names that several runs have
        self._column, self._is_descending = AGE, False
        self._words: tuple[str, ...] = ()
        self._kind = self._state = ""
        self._settings: tuple[str, ...] = ()

    def set_settings(self, names: Sequence[str]) -> None:
        """Have a column for each of these settings, behind the others."""
        self.beginResetModel()
        self._settings = tuple(names)
        self._column = min(self._column, self.columnCount() - 1)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Rows that pass the filter."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """The same for all runs."""
        return 0 if parent is not None and parent.isValid() else len(_HEADERS) + len(self._settings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Names of the columns, with tips."""
        if orientation == Qt.Orientation.Horizontal:
            setting = self._setting(section)
            if role == Role.DisplayRole:
                return label_of(setting) if setting else _HEADERS[section][0]
            if role == Role.ToolTipRole:
                return "a setting of the runs" if setting else _HEADERS[section][1] or None
            if role == Role.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        run, column = self.rows[index.row()], index.column()
        if setting := self._setting(column):
            is_shown = role == Role.DisplayRole and setting in run.settings
            return str(run.settings[setting]) if is_shown else _alignment(column) if role == _ALIGNMENT else None
        if role == Role.DisplayRole:
            return run.long_name if column == _NAME and run.name in self._double else _TEXTS[column](run)
        if role == Role.DecorationRole and column == _STATE:
            return _dot(_DOTS[run.state])
        if role == Role.ToolTipRole:
            return _tip(run, column)
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        return None

    def _setting(self, column: int) -> str:
        """Which one a column shows, "" for those that are always there."""
        return self._settings[column - len(_HEADERS)] if column >= len(_HEADERS) else ""

    def _key(self, run: RunInfo) -> Any:
        """What the runs are sorted by."""
        setting = self._setting(self._column)
        if not setting:
            return _KEYS[self._column](run)
        value = run.settings.get(setting)
        return (value is not None, isinstance(value, str), value if isinstance(value, int | float | str) else 0)

    def show(self, runs: dict[Path, RunInfo]) -> None:
        """Show these runs; those that are selected stay so."""
        self._all = runs
        names = Counter(run.name for run in runs.values())
        self._double = {name for name, count in names.items() if count > 1}
        self._arrange()

    def filter(self, text: str, kind: str, state: str) -> None:
        """Show only runs with all the words in any of their texts, of that kind and state; "" for any."""
        self._words, self._kind, self._state = tuple(text.lower().split()), kind, state
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._column, self._is_descending = column, order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        rows = [run for run in self._all.values() if self._passes(run)]
        rows.sort(key=lambda run: str(run.path))
        rows.sort(key=self._key, reverse=self._is_descending)
        if [run.path for run in rows] == [run.path for run in self.rows]:
            changed = [place for place, run in enumerate(rows) if run is not self.rows[place]]
            self.rows = rows
            for place in changed:
                self.dataChanged.emit(self.index(place, 0), self.index(place, self.columnCount() - 1))
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        paths = [self.rows[index.row()].path if index.row() < len(self.rows) else None for index in before]
        self.rows = rows
        places = {run.path: place for place, run in enumerate(rows)} if before else {}
        after = [
            self.index(places[path], index.column()) if path in places else QModelIndex()
            for path, index in zip(paths, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _passes(self, run: RunInfo) -> bool:
        if (self._kind and run.kind != self._kind) or (self._state and run.state != self._state):
            return False
        if not self._words:
            return True
        texts = (run.name, run.path.name, KIND_NAMES.get(run.kind, ""), run.sees, run.level, run.state, run.notes.note)
        text = " ".join((*texts, *run.notes.tags)).lower()
        return all(word in text for word in self._words)

    def age_changed(self) -> None:
        """Time has passed."""
        if self.rows:
            self.dataChanged.emit(self.index(0, AGE), self.index(len(self.rows) - 1, AGE), [Role.DisplayRole])


def _progress(run: RunInfo) -> str:
    left = f"  {duration(run.time_left)}" if run.is_live and run.time_left else ""
    return f"{run.progress:.0%}{left}"


def score_text(run: RunInfo) -> str:
    """The figure that a run is judged by, with its unit."""
    value, unit = run.score.value, run.score.unit
    if value is None:
        return "–"
    if unit == "progress":
        return f"{value:.1%}"
    return f"{value:.3f} mIoU" if unit == "mIoU" else f"x {value:,.0f}"


def age_text(seconds: float) -> str:
    """Days, hours or minutes: "3 d", "2 h", "5 min"."""
    for unit, size in (("d", 86_400), ("h", 3600)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{max(seconds, 0) / 60:.0f} min"


_TEXTS: tuple[Callable[[RunInfo], str], ...] = (
    lambda run: run.name,
    lambda run: KIND_NAMES.get(run.kind, run.kind or "?"),
    lambda run: run.sees,
    lambda run: run.level,
    lambda run: "" if run.seed is None else str(run.seed),
    lambda run: run.state,
    _progress,
    score_text,
    lambda run: age_text(time.time() - run.begun),
    lambda run: ", ".join(run.notes.tags),
)
_KEYS: tuple[Callable[[RunInfo], Any], ...] = (
    lambda run: run.name.lower(),
    lambda run: run.kind,
    lambda run: run.sees,
    lambda run: run.level,
    lambda run: -1 if run.seed is None else run.seed,
    lambda run: STATES.index(run.state),
    lambda run: run.progress,
    lambda run: (run.kind, run.score.unit, float("-inf") if run.score.value is None else run.score.value),
    lambda run: -run.begun,
    lambda run: run.notes.tags,
)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tip(run: RunInfo, column: int) -> str | None:
    if column == _NAME:
        return "\n".join(filter(None, (str(run.path), run.notes.note[:500])))
    if column == _STATE:
        return run.problem or None
    return run.score.what or None if column == _SCORE else None


@cache
def _dot(colour: str) -> QIcon:
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(255, 255, 255, 160), 3))  # seen on the selection's colour too
    painter.setBrush(QColor(colour))
    painter.drawEllipse(6, 6, 20, 20)
    painter.end()
    return QIcon(pixmap)
