"""The classes to paint with: key, colour, name, share of the frame, and agreement with the automatic labels."""

from __future__ import annotations

from math import isnan

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.classes import CLASS_COUNT, CLASSES, SegmentationClass
from core.dataset.agreement import frame_agreement
from gui.label_model import LabelModel
from gui.style import number_font

_ROW = 20
_SWATCH = 13
_COLUMN = 48
_KEY = 24
_DELAY = 100  # ms between a stroke's pixels and the numbers


class ClassRow(QWidget):
    """One class: a click chooses it."""

    def __init__(self, model: LabelModel, item: SegmentationClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.item = item
        self.share = ""
        self.iou = ""
        self.key = ""
        self.setObjectName(f"label-class-{item.id}")
        self.setFixedHeight(_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"paint {item.name}")
        self.setFont(number_font(self))
        model.session.keys.follow(self._follow_keys)

    def _follow_keys(self) -> None:
        keys, id = self.model.session.keys, f"label-class-{self.item.id}"
        self.key = keys.first(id).replace("Shift+", "⇧")
        self.setToolTip(keys.tooltip(id))
        self.update()

    def sizeHint(self) -> QSize:
        """Key, name and two columns of numbers."""
        return QSize(230, _ROW)

    def set_numbers(self, share: str, iou: str) -> None:
        """Share of the frame and IoU, as text."""
        if (share, iou) != (self.share, self.iou):
            self.share, self.iou = share, iou
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Paint with this class."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.model.tools.choose_class(self.item.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar when chosen, key, swatch, name, share, IoU."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        if self.model.tools.class_id == self.item.id:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.highlight())
            painter.drawRoundedRect(QRectF(0, 1, self.width(), _ROW - 2), 3, 3)
            text = quiet = colours.highlightedText().color()
        else:
            text, quiet = colours.windowText().color(), colours.placeholderText().color()
        middle = Qt.AlignmentFlag.AlignVCenter
        right = middle | Qt.AlignmentFlag.AlignRight
        painter.setPen(quiet)
        painter.drawText(QRectF(0, 0, _KEY - 2, _ROW), right, self.key)
        painter.setBrush(QColor(*self.model.session.class_colours[self.item.id]))
        painter.drawRoundedRect(QRectF(_KEY + 5.5, (_ROW - _SWATCH) / 2 + 0.5, _SWATCH - 1, _SWATCH - 1), 2.5, 2.5)
        painter.setPen(text)
        left, width = _KEY + 26, self.width()
        painter.drawText(QRectF(left, 0, width - left - 2 * _COLUMN, _ROW), middle, self.item.name)
        painter.drawText(QRectF(width - 2 * _COLUMN, 0, _COLUMN - 4, _ROW), right, self.share)
        painter.drawText(QRectF(width - _COLUMN, 0, _COLUMN - 6, _ROW), right, self.iou)


class LabelClasses(QWidget):
    """All 16 classes, and how far the person and the automatic labels agree on this frame."""

    def __init__(self, model: LabelModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.rows = [ClassRow(model, item) for item in CLASSES]
        self.total = QLabel()
        self.total.setObjectName("quiet")
        self.total.setFont(number_font(self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._heading())
        for row in self.rows:
            column.addWidget(row)
        column.addSpacing(4)
        column.addWidget(self.total)
        self._timer = QTimer(self, interval=_DELAY, singleShot=True)
        self._timer.timeout.connect(self._count)
        model.tools.changed.connect(self._repaint)
        model.session.display_changed.connect(self._repaint)
        model.pixels_changed.connect(self._soon)
        model.subject_changed.connect(self._count)

    def _heading(self) -> QHBoxLayout:
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 0, 6, 3)
        title = QLabel("Classes")
        title.setObjectName("heading")
        heading.addWidget(title)
        heading.addStretch(1)
        for text, tip in (
            ("area", "pixels of the frame with this label, percent"),
            ("agree", "intersection over union of your labels and the automatic ones in this frame, 0 to 1"),
        ):
            label = QLabel(text)
            label.setObjectName("quiet")
            label.setToolTip(tip)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setFixedWidth(_COLUMN - 6)
            heading.addWidget(label)
        return heading

    def _repaint(self) -> None:
        for row in self.rows:
            row.update()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _count(self) -> None:
        annotation = self.model.annotation
        if annotation is None:
            for row in self.rows:
                row.set_numbers("", "")
            self.total.setText("")
            return
        counts = np.bincount(annotation.class_map.ravel(), minlength=CLASS_COUNT)
        agreement = frame_agreement(annotation.class_map, annotation.automatic)
        for row in self.rows:
            share, iou = counts[row.item.id] / counts.sum(), float(agreement.iou[row.item.id])
            row.set_numbers(f"{share:.1%}" if share else "", "" if isnan(iou) else f"{iou:.2f}")
        changed = round((1 - agreement.accuracy) * annotation.class_map.size)
        differ = f"{changed:,} pixels differ from the automatic labels" if changed else "as the automatic labels"
        self.total.setText(differ)
