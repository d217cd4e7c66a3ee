"""The tools beside the label canvas, and what acts on the whole frame."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gui.keys.default_keys import shortcut
from gui.keys.keymap import Keymap
from gui.kit.style import icon
from gui.label.editor import LabelEditor
from gui.label.tools import TOOLS

_WHOLE = ("undo", "redo", "clear", "again")
_VIEW = ("overlay", "outlines", "grid", "fit")
_OWN = {
    f"label-{name}"
    for name in (
        "freeze", "open", "previous", "next", "unlabelled", "done", "doubtful", "delete",  # the bar's
        "undo", "redo", "add", "add-to", "finish", "release",
    )
}  # fmt: skip
"""Actions that may be possible without a frame, or need more than one; a class can be chosen at any time."""
_SIDE = 20  # logical pixels


class LabelStrip(QWidget):
    """One column of buttons."""

    def __init__(
        self, editor: LabelEditor, keys: Keymap, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._editor, self._keys = editor, keys
        self._actions = actions
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(3)
        for name in TOOLS:
            button = self._plain(name)
            button.setCheckable(True)
            button.clicked.connect(actions[f"label-{name}"].trigger)
            group.addButton(button)
            column.addWidget(button)
        for names in (_WHOLE, _VIEW):
            column.addWidget(_line())
            for id in names:
                column.addWidget(self._of_action(id))
        column.addStretch(1)
        editor.tools.changed.connect(self._follow_tools)
        editor.changed.connect(self._follow)
        editor.target_changed.connect(self._follow)
        self.refresh_icons()
        self._follow_tools()
        self._follow()

    def _plain(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"label-{name}")
        self._keys.explain(button, f"label-{name}")
        button.setAccessibleName(shortcut(f"label-{name}").text)
        button.setIconSize(QSize(_SIDE, _SIDE))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.buttons[name] = button
        return button

    def _of_action(self, name: str) -> QToolButton:
        button = self._plain(name)
        button.setDefaultAction(self._actions[f"label-{name}"])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button

    def refresh_icons(self) -> None:
        """Draw the icons anew, in the palette's colours."""
        for name, button in self.buttons.items():
            picture = icon(f"label-{name}")
            button.setIcon(picture)
            if button.defaultAction() is not None:
                button.defaultAction().setIcon(picture)
                button.defaultAction().setIconVisibleInMenu(False)

    def _follow_tools(self) -> None:
        tools = self._editor.tools
        self.buttons[tools.tool].setChecked(True)
        for name, on in (
            ("square", tools.shape == "square"),
            ("keep", tools.keeps_others),
            ("overlay", tools.shows_classes),
            ("outlines", tools.shows_outlines),
            ("grid", tools.shows_grid),
            ("thumbnails", tools.shows_thumbnails),
        ):
            self._actions[f"label-{name}"].setChecked(on)

    def _follow(self) -> None:
        annotation, target = self._editor.annotation, self._editor.target
        self._actions["label-undo"].setEnabled(self._editor.can_undo)
        self._actions["label-redo"].setEnabled(annotation is not None and annotation.redo_count > 0)
        for id, action in self._actions.items():
            if id.startswith("label-") and not id.startswith("label-class-") and id not in _OWN:
                action.setEnabled(annotation is not None)
        for name in TOOLS:
            self.buttons[name].setEnabled(annotation is not None)
        self._actions["label-finish"].setEnabled(self._editor.shape.tool == "polygon")
        is_frozen = target is not None and target.frozen is not None
        for id in ("label-add", "label-add-to"):
            self._actions[id].setEnabled(is_frozen)


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("line")
    line.setFrameShape(QFrame.Shape.HLine)
    return line
