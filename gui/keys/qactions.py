"""One QAction for each entry of the table of keys, and the menus they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.keys.default_keys import SHORTCUTS
from gui.keys.keymap import Keymap

Handler = Callable[..., object]
_MNEMONICS = {"Speed": "Spee&d"}  # where the first letter is another menu's


def make_actions(
    window: QWidget, views: Mapping[str, QWidget], handlers: Mapping[str, Handler], keys: Keymap
) -> dict[str, QAction]:
    """Actions by id; those held down are the views' own affair and have none.

    Args:
        window: where keys of scope "window" work.
        views: where keys of the other scopes work, while it has the focus: the view by the scope's name.
        handlers: what each does, by id; a toggle's gets the new state.
        keys: the keys in force, which they follow.
    """
    actions = {}
    for item in SHORTCUTS:
        if item.kind == "hold":
            continue
        action = QAction(item.text, window)
        action.setObjectName(item.id)
        action.setAutoRepeat(item.repeats)
        action.setStatusTip(item.tip)
        if item.kind == "toggle":
            action.setCheckable(True)
        action.triggered.connect(_call(handlers[item.id], item.kind == "toggle"))
        if item.scope in views:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            views[item.scope].addAction(action)
        else:
            window.addAction(action)
        actions[item.id] = action
    keys.follow(lambda: _show_keys(actions, keys))
    return actions


def _show_keys(actions: Mapping[str, QAction], keys: Keymap) -> None:
    for id, action in actions.items():
        action.setShortcuts([QKeySequence(key) for key in keys.keys(id)])
        action.setToolTip(keys.tooltip(id))


def _call(handler: Handler, with_state: bool) -> Callable[[bool], object]:
    return (lambda state: handler(state)) if with_state else (lambda _state: handler())


def fill_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Menus by title ("State/Load" for a submenu), in the order of the table."""
    menus: dict[str, QMenu] = {}
    for item in SHORTCUTS:
        if item.id in actions and item.menu:
            _menu(bar, menus, item.menu).addAction(actions[item.id])
    return menus


def _menu(bar: QMenuBar, menus: dict[str, QMenu], title: str) -> QMenu:
    if title not in menus:
        above, _, name = title.rpartition("/")
        menus[title] = (
            _menu(bar, menus, above).addMenu(name) if above else bar.addMenu(_MNEMONICS.get(name, f"&{name}"))
        )
        menus[title].setToolTipsVisible(True)
    return menus[title]
