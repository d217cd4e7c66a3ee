"""The named addresses of the game's work RAM, with what they hold now."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.frame import Memory
from core.game import memory as ram
from gui.game.play import Shot
from gui.kit.style import number_font
from gui.live.preview import Preview

_OBJECTS = "one byte for each of six objects"


@dataclass(frozen=True, slots=True)
class WatchedAddress:
    """A line of the table.

    Attributes:
        address: of its first byte.
        name: in a few words.
        count: how many bytes.
        tip: what its values mean.
        is_digits: whether the bytes are decimal digits.
    """

    address: int
    name: str
    count: int = 1
    tip: str = ""
    is_digits: bool = False

    def text(self, memory: Memory) -> str:
        """What it holds: hexadecimal and decimal, or a number's digits."""
        values = [int(value) for value in memory[self.address : self.address + self.count]]
        if self.is_digits:
            return "".join(str(value) if value <= 9 else "–" for value in values)
        hexadecimal = " ".join(f"{value:02X}" for value in values)
        return hexadecimal if self.count > 1 else f"{hexadecimal}   {values[0]:3}"


_Line = WatchedAddress
WATCHED: tuple[WatchedAddress, ...] = (
    _Line(ram.PLAYER_STATE, "Mario's state", 1, "8 under control, 4 flagpole, 5 end of level, 11 dying, 6 dead"),
    _Line(ram.FLOAT_STATE, "Mario in the air", 1, "0 standing, 1 and 2 in the air, 3 on the flagpole or a vine"),
    _Line(ram.PLAYER_SIZE, "Mario's size", 1, "0 big, 1 small"),
    _Line(ram.POWER, "power", 1, "0 small, 1 big, 2 fire"),
    _Line(ram.PLAYER_X_PAGE, "x, page", 1, "x in the level is 256 times this and the next"),
    _Line(ram.PLAYER_X, "x"),
    _Line(ram.PLAYER_Y_PAGE, "y, page", 1, "above 1: fell below the screen"),
    _Line(ram.PLAYER_Y, "y"),
    _Line(ram.SCREEN_LEFT_PAGE, "screen, page", 1, "of the screen's left edge, as x is told"),
    _Line(ram.SCREEN_LEFT, "screen", 1, "its left edge"),
    _Line(ram.SCORE_DIGITS, "score", 6, is_digits=True),
    _Line(ram.COIN_DIGITS, "coins", 2, is_digits=True),
    _Line(ram.TIMER_DIGITS, "time", 3, is_digits=True),
    _Line(ram.LIVES, "lives", 1, "left after this one"),
    _Line(ram.WORLD, "world", 1, "less 1"),
    _Line(ram.STAGE, "stage", 1, "less 1"),
    _Line(ram.AREA, "area", 1, "index of the area within the world"),
    _Line(ram.AREA_KIND, "area's kind", 1, "0 water, 1 ground, 2 underground, 3 castle"),
    _Line(ram.AREA_DATA, "area's map", 2, "address of its data in the program, low byte first"),
    _Line(ram.CLOUD_AREA, "cloud area", 1, "not 0: a bonus area, left by falling out of it"),
    _Line(ram.COLOUR_CONTROL, "colours", 1, "0 as the area's kind, 4 night, 5 snow, 6 night and snow, 7 castle"),
    _Line(ram.LOOPS_RIGHT, "castle's maze", 2, "right turns, and passes, so far"),
    _Line(ram.MODE, "mode", 1, "0 title, 1 game, 2 world over, 3 game over"),
    _Line(ram.MODE_TASK, "mode's task", 1, "3: the game proper is running"),
    _Line(ram.PAUSE_STATUS, "pause", 1, "bit 0: Start has paused the game; bit 7: Start is held"),
    _Line(ram.PRELEVEL_TIMER, "black screen", 1, "frames / 21 that it still lasts before a level"),
    _Line(ram.OBJECT_ALIVE, "objects alive", 6, _OBJECTS),
    _Line(ram.OBJECT_KIND, "objects' kinds", 6, _OBJECTS),
    _Line(ram.OBJECT_SPRITES, "objects' sprites", 6, "first byte of each one's sprites in the sprite table"),
    _Line(ram.PLAYER_SPRITES, "Mario's sprites", 1, "first byte of his 8 sprites in the sprite table"),
    _Line(ram.BLOCK_HIT_ROW, "block's row", 2, "of two blocks being hit: 16 times their row in the block buffer"),
    _Line(ram.BLOCK_HIT_COLUMN, "block's column", 2, "of two blocks being hit: low byte of their address"),
    _Line(ram.BLOCK_HIT_RESULT, "block becomes", 2, "of two blocks being hit: their metatile then"),
)  # fmt: skip
"""The named addresses of ``core.game.memory``, without its tables: sprites, block buffer, queues of pictures."""


class RamWatch(QTableWidget):
    """A row an address; a value that has changed since it was last shown stands out."""

    def __init__(self, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(len(WATCHED), 3, parent)
        self._preview = preview
        self.setAccessibleName("Work RAM")
        self.setHorizontalHeaderLabels(["RAM", "holds"])
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the game
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(number_font(self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        value = QTableWidgetItem("value")
        value.setToolTip("Hexadecimal, and decimal; digits of a number as the number")
        self.setHorizontalHeaderItem(2, value)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._values: list[QTableWidgetItem] = []
        self._shown: Shot | None = None
        for row, line in enumerate(WATCHED):
            cells = [QTableWidgetItem(text) for text in (f"${line.address:04X}", line.name, "")]
            for column, cell in enumerate(cells):
                cell.setToolTip(f"{line.name}: {line.tip}" if line.tip else line.name)
                self.setItem(row, column, cell)
            cells[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._values.append(cells[2])
        preview.numbers_due.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up: what nobody sees is not worked out."""
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        shot = self._preview.shot
        if shot is None or not self.isVisible() or shot is self._shown:
            return  # classes of the same frame came later: what had changed with it still stands out
        self._shown = shot
        for line, value in zip(WATCHED, self._values, strict=True):
            text, before = line.text(shot.memory), value.text()
            changed = before not in ("", text)
            value.setForeground(self.palette().link() if changed else QBrush())
            if text != before:
                value.setText(text)
