"""A view with its heading (title, choice of source) and its read-out."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from gui.agents.saliency import SaliencyWatch
from gui.kit.style import number_font
from gui.live.game_control import GameControl
from gui.live.preview import Preview
from gui.pictures.view_options import ViewOptions
from gui.play.frame_view import MARGIN, FrameView
from gui.play.pixel_text import read_out
from gui.play.rate_text import RateText

HEADING = 28  # logical pixels
FOOT = 20
_RATE_TIP = (
    "Frames per second that this view shows, of those that the game plays; beside a training classes follow slowly"
)
_LONGEST_READ_OUT = "background   id 0   p 1.00"
_LONGEST_RATE = "1 or fewer of 240 frames/s"
_GAP = 6  # logical pixels between a read-out and a rate
CHROME_WIDTH = 2 * MARGIN + 1  # the picture may have to move by part of a pixel to reach a device pixel
CHROME_HEIGHT = HEADING + FOOT + 2 * MARGIN + 1
TITLES = {"raw": "Game", "labels": "Segmented", "network": "Network"}
_SOURCE_TIPS = {
    "exact": "from the emulator's memory: the truth; blocks of the map are whole tiles of 16 x 16",
    "sprites": "from pixels only, by matching sprites: outlines to the pixel",
}
_FOOT_TIPS = {
    "raw": "Pixel under the mouse: column and row in the frame, 240 x 224, and its colour",
    "classes": "Pixel under the mouse: its class, the class's id, and how probable it is, 0 to 1",
}


class ViewPanel(QWidget):
    """Heading, picture, read-out; placed by ``ViewGrid``."""

    chosen = Signal()

    def __init__(
        self,
        game: GameControl,
        preview: Preview,
        options: ViewOptions,
        saliency: SaliencyWatch,
        role: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._game, self._preview = game, preview
        self.role = role
        self.view = FrameView(game, preview, options, saliency, role, self)
        self.title = QLabel(TITLES[role], self)
        self.title.setObjectName("viewTitle")
        self.note = QLabel(self)
        self._note = ""
        self.note.setObjectName("quiet")
        self.foot = QLabel(self)
        self.foot.setFont(number_font(self))
        self.foot.setToolTip(_FOOT_TIPS["raw" if role == "raw" else "classes"])
        self.rate = QLabel(self)
        self.rate.setObjectName("quiet")
        self.rate.setFont(number_font(self))
        self.rate.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.rate.setToolTip(_RATE_TIP)
        self._rate_text = RateText()
        self._rate_width, self._read_out_width = (
            self.foot.fontMetrics().horizontalAdvance(text) + _GAP for text in (_LONGEST_RATE, _LONGEST_READ_OUT)
        )
        self.source: QComboBox | None = None
        if role != "raw":
            self.source = QComboBox(self)
            self.source.setAccessibleName(TITLES[role])
            self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            self.source.activated.connect(self._choose)
        self.view.chosen.connect(self.chosen)
        game.state_changed.connect(self._refresh_sources)
        preview.sources_changed.connect(self._refresh_sources)
        preview.hover_changed.connect(self._refresh_foot)
        preview.hover_changed.connect(self._show_rate)
        game.state_changed.connect(self._show_rate)
        preview.numbers_due.connect(self._refresh_foot)
        self._refresh_sources()

    def set_scale(self, scale: float) -> None:
        """Draw the picture at this many device pixels per pixel."""
        self.view.scale = scale
        self.view.update()

    def set_note(self, text: str) -> None:
        """A quiet word at the right of the heading."""
        self._note = text
        self._lay_out()

    def look_at_rate(self) -> None:
        """See how many of the game's frames the view shows, and say so if not all."""
        game = 0.0 if self._preview.stands_still else self._game.rate.rate
        self._rate_text.look(self._preview.rate_of(self.role), game)
        self._show_rate()

    def _show_rate(self) -> None:
        """Beside a read-out only where there is room for both."""
        has_room = self._preview.hover is None or self.foot.width() >= self._read_out_width + self.rate.width()
        self.rate.setText(self._rate_text.text if has_room and not self._preview.stands_still else "")

    def _choose(self, index: int) -> None:
        assert self.source is not None
        if self.role == "labels":
            self._preview.set_labels(self.source.itemData(index))
        else:
            self._preview.set_network(self.source.itemData(index))

    def _refresh_sources(self) -> None:
        if self.source is None:
            return
        if self.role == "labels":
            items = [("exact", "exact"), ("sprites", "sprites")]
            chosen = self._preview.labels
        else:
            items = [(name, name) for name, _ in self._preview.networks]
            chosen = next((name for name, path in self._preview.networks if path == self._preview.network), "")
        present = [(self.source.itemText(i), self.source.itemData(i)) for i in range(self.source.count())]
        if items != present:
            self.source.clear()
            for text, data in items:
                self.source.addItem(text, data)
        self.source.setCurrentIndex(self.source.findData(chosen))
        self.source.setEnabled(bool(items))
        self.source.setToolTip(
            _SOURCE_TIPS.get(chosen, "")
            if self.role == "labels"
            else "networks in the folders of runs: those that came with the program, and yours"
        )
        if self.role == "labels":
            self._enable_exact(not self._game.state.engine or self._game.state.has_exact_memory)
        self._lay_out()

    def _enable_exact(self, possible: bool) -> None:
        assert self.source is not None
        item = self.source.model().item(self.source.findData("exact"))  # type: ignore[attr-defined]
        item.setEnabled(possible)
        item.setToolTip("" if possible else "exact labels need stable-retro")

    def _refresh_foot(self) -> None:
        self.foot.setText(read_out(self._preview, self.role))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep heading, picture and read-out in place."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.width(), self.height()
        title_width = self.title.sizeHint().width() + 4
        wanted = 0 if self.source is None else self.source.sizeHint().width()
        is_small = title_width + 8 + wanted > width  # a small picture of a fine screen: its list tells more
        self.title.setVisible(not is_small or self.source is None)
        if is_small and self.source is not None:
            title_width = -6
        self.title.setGeometry(QRect(2, 0, title_width, HEADING - 2))
        left = title_width + 8
        if self.source is not None:
            self.source.setGeometry(QRect(left, 1, min(self.source.sizeHint().width(), width - left), HEADING - 4))
        room = width - left - 2
        self.note.setText(self.note.fontMetrics().elidedText(self._note, Qt.TextElideMode.ElideRight, room))
        self.note.setToolTip(self._note)
        note_width = min(self.note.sizeHint().width(), room)
        self.note.setGeometry(QRect(width - note_width - 2, 0, note_width, HEADING - 2))
        self.view.setGeometry(QRect(0, HEADING, width, height - HEADING - FOOT))
        self.foot.setGeometry(QRect(4, height - FOOT, width - 8, FOOT))
        rate_width = self._rate_width
        self.rate.setGeometry(QRect(width - 4 - rate_width, height - FOOT, rate_width, FOOT))
