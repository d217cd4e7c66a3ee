"""The page of keys, made from the keys in force."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gui.keys.default_keys import CONTROLLER, PRESET_NAMES, SHORTCUTS, Shortcut, place_of
from gui.keys.keymap import Keymap

_SERIES = {
    "State > Load": ("F1 … F10", "Load a slot: go to the moment in slot 1 … 10"),
    "State > Save": ("Shift+F1 … F10", "Save a slot: put this moment into slot 1 … 10"),
    "Label > Class": ("0 … 9, Shift+0 … 5", "Class: the classes 0 to 9, and 10 to 15, as in the legend"),
}
"""Submenus in one line each, as long as their keys are those of the table."""
_SECTIONS = ("Game", "Speed", "State", "View", "Label", "Help")
_HINT = (
    "<p>Keys without Ctrl or F work in the view that has the keyboard, the game or the picture on the Label tab: "
    "it has a coloured frame then. A click gives it the keyboard.</p>"
)


def help_html(preset: str, keys: Keymap) -> str:
    """All keys as HTML, the controller's for one preset first."""
    controller = [(_keys(item, keys), item.text) for item in CONTROLLER if item.scope == preset]
    sections = [(f"Controller: {PRESET_NAMES[preset]}", controller)]
    sections += [(title, _rows(title, keys)) for title in _SECTIONS]
    parts = [
        f"<h3>{escape(title)}</h3><table cellspacing='0' cellpadding='3'>{_table(rows)}</table>"
        for title, rows in sections
    ]
    return _HINT + "".join(parts)


def _rows(title: str, keys: Keymap) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    series: dict[str, list[Shortcut]] = {}
    for item in SHORTCUTS:
        menu, _, submenu = place_of(item).partition(" > ")
        if menu == title and submenu:
            series.setdefault(f"{menu} > {submenu}", []).append(item)
        elif menu == title and keys.keys(item.id):
            rows.append((_keys(item, keys), f"{item.text}: {item.tip}"))
    return [row for name, items in series.items() for row in _series_rows(name, items, keys)] + rows


def _series_rows(name: str, items: list[Shortcut], keys: Keymap) -> list[tuple[str, str]]:
    if name not in _SERIES:
        return [(_keys(item, keys), f"{item.text}: {item.tip}") for item in items if keys.keys(item.id)]
    if all(keys.keys(item.id) == item.keys for item in items):
        return [_SERIES[name]]
    word = name.rpartition(" > ")[2]
    return [(_keys(item, keys), f"{word}: {item.text}") for item in items if keys.keys(item.id)]


def _keys(item: Shortcut, keys: Keymap) -> str:
    held = item.kind == "hold" and item.scope not in PRESET_NAMES
    return ("hold " if held else "") + " or ".join(keys.keys(item.id))


def _table(rows: list[tuple[str, str]]) -> str:
    cell = "<tr><td width='170'><b>{}</b></td><td>{}</td></tr>"
    return "".join(cell.format(escape(keys), escape(text)) for keys, text in rows)


class HelpPage(QDialog):
    """The page of keys; the game goes on behind it.

    Signals:
        edit_wanted: the keys shall be changed.
    """

    edit_wanted = Signal()

    def __init__(self, keys: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser()
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.edit = buttons.addButton("&Edit keys…", QDialogButtonBox.ButtonRole.ActionRole)
        self.edit.clicked.connect(self.edit_wanted)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(620, 640)
        keys.changed.connect(self.refresh)
        self._shown = ""
        self.refresh()

    def refresh(self) -> None:
        """Follow the keys."""
        page = help_html(self._keys.preset, self._keys)
        if page != self._shown:
            self._shown = page
            self.text.setHtml(page)
