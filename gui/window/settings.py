"""One page with what can be set once and for all; each entry is one of a menu too, and follows it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.live.game_control import GameControl
from gui.pictures.view_options import ViewOptions
from gui.window.menus import Menus

_SWITCHES = {
    "Playing": ("focus-pause", "gamepad"),
    "Pictures": ("fit-views", "frame-number", "input-display", "safe-colours"),
}
_BUTTONS = {"Playing": ("edit-keys", "open", "open-folder"), "Pictures": ("reset-layout",)}
_MOST = 2**31 - 1


class SettingsDialog(QDialog):
    """What is changed here holds at once, and is remembered.

    Attributes:
        boxes: the choices, by name.
        switches, buttons: by the id of the menu's entry.
    """

    def __init__(
        self,
        game: GameControl,
        options: ViewOptions,
        menus: Menus,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._game, self._options = game, options
        self.boxes = {
            "Appearance": self._box(menus.appearances, "Light, dark, or as the system is"),
            "Controller keys": self._box(menus.presets, "Which keys are the controller's cross and buttons"),
            "Views in a recording": self._box(menus.recorded, "What videos and GIFs show"),
        }
        self.seed = QSpinBox()
        self.seed.setRange(0, _MOST)
        self.seed.setToolTip(f"The same seed plays the same actions; 0 to {_MOST:,}")
        self.seed.editingFinished.connect(self._keep_seed)
        self.switches = {id: self._switch(actions[id]) for ids in _SWITCHES.values() for id in ids}
        self.buttons = {id: self._button(actions[id]) for ids in _BUTTONS.values() for id in ids}
        groups: dict[str, list[tuple[str, QWidget]]] = {
            "Window": [("Appearance", self.boxes["Appearance"])],
            "Playing": [
                ("Controller keys", self.boxes["Controller keys"]),
                ("Seed of the random agent", self.seed),
            ],
            "Pictures": [("Views in a recording", self.boxes["Views in a recording"])],
        }
        column = QVBoxLayout(self)
        for title, rows in groups.items():
            group = QGroupBox(title)
            form = QFormLayout(group)
            for name, widget in rows:
                form.addRow(name, widget)
            for id in (*_SWITCHES.get(title, ()), *_BUTTONS.get(title, ())):
                form.addRow("", self.switches.get(id) or self.buttons[id])
            column.addWidget(group)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        column.addWidget(close)

    def showEvent(self, event: QShowEvent) -> None:
        """The seed is no entry that could be followed: the menu asks for it."""
        super().showEvent(event)
        self._show_seed()

    def changeEvent(self, event: QEvent) -> None:
        """Back from the menu."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._show_seed()

    def _show_seed(self) -> None:
        self.seed.setValue(int(self._options.get("seed")))

    def _keep_seed(self) -> None:
        if self.seed.value() != int(self._options.get("seed")):  # else the random agent would start again for nothing
            self._game.set_seed(self.seed.value())

    @staticmethod
    def _box(entries: Mapping[str, QAction], tip: str) -> QComboBox:
        """The entries of a menu of which one holds."""
        box = QComboBox()
        box.setToolTip(tip)
        for place, entry in enumerate(entries.values()):
            box.addItem(entry.text())
            entry.toggled.connect(lambda is_on, place=place: box.setCurrentIndex(place) if is_on else None)
            if entry.isChecked():
                box.setCurrentIndex(place)
        box.activated.connect(lambda place: list(entries.values())[place].trigger())
        return box

    @staticmethod
    def _switch(entry: QAction) -> QCheckBox:
        switch = QCheckBox(entry.text().replace("&", ""))
        switch.setToolTip(entry.toolTip())
        switch.setChecked(entry.isChecked())
        switch.setEnabled(entry.isEnabled())
        switch.clicked.connect(lambda: entry.trigger())
        entry.toggled.connect(switch.setChecked)
        return switch

    def _button(self, entry: QAction) -> QPushButton:
        button = QPushButton(entry.text().replace("&", ""))
        button.setToolTip(entry.toolTip())
        button.setAutoDefault(False)
        button.clicked.connect(lambda: entry.trigger())
        return button
