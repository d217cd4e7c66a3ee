"""The Label tab: tools, canvas and classes around the model of what is being labelled."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from gui.keys.keymap import Keymap
from gui.kit.background import BackgroundJobs
from gui.kit.file_dialogs import FileDialogs
from gui.kit.notices import Notices
from gui.kit.widgets import scrolled
from gui.label.banner import LabelBanner
from gui.label.bar import LabelBar
from gui.label.canvas import LabelCanvas
from gui.label.classes import LabelClasses
from gui.label.exchange_dialogs import add_exchange
from gui.label.foot import LabelFoot
from gui.label.model import LabelModel
from gui.label.options import LabelOptions
from gui.label.strip import LabelStrip
from gui.label.thumbnails import Thumbnails
from gui.live.game_control import GameControl
from gui.pictures.view_options import ViewOptions

SIDE_WIDTH = 290  # logical pixels


class LabelPage(QWidget):
    """Puts the panels together; each knows the part of the model that it shows."""

    def __init__(
        self,
        model: LabelModel,
        game: GameControl,
        notices: Notices,
        keys: Keymap,
        options: ViewOptions,
        canvas: LabelCanvas,
        actions: Mapping[str, QAction],
        files: FileDialogs,
        thumbnails: BackgroundJobs,
    ) -> None:
        """``thumbnails`` read the small pictures."""
        super().__init__()
        self.model = model
        self.canvas = canvas
        self.bar = LabelBar(model.editor, model.browser, game, actions)
        self.banner = LabelBanner(model)
        self.strip = LabelStrip(model.editor, keys, actions)
        self.options = LabelOptions(model.editor, model.sources, keys)
        self.classes = LabelClasses(model.editor, keys, options)
        self.foot = LabelFoot(model, keys, actions)
        add_exchange(self.bar.menu, self, model.editor, model.browser, notices, model.bulk, files)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(canvas, 1)
        middle.addWidget(self.foot)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._tools())
        row.addLayout(middle, 1)
        row.addWidget(Thumbnails(model.browser, model.editor.tools, thumbnails))
        row.addWidget(self._side())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.banner)
        column.addLayout(row, 1)
        canvas.hovered.connect(self._follow_pixel)
        canvas.zoomed.connect(self._follow_pixel)
        canvas.owner_changed.connect(self._follow_owner)
        model.editor.target_changed.connect(self._follow_pixel)
        model.editor.pixels_changed.connect(self._follow_pixel)
        self.bar.chosen.connect(canvas.setFocus, Qt.ConnectionType.QueuedConnection)
        self._follow_owner()

    def _tools(self) -> QScrollArea:
        """The strip; the wheel moves it where the window is too low for all tools."""
        area = scrolled(self.strip)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(self.strip.sizeHint().width())
        return area

    def _side(self) -> QScrollArea:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(10)
        column.addWidget(self.options)
        column.addWidget(self.classes)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(side)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedWidth(SIDE_WIDTH)
        return area

    def may_close(self) -> bool:
        """Whether no stroke would be lost; asks when one would (a full disk)."""
        if self.model.editor.is_safe():
            return True
        buttons = QMessageBox.StandardButton
        question = f"Your last strokes cannot be kept: {self.model.editor.problem}. Close all the same, and lose them?"
        answer = QMessageBox.question(self, "Close the window", question, buttons.Discard | buttons.Cancel)
        return answer == buttons.Discard

    def refresh_icons(self) -> None:
        """Draw the icons anew, in the palette's colours."""
        self.bar.refresh_icons()
        self.strip.refresh_icons()

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard goes to the canvas, and what other programs did to the data set is seen."""
        super().showEvent(event)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.model.browser.reload_if_changed()

    def changeEvent(self, event: QEvent) -> None:
        """Look at the data set again when the window comes back to the front."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.isVisible():
            self.model.browser.reload_if_changed()

    def _follow_pixel(self) -> None:
        self.foot.show_pixel(self.canvas.pixel, self.canvas.zoom)

    def _follow_owner(self) -> None:
        self.foot.show_owner(self.canvas.hasFocus())
