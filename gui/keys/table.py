"""The table of the key editor: a row an action, a cell a key; a cell that waits takes the next key that is pressed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QBrush, QFocusEvent, QFont, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from gui.keys.default_keys import CONTROLLER, SHORTCUTS, Shortcut, place_of, shortcut
from gui.keys.draft import KeyDraft
from gui.keys.rules import FIXED, MAX_KEYS, canonical
from gui.kit.style import problem_colour

_HEADINGS = ("Action", "Key", "Second key", "Third key")
_WAITING = "press a key …"
_KEY_WIDTH = 118  # logical pixels
_KEY = Qt.Key
_MODIFIERS = (_KEY.Key_Shift, _KEY.Key_Control, _KEY.Key_Alt, _KEY.Key_AltGr, _KEY.Key_Meta, _KEY.Key_unknown)


def key_of(event: QKeyEvent) -> str:
    """Canonical name of the key of an event; "" for a modifier alone, or a key that Qt has no name for."""
    code = Qt.Key(event.key())
    if code in _MODIFIERS:
        return ""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    if 0x20 < code < 0x7F and not chr(code).isalnum():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # some keyboards need it to type the sign
    return canonical(QKeySequence(QKeyCombination(modifiers, code)).toString(QKeySequence.SequenceFormat.PortableText))


class KeyTable(QTableWidget):
    """Shows a draft and changes it.

    Signals:
        changed: the draft changed, or a cell began or ceased to wait.

    Attributes:
        waiting: id and place of the key that is awaited, None for none.
        problem: why the last key was not taken, one sentence.
        rows: row by id.
    """

    changed = Signal()

    def __init__(self, draft: KeyDraft, parent: QWidget | None = None) -> None:
        super().__init__(0, 1 + MAX_KEYS, parent)
        self.draft = draft
        self.waiting: tuple[str, int] | None = None
        self.problem = ""
        self.rows: dict[str, int] = {}
        self._headings: dict[int, list[int]] = {}
        self.setAccessibleName("Actions and their keys")
        self.setHorizontalHeaderLabels(list(_HEADINGS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._fill()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 1 + MAX_KEYS):
            header.resizeSection(column, _KEY_WIDTH)
        self.itemDoubleClicked.connect(self.wait)
        self.refresh()
        self.setCurrentCell(1, 1)

    def _fill(self) -> None:
        groups: dict[str, list[Shortcut]] = {}
        for item in (*CONTROLLER, *SHORTCUTS):
            groups.setdefault(place_of(item), []).append(item)
        for place, items in groups.items():
            heading = self._add_row(place, bold=True)
            self.setSpan(heading, 0, 1, 1 + MAX_KEYS)
            self.cell(heading, 0).setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._headings[heading] = []
            for item in items:
                row = self.rows[item.id] = self._add_row(f"    {item.text}", item.tip)
                self._headings[heading].append(row)

    def _add_row(self, text: str, tip: str = "", *, bold: bool = False) -> int:
        row = self.rowCount()
        self.insertRow(row)
        for column in range(1 + MAX_KEYS):
            self.setItem(row, column, QTableWidgetItem(text if column == 0 else ""))
        first = self.cell(row, 0)
        first.setToolTip(tip)
        first.setFlags(Qt.ItemFlag.ItemIsEnabled)
        if bold:
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold)
            first.setFont(font)
        return row

    def cell(self, row: int, column: int) -> QTableWidgetItem:
        """The item of a cell; every cell has one."""
        item = self.item(row, column)
        assert item is not None
        return item

    @property
    def current(self) -> tuple[str, int] | None:
        """Id of the chosen row's entry and the key's place, 0 for the first; None on a heading."""
        ids = [id for id, row in self.rows.items() if row == self.currentRow()]
        return (ids[0], max(self.currentColumn() - 1, 0)) if ids else None

    def filter(self, words: str) -> None:
        """Show the actions whose names, places or keys have all of these words."""
        wanted = words.lower().split()
        for id, row in self.rows.items():
            item = shortcut(id)
            text = " ".join((item.text, place_of(item), *self.draft.keys[id])).lower()
            self.setRowHidden(row, not all(word in text for word in wanted))
        for heading, rows in self._headings.items():
            self.setRowHidden(heading, all(self.isRowHidden(row) for row in rows))
        if self.isRowHidden(self.currentRow()):
            shown = [row for row in self.rows.values() if not self.isRowHidden(row)]
            self.setCurrentCell(shown[0] if shown else -1, 1)

    def refresh(self) -> None:
        """Follow the draft: changed keys are bold, those that clash stand in the colour of problems."""
        clashing = {(id, c.key) for c in self.draft.conflicts for id in (c.first.id, c.second.id)}
        for id, row in self.rows.items():
            keys = self.draft.keys[id]
            own = " or ".join(shortcut(id).keys) or "none"
            for place in range(MAX_KEYS):
                cell = self.cell(row, 1 + place)
                key = keys[place] if place < len(keys) else ""
                cell.setText(_WAITING if self.waiting == (id, place) else key)
                font = QFont(self.font())
                font.setBold(not self.draft.is_own(id))
                cell.setFont(font)
                cell.setForeground(QBrush(problem_colour()) if (id, key) in clashing else QBrush())
                cell.setToolTip("Always this key" if id in FIXED else f"As at first: {own}")
                cell.setFlags(Qt.ItemFlag.ItemIsEnabled if id in FIXED else self._selectable)

    @property
    def _selectable(self) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    # Waiting for a key

    def wait(self) -> None:
        """Take the next key for the chosen cell."""
        self.problem = ""
        current = self.current
        if current is not None and current[0] not in FIXED:
            id, place = current
            self.waiting = (id, min(place, len(self.draft.keys[id])))
        self._tell()

    def stop_waiting(self) -> None:
        """Leave the key as it is."""
        if self.waiting is not None:
            self.waiting = None
            self._tell()

    def _tell(self) -> None:
        self.refresh()
        self.changed.emit()

    def _take(self, event: QKeyEvent) -> None:
        assert self.waiting is not None
        if event.key() == Qt.Key.Key_Escape:
            self.stop_waiting()
        elif key := key_of(event):
            id, place = self.waiting
            self.waiting = None
            self.problem = self.draft.put(id, place, key)
            self._tell()

    # What is done to the chosen cell

    def clear_key(self) -> None:
        """Take the chosen key away."""
        self._change(lambda id, place: self.draft.clear(id, place))

    def reset_keys(self) -> None:
        """The chosen action's keys as at first."""
        self._change(lambda id, _place: self.draft.reset(id))

    def _change(self, change: object) -> None:
        self.waiting, self.problem = None, ""
        if self.current is not None:
            change(*self.current)  # type: ignore[operator]
        self._tell()

    # Events

    def event(self, event: QEvent) -> bool:
        """While a cell waits every key is its own, Tab and shortcuts too."""
        if self.waiting is not None and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or F2 waits for a key, Delete takes the chosen one away."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Space):
            self.wait()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_key()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click elsewhere leaves the key as it is."""
        self.waiting, self.problem = None, ""
        self._tell()
        super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """So does going elsewhere."""
        self.stop_waiting()
        super().focusOutEvent(event)
