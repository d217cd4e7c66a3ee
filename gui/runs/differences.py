"""The settings in which the chosen runs differ, side by side or under each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.runs.index import RunInfo
from gui.kit.config_field import label_of

MOST = 8  # runs side by side
_NONE = "–"


def differing(runs: Sequence[RunInfo]) -> dict[str, list[str]]:
    """What each run has of the settings in which they differ, by name.

    A setting that a run does not have, or that makes no difference to it, is "–"; it is told where the others differ.
    Folders are told by where they lie, since each run names them as seen from its own.
    """
    given = [{**run.settings, **{name: _seen(folder) for name, folder in run.folders}} for run in runs]
    names = dict.fromkeys(name for values in given for name in values)
    rows = {name: [_NONE if name not in values else str(values[name]) for values in given] for name in names}
    return {name: row for name, row in rows.items() if len({*row} - {_NONE}) > 1}


def _seen(folder: str) -> Path:
    """From the working directory, where it lies below."""
    path, here = Path(folder), Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Differences(QTableWidget):
    """A row for each such setting and a column for each run; the other way round where there are more runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Settings in which the chosen runs differ")
        self.setToolTip(f"Settings in which the chosen runs differ; of {MOST} runs at the most")
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Compare these."""
        runs = runs[:MOST]
        differences = differing(runs)
        columns, rows = [run.name for run in runs], [label_of(name) for name in differences]
        cells = list(differences.values())
        if len(columns) > len(rows):
            columns, rows, cells = rows, columns, [list(row) for row in zip(*cells, strict=True)]
        self.setRowCount(len(rows))
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels(columns)
        self.setVerticalHeaderLabels(rows)
        for row, values in enumerate(cells):
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setToolTip(value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        self.resizeColumnsToContents()
        self.setVisible(bool(differences))
