"""The classes to paint with: key, colour, name, share of the frame, and agreement with the automatic labels."""

from __future__ import annotations

from math import isnan

import numpy as np
from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.classes import CLASS_COUNT, CLASSES, SegmentationClass
from core.dataset.agreement import frame_agreement
from core.wording import counted
from gui.keys.keymap import Keymap
from gui.kit.style import number_font
from gui.label.editor import LabelEditor
from gui.label.tools import LabelTools
from gui.pictures.class_rows import ClassRow, class_heading
from gui.pictures.view_options import ViewOptions

_KEY = 24  # logical pixels
_DELAY = 100  # ms between a stroke's pixels and the numbers

_COLUMNS = (
    ("area", "pixels of the frame with this label, percent"),
    ("agree", "intersection over union of your labels and the automatic ones in this frame, 0 to 1"),
)


class PaintRow(ClassRow):
    """One class: a click chooses it."""

    ROW, COLUMN = 20, 48

    def __init__(
        self,
        tools: LabelTools,
        keys: Keymap,
        options: ViewOptions,
        item: SegmentationClass,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(item, parent)
        self._tools, self._keys, self._options = tools, keys, options
        self.key = ""
        self.setObjectName(f"label-class-{item.id}")
        self.setAccessibleName(f"paint {item.name}")
        keys.follow(self._follow_keys)

    def _follow_keys(self) -> None:
        keys, id = self._keys, f"label-class-{self.item.id}"
        self.key = keys.first(id).replace("Shift+", "⇧")
        self.setToolTip(keys.tooltip(id))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Paint with this class."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._tools.choose_class(self.item.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar when chosen, key, swatch, name, share, IoU."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        if self._tools.class_id == self.item.id:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.highlight())
            painter.drawRoundedRect(QRectF(0, 1, self.width(), self.ROW - 2), 3, 3)
            text = quiet = colours.highlightedText().color()
        else:
            text, quiet = colours.windowText().color(), colours.placeholderText().color()
        painter.setPen(quiet)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, 0, _KEY - 2, self.ROW), right, self.key)
        self.paint_swatch(painter, _KEY + 5.5, self._options.class_colours[self.item.id])
        painter.setPen(text)
        self.paint_texts(painter, _KEY + 26)


class LabelClasses(QWidget):
    """All 16 classes, and how far the person and the automatic labels agree on this frame."""

    def __init__(self, editor: LabelEditor, keys: Keymap, options: ViewOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.rows = [PaintRow(editor.tools, keys, options, item) for item in CLASSES]
        self.total = QLabel()
        self.total.setObjectName("quiet")
        self.total.setFont(number_font(self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(class_heading(_COLUMNS, PaintRow.COLUMN))
        for row in self.rows:
            column.addWidget(row)
        column.addSpacing(4)
        column.addWidget(self.total)
        self._timer = QTimer(self, interval=_DELAY, singleShot=True)
        self._timer.timeout.connect(self._count)
        editor.tools.changed.connect(self._repaint)
        options.changed.connect(self._repaint)
        editor.pixels_changed.connect(self._soon)
        editor.target_changed.connect(self._count)

    def _repaint(self) -> None:
        for row in self.rows:
            row.update()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _count(self) -> None:
        annotation = self._editor.annotation
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
        verb = "differs" if changed == 1 else "differ"
        differ = (
            f"{counted(changed, 'pixel')} {verb} from the automatic labels" if changed else "as the automatic labels"
        )
        self.total.setText(differ)
