"""The page of keys, made from the table of keys, and the About box."""

from __future__ import annotations

import platform
from html import escape
from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from gui.shortcuts import BUTTON_NAMES, PRESET_NAMES, PRESETS, SHORTCUTS, Shortcut

_PACKAGES = (
    "PySide6-Essentials",
    "numpy",
    "opencv-python-headless",
    "onnxruntime",
    "stable-retro",
    "nes-py",
    "gym-super-mario-bros",
)
_MENUS = {"window": "View", "game": "Game", "label": "Label"}
"""Where keys stand that are in no menu, by their scope."""


def help_html(preset: str) -> str:
    """All keys as HTML, the controller's for one preset first."""
    sections = [("Controller: " + PRESET_NAMES[preset], _controller_rows(preset))]
    menus: dict[str, list[tuple[str, str]]] = {}
    for item in SHORTCUTS:
        if item.keys and "/" not in item.menu:
            menus.setdefault(item.menu or _MENUS[item.scope], []).append((_keys(item), f"{item.text}: {item.tip}"))
    menus.setdefault("State", []).insert(0, ("F1 … F10", "Load a slot: go to the moment in slot 1 … 10"))
    menus["State"].insert(1, ("Shift+F1 … F10", "Save a slot: put this moment into slot 1 … 10"))
    menus["Label"].insert(2, ("0 … 9, Shift+0 … 5", "Class: the classes 0 to 9, and 10 to 15, as in the legend"))
    sections += [(menu, menus[menu]) for menu in ("Game", "Speed", "State", "View", "Label", "Help") if menu in menus]
    parts = [
        f"<h3>{escape(title)}</h3><table cellspacing='0' cellpadding='3'>{_table(rows)}</table>"
        for title, rows in sections
    ]
    hint = (
        "<p>Keys without Ctrl or F work in the view that has the keyboard, the game or the picture on the Label tab: "
        "it has a coloured frame then. A click gives it the keyboard.</p>"
    )
    return hint + "".join(parts)


def _controller_rows(preset: str) -> list[tuple[str, str]]:
    rows = []
    for bit, name in BUTTON_NAMES.items():
        keys = [key for key, button in PRESETS[preset].items() if button == bit]
        rows.append((" or ".join(keys), name))
    return rows


def _keys(item: Shortcut) -> str:
    return ("hold " if item.kind == "hold" else "") + " or ".join(item.keys)


def _table(rows: list[tuple[str, str]]) -> str:
    cell = "<tr><td width='170'><b>{}</b></td><td>{}</td></tr>"
    return "".join(cell.format(escape(keys), escape(text)) for keys, text in rows)


class HelpPage(QDialog):
    """The page of keys; the game goes on behind it."""

    def __init__(self, preset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser()
        self.text.setHtml(help_html(preset))
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(620, 640)


def versions() -> list[tuple[str, str]]:
    """What is installed: name and version."""
    found = [("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def show_about(parent: QWidget) -> QMessageBox:
    """Open the About box."""
    rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{version}</td></tr>" for name, version in versions())
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About")
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.setText("<b>Mario workbench</b>")
    box.setInformativeText(
        "Super Mario Bros. seen three ways, side by side, live. Our code is under the MIT licence; "
        "the game is not ours and comes with gym-super-mario-bros, for educational use. There is no sound."
        f"<br><br><table>{rows}</table>"
    )
    box.open()
    return box
