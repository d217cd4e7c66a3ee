"""Learning curves of an experiment's arms, a group of them at a time."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.kit.plots import dress_plot, make_plot
from gui.kit.widgets import make_label
from gui.train.experiment_model import ExperimentView

if TYPE_CHECKING:
    from core.experiment.plan import Arm

_LEAST_HEIGHT = 170  # logical pixels of the chart
_FAINT = 110  # of 255: how opaque the line of one seed is
_NAMELESS = "the others"


class ExperimentCurves(QWidget):
    """Thin each seed, thick their means; the words above say which colour is which arm.

    The group is the one under way, or that was so last, else the first that has curves, until somebody chooses.
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
        self._chosen: str | None = None
        self._last: str | None = None
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
        groups = list(dict.fromkeys(arm.group for arm in view.arms if arm.name in view.curves))
        self.setVisible(bool(groups))
        self.group.setVisible(len(groups) > 1)
        if groups:
            running = _under_way(view, groups)
            if running is not None or self._last not in groups:
                self._last = groups[0] if running is None else running
            group = self._chosen if self._chosen in groups else self._last
            if [self.group.itemData(place) for place in range(self.group.count())] != groups:
                self.group.clear()
                for one in groups:
                    self.group.addItem(one or _NAMELESS, one)
            for place, one in enumerate(groups):
                self.group.setItemData(place, view.plan.heading(one), Qt.ItemDataRole.ToolTipRole)
            self.group.setCurrentIndex(groups.index(group))
            self._draw(view, [arm for arm in view.arms if arm.group == group and arm.name in view.curves])

    def _choose(self) -> None:
        self._chosen = self.group.currentData()
        if self._view is not None:
            self.show_view(self._view)

    def _draw(self, view: ExperimentView, arms: list[Arm]) -> None:
        curves = {arm.name: view.curves[arm.name] for arm in arms}
        lengths = [(name, len(one.done), *(len(x) for x, _ in one.all)) for name, one in curves.items()]
        key = (view.folder, view.plan.digest, lengths, self.palette().base().color().rgb())
        if key == self._drawn:
            return
        import pyqtgraph

        from core.experiment.curves import COLOURS

        self._drawn = key
        if self.plot is None:
            self.plot = make_plot(left=56, bottom=40)
            self.plot.setLabel("bottom", "agent steps")
            self.plot.setLabel("left", "mean x (pixels)")
            self.plot.setMinimumHeight(_LEAST_HEIGHT)
            self.plot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            self.plot.getAxis("bottom").enableAutoSIPrefix(False)
            self._column.addWidget(self.plot, 1)
        self.plot.clear()
        self.plot.setYRange(0, max(float(y.max()) for one in curves.values() for _, y in one.all))
        dress_plot(self.plot, self.palette())
        colours = {arm.name: COLOURS[place % len(COLOURS)] for place, arm in enumerate(_of_group(view, arms[0].group))}
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


def _of_group(view: ExperimentView, group: str) -> list[Arm]:
    return [arm for arm in view.arms if arm.group == group]


def _under_way(view: ExperimentView, groups: list[str]) -> str | None:
    """The first group of which a trial runs."""
    arms = {arm.name: arm.group for arm in view.arms}
    running = {task.task.name.rpartition("-")[0] for task in view.tasks if task.state == "running"}
    return next((group for arm, group in arms.items() if arm in running and group in groups), None)
