"""The evaluations that are kept, a row each; choosing one shows where its episodes ended."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from gui.episodes.evaluate.model import EvaluationsModel, KeptEvaluation
from gui.kit.sort_keys import SortKeys
from gui.kit.style import number_font

COLUMNS = (
    "Agent",
    "Checkpoint",
    "Level",
    "Labels",
    "Episodes",
    "Sticky",
    "ε",
    "Seed",
    "Progress",
    "x mean",
    "x median",
    "x best",
    "Flags",
)
_TIPS = {
    "Agent": "its run",
    "Checkpoint": "the best one of its training, its last one, or one kept after so many agent steps",
    "Level": "levels played",
    "Labels": "who segmented for a segmented agent, or the mapping that one on gray pictures saw through",
    "Episodes": "episodes played",
    "Sticky": "chance at each frame that the buttons before are held once more, 0 to 1",
    "ε": "share of random actions, 0 to 1",
    "Seed": "of everything that is left to chance",
    "Progress": "how far along the level, over its areas in order, percent: mean and its standard error; 100 is the "
    "goal, – where an older program measured none",
    "x mean": "Mario's position at the end, pixels: mean and its standard error",
    "x median": "Mario's position at the end, pixels: half of the episodes got further",
    "x best": "Mario's position at the end, pixels: the furthest episode",
    "Flags": "percent of the episodes that reached the goal, with its 95% interval (Wilson 1927); no interval where "
    "nothing was left to chance, for then these are all the episodes there are",
}


class _Item(QTableWidgetItem):
    """Sorted by a number, shown as a text."""

    def __init__(self, text: str, key: Any) -> None:
        super().__init__(text)
        self.key = key
        if not isinstance(key, str):
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return bool(self.key < other.key) if isinstance(other, _Item) else super().__lt__(other)


class EvaluateTable(QTableWidget):
    """Follows the evaluations."""

    def __init__(self, evaluations: EvaluationsModel, parent: QWidget | None = None) -> None:
        super().__init__(0, len(COLUMNS), parent)
        self._evaluations = evaluations
        self._shown: list[KeptEvaluation] = []
        self.setHorizontalHeaderLabels(list(COLUMNS))
        for column, name in enumerate(COLUMNS):
            header = self.horizontalHeaderItem(column)
            if header is not None:
                header.setToolTip(_TIPS.get(name, ""))
        self.setFont(number_font(self))
        self.setAccessibleName("Evaluations")
        SortKeys(self)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setStyleSheet("QTableWidget::item { padding: 0 6px; }")
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.itemSelectionChanged.connect(self._choose)
        evaluations.changed.connect(self.refresh)
        evaluations.episodes_changed.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """Show the list."""
        items = self._evaluations.items
        if items == self._shown and self.rowCount() == len(items):
            return
        self._shown = list(items)
        blocker = QSignalBlocker(self)
        self.setSortingEnabled(False)
        self.setRowCount(len(items))
        for row, evaluation in enumerate(items):
            for column, item in enumerate(_cells(evaluation)):
                self.setItem(row, column, item)
            first = self.item(row, 0)
            if first is not None:
                first.setData(Qt.ItemDataRole.UserRole, evaluation)
                first.setToolTip(str(evaluation.folder))
        self.setSortingEnabled(True)
        blocker.unblock()
        self._mark()

    def _mark(self) -> None:
        chosen = self._evaluations.chosen
        for row in range(self.rowCount()):
            item = self.item(row, 0)
            if item is not None and item.data(Qt.ItemDataRole.UserRole) == chosen and not item.isSelected():
                self.selectRow(row)

    def _choose(self) -> None:
        item = self.item(self.currentRow(), 0)
        if item is not None:
            self._evaluations.choose(item.data(Qt.ItemDataRole.UserRole))


def _cells(evaluation: KeptEvaluation) -> list[_Item]:
    about = evaluation.document
    x, flags = about["x"], about["flags"]
    share = f"{flags['rate']:.0%}"
    is_sample = flags.get("low") is not None  # not all the episodes that there are
    error = f" ± {x['error']:,.0f}" if is_sample and x.get("error") is not None else ""
    progress = about.get("progress", {"mean": None})  # an older program measured none
    share_error = f" ± {progress['error']:.1%}" if is_sample and progress.get("error") is not None else ""
    if is_sample:
        share += f"  ({flags['low']:.0%} – {flags['high']:.0%})"
    checkpoint = about.get("checkpoint") or "best"
    digits = checkpoint.rpartition("-")[2]
    words = f"{int(digits):,} steps" if digits.isdecimal() else checkpoint
    seen = f"through {evaluation.mapping.name}" if evaluation.mapping else about.get("labels") or ""
    return [
        _Item(evaluation.agent, evaluation.agent),
        _Item(words, checkpoint),
        _Item(about["level"], about["level"]),
        _Item(seen or "–", seen),
        _Item(f"{about['episodes']:,}", about["episodes"]),
        *(_Item(f"{about.get(name, 0):g}", about.get(name, 0)) for name in ("sticky", "epsilon", "seed")),
        _Item("–", -1.0)
        if progress["mean"] is None
        else _Item(f"{progress['mean']:.1%}{share_error}", progress["mean"]),
        _Item(f"{x['mean']:,.0f}{error}", x["mean"]),
        _Item(f"{x['median']:,.0f}", x["median"]),
        _Item(f"{x['max']:,.0f}", x["max"]),
        _Item(share, flags["rate"]),
    ]
