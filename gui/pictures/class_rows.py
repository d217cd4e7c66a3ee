"""What lists of the 16 classes have in common: a row with two numbers at its right, and the heading over them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.classes import SegmentationClass
from gui.kit.style import number_font

_SWATCH = 13
_WIDTH = 220  # logical pixels, at least wished for
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassRow(QWidget):
    """One class; what a click does and what stands at the left is up to a subclass.

    Attributes:
        item: the class.
        share: of the frame, as text.
        iou: as text.
    """

    ROW = 21  # logical pixels
    COLUMN = 52

    def __init__(self, item: SegmentationClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.share = self.iou = ""
        self.setFixedHeight(self.ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(number_font(self))

    def sizeHint(self) -> QSize:
        """Name and two columns of numbers."""
        return QSize(_WIDTH, self.ROW)

    def set_numbers(self, share: str, iou: str) -> None:
        """Share of the frame and IoU, as text."""
        if (share, iou) != (self.share, self.iou):
            self.share, self.iou = share, iou
            self.update()

    def paint_swatch(self, painter: QPainter, left: float, colour: tuple[int, int, int] | None) -> None:
        """The class's colour, framed by the painter's pen; None leaves it empty."""
        if colour is not None:
            painter.setBrush(QColor(*colour))
        painter.drawRoundedRect(QRectF(left, (self.ROW - _SWATCH) / 2 + 0.5, _SWATCH - 1, _SWATCH - 1), 2.5, 2.5)

    def paint_texts(self, painter: QPainter, left: float) -> None:
        """Name, share and IoU in the painter's pen."""
        width, column = self.width(), self.COLUMN
        name = QRectF(left, 0, width - left - 2 * column, self.ROW)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, self.item.name)
        painter.drawText(QRectF(width - 2 * column, 0, column - 4, self.ROW), _RIGHT, self.share)
        painter.drawText(QRectF(width - column, 0, column - 6, self.ROW), _RIGHT, self.iou)


def class_heading(columns: Sequence[tuple[str, str]], width: int, *beside: QWidget, left: int = 0) -> QHBoxLayout:
    """The line over the rows: a title, widgets beside it, and a label with a tooltip over each column.

    Args:
        columns: words and tooltips.
        width: of a column, in logical pixels.
        beside: what stands beside the title.
        left: margin.
    """
    heading = QHBoxLayout()
    heading.setContentsMargins(left, 0, 6, 4)
    title = QLabel("Classes")
    title.setObjectName("heading")
    for widget in (title, *beside):
        heading.addWidget(widget)
    heading.addStretch(1)
    for text, tip in columns:
        label = QLabel(text)
        label.setObjectName("quiet")
        label.setToolTip(tip)
        label.setAlignment(_RIGHT)
        label.setFixedWidth(width - 6)
        heading.addWidget(label)
    return heading
