"""Learning curves of an experiment's arms: those of a group that learn the same kind of thing at a time."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.runs.curves.metrics import KIND_NAMES
from gui.kit.plots import dress_plot, make_plot
from gui.kit.widgets import make_label
from gui.train.experiment_model import ExperimentView

if TYPE_CHECKING:
    from core.experiment.plan import Arm

_LEAST_HEIGHT = 170  # logical pixels of the chart
_FAINT = 110  # of 255: how opaque the line of one seed is
_NAMELESS = "the others"

_Part: TypeAlias = tuple[str, str]
"""Arms that are drawn together: their group, and the kind of their runs."""


class ExperimentCurves(QWidget):
    """Thin each seed, thick their means; the words above say which colour is which arm.

    The part is the one under way, or that was so last, else the first that has curves, until somebody chooses. Arms
    with which claims compare it are drawn with it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.group = QComboBox()
        self.group.setAccessibleName("Group of arms")
        self.group.setToolTip("The group of arms whose curves are drawn")
        self.legend = make_label(wraps=True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.plot: Any = None
        self._view: ExperimentView | None = None
        self._parts: list[_Part] = []
        self._chosen: _Part | None = None
        self._last: _Part | None = None
        self._drawn: object = None
        top = QHBoxLayout()
        top.addWidget(self.group, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.legend, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(top)
        self.group.activated.connect(self._choose)

    def show_view(self, view: ExperimentView) -> None:
        """Draw what there is; nothing is seen before there is something."""
        if self._view is None or self._view.plan.path != view.plan.path:
            self._chosen = self._last = None
        self._view = view
        parts = list(dict.fromkeys(_part_of(arm) for arm in view.arms if arm.name in view.curves))
        self.setVisible(bool(parts))
        self.group.setVisible(len(parts) > 1)
        if parts:
            running = _under_way(view, parts)
            if running is not None or self._last not in parts:
                self._last = parts[0] if running is None else running
            part = self._chosen if self._chosen in parts else self._last
            if parts != self._parts:
                self._parts = parts
                self.group.clear()
                self.group.addItems([_title(one, parts) for one in parts])
            for place, (group, _) in enumerate(parts):
                self.group.setItemData(place, view.plan.heading(group), Qt.ItemDataRole.ToolTipRole)
            self.group.setCurrentIndex(parts.index(part))
            self._draw(view, part)

    def _choose(self) -> None:
        self._chosen = self._parts[self.group.currentIndex()]
        if self._view is not None:
            self.show_view(self._view)

    def _draw(self, view: ExperimentView, part: _Part) -> None:
        group, kind = part
        arms = [arm for arm in view.arms if arm.group == group] + [*view.plan.compared(group)]
        curves = {
            arm.name: view.curves[arm.name] for arm in arms if arm.config.kind == kind and arm.name in view.curves
        }
        lengths = [(name, len(one.done), *(len(x) for x, _ in one.all)) for name, one in curves.items()]
        key = (view.folder, view.plan.digest, part, lengths, self.palette().base().color().rgb())
        if key == self._drawn:
            return
        import pyqtgraph

        from core.experiment.curves import COLOURS, LEARNING

        self._drawn = key
        if self.plot is None:
            self.plot = make_plot(left=56, bottom=40)
            self.plot.setMinimumHeight(_LEAST_HEIGHT)
            self.plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            half = (
                self.fontMetrics().horizontalAdvance("200,000") // 2
            )  # of the last number, which reaches beyond the axis
            self.plot.getPlotItem().layout.setContentsMargins(0, 2, half, 0)
            self.plot.getAxis("bottom").setStyle(hideOverlappingLabels=False)
            self._column.addWidget(self.plot, 1)
        self.plot.clear()
        self.plot.setLabel("bottom", LEARNING[kind].x_label)
        self.plot.setLabel("left", LEARNING[kind].y_label)
        self.plot.setYRange(0, max(float(y.max()) for one in curves.values() for _, y in one.all))
        dress_plot(self.plot, self.palette())
        colours = {arm.name: COLOURS[place % len(COLOURS)] for place, arm in enumerate(arms)}
        for name, one in curves.items():
            faint = QColor(colours[name])
            faint.setAlpha(_FAINT)
            for x, y in one.all:
                self.plot.plot(x, y, pen=pyqtgraph.mkPen(faint, width=1))
            self.plot.plot(*one.mean, pen=pyqtgraph.mkPen(colours[name], width=2.4))
        self.plot.enableAutoRange("x")
        words = (
            f"<span style='color: {colours[name]}'>━</span>&nbsp;{html.escape(name)}&nbsp;({len(one.counted)})"
            for name, one in curves.items()
        )
        self.legend.setText("&nbsp; ".join(words))


def _part_of(arm: Arm) -> _Part:
    return arm.group, arm.config.kind


def _title(part: _Part, parts: list[_Part]) -> str:
    """The group, and the kind where the group has curves of several."""
    group, kind = part
    is_alone = sum(other == group for other, _ in parts) == 1
    return (group or _NAMELESS) + ("" if is_alone else f", {KIND_NAMES[kind]}s")


def _under_way(view: ExperimentView, parts: list[_Part]) -> _Part | None:
    """The first part of which a trial runs."""
    running = {task.task.name.rpartition("-")[0] for task in view.tasks if task.state == "running"}
    return next((part for arm in view.arms if arm.name in running and (part := _part_of(arm)) in parts), None)
