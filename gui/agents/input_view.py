"""What the agent really sees: its stack of four frames, or the feature maps of the newest one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.frame import SMALL_SIZE
from gui.agents.catalog import AgentCatalog
from gui.agents.saliency import SaliencyWatch
from gui.game.agent_player import Decision
from gui.kit.tooltip import put_tip_beside
from gui.live.preview import Preview
from gui.pictures.heatmap import heat

_SCALE = 2  # logical pixels a pixel of the newest frame
_GAP = 2
_MAPS_IN_A_ROW = 8
_HEIGHT = _SCALE * SMALL_SIZE
_PICTURES_TIP = (
    "What goes into the agent's network, 84 x 84: the newest frame, and the three before it, each one agent step "
    "(4 frames of the game) older than the one above"
)
_MAPS_TIP = (
    "What goes into the agent's network for the newest frame: {count} feature maps of {height} x {width}; white is "
    "the strongest that each one was seen to be"
)

Picture = npt.NDArray[np.uint8]


class InputView(QWidget):
    """The newest frame large and the three before it small; for an fcn agent a tile for each feature map.

    Attributes:
        decision: whose stack is drawn, None before there is one.
    """

    def __init__(
        self,
        preview: Preview,
        agents: AgentCatalog,
        saliency: SaliencyWatch,
        parent: QWidget | None = None,
        live: bool = True,
    ) -> None:
        """Unless it is ``live`` it draws what ``draw`` is given."""
        super().__init__(parent)
        self._preview, self._agents, self._saliency = preview, agents, saliency
        self.decision: Decision | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Qt asks for the height before it gives a width: a height that were set after each change of the width could
        # bring and take a scroll bar, and so change the width, without end.
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("What the agent sees")
        put_tip_beside(self)
        self._live = live
        if live:
            saliency.changed.connect(self.update)
            preview.shot_changed.connect(self.refresh)
            agents.changed.connect(self.refresh)

    def sizeHint(self) -> QSize:
        """The large picture and the column of small ones."""
        return QSize(_HEIGHT + _HEIGHT // 3 + _GAP, _HEIGHT)

    def refresh(self) -> None:
        """Follow the game."""
        shot, opened = self._preview.shot, self._agents.opened
        self.draw(None if shot is None or opened is None else shot.decision)

    def draw(self, decision: Decision | None) -> None:
        """Draw what a decision was made from."""
        if decision is self.decision:
            return
        shape = None if self.decision is None else self.decision.stack.shape
        self.decision = decision
        if decision is not None and decision.stack.shape != shape:
            self._fit(decision)
        self.update()

    def heightForWidth(self, width: int) -> int:
        """Feature maps fill the width; the pictures of an agent without them have one size."""
        if self.decision is None or self.decision.stack.ndim < 4:
            return _HEIGHT
        rows = _rows_of_maps(self.decision.stack.shape[3])
        return round(rows * (_share(width, _MAPS_IN_A_ROW) + _GAP) - _GAP)

    def _fit(self, decision: Decision) -> None:
        """Another kind of agent: another height, other words."""
        self.updateGeometry()
        maps = decision.stack.shape[1:]
        is_maps = len(maps) == 3
        self.setToolTip(_MAPS_TIP.format(height=maps[0], width=maps[1], count=maps[2]) if is_maps else _PICTURES_TIP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tiles, or a line where there is nothing to see yet."""
        painter = QPainter(self)
        if self.decision is None:
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, "nothing yet")
            return
        for place, tile in place_tiles(self.decision.stack, self.size(), self.devicePixelRatioF()):
            height, width = tile.shape
            painter.drawImage(place, QImage(tile.data, width, height, width, QImage.Format.Format_Grayscale8))
        saliency = self._saliency.saliency
        if saliency is not None and self._live and self.decision.stack.ndim == 3:
            side = _SCALE * SMALL_SIZE
            veil = heat(saliency.map, side, side)
            form = QImage.Format.Format_ARGB32_Premultiplied
            painter.drawImage(QRectF(0, 0, side, side), QImage(veil.data, side, side, 4 * side, form))


def place_tiles(stack: Picture, size: QSize, ratio: float) -> list[tuple[QRectF, Picture]]:
    """Where what goes into the network is drawn.

    Args:
        stack: uint8 (4, h, w), or (4, h, w, channels) of features.
        size: what room there is, logical pixels; feature maps shrink to it.
        ratio: device pixels per logical pixel.

    Returns:
        Places in logical pixels and pictures, each uint8 (H, W).
    """
    return _maps(stack[-1], size, ratio) if stack.ndim == 4 else _pictures(stack, ratio)


def _pictures(stack: Picture, ratio: float) -> list[tuple[QRectF, Picture]]:
    height, width = stack.shape[1:]
    large = QRectF(0, 0, _SCALE * width, _SCALE * height)
    tiles = [(large, np.ascontiguousarray(stack[-1]))]
    older = stack[-2::-1]
    side = (large.height() - (len(older) - 1) * _GAP) / len(older)
    for number, picture in enumerate(older):
        place = QRectF(large.right() + 2 * _GAP, number * (side + _GAP), side, side)
        tiles.append((place, _resized(picture, side * ratio)))
    return tiles


def _maps(features: Picture, size: QSize, ratio: float) -> list[tuple[QRectF, Picture]]:
    rows = _rows_of_maps(features.shape[2])
    side = min(_share(size.width(), _MAPS_IN_A_ROW), _share(size.height(), rows))
    pixels = max(round(side * ratio), 1)
    together = cv2.resize(features, (pixels, pixels), interpolation=cv2.INTER_LINEAR).reshape(pixels, pixels, -1)
    tiles = []
    for number, picture in enumerate(np.ascontiguousarray(together.transpose(2, 0, 1)).astype(np.uint8, copy=False)):
        row, column = divmod(number, _MAPS_IN_A_ROW)
        tiles.append((QRectF(column * (side + _GAP), row * (side + _GAP), side, side), picture))
    return tiles


def _rows_of_maps(count: int) -> int:
    return -(-count // _MAPS_IN_A_ROW)


def _share(room: int, tiles: int) -> float:
    """Of each of some tiles beside each other, logical pixels."""
    return max((room - (tiles - 1) * _GAP) / tiles, 1.0)


def _resized(picture: Picture, side: float) -> Picture:
    pixels = max(round(side), 1)
    picture = np.ascontiguousarray(picture)
    return cv2.resize(picture, (pixels, pixels), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
