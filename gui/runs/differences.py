"""The settings in which the chosen runs differ, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.runs.index import RunInfo
from gui.kit.config_field import label_of

MOST = 8  # runs side by side


def differing(runs: Sequence[RunInfo]) -> dict[str, list[str]]:
    """What each run has of the settings in which they differ, by name; a setting that a run does not have is "–"."""
    given = [run.settings for run in runs]
    names = dict.fromkeys(name for values in given for name in values)
    rows = {name: ["–" if name not in values else str(values[name]) for values in given] for name in names}
    return {name: row for name, row in rows.items() if len(set(row)) > 1}


class Differences(QTableWidget):
    """A row for each such setting, a column for each run."""

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
        rows = differing(runs)
        self.setRowCount(len(rows))
        self.setColumnCount(len(runs))
        self.setHorizontalHeaderLabels([run.name for run in runs])
        self.setVerticalHeaderLabels([label_of(name) for name in rows])
        for row, values in enumerate(rows.values()):
            for column, value in enumerate(values):
                item = QTableWidgetItem(value)
                item.setToolTip(value)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        self.resizeColumnsToContents()
        self.setVisible(bool(rows))
