"""What stands in place of the views when no game can be played: why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.game.engines import available_engines
from core.game.rom import has_packaged_rom
from gui.keys.keymap import Keymap
from gui.kit.messages import without_flag
from gui.kit.widgets import make_label
from gui.live.game_control import GameControl

_ROM_HELP = (
    "The game comes inside the gym-super-mario-bros package: <code>pip install -r requirements.txt</code>. "
    "You can also open your own copy, as an .nes file, a folder or a zip that holds it."
)
_WIDTH = 640  # logical pixels
_ENGINE_HELP = (
    "Install an emulator: <code>pip install stable-retro</code>, or on Windows <code>pip install nes-py</code>."
)


class NoGamePage(QWidget):
    """The sentence of the error, help, and the buttons that mend it."""

    def __init__(
        self, game: GameControl, keys: Keymap, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._game = game
        self.title = make_label("No game to play yet", "big", wraps=True, selectable=True)
        self.sentence = make_label("", "", wraps=True, selectable=True)
        self.help = make_label("", "quiet", wraps=True, selectable=True)
        for label in (self.title, self.sentence, self.help):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.help.setTextFormat(Qt.TextFormat.RichText)
        page = QWidget()
        page.setFixedWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setSpacing(12)
        for label in (self.title, self.sentence, self.help):
            column.addWidget(label)
        row = QHBoxLayout()
        row.addStretch(1)
        self.packaged = QPushButton("Use the packaged game")
        self.packaged.setToolTip("The game that comes inside the gym-super-mario-bros package")
        self.packaged.clicked.connect(game.open_packaged_rom)
        row.addWidget(self.packaged)
        for id, text in (("open", "Open ROM…"), ("open-folder", "Open folder…")):
            button = QPushButton(text)
            button.setObjectName(f"problem-{id}")
            keys.explain(button, id)
            button.clicked.connect(actions[id].trigger)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        across = QHBoxLayout()  # an aligned widget would get the height of its texts unwrapped
        across.addStretch(1)
        across.addWidget(page)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(across)
        outer.addStretch(2)
        game.state_changed.connect(self._refresh)

    def _refresh(self) -> None:
        self.sentence.setText(without_flag(self._game.state.problem))
        self.packaged.setVisible(bool(available_engines()) and has_packaged_rom())
        self.help.setText(_ROM_HELP if available_engines() else _ENGINE_HELP)
