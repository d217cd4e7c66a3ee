"""The status bar: speeds, where Mario is, and what the last agent step was worth."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from core.wording import with_minus
from gui.game.reward_meter import SHOWN_PARTS
from gui.kit.notices import Notices
from gui.kit.style import number_font
from gui.live.game_control import GameControl
from gui.live.preview import Preview

_NOTICE_MS = 6000
_GAME_TIP = "frames per second of the game"
_ALWAYS = "game"  # the field that means something on every tab
_FIRST_TO_GO, _ALL_FIT = ("labels", "network"), 1160  # logical pixels of the bar
_GAP = 10  # logical pixels between two fields


class StatusBar(QStatusBar):
    """Numbers at fixed places, so that nothing jumps."""

    def __init__(self, game: GameControl, preview: Preview, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._game, self._preview = game, preview
        self.setSizeGripEnabled(False)
        self.fields: dict[str, QLabel] = {}
        self._shows_play = True
        for name, sample, tip in (
            ("reward", "reward −301 = death −300 clock −1 progress +1 score +8", "last agent step, 4 frames"),
            ("return", "return −000.0", "sum of rewards since the level was entered; a save state keeps its own"),
            ("x", "x 0000", "Mario's position in the level, pixels"),
            ("time", "time 000", "seconds left on the game's clock"),
            ("score", "score 000000", "points"),
            ("game", "game 0000.0/s", _GAME_TIP),
            ("labels", "sprites 0000/s 00.0 ms", "the labels' segmenter: frames a second it could do, time of one"),
            ("network", "network 0000/s 00.0 ms", "the network: frames a second it could do, and time of one"),
        ):  # fmt: skip
            self.fields[name] = self._add(sample, tip)
        preview.numbers_due.connect(self._refresh)
        game.state_changed.connect(self._refresh_game)
        notices.told.connect(lambda text: self.showMessage(text, _NOTICE_MS))
        self.messageChanged.connect(self._make_room)

    def _add(self, sample: str, tip: str) -> QLabel:
        label = QLabel()
        label.setFont(number_font(label))
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance(sample) + _GAP)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        label.setToolTip(tip)
        self.addPermanentWidget(label)
        return label

    def show_play(self, on: bool) -> None:
        """Whether the game is what is seen: what is told of its frames means nothing elsewhere."""
        self._shows_play = on
        self._make_room(self.currentMessage())

    def _make_room(self, text: str) -> None:
        for name, field in self.fields.items():
            gives_way = bool(text) and name in ("reward", "return")  # the widest, which a notice may cover for a while
            gives_way |= name in _FIRST_TO_GO and self.width() < _ALL_FIT
            field.setVisible(name == _ALWAYS or (self._shows_play and not gives_way))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is looked at least goes where there is no room for all."""
        super().resizeEvent(event)
        self._make_room(self.currentMessage())

    def _refresh(self) -> None:
        shot, picture = self._preview.shot, self._preview.picture
        if shot is None:
            return
        texts = {
            "x": f"x {shot.variables.x}",
            "time": f"time {shot.variables.time:03d}",
            "score": f"score {shot.variables.score:06d}",
            "return": f"return {_signed(shot.return_)}",
            "labels": _speed(self._preview.labels, 0.0 if picture is None else picture.labels_ms),
            "network": _speed("network", 0.0 if picture is None else picture.network_ms),
            "reward": "reward –",
        }
        if shot.reward is not None:
            parts = " ".join(f"{name} {_signed(getattr(shot.reward, name))}" for name in SHOWN_PARTS)
            texts["reward"] = f"reward {_signed(shot.reward.total)} = {parts}"
        for name, text in texts.items():
            self.fields[name].setText(text)
        self._refresh_game()

    def _refresh_game(self) -> None:
        if self._preview.shot is None:
            return
        game, shown, segmented = (
            meter.rate for meter in (self._game.rate, self._preview.shot_rate, self._preview.rate)
        )
        is_still = self._preview.stands_still  # the rate would tell it later
        self.fields["game"].setText(f"game {game:.1f}/s" if game and not is_still else "game paused")
        self.fields["game"].setToolTip(f"{_GAME_TIP}; {shown:.1f}/s are shown, and {segmented:.1f}/s segmented")


def _speed(name: str, ms: float) -> str:
    return f"{name} {1000 / ms:.0f}/s {ms:.1f} ms" if ms else f"{name} –"


def _signed(value: float) -> str:
    return with_minus(f"{value:+g}") if value else "0"
