"""The bar below the label canvas: the pixel under the mouse, who has the keyboard, the clicks to a better network."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.classes import CLASS_NAMES
from gui.keys.default_keys import shortcut
from gui.keys.keymap import Keymap
from gui.kit.style import number_font
from gui.label.model import LabelModel

_NARROWEST = 90  # logical pixels of what stands on the left, in a small window
_NARROW_BUTTON = 32
_LONGEST_NAME = 140  # logical pixels of the data set's name on the button
_MARK_WORDS = {"done": "done", "doubtful": "doubtful", "trash": "in the trash"}


class LabelFoot(QWidget):
    """Read-out, saved or not, Add to data set, Continue training."""

    def __init__(
        self, model: LabelModel, keys: Keymap, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model, self._editor, self._keys = model, model.editor, keys
        self.title, self.read_out, self.saved, self.owner = QLabel(), QLabel(), QLabel(), QLabel()
        self.read_out.setFont(number_font(self))
        self.read_out.setToolTip(
            "How large a pixel is drawn, logical pixels; column and row of the pixel under the mouse in the frame, "
            "240 x 224; its class"
        )
        for label in (self.title, self.read_out):
            label.setMinimumWidth(_NARROWEST)
        for label in (self.read_out, self.saved, self.owner):
            label.setObjectName("quiet")
        self.add = QPushButton("Add to data set")
        self.add.setObjectName("label-add")
        self.add.clicked.connect(actions["label-add"].trigger)
        self.other = QPushButton("…")
        self.other.setObjectName("label-add-to")
        self.other.setAccessibleName(shortcut("label-add-to").text)
        self.other.setFixedWidth(_NARROW_BUTTON)
        keys.explain(self.other, "label-add-to")
        self.other.clicked.connect(actions["label-add-to"].trigger)
        self.train = QPushButton("Continue training")
        self.train.setObjectName("label-train")
        self.train.clicked.connect(model.continue_training)
        for button in (self.add, self.other, self.train):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        for signal in (
            self._editor.changed, self._editor.target_changed, model.browser.list_changed, model.sources.changed,
            keys.changed,
        ):  # fmt: skip
            signal.connect(self._follow)
        self._follow()

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, labels in ((left, (self.title, self.read_out)), (right, (self.saved, self.owner))):
            column.setSpacing(1)
            for label in labels:
                column.addWidget(label)
        for label in (self.saved, self.owner):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 6)
        row.setSpacing(10)
        row.addLayout(left, 1)
        row.addLayout(right)
        row.addWidget(self.add)
        row.addWidget(self.other)
        row.addWidget(self.train)

    def show_pixel(self, pixel: tuple[int, int] | None, zoom: float) -> None:
        """Tell about the pixel under the mouse, and how large the picture is drawn."""
        annotation = self._editor.annotation
        size = f"{zoom:g}×"
        if annotation is None:
            self.read_out.setText("")
            return
        class_id = None if pixel is None else annotation.pick(*pixel)
        if pixel is None or class_id is None:
            self.read_out.setText(size)
            return
        automatic = int(annotation.automatic[pixel[1], pixel[0]])
        other = "" if automatic == class_id else f", automatic {CLASS_NAMES[automatic]}"
        self.read_out.setText(f"{size}   {pixel[0]}, {pixel[1]}   {CLASS_NAMES[class_id]}{other}")

    def show_owner(self, has_keys: bool) -> None:
        """Tell who has the keyboard."""
        self.owner.setText("keys go to the labels" if has_keys else "click the picture: keys go to the labels")

    def _follow(self) -> None:
        model, target = self.model, self._editor.target
        mark = model.browser.mark
        of = "" if target is None or target.data is None else f"{target.data.folder.name}: "
        self.title.setText("" if target is None else of + target.title + (f", {_MARK_WORDS[mark]}" if mark else ""))
        self.saved.setText(self._saved())
        is_frozen = target is not None and target.frozen is not None
        self.add.setVisible(is_frozen)
        self.other.setVisible(is_frozen and not model.needs_name)
        name = self.fontMetrics().elidedText(model.data_folder.name, Qt.TextElideMode.ElideMiddle, _LONGEST_NAME)
        self.add.setText("Add to a data set…" if model.needs_name else f"Add to {name}".replace("&", "&&"))
        self.add.setToolTip(f"{self._keys.tooltip('label-add')}: {model.data_folder}")
        problem = model.training_problem
        self.train.setEnabled(not problem)
        self.train.setToolTip(problem or model.training_text)

    def _saved(self) -> str:
        target = self._editor.target
        if target is None:
            return ""
        if target.frozen is not None:
            return "not in a data set yet"
        if not self._editor.is_saved:
            return "not saved yet"
        return "saved" if target.by_person else "automatic labels"
