"""The bar above the label canvas: where the frame comes from, which one it is, and which ones are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QToolButton, QWidget

from gui.kit.icon_bar import IconBar
from gui.kit.style import number_font
from gui.label.dataset_browser import ORDERS, DatasetBrowser
from gui.label.editor import LabelEditor
from gui.label.frame_list import ORIGINS
from gui.live.game_control import GameControl

_MARKED = {"label-done": "done", "label-doubtful": "doubtful", "label-delete": "trash"}
_NARROWEST = 80  # logical pixels of a list in a small window


class LabelBar(IconBar):
    """Freeze, open; previous, next, next unlabelled; filter, order; import and export.

    Signals:
        chosen: something was chosen in a list: the keyboard shall go to the canvas.
    """

    chosen = Signal()

    def __init__(
        self,
        editor: LabelEditor,
        browser: DatasetBrowser,
        game: GameControl,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor, self._browser, self._game = editor, browser, game
        self._actions = actions
        self.place = QLabel()
        self.place.setFont(number_font(self))
        self.origin, self.order = QComboBox(), QComboBox()
        for key, words in ORIGINS.items():
            self.origin.addItem(words, key)
        for key, words in ORDERS.items():
            self.order.addItem(words, key)
        for box in (self.origin, self.order):
            box.setMinimumWidth(_NARROWEST)
        self.origin.setToolTip("Which frames of the data set are shown, by who labelled them and how they are marked")
        self.order.setToolTip(
            "In which order: as stored, or those first that the network of the Play tab finds hard. Disagreement: "
            "1 - mIoU of the network against the labels; uncertainty: mean entropy of the network's answer"
        )
        self.more = QToolButton()
        self.more.setText("Data set ▾")
        self.more.setObjectName("menu")
        self.more.setToolTip("Export, import, agreement of persons and automatic labels")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu = QMenu(self.more)
        self.more.setMenu(self.menu)
        self._lay_out()
        self.origin.activated.connect(lambda i: self._do(browser.choose_origin, self.origin.itemData(i)))
        self.order.activated.connect(lambda i: self._do(browser.choose_order, self.order.itemData(i)))
        for signal in (browser.list_changed, editor.target_changed, game.state_changed):
            signal.connect(self._follow)
        self.refresh_icons()
        self._follow()

    def _lay_out(self) -> None:
        for id in ("label-freeze", "label-open"):
            self.add_button(id, self._actions[id], with_text=True)
        self.add_line()
        for id in ("label-previous", "label-next", "label-unlabelled", *_MARKED):
            self.add_button(id, self._actions[id])
        self.row.addSpacing(6)
        self.row.addWidget(self.place)
        self.row.addStretch(1)
        for text, box in (("Show", self.origin), ("Order", self.order)):
            self.add_named(text, box, gap=4)
        self.add_line()
        self.row.addWidget(self.more)

    def _do(self, choose: Callable[[str], object], value: str) -> None:
        choose(value)
        self.chosen.emit()

    def _follow(self) -> None:
        shown, target = self._browser.list, self._editor.target
        for widget in (self.origin, self.order):
            widget.setEnabled(shown is not None)
        for name in ("previous", "next", "unlabelled"):
            self._actions[f"label-{name}"].setEnabled(shown is not None)
        mark = self._browser.mark
        for id, name in _MARKED.items():
            self._actions[id].setEnabled(self._browser.number is not None)
            self._actions[id].setChecked(mark == name)
        self._actions["label-freeze"].setEnabled(bool(self._game.state.engine))
        if shown is None:
            self.place.setText("" if target is None else "frozen frame")
            return
        place, number = shown.place(self._browser.number), self._browser.number
        if target is not None and target.frozen is not None:
            text = f"frozen frame, not in {shown.data.folder.name} yet"
        elif number is None:
            text = f"{len(shown.numbers):,} frames"
        elif place is None:
            text = f"frame {number}, not among the {len(shown.numbers):,} shown"
        else:
            text = f"{place + 1:,} of {len(shown.numbers):,}"
        self.place.setText(text)
        self.place.setToolTip(f"{shown.data.folder}: {len(shown.data):,} frames, {len(shown.by_person):,} by a person")
        self.origin.setCurrentIndex(self.origin.findData(shown.origin))
        self.order.setCurrentIndex(self.order.findData(shown.order))
