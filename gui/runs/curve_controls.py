"""What is drawn of the chosen runs, over what, how smooth; mean and band; export."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from core.runs.curves.curves import Band
from core.runs.curves.metrics import axis_label
from core.runs.curves.smoothing import Smoothing
from core.wording import counted
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
_EXPORTS = (("png", "Picture (PNG)…"), ("svg", "Drawing (SVG)…"), ("csv", "Numbers (CSV)…"))


class CurveControls(QWidget):
    """One row above the plot.

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
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 10, 3)
        row.setSpacing(6)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.metric_box, self.four, _quiet("over"), self.axis),
            (_quiet("Window"), self.slider, self.smoothed, self.how),
            (self.gather, self.band, self.log),
        )
        for group in groups:
            for widget in group:
                row.addWidget(widget)
            row.addSpacing(8)
        row.addStretch(1)
        row.addWidget(self.all)
        row.addWidget(self.export)
        self.runs.order_changed.connect(self.refresh)
        self.refresh()

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
        self.smoothed.setMinimumWidth(self.smoothed.fontMetrics().horizontalAdvance("1,000 episodes"))
        for _, name, _ in _SMOOTHINGS:
            self.how.addItem(name)
        for place, (_, _, tip) in enumerate(_SMOOTHINGS):
            self.how.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        for _, name in _BANDS:
            self.band.addItem(name)
        self.gather.setToolTip(_BAND_TIP)
        self.band.setToolTip(_BAND_TIP)
        self.four.setToolTip("What tells most of a run at once: of an agent x, return, loss and exploration")
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
        _fill(self.metric_box, [(metric.title, None) for metric in metrics])
        for place, metric in enumerate(metrics):
            self.metric_box.setItemData(place, metric.tip or None, Qt.ItemDataRole.ToolTipRole)
        self.metric_box.setCurrentIndex(metrics.index(runs.metric) if runs.metric in metrics else -1)
        self.metric_box.setToolTip(runs.metric.tip)
        self.metric_box.setEnabled(not runs.is_overview)
        _fill(self.axis, [(axis_label(axis, runs.kind), axis) for axis in runs.metrics_drawn[0].axes])
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
        self.smoothed.setText("off" if window == 1 else counted(window, runs.metric.row))
        self.how.setEnabled(window > 1)
        self.band.setEnabled(runs.gathers)


def _fill(box: QComboBox, items: list[tuple[str, object]]) -> None:
    if items != [(box.itemText(i), box.itemData(i)) for i in range(box.count())]:
        box.clear()
        for text, data in items:
            box.addItem(text, data)


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("quiet")
    return label
