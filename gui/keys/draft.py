"""Keys that are being edited: nothing is in force before they are saved."""

from __future__ import annotations

from gui.keys.default_keys import TABLE, shortcut
from gui.keys.keymap import Keymap
from gui.keys.rules import FIXED, MAX_KEYS, Conflict, conflicts, objection


class KeyDraft:
    """A copy of the keys in force.

    Attributes:
        keys: canonical names by the id of the entry, for the whole table.
    """

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self.keys: dict[str, list[str]] = {id: list(keymap.keys(id)) for id in TABLE}

    @property
    def conflicts(self) -> list[Conflict]:
        """Keys that would mean two things; it cannot be saved while there are any."""
        return conflicts(self.keys)

    @property
    def is_changed(self) -> bool:
        """Whether saving would change anything."""
        return any(tuple(keys) != self._keymap.keys(id) for id, keys in self.keys.items())

    def is_own(self, id: str) -> bool:
        """Whether an entry has the keys of the table."""
        return tuple(self.keys[id]) == shortcut(id).keys

    def put(self, id: str, place: int, key: str) -> str:
        """Give an entry a key (a canonical name) in one of its places, the next free one at most.

        Returns:
            Why it cannot have it, one sentence; "" when it has it now.
        """
        problem = objection(shortcut(id), key)
        if not problem and key not in self.keys[id]:
            self.keys[id][place : place + 1] = [key]
            del self.keys[id][MAX_KEYS:]
        return problem

    def clear(self, id: str, place: int) -> None:
        """Take a key away; those after it move up."""
        if id not in FIXED:
            del self.keys[id][place : place + 1]

    def reset(self, id: str) -> None:
        """An entry's keys as at first."""
        self.keys[id] = list(shortcut(id).keys)

    def reset_all(self) -> None:
        """All keys as at first."""
        for id in TABLE:
            self.reset(id)

    def save(self) -> None:
        """Put them in force; InputError while there is a conflict."""
        self._keymap.save(self.keys)
