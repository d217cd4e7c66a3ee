"""The keys in force: those of the table, but for what the user changed; menus, tooltips, pages and views follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.errors import InputError
from core.game.emulator import LEFT, RIGHT, A, B
from gui.keys.default_keys import PRESETS, TABLE, button_id, shortcut
from gui.keys.rules import conflicts, key_code, usable
from gui.kit.preferences import Preferences

_SETTING = "keys"
_DAMAGED = "the remembered keys cannot be read: all keys are as at first"


class Keymap(QObject):
    """Keys by the ids of the table.

    Signals:
        changed: other keys are in force.

    Attributes:
        problem: what of the remembered keys could not be used, one sentence; "" when all could.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._changes, self.problem = usable(preferences.get(_SETTING))
        if not preferences.is_readable(_SETTING):
            self.problem = _DAMAGED
        if self.problem:  # so that it is told once
            self._remember()

    def keys(self, id: str) -> tuple[str, ...]:
        """Portable names of an entry's keys, the first one for menus."""
        return self._changes.get(id, shortcut(id).keys)

    def first(self, id: str) -> str:
        """The key to name in a sentence, "" when the entry has none."""
        return next(iter(self.keys(id)), "")

    def hint(self, id: str) -> str:
        """The first key in brackets with a space before them, to follow a text; "" when the entry has none."""
        return f" ({self.first(id)})" if self.first(id) else ""

    def tooltip(self, id: str) -> str:
        """The entry's tip with its keys in brackets."""
        tip, keys = shortcut(id).tip, " or ".join(self.keys(id))
        return f"{tip} ({keys})" if keys else tip

    def deeds(self, verbs: Mapping[str, str]) -> str:
        """What keys do, for a sentence: "X jumps, Space pauses"; verbs by id. Entries without a key are left out."""
        return ", ".join(f"{self.first(id)} {verb}" for id, verb in verbs.items() if self.first(id))

    def codes(self, id: str) -> set[int]:
        """Qt's codes of an entry's keys, for entries that are held down."""
        return {key_code(key) for key in self.keys(id)}

    @property
    def preset(self) -> str:
        """Which of ``PRESETS`` the controller's keys are."""
        preset = self._preferences.get("preset")
        return preset if preset in PRESETS else "arrows"

    def set_preset(self, preset: str) -> None:
        """Choose the controller's keys: a name in ``PRESETS``."""
        self._preferences.set("preset", preset)
        self.changed.emit()

    def buttons(self) -> dict[int, int]:
        """The controller's buttons by Qt's key codes, with the chosen preset."""
        preset = self.preset
        return {code: button for button in PRESETS[preset] for code in self.codes(button_id(preset, button))}

    @property
    def first_keys(self) -> str:
        """The keys to begin with, for a sentence."""
        left, right, jump, run = (button_id(self.preset, button) for button in (LEFT, RIGHT, A, B))
        walk = f"{self.first(left)} and {self.first(right)} walk, "
        can_walk = self.first(left) and self.first(right)
        deeds = {jump: "jumps", run: "runs", "pause": "pauses", "help": "shows all keys"}
        return (walk if can_walk else "") + self.deeds(deeds)

    def follow(self, tell: Callable[[], object]) -> None:
        """Call something now, and again whenever keys change."""
        tell()
        self.changed.connect(tell)

    def explain(self, widget: QWidget, id: str, text: str = "{}") -> None:
        """Give a widget an entry's tooltip, now and whenever keys change; ``text`` has {} where it stands."""
        self.follow(lambda: widget.setToolTip(text.format(self.tooltip(id))))

    def save(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Put other keys in force, and remember them.

        Args:
            keys: canonical names by id, for the whole table.

        Raises:
            InputError: a key would mean two things; the sentence names both.
        """
        clashes = conflicts(keys)
        if clashes:
            raise InputError(clashes[0].sentence)
        self._changes = {id: tuple(keys[id]) for id, item in TABLE.items() if tuple(keys[id]) != item.keys}
        self._remember()
        self.changed.emit()

    def _remember(self) -> None:
        self._preferences.set(_SETTING, self._changes)
