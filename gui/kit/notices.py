"""Sentences for whoever sits before the window, told from anywhere."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Notices(QObject):
    """Where notices go; the status bar shows them.

    Signals:
        told: one sentence.
    """

    told = Signal(str)

    def tell(self, sentence: str) -> None:
        """Show a sentence (from any thread); an empty one is none."""
        if sentence:
            self.told.emit(sentence)
