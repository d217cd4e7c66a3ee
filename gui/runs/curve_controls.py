"""What is drawn of the chosen runs, over what, how smooth; mean and band; export."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QSlider,
    QToolButton,
    QWidget,
)

from core.runs.curves.curves import Band
from core.runs.curves.metrics import axis_label
from core.runs.curves.smoothing import Smoothing
from core.wording import counted
from gui.kit.widgets import fill_combo
from gui.runs.model import RunsModel

WINDOWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Rows that the slider's places smooth over."""
_SMOOTHINGS: tuple[tuple[Smoothing, str, str], ...] = (
    ("mean", "mean", "Mean of the last rows"),
    ("exponential", "exponential", "All rows so far, each older one weighs less"),
)
_BANDS: tuple[tuple[Band, str], ...] = (("range", "mean, min-max"), ("interval", "mean, 95% interval"))
_BAND_TIP = (
    "Around the mean over runs that differ by their seed only:\nmin to max of the runs, or the 95% interval of the "
    "mean (Student's t), which is wide with few seeds.\nDrawn as far as all of them have come."
)
_SMOOTH_TIP = "Window of the smoothing, in rows (episodes, thousands of steps, epochs): each point is their mean"
_SPACING = 6  # logical pixels
_EXPORTS = (("png", "Picture (PNG)…"), ("svg", "Drawing (SVG)…"), ("csv", "Numbers (CSV)…"))


