"""How well the network agrees with the labels on the live frame, and "pause when mIoU falls below"."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gui.kit.number_box import DecimalBox
from gui.kit.style import number_font
from gui.live.preview import Preview
from gui.pictures.colours import ERRORS, error_map
from gui.pictures.view_options import ViewOptions

_NOTHING = "–"


class ScorePanel(QWidget):
    """Accuracy, mIoU, the kinds of disagreement, the switch and the limit."""

    def __init__(
        self, preview: Preview, options: ViewOptions, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._preview, self._options = preview, options
        self._action = actions["disagreement"]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        title = QLabel("Network against labels")
        title.setObjectName("heading")
        title.setContentsMargins(4, 0, 0, 0)
        column.addWidget(title)
        self._numbers: dict[str, QLabel] = {}
        column.addLayout(self._number_grid())
        self.mark = QCheckBox("Mark disagreement")
        self.mark.setToolTip(self._action.toolTip())
        self.mark.toggled.connect(self._action.setChecked)
        self.mark.toggled.connect(lambda on: options.set("disagreement", on))
        self.pause = QCheckBox("Pause below mIoU")
        self.limit = DecimalBox(0.05, 1.0, 0.05)
        self.limit.setValue(float(options.get("pause_below")))
        self.pause.setChecked(bool(options.get("pause_below_on")))
        self.pause.toggled.connect(self._set_limit)
        self.limit.valueChanged.connect(self._set_limit)
        self.pause.setToolTip("Pause the game at the first frame whose mIoU is below the limit")
        self.limit.setAccessibleName("Limit of mIoU")
        self.limit.setToolTip("Limit: mean IoU over the classes in the frame's labels, 0.05 to 1")
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 6, 0)
        row.addWidget(self.pause)
        row.addStretch(1)
        row.addWidget(self.limit)
        box = QHBoxLayout()
        box.setContentsMargins(4, 0, 6, 0)
        box.addWidget(self.mark)
        column.addLayout(box)
        column.addLayout(row)
        preview.numbers_due.connect(self._refresh)
        options.changed.connect(self._follow)
        self._follow()

    def _number_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(4, 0, 6, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        lines = [
            ("accuracy", "", "pixels of the frame on which both agree, percent"),
            ("mIoU", "", "mean IoU over the classes in the frame's labels, 0 to 1"),
        ]
        lines += [
            (name, "#{:02x}{:02x}{:02x}".format(*colour), f"{meaning}, percent of the frame")
            for _, name, meaning, colour in ERRORS
        ]
        for place, (name, colour, tip) in enumerate(lines):
            text = f'<span style="color:{colour}">■</span> {name}' if colour else name
            label, value = QLabel(text), QLabel(_NOTHING)
            value.setFont(number_font(value))
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setToolTip(tip)
            value.setToolTip(tip)
            grid.addWidget(label, place, 0)
            grid.addWidget(value, place, 1)
            self._numbers[name] = value
        return grid

    def text(self, name: str) -> str:
        """The number shown: "accuracy", "mIoU", or a kind of disagreement."""
        return self._numbers[name].text()

    def _set_limit(self) -> None:
        self._preview.set_pause_below(self.limit.value(), self.pause.isChecked())

    def _follow(self) -> None:
        on = bool(self._options.get("disagreement"))
        self.mark.setChecked(on)
        self._action.setChecked(on)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up: what nobody sees is not worked out."""
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        picture = self._preview.picture
        if picture is None or picture.scores is None or picture.truth is None or picture.prediction is None:
            for value in self._numbers.values():
                value.setText(_NOTHING)
            return
        result = picture.scores
        self._numbers["accuracy"].setText(f"{result.accuracy:.2%}")
        self._numbers["mIoU"].setText(_NOTHING if isnan(result.miou) else f"{result.miou:.3f}")
        counts = np.bincount(error_map(picture.truth, picture.prediction).ravel(), minlength=4)
        for id, name, _, _ in ERRORS:
            self._numbers[name].setText(f"{counts[id] / counts.sum():.2%}")
