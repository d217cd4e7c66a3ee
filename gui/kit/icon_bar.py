"""A bar of buttons with icons, as it stands above the views and above the label canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gui.kit.style import icon

_ICON = 18  # logical pixels
_LINE = 20


class IconBar(QWidget):
    """Its buttons take no focus: the keyboard stays with the game or the canvas.

    Attributes:
        row: where the widgets stand.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("controlBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(10, 5, 10, 5)
        self.row.setSpacing(4)
        self._icons: list[tuple[QToolButton, str]] = []

    def add_button(self, icon_name: str, action: QAction | None = None, *, with_text: bool = False) -> QToolButton:
        """A button at the end of the row; with an action it does what that does."""
        button = QToolButton()
        if action is not None:
            button.setDefaultAction(action)
            button.setObjectName(f"button-{action.objectName()}")
        button.setIconSize(QSize(_ICON, _ICON))
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if with_text else style.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._icons.append((button, icon_name))
        self.row.addWidget(button)
        return button

    def add_line(self) -> None:
        """A thin upright line."""
        line = QFrame()
        line.setObjectName("line")
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFixedHeight(_LINE)
        self.row.addWidget(line)

    def add_named(self, text: str, widget: QWidget, gap: int) -> None:
        """A widget with its name before it and a gap after it."""
        label = QLabel(text)
        label.setObjectName("quiet")
        label.setBuddy(widget)
        self.row.addWidget(label)
        self.row.addWidget(widget)
        self.row.addSpacing(gap)

    def refresh_icons(self) -> None:
        """Draw the icons anew, in the palette's colours."""
        for button, name in self._icons:
            button.setIcon(icon(name))
            for action in button.actions():  # the default one, which would give the button its own icon
                action.setIcon(icon(name))
                action.setIconVisibleInMenu(False)
