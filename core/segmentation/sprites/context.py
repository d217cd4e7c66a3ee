"""What a picture's surroundings decide where its tiles alone do not.

- A fire bar's flames are drawn with Mario's fireball. Fire bars are in castles only, and are rows of flames that begin
  in a used block.
- Where the map is gray the flagpole's shaft looks like a lift's rope. A flagpole has a ball on top.
- A castle's wall, which is scenery, looks like bricks. Beside the doors of the castle at a level's end stand bricks, to
  stop Mario; the castle at a level's start has none, and lies against the left edge of the first screen.
- A frame is out of play when the clock in the upper right corner shows no digits, unless it is the first of an area:
  there the word above the clock is seen, the screen stands where the map was entered, and the map explains the picture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.classes import BRICK, ENEMY, FIREBALL, GOAL
from core.frame import BLOCK_SIZE, MAP_TOP
from core.game.rom import Rom
from core.segmentation.sprites.catalogue import MAP_TILES
from core.segmentation.sprites.colour_codes import COLOUR_CODES, CodePlane
from core.segmentation.sprites.object_templates import TILE, ObjectTemplates
from core.segmentation.sprites.scene import MARGIN, PLANE_HEIGHT, PLANE_WIDTH, Scene, Sprites

TEXT_COLOUR = 0x30
_CLOCK = (slice(200, 224), slice(16, 24))  # columns and lines of the clock's three digits
_TIME = (0x1D, 0x12, 0x16, 0x0E)  # CHR tiles of the word above it
_WORD_LINES = slice(8, 16)
_WORD_COLUMNS = slice(192, 224)
_FLAGPOLE_BALL, _ROPE = 0x24, 0x40
_WALL, _ENTRANCE = 0x47, 0x4A
_DOORWAYS = (0x01, 0x4B)
_LAST_STOP = 3  # block columns from a castle's first door to its last brick (SMBDIS: CastleObject)
_DOOR_ROW = 10  # of blocks; the floor begins below it
_USED_BLOCK = 0xC4
_ENTERED_AT = -8  # x of the first block column where the screen begins with a page of the map: the frame crops 8 pixels
_OBJECTS = 1500  # pixels that Mario and what waits for him cover at most; the title's banner has ten times as many
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
        windows = np.lib.stride_tricks.sliding_window_view(_text_columns(codes), len(self._word))
        starts = np.flatnonzero((windows == self._word).all(axis=1))
        return any(_has_text(codes[x + TILE : x + len(self._word), _CLOCK[1]]) for x in starts.tolist())

    def is_due(self, codes: CodePlane) -> bool:
        """Whether the word stands at its place above the clock, with digits or without."""
        return np.array_equal(_text_columns(codes)[_WORD_COLUMNS], self._word)


def is_entrance(left: int, classes: npt.NDArray[np.uint8], unexplained: int) -> bool:
    """Whether a picture without digits in its clock is one of an area's first, and not the title or a black screen.

    Args:
        left: x of the first block column in the frame.
        classes: of the blocks, uint8 (16, 13).
        unexplained: pixels that are not as the map says.
    """
    return left == _ENTERED_AT and bool(classes.any()) and unexplained < _OBJECTS


def _text_columns(codes: CodePlane) -> npt.NDArray[np.uint8]:
    """The pixels of text in the lines of the word, a bit each, uint8 (240,)."""
    return np.packbits(codes[:, _WORD_LINES] == COLOUR_CODES[TEXT_COLOUR], axis=1)[:, 0]


def _has_text(codes: CodePlane) -> bool:
    text = codes == COLOUR_CODES[TEXT_COLOUR]
    return bool(text.any() and not text.all())


def correct_map(classes: npt.NDArray[np.uint8], ids: Grid, left: int) -> None:
    """Correct the classes of blocks, uint8 (16, 13), by their neighbours; ids are the game's block numbers."""
    for column, row in np.argwhere(ids == _FLAGPOLE_BALL).tolist():
        below = slice(row + 1, None)
        classes[column, below][ids[column, below] == _ROPE] = GOAL
    floor = ids[:, _DOOR_ROW]
    door = ids[:, _DOOR_ROW - 1] == _ENTRANCE
    masonry = (floor == _WALL) | door | np.isin(floor, _DOORWAYS)
    for column in (np.flatnonzero((floor[1:] == _WALL) & door[:-1]) + 1).tolist():
        start = column
        while start > 0 and masonry[start - 1]:
            start -= 1
        first_door = start + int(door[start:].argmax())
        if left + BLOCK_SIZE * start > 0 and column - first_door <= _LAST_STOP:
            classes[column, _DOOR_ROW] = BRICK


def correct_fire_bars(scene: Scene, sprites: Sprites, art: ObjectTemplates, ids: Grid, left: int) -> None:
    """Give the flames of a castle's fire bars their class: those in a row, or that the edge may have cut from one.

    Args:
        scene: what was found; its classes are corrected.
        sprites: all that were found.
        art: their templates.
        ids: the game's block numbers, (16, 13).
        left: x of the first block column in the frame.
    """
    balls = np.flatnonzero(art.classes[sprites.skin] == FIREBALL)
    if len(balls) == 0:
        return
    x, y = np.divmod(sprites.place[balls], PLANE_HEIGHT)
    near = (abs(x[:, None] - x) <= _REACH) & (abs(y[:, None] - y) <= _REACH)
    near &= (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2 <= _REACH**2
    linked = near
    for _ in range(4):  # doubles the steps that a link may take: 16 in the end
        linked = linked @ linked
    column, row = (x + TILE // 2 - MARGIN - left) // BLOCK_SIZE, (y + TILE // 2 - MARGIN - MAP_TOP) // BLOCK_SIZE
    inside = (column >= 0) & (column < ids.shape[0]) & (row >= 0) & (row < ids.shape[1])
    at_pivot = inside & (ids[np.where(inside, column, 0), np.where(inside, row, 0)] == _USED_BLOCK)
    at_edge = (x < MARGIN + TILE) | (x >= PLANE_WIDTH - MARGIN - 2 * TILE)
    of_bar = (linked.sum(axis=1) >= _SHORTEST_BAR) | (linked & at_pivot).any(axis=1)
    if not art.is_fiery[sprites.skin].any():
        of_bar |= (linked & at_edge).any(axis=1)
    for left, top in zip(x[of_bar].tolist(), y[of_bar].tolist(), strict=True):
        region = scene.classes[left : left + TILE, top : top + TILE]
        region[region == FIREBALL] = ENEMY
