"""The entries of the menus that are no lines of the table of keys: choices among several, and a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from core.frame import Frame
from gui.capture.screenshot import plain_frame
from gui.capture.source import ALL
from gui.game.save_slots import SlotInfo
from gui.keys.default_keys import PRESET_NAMES
from gui.keys.keymap import Keymap
from gui.kit.menu_style import MenuStyle
from gui.kit.style import APPEARANCES
from gui.live.game_control import GameControl
from gui.pictures.view_options import ViewOptions
from gui.play.view_panel import TITLES

_APPEARANCE_NAMES = {"system": "As the system", "light": "Light", "dark": "Dark"}

_THUMBNAIL = 56  # logical pixels: ten of them fit on a small screen
_ASPECT = Qt.AspectRatioMode.KeepAspectRatio


class Menus:
    """Puts them among the entries that are there, with lines between groups.

    Attributes:
        presets, recorded, appearances: the entries by what they choose.
    """

    def __init__(
        self,
        window: QWidget,
        game: GameControl,
        options: ViewOptions,
        keys: Keymap,
        actions: Mapping[str, QAction],
        menus: Mapping[str, QMenu],
        choose_appearance: Callable[[str], object],
    ) -> None:
        self._window, self._game, self._options, self._keys, self._actions = window, game, options, keys, actions
        game_menu, view = menus["Game"], menus["View"]
        presets, recorded = QMenu("Controller keys", window), QMenu("Views in a recording", window)
        self.presets = self._choices(presets, PRESET_NAMES, self._choose_preset)
        self.recorded = self._choices(recorded, {ALL: "All three", **TITLES}, partial(options.set, "filmed_views"))
        looks = {name: _APPEARANCE_NAMES[name] for name in APPEARANCES}
        self.appearances = self._choices(view.addMenu("Appearance"), looks, choose_appearance)
        game_menu.insertMenu(actions["focus"], presets)
        game_menu.insertAction(presets.menuAction(), self._seed_action())
        game_menu.insertMenu(actions["settings"], recorded)
        for before in ("pause", "swap", "screenshot", "settings"):
            game_menu.insertSeparator(actions[before])
        for before in ("frame-number", "overlay", "fullscreen"):
            view.insertSeparator(actions[before])
        small, large = MenuStyle(), MenuStyle(icon_size=_THUMBNAIL)
        for style in (small, large):
            style.setParent(window)  # a style belongs to none of the widgets that have it
        slots = [menus[name] for name in ("State/Load", "State/Save")]
        for menu in window.findChildren(QMenu):
            menu.setStyle(large if menu in slots else small)
        menus["State"].aboutToShow.connect(lambda: game.list_slots(self._name_slots))
        _check(self.recorded, options.get("filmed_views"), ALL)
        _check(self.appearances, options.get("appearance"), APPEARANCES[0])
        self._choose_preset(keys.preset)

    def _choices(self, menu: QMenu, names: Mapping[str, str], choose: Callable[[str], object]) -> dict[str, QAction]:
        group = QActionGroup(self._window)
        actions = {}
        for key, name in names.items():
            actions[key] = group.addAction(menu.addAction(name))
            actions[key].setCheckable(True)
            actions[key].triggered.connect(lambda _checked=False, key=key: choose(key))
        return actions

    def _choose_preset(self, preset: str) -> None:
        self._keys.set_preset(preset)
        self.presets[preset].setChecked(True)

    def _seed_action(self) -> QAction:
        seed = QAction("Seed of the random agent…", self._window)
        seed.setToolTip("The same seed plays the same actions")
        seed.triggered.connect(self._choose_seed)
        return seed

    def _choose_seed(self) -> None:
        seed, chosen = QInputDialog.getInt(
            self._window, "Random agent", "Seed, 0 to 2,147,483,647:", int(self._options.get("seed")), 0, 2**31 - 1
        )
        if chosen:
            self._game.set_seed(seed)

    def _name_slots(self, slots: Mapping[int, tuple[SlotInfo | None, Frame | None]]) -> None:
        for slot, (info, frame) in slots.items():
            what, picture = "empty", QIcon()
            if info is not None:
                saved = info.saved.replace("T", " ")
                what, picture = f"{info.level}, x {info.x}, time {info.time}, {saved}", self._thumbnail(frame)
            for action in ("load", "save"):
                self._actions[f"{action}-{slot}"].setText(f"Slot {slot}: {what}")
                self._actions[f"{action}-{slot}"].setIcon(picture)

    def _thumbnail(self, frame: Frame | None) -> QIcon:
        if frame is None:
            return QIcon()
        ratio = self._window.devicePixelRatioF()
        side = round(_THUMBNAIL * ratio)
        image = plain_frame(frame).scaled(side, side, _ASPECT, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return QIcon(QPixmap.fromImage(image))


def _check(actions: Mapping[str, QAction], wanted: str, otherwise: str) -> None:
    actions[wanted if wanted in actions else otherwise].setChecked(True)
