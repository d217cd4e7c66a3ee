"""The class legend: switches classes on and off, highlights one, and tells its share and its IoU on the live frame."""

from __future__ import annotations

from math import isnan

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from core.classes import CLASS_COUNT, CLASSES, SegmentationClass
from gui.keys.keymap import Keymap
from gui.live.preview import Preview
from gui.pictures.class_rows import ClassRow, class_heading
from gui.pictures.view_options import ViewOptions

_COLUMNS = (
    ("area", "pixels of the frame with this label, percent"),
    ("IoU", "intersection over union of network and labels in this frame, 0 to 1"),
)


class LegendRow(ClassRow):
    """One class: a click switches it, the mouse over it highlights it."""

    def __init__(self, options: ViewOptions, item: SegmentationClass, parent: QWidget | None = None) -> None:
        super().__init__(item, parent)
        self._options = options
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"class {item.name}")
        self.setToolTip(f"{item.id}  {item.name}: {item.covers}.\nClick switches it on or off.")

    def _toggle(self) -> None:
        is_shown = self.item.id in self._options.hidden
        self._options.set_class_visible(self.item.id, is_shown)
        self._options.highlight(self.item.id if is_shown else None)  # with one that is hidden all would be dark

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch the class."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space switches the class, too."""
        if event.key() == Qt.Key.Key_Space:
            self._toggle()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Highlight the class."""
        self._options.highlight(self.item.id)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Highlight none."""
        self._options.highlight(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Highlight the class."""
        self._options.highlight(self.item.id)

    def leaveEvent(self, event: QEvent) -> None:
        """Highlight none."""
        self._options.highlight(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Swatch (empty when switched off), name, share, IoU."""
        painter = QPainter(self)
        colours = self.palette()
        if self._options.highlighted == self.item.id or self.hasFocus():
            painter.fillRect(self.rect(), colours.midlight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hidden = self.item.id in self._options.hidden
        painter.setPen(colours.placeholderText().color())
        self.paint_swatch(painter, 4.5, None if hidden else self._options.class_colours[self.item.id])
        painter.setPen((colours.placeholderText() if hidden else colours.windowText()).color())
        self.paint_texts(painter, 26)


class Legend(QWidget):
    """All 16 classes."""

    def __init__(self, preview: Preview, options: ViewOptions, keys: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview, self._options = preview, options
        self.rows = [LegendRow(options, item) for item in CLASSES]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.show_all = QToolButton()
        self.show_all.setText("show all")
        self.show_all.setObjectName("quiet")
        keys.explain(self.show_all, "show-all")
        self.show_all.clicked.connect(options.show_all_classes)
        column.addLayout(class_heading(_COLUMNS, LegendRow.COLUMN, self.show_all, left=4))
        for row in self.rows:
            column.addWidget(row)
        preview.numbers_due.connect(self._refresh)
        options.changed.connect(self._repaint)
        self._repaint()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up: what nobody sees is not worked out."""
        super().showEvent(event)
        self._refresh()

    def _repaint(self) -> None:
        self.show_all.setVisible(bool(self._options.hidden))
        for row in self.rows:
            row.update()

    def _refresh(self) -> None:
        picture = self._preview.picture
        if picture is None or not self.isVisible():
            return
        class_map = picture.labels if picture.labels is not None else picture.prediction
        counts = None if class_map is None else np.bincount(class_map.ravel(), minlength=CLASS_COUNT)
        for row in self.rows:
            share = "" if counts is None or not counts[row.item.id] else f"{counts[row.item.id] / counts.sum():.1%}"
            iou = float("nan") if picture.scores is None else float(picture.scores.iou[row.item.id])
            row.set_numbers(share, "" if isnan(iou) else f"{iou:.2f}")
