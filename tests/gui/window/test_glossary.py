"""The words of the program, found from the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.window.main_window import MainWindow


def test_a_word_is_found_and_the_next_place_of_it(window: MainWindow) -> None:
    window.actions_by_id["glossary"].trigger()
    dialog = window.glossary
    assert dialog.isVisible() and "Q-value of an action" in dialog.text.toPlainText()
    QTest.keyClicks(dialog.words, "sticky")
    assert dialog.text.textCursor().selectedText().lower() == "sticky"
    QTest.keyClicks(dialog.words, ":")
    assert dialog.text.textCursor().selectedText() == "sticky:"
    dialog.words.setText("agent")
    place = dialog.text.textCursor().position()
    QTest.keyClick(dialog.words, Qt.Key.Key_Return)
    assert dialog.isVisible() and dialog.text.textCursor().position() > place