class CurveControls(QWidget):
    """One row above the plot, or two where the window is narrow.

    Signals:
        log_wanted: whether y shall be logarithmic.
        all_wanted: everything shall be in view.
        export_wanted: "png", "svg" or "csv".
    """

    log_wanted = Signal(bool)
    all_wanted = Signal()
    export_wanted = Signal(str)

    def __init__(self, runs: RunsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = runs
        self.metric_box, self.axis = QComboBox(), QComboBox()
        self.slider, self.smoothed, self.how = QSlider(Qt.Orientation.Horizontal), QLabel(), QComboBox()
        self.log, self.gather, self.band = QCheckBox("log y"), QCheckBox("Seeds as"), QComboBox()
        self.four = QCheckBox("four charts")
        self.all, self.export = QToolButton(), QToolButton()
        self._fill()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(10, 5, 10, 3)
        self._rows.setSpacing(_SPACING)
        self._rows.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # ``minimumSizeHint`` tells the least
        what = (self.metric_box, self.four, _quiet("over"), self.axis, self.gather, self.band)
        how = (_quiet("Window"), self.slider, self.smoothed, self.how, self.log)
        self._halves = [_row(what), _row(how, (self.all, self.export))]
        for half in self._halves:
            self._rows.addLayout(half)
        self.runs.order_changed.connect(self.refresh)
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider half, as high as both where they do not fit beside each other."""
        margins = self._rows.contentsMargins()
        least = [half.minimumSize() for half in self._halves]
        width = max(size.width() for size in least) + margins.left() + margins.right()
        return QSize(width, self._rows.minimumSize().height())

    def sizeHint(self) -> QSize:
        """Likewise."""
        return QSize(self._width_of_one_row, self._rows.sizeHint().height())

    @property
    def _width_of_one_row(self) -> int:
        margins = self._rows.contentsMargins()
        widths = sum(half.minimumSize().width() for half in self._halves)
        return widths + _SPACING + margins.left() + margins.right()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold."""
        fits = event.size().width() >= self._width_of_one_row
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if direction != self._rows.direction():
            self._rows.setDirection(direction)
            self.updateGeometry()

    def _fill(self) -> None:
        self.metric_box.setMaxVisibleItems(30)
        self.metric_box.setMinimumContentsLength(18)
        self.metric_box.setAccessibleName("What is drawn")
        self.axis.setAccessibleName("Over what")
        self.axis.setMinimumContentsLength(9)
        self.slider.setRange(0, len(WINDOWS) - 1)
        self.slider.setPageStep(1)
        self.slider.setFixedWidth(90)
        self.slider.setAccessibleName("Smoothing")
        self.how.setAccessibleName("Kind of smoothing")
        self.band.setAccessibleName("Seeds as")
        self.smoothed.setMinimumWidth(self.smoothed.fontMetrics().horizontalAdvance("1,000 episodes"))
        for _, name, _ in _SMOOTHINGS:
            self.how.addItem(name)
        for place, (_, _, tip) in enumerate(_SMOOTHINGS):
            self.how.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        for _, name in _BANDS:
            self.band.addItem(name)
        self.gather.setToolTip(_BAND_TIP)
        self.band.setToolTip(_BAND_TIP)
        self.four.setToolTip("Four figures of a run at once; each chart has a list of what it may show")
        self.log.setToolTip("Logarithmic scale; values of 0 and below have no place on it and are left out")
        self.axis.setToolTip("What the curves are drawn over: how much was trained, or for how long")
        self.how.setToolTip("Mean of the last rows, or of all so far with older ones weighing less")
        for widget in (self.smoothed, self.slider):
            widget.setToolTip(_SMOOTH_TIP)
        self.all.setText("View all")
        self.all.setToolTip("Everything in view; the mouse drags, its wheel zooms, over an axis only that axis")
        self.export.setText("Export ▾")
        self.export.setObjectName("menu")  # the text has the arrow
        self.export.setToolTip("Save what is shown")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.export)
        for what, text in _EXPORTS:
            menu.addAction(text).triggered.connect(lambda _checked=False, what=what: self.export_wanted.emit(what))
        self.export.setMenu(menu)
        self._connect()

    def _connect(self) -> None:
        self.metric_box.activated.connect(lambda i: self.runs.set_metric(self.runs.metrics()[i]))
        self.axis.activated.connect(lambda i: self.runs.set_axis(self.axis.itemData(i)))
        self.slider.valueChanged.connect(self._smooth)
        self.how.activated.connect(self._smooth)
        self.gather.toggled.connect(self._gather)
        self.band.activated.connect(self._gather)
        self.log.toggled.connect(self.log_wanted)
        self.four.toggled.connect(self.runs.set_overview)
        self.all.clicked.connect(self.all_wanted)

    def _smooth(self) -> None:
        self.runs.set_smoothing(WINDOWS[self.slider.value()], _SMOOTHINGS[self.how.currentIndex()][0])

    def _gather(self) -> None:
        self.runs.set_gathering(self.gather.isChecked(), _BANDS[self.band.currentIndex()][0])

    def refresh(self) -> None:
        """Follow the models."""
        runs = self.runs
        metrics = runs.metrics()
        fill_combo(self.metric_box, [(metric.title, None) for metric in metrics])
        for place, metric in enumerate(metrics):
            self.metric_box.setItemData(place, metric.tip or None, Qt.ItemDataRole.ToolTipRole)
        self.metric_box.setCurrentIndex(metrics.index(runs.metric) if runs.metric in metrics else -1)
        self.metric_box.setToolTip(runs.metric.tip)
        self.metric_box.setEnabled(not runs.is_overview)
        fill_combo(self.axis, [(axis_label(axis, runs.kind), axis) for axis in runs.metrics_drawn[0].axes])
        self.axis.setCurrentIndex(self.axis.findData(runs.axis))
        place = max(i for i, window in enumerate(WINDOWS) if window <= runs.window)
        for widget in (self.slider, self.gather):
            widget.blockSignals(True)
        self.slider.setValue(place)
        self.gather.setChecked(runs.gathers)
        for widget in (self.slider, self.gather):
            widget.blockSignals(False)
        self.how.setCurrentIndex([how for how, _, _ in _SMOOTHINGS].index(runs.smoothing))
        window = WINDOWS[place]
        rows = {metric.row for metric in runs.metrics_drawn}
        self.smoothed.setText("off" if window == 1 else counted(window, rows.pop() if len(rows) == 1 else "row"))
        self.how.setEnabled(window > 1)
        self.band.setEnabled(runs.gathers)


def _row(widgets: Sequence[QWidget], last: Sequence[QWidget] = ()) -> QHBoxLayout:
    """Widgets from the left, and the last ones at the right."""
    row = QHBoxLayout()
    row.setSpacing(_SPACING)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    for widget in last:
        row.addWidget(widget)
    return row


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("quiet")
    return label
