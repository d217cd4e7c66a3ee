"""Which key of the keyboard an event is of, whatever its layout writes.

With a Cyrillic or Greek layout the key with X on it sends another letter, and a key that went down with Shift comes up
as another sign when Shift was let go first. Where keys lie is the same everywhere: Qt gives it as native scan codes.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_ROWS = ("1234567890-=", "QWERTYUIOP[]", "ASDFGHJKL;'`", "\\ZXCVBNM,./")
_FIRST_SET_1 = (0x02, 0x10, 0x1E, 0x2B)
"""Scan codes of the first key of each row on a US keyboard (set 1, as Windows gives them; "USB HID to PS/2 Scan Code
Translation Table", Microsoft 2000). X11 and Wayland give those of evdev plus 8, and evdev's are the same here."""
_LATIN_END = 0x250  # first code point beyond the Latin alphabets; what Qt calls keys without a letter is above 2**24
_PLACES = {
    code + place: ord(letter) for row, code in zip(_ROWS, _FIRST_SET_1, strict=True) for place, letter in enumerate(row)
}


def physical_key(event: QKeyEvent) -> int:
    """Qt's code of the key: the event's own, or for a letter of another alphabet that of the US key in its place."""
    key = event.key()
    if key < _LATIN_END or key >= Qt.Key.Key_Escape or sys.platform == "darwin":
        return key
    scan = event.nativeScanCode() if sys.platform == "win32" else event.nativeScanCode() - 8
    return _PLACES.get(scan, key)


class HeldKeys:
    """Tells at a key's release which key it was at its press."""

    def __init__(self) -> None:
        self._by_scan_code: dict[int, int] = {}

    def press(self, event: QKeyEvent) -> int:
        """The key that goes down."""
        key = physical_key(event)
        if event.nativeScanCode():
            self._by_scan_code[event.nativeScanCode()] = key
        return key

    def release(self, event: QKeyEvent) -> int:
        """The key that comes up, as it went down."""
        return self._by_scan_code.pop(event.nativeScanCode(), physical_key(event))

    def clear(self) -> None:
        """Forget all."""
        self._by_scan_code.clear()
