"""One QAction for each entry of the table of keys, and the menus they stand in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.shortcuts import SHORTCUTS, tooltip

Handler = Callable[..., object]


def make_actions(window: QWidget, views: Mapping[str, QWidget], handlers: Mapping[str, Handler]) -> dict[str, QAction]:
    """Actions by id; those held down are the views' own affair and have none.

    Args:
        window: where keys of scope "window" work.
        views: where keys of the other scopes work, while it has the focus: the view by the scope's name.
        handlers: what each does, by id; a toggle's gets the new state.
    """
    actions = {}
    for item in SHORTCUTS:
        if item.kind == "hold":
            continue
        action = QAction(item.text, window)
        action.setObjectName(item.id)
        action.setShortcuts([QKeySequence(key) for key in item.keys])
        action.setAutoRepeat(item.repeats)
        action.setToolTip(tooltip(item.id))
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
    return actions


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
        menus[title] = _menu(bar, menus, above).addMenu(name) if above else bar.addMenu(f"&{name}")
        menus[title].setToolTipsVisible(True)
    return menus[title]
