"""Which keys an entry of the table may have: one key with its modifiers, fit for its place, and no other entry's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from gui.keys.default_keys import PRESET_NAMES, TABLE, Shortcut, place_of

MAX_KEYS = 3
FIXED = ("release", "label-release")
"""Entries whose key stays as it is: whatever was changed, Esc gives the keyboard back."""
WORLDS: tuple[tuple[str, ...], ...] = (("window", "game", "arrows"), ("window", "game", "wasd"), ("window", "label"))
"""Scopes that are at work together: in none of these may a key mean two things."""

_MODIFIER = Qt.KeyboardModifier
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_NAMED = 3  # entries named in a notice


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key that would mean two things."""

    key: str
    first: Shortcut
    second: Shortcut

    @property
    def sentence(self) -> str:
        """Both entries and where they stand."""
        return f"{self.key} would mean both {named(self.first)} and {named(self.second)}: change one of them."


def named(item: Shortcut) -> str:
    """An entry with its place, for sentences."""
    return f"“{item.text}” ({place_of(item)})"


def canonical(key: str) -> str:
    """Qt's portable name of one key with its modifiers; "" for anything else."""
    sequence = QKeySequence(key, _PORTABLE)
    if sequence.count() != 1:
        return ""
    combination = _only(sequence)
    if combination.key() == Qt.Key.Key_unknown:
        return ""
    modifiers = combination.keyboardModifiers() & ~_MODIFIER.KeypadModifier
    return QKeySequence(QKeyCombination(modifiers, combination.key())).toString(_PORTABLE)


def key_code(name: str) -> int:
    """Qt's code of a key by its portable name, without modifiers."""
    return int(_only(QKeySequence(name, _PORTABLE)).key())


def objection(item: Shortcut, key: str) -> str:
    """Why an entry cannot have a key (a canonical name), one sentence; "" when it can."""
    combination = _only(QKeySequence(key, _PORTABLE))
    code, modifiers = combination.key(), combination.keyboardModifiers()
    is_game = item.scope == "game" or item.scope in PRESET_NAMES
    if item.id in FIXED or code == Qt.Key.Key_Escape:
        return "Esc always gives the keyboard back; it has no other meaning."
    if code in _TABS and not (is_game and code == Qt.Key.Key_Tab and modifiers == _MODIFIER.NoModifier):
        return f"{key} moves between controls and tabs; choose another key."
    if modifiers & ~_MODIFIER.ShiftModifier == _MODIFIER.AltModifier:
        return f"{key} belongs to menus and buttons; choose a key without Alt, or with Ctrl too."
    if item.kind == "hold" and modifiers != _MODIFIER.NoModifier:
        return f"{named(item)} is held down: choose a key without Ctrl, Shift or Alt."
    if item.scope == "window" and not _works_everywhere(key, combination):
        return f"{named(item)} works everywhere: choose an F key, or a key with Ctrl."
    return ""


def _works_everywhere(key: str, combination: QKeyCombination) -> bool:
    """Not a key that someone types, or that a list or a slider wants."""
    strong = _MODIFIER.ControlModifier | _MODIFIER.MetaModifier
    is_function_key = Qt.Key.Key_F1 <= combination.key() <= Qt.Key.Key_F35
    return bool(combination.keyboardModifiers() & strong) or is_function_key or key == "?"


def conflicts(keys: Mapping[str, Sequence[str]]) -> list[Conflict]:
    """Keys that would mean two things at once.

    Args:
        keys: canonical names by the id of the entry, for the whole table.
    """
    found: list[Conflict] = []
    for world in WORLDS:
        owners: dict[str, Shortcut] = {}
        for item in TABLE.values():
            for key in keys[item.id] if item.scope in world else ():
                owner = owners.setdefault(key, item)
                conflict = Conflict(key, owner, item)
                if owner is not item and conflict not in found:
                    found.append(conflict)
    return found


def usable(stored: Mapping[str, Any]) -> tuple[dict[str, tuple[str, ...]], str]:
    """What of a remembered setting can be used: entries that no longer exist or clash have their own keys again.

    Args:
        stored: lists of keys by the id of the entry, of any quality.

    Returns:
        Changed keys by id, and one sentence about those that were left out, "" when none was.
    """
    changes = {id: keys for id, value in stored.items() if (keys := _usable_keys(id, value)) is not None}
    while clashes := conflicts({id: changes.get(id, item.keys) for id, item in TABLE.items()}):
        clash = clashes[0]
        for item in (clash.first, clash.second):  # the table itself is free of clashes: one of them was changed
            changes.pop(item.id, None)
    return changes, _tell_lost([id for id in stored if id not in changes])


def _usable_keys(id: str, value: object) -> tuple[str, ...] | None:
    item = TABLE.get(id)
    if item is None or id in FIXED or not isinstance(value, list) or len(value) > MAX_KEYS:
        return None
    keys = tuple(canonical(key) if isinstance(key, str) else "" for key in value)
    return keys if all(key and not objection(item, key) for key in keys) and len(set(keys)) == len(keys) else None


def _tell_lost(ids: Sequence[str]) -> str:
    if not ids:
        return ""
    names = [named(TABLE[id]) if id in TABLE else f"“{id}”" for id in ids]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"the remembered keys of {', '.join(names[:_NAMED])}{more} cannot be used: they are as at first"


def _only(sequence: QKeySequence) -> QKeyCombination:
    return sequence[0]  # type: ignore[index]  # the stubs lack __getitem__
