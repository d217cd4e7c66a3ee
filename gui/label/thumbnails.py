"""The frames of the open data set as small pictures in a column beside the canvas; a click goes to one."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QWidget

from core.dataset.frame_marks import Mark
from core.dataset.png_files import decode_frame
from core.dataset.store import DataSet
from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from gui.kit.background import BackgroundJobs
from gui.label.dataset_browser import DatasetBrowser
from gui.label.frame_list import FrameList
from gui.label.tools import LabelTools
from gui.pictures.images import image_of, opaque

_SHRINK = 4
_SIZE = QSize(FRAME_WIDTH // _SHRINK, FRAME_HEIGHT // _SHRINK)  # logical pixels
_MARGIN = 4
_KEPT = 400  # pictures, of 13 KB each at one device pixel a logical one
_SEEN = 60  # more than stand in a column on any screen
_BADGE = 13  # logical pixels
_PERSON = ("✎", "#2f6fde")
_BADGES: dict[Mark, tuple[str, str]] = {
    "done": ("✓", "#00805c"),
    "doubtful": ("?", "#b05a00"),
    "trash": ("×", "#5c6670"),
}
_WORDS: dict[Mark, str] = {"done": "done", "doubtful": "doubtful", "trash": "in the trash"}

Small = npt.NDArray[np.uint32]
Place = QModelIndex | QPersistentModelIndex


class Thumbnails(QListView):
    """Shows the frames that the filter lets through, in their order, and which one is being labelled.

    Only what is seen is read, by a worker of its own, and the newest wish first: a set of any size opens at once.
    """

    def __init__(
        self, browser: DatasetBrowser, tools: LabelTools, jobs: BackgroundJobs, parent: QWidget | None = None
    ) -> None:
        """``jobs`` read the pictures."""
        super().__init__(parent)
        self._browser, self._tools = browser, tools
        self._pictures = _Pictures(jobs, self)
        self.setModel(self._pictures)
        self.setObjectName("thumbnails")
        self.setAccessibleName("Frames of the data set")
        self.setUniformItemSizes(True)
        self.setIconSize(_SIZE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Not the highlight's blue: that is the sky's.
        self.setStyleSheet("QListView::item:selected { background: palette(window-text); }")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFixedWidth(_SIZE.width() + 2 * _MARGIN + self.verticalScrollBar().sizeHint().width())
        self.clicked.connect(self._go)
        # Painted anew, not laid out anew as ``dataChanged`` would have it: 14,000 rows are too many for that.
        self._pictures.arrived.connect(lambda row: self.update(self._pictures.index(row)))
        browser.list_changed.connect(self._follow)
        tools.changed.connect(self._show_or_hide)
        self._follow()

    def _follow(self) -> None:
        shown = self._browser.list
        self._pictures.show_list(shown)
        self.viewport().update()  # marks
        self._show_or_hide()
        place = None if shown is None else shown.place(self._browser.number)
        if place is None:
            self.clearSelection()
            return
        index = self._pictures.index(place)
        if index != self.currentIndex() or not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _show_or_hide(self) -> None:
        self.setVisible(self._browser.list is not None and self._tools.shows_thumbnails)

    def _go(self, index: QModelIndex) -> None:
        self._browser.show(self._pictures.numbers[index.row()])
        self._follow()  # the frame before could not be left


class _Pictures(QAbstractListModel):
    """The small pictures, read when they are asked for.

    Signals:
        arrived: the picture of a row.

    Attributes:
        numbers: of the frames, in the order of the rows.
    """

    arrived = Signal(int)

    def __init__(self, jobs: BackgroundJobs, view: QWidget) -> None:
        super().__init__(view)
        self.numbers: list[int] = []
        self._jobs, self._view = jobs, view
        self._ratio = 1.0  # device pixels a logical one, of the pictures that are kept
        self._list: FrameList | None = None
        self._kept: OrderedDict[int, Small | None] = OrderedDict()  # None: it cannot be read
        self._wanted: dict[int, None] = {}  # the newest last
        self._reading: tuple[DataSet, int, float] | None = None

    def show_list(self, shown: FrameList | None) -> None:
        """Follow the list: other frames, or another order."""
        numbers = [] if shown is None else shown.numbers
        if shown is not None and (self._list is None or self._list.data is not shown.data):
            self._kept.clear()
        self._list = shown
        if numbers != self.numbers:
            self.beginResetModel()
            self.numbers = list(numbers)
            self._wanted.clear()
            self.endResetModel()

    def rowCount(self, parent: Place = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        """Frames that are shown."""
        return 0 if parent.isValid() else len(self.numbers)

    def data(self, index: Place, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The picture, what it is in words, and its size."""
        number = self.numbers[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(number)
        if role == Qt.ItemDataRole.SizeHintRole:
            return _SIZE + QSize(2 * _MARGIN, 2 * _MARGIN)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(number)
        return None

    def _words(self, number: int) -> str:
        assert self._list is not None
        record, mark = self._list.record(number), self._list.marks.get(number)
        words = [f"frame {number}: {record.level}, x {record.x}"]
        words += ["labelled by a person"] if number in self._list.by_person else []
        words += [_WORDS[mark]] if mark else []
        return ", ".join(words)

    def _icon(self, number: int) -> QIcon:
        assert self._list is not None
        if self._view.devicePixelRatioF() != self._ratio:
            self._ratio = self._view.devicePixelRatioF()
            self._kept.clear()
        pixels = QPixmap(_SIZE * self._ratio)
        pixels.setDevicePixelRatio(self._ratio)
        pixels.fill(QColor(128, 128, 128, 60))
        painter = QPainter(pixels)
        if number not in self._kept:
            self._want(number)
        elif (small := self._kept[number]) is not None:
            self._kept.move_to_end(number)
            image = image_of(small, is_opaque=True)
            image.setDevicePixelRatio(self._ratio)
            painter.drawImage(0, 0, image)
        mark = self._list.marks.get(number)
        badges = [_PERSON] * (number in self._list.by_person) + ([_BADGES[mark]] if mark else [])
        for place, (sign, colour) in enumerate(badges):
            corner = QRect(_SIZE.width() - (place + 1) * _BADGE, _SIZE.height() - _BADGE, _BADGE, _BADGE)
            painter.fillRect(corner, QColor(colour))
            painter.setPen(Qt.GlobalColor.white)
            painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, sign)
        painter.end()
        icon = QIcon(pixels)
        icon.addPixmap(pixels, QIcon.Mode.Selected)  # as it is, not tinted
        return icon

    # Reading

    def _want(self, number: int) -> None:
        assert self._list is not None
        if self._reading == (self._list.data, number, self._ratio):
            return
        self._wanted.pop(number, None)
        self._wanted[number] = None
        if len(self._wanted) > _SEEN:
            del self._wanted[next(iter(self._wanted))]  # scrolled past
        if self._reading is None:
            self._read_next()

    def _read_next(self) -> None:
        if not self._wanted or self._list is None:
            return
        number, _ = self._wanted.popitem()
        data, ratio = self._list.data, self._ratio
        self._reading = data, number, ratio
        self._jobs.start(
            lambda job: _read_small(data, number, _SIZE * ratio),
            partial(self._keep, data, number, ratio),
            lambda problem: self._keep(data, number, ratio, None),  # whoever opens the frame is told
        )

    def _keep(self, data: DataSet, number: int, ratio: float, small: Small | None) -> None:
        self._reading = None
        if self._list is not None and self._list.data is data and ratio == self._ratio:
            self._kept[number] = small
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            if number in self.numbers:
                self.arrived.emit(self.numbers.index(number))
        self._read_next()


def _read_small(data: DataSet, number: int, size: QSize) -> Small:
    """A frame of another size in device pixels, opaque ARGB, uint32 (H, W)."""
    frame = decode_frame(data.frame_path(number))
    small = cv2.resize(frame, (size.width(), size.height()), interpolation=cv2.INTER_AREA)
    return opaque(np.asarray(small, np.uint8)).copy()
