"""What a picture's surroundings decide where its tiles alone do not.

- A fire bar's flames are drawn with Mario's fireball. Fire bars are in castles only, and are rows of flames.
- Where the map is grey the flagpole's shaft looks like a lift's rope. A flagpole has a ball on top.
- A castle's wall, which is scenery, looks like bricks. One brick stands beside the door of the castle at a level's
  end, to stop Mario; the castle at a level's start has none, and lies against the left edge of the first screen.
- A frame is out of play when the clock in the upper right corner shows no digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.classes import BRICK, ENEMY, FIREBALL, GOAL
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import MAP_TILES
from core.segmentation.sprites.colour_codes import COLOUR_CODES, CodePlane
from core.segmentation.sprites.object_matcher import MARGIN, PLANE_HEIGHT, PLANE_WIDTH, Scene, Sprites
from core.segmentation.sprites.object_templates import TILE, ObjectTemplates

TEXT_COLOUR = 0x30
_CLOCK = (slice(200, 224), slice(16, 24))  # columns and lines of the clock's three digits
_TIME = (0x1D, 0x12, 0x16, 0x0E)  # CHR tiles of the word above it
_WORD_LINES = slice(8, 16)
_FLAGPOLE_BALL, _ROPE = 0x24, 0x40
_WALL, _DOOR = 0x47, 0x4B
_DOOR_ROW = 10  # of blocks; the floor begins below it
_REACH = 10  # pixels between neighbouring flames of a fire bar, at most
_SHORTEST_BAR = 3  # flames; Mario throws two fireballs at most

Grid = npt.NDArray[np.int16]


class Clock:
    """Tells whether a frame is in play: it shows digits where the game shows the time left."""

    def __init__(self, rom: Rom) -> None:
        word = np.concatenate([rom.tiles[MAP_TILES + tile] for tile in _TIME], axis=1)
        self._word = np.packbits(word > 0, axis=0)[0]

    def is_shown(self, codes: CodePlane) -> bool:
        """Whether it runs in a plane of colour codes, uint8 (240, 224).

        When the game is late with a frame the score line scrolls with the map; then the digits are looked for below
        the word above them, wherever that stands.
        """
        if _has_text(codes[_CLOCK]):
            return True
        columns = np.packbits(codes[:, _WORD_LINES] == COLOUR_CODES[TEXT_COLOUR], axis=1)[:, 0]
        windows = np.lib.stride_tricks.sliding_window_view(columns, len(self._word))
        starts = np.flatnonzero((windows == self._word).all(axis=1))
        return any(_has_text(codes[x + TILE : x + len(self._word), _CLOCK[1]]) for x in starts.tolist())


def _has_text(codes: CodePlane) -> bool:
    text = codes == COLOUR_CODES[TEXT_COLOUR]
    return bool(text.any() and not text.all())


def correct_map(classes: npt.NDArray[np.uint8], ids: Grid, left: int) -> None:
    """Correct the classes of blocks, uint8 (16, 13), by their neighbours; ids are the game's block numbers."""
    for column, row in np.argwhere(ids == _FLAGPOLE_BALL).tolist():
        below = slice(row + 1, None)
        classes[column, below][ids[column, below] == _ROPE] = GOAL
    floor = ids[:, _DOOR_ROW]
    masonry = (floor == _WALL) | (floor == _DOOR)
    for column in (np.flatnonzero((floor[1:] == _WALL) & (floor[:-1] == _DOOR)) + 1).tolist():
        start = column
        while start > 0 and masonry[start - 1]:
            start -= 1
        if left + 16 * start >= 0:
            classes[column, _DOOR_ROW] = BRICK


def correct_fire_bars(scene: Scene, sprites: Sprites, art: ObjectTemplates) -> None:
    """Give the flames of a castle's fire bars their class: those in a row, or that the edge may have cut from one."""
    balls = np.flatnonzero(art.classes[sprites.skin] == FIREBALL)
    if len(balls) == 0:
        return
    x, y = np.divmod(sprites.place[balls], PLANE_HEIGHT)
    near = (abs(x[:, None] - x) <= _REACH) & (abs(y[:, None] - y) <= _REACH)
    near &= (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= _REACH**2
    linked = near
    for _ in range(4):  # doubles the steps that a link may take: 16 in the end
        linked = linked @ linked
    at_edge = (x < MARGIN + TILE) | (x >= PLANE_WIDTH - MARGIN - 2 * TILE)
    of_bar = linked.sum(axis=1) >= _SHORTEST_BAR
    if not art.is_fiery[sprites.skin].any():
        of_bar |= (linked & at_edge).any(axis=1)
    for left, top in zip(x[of_bar].tolist(), y[of_bar].tolist(), strict=True):
        region = scene.classes[left : left + TILE, top : top + TILE]
        region[region == FIREBALL] = ENEMY
