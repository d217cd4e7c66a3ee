"""Names for addresses of the game's work RAM, and readers that return Python ints.

Addresses come from the game's public disassembly (doppelganger's SMBDIS) and were checked against the running game.
Every reader goes through ``int``: NumPy's uint8 would overflow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.frame import Memory

# fmt: off
PLAYER_STATE = 0x000E        # what moves Mario: 8 under control, 4 flagpole, 5 end of level, 0x0B dying, 6 dead
OBJECT_ALIVE = 0x000F        # 6 bytes, one an object slot
OBJECT_KIND = 0x0016         # 6 bytes
FLOAT_STATE = 0x001D         # 0 standing, 1 and 2 in the air, 3 on the flagpole or a vine
AREA_DATA = 0x00E7           # 2 bytes: address of the area's map data in the program
PLAYER_X_PAGE = 0x006D
PLAYER_X = 0x0086
PLAYER_Y_PAGE = 0x00B5       # above 1: fell below the screen
PLAYER_Y = 0x00CE
SPRITE_TABLE = 0x0200        # 64 x (y - 1, tile, attributes, x)
PICTURE_QUEUE = 0x0300       # bytes in use, then (address high, low, count, bytes …) written to the picture chip, 0
PICTURE_QUEUE_2 = 0x0340     # the same, for columns of the map
PICTURE_QUEUE_IN_USE = 0x0773  # which queue the next frame empties: 0 the first, 6 the second, others fixed pictures
BLOCK_HIT_ROW = 0x03E4       # 2 bytes, of the blocks being hit: 16 times their row in the block buffer
BLOCK_HIT_COLUMN = 0x03E6    # 2 bytes: low byte of the address of their column in the block buffer
BLOCK_HIT_RESULT = 0x03E8    # 2 bytes: the metatile that they become
BLOCK_BUFFER = 0x0500        # two pages of 13 rows x 16 columns, at 0x0500 and 0x05D0
PLAYER_SPRITES = 0x06E4      # first byte of Mario's 8 sprites in the sprite table
OBJECT_SPRITES = 0x06E5      # 6 bytes: first byte of each object's 6 sprites
SCREEN_LEFT_PAGE = 0x071A
SCREEN_LEFT = 0x071C
CLOUD_AREA = 0x0743          # not 0: a bonus area in the clouds, left by falling out of it
COLOUR_CONTROL = 0x0744      # 0: the sky is that of the area's kind; 4 night, 5 snow, 6 night and snow, 7 castle
LOOPS_RIGHT = 0x06D9         # right turns and passes so far in a castle's maze, 2 bytes
AREA_KIND = 0x074E           # 0 water, 1 ground, 2 underground, 3 castle
PLAYER_SIZE = 0x0754         # 0 big, 1 small
POWER = 0x0756               # 0 small, 1 big, 2 fire
LIVES = 0x075A
STAGE = 0x075C               # stage - 1
WORLD = 0x075F               # world - 1
AREA = 0x0760                # index of the area within the world
MODE = 0x0770                # 0 title, 1 game, 2 world over, 3 game over
MODE_TASK = 0x0772           # 3: the game proper is running
PAUSE_STATUS = 0x0776        # bit 0: Start has paused the game; bit 7: Start is held
PRELEVEL_TIMER = 0x07A0      # frames / 21 that the black screen before a level still lasts
SCORE_DIGITS = 0x07DE        # 6 digits
COIN_DIGITS = 0x07ED         # 2 digits
TIMER_DIGITS = 0x07F8        # 3 digits
# fmt: on

CONTROLLED = 8
DYING = 0x0B
DEAD = 6
MODE_GAME = 1
MODE_WORLD_OVER = 2
TASK_RUNNING = 3
WATER = 0  # area kind
NIGHT = 4  # colour control
ON_FLAGPOLE = 4
END_OF_LEVEL = 5
STATUS_NAMES = np.array(("small", "big", "fire"))  # by the value of POWER


@dataclass(frozen=True, slots=True)
class GameVariables:
    """What the status bar, the reward and the conformance test read from memory, all plain ints.

    Attributes:
        x: horizontal position of Mario in the level, pixels.
        y: distance of Mario from the top of the 240-line frame, pixels; more than 255 when he fell.
        time: seconds of game time left (one is 20 frames in the European revision, 24 in the World revision).
        score: points.
        coins: 0 to 99.
        lives: lives left after this one.
        power: 0 small, 1 big, 2 fire.
        world, stage: from 1.
        screen_left: level coordinate of the left edge of the 256-pixel screen, pixels.
    """

    x: int
    y: int
    time: int
    score: int
    coins: int
    lives: int
    power: int
    world: int
    stage: int
    screen_left: int

    @property
    def status(self) -> str:
        """ "small", "big" or "fire"."""
        return str(STATUS_NAMES[min(self.power, len(STATUS_NAMES) - 1)])


def read_variables(memory: Memory) -> GameVariables:
    """Read the game variables from the work RAM, uint8 (2048,)."""
    return GameVariables(
        x=player_x(memory),
        y=max(int(memory[PLAYER_Y_PAGE]) - 1, 0) * 256 + int(memory[PLAYER_Y]),
        time=game_time(memory),
        score=_digits(memory, SCORE_DIGITS, 6),
        coins=_digits(memory, COIN_DIGITS, 2),
        lives=int(memory[LIVES]),
        power=int(memory[POWER]),
        world=int(memory[WORLD]) + 1,
        stage=int(memory[STAGE]) + 1,
        screen_left=int(memory[SCREEN_LEFT_PAGE]) * 256 + int(memory[SCREEN_LEFT]),
    )


def player_x(memory: Memory) -> int:
    """Horizontal position of Mario in the area, pixels; 0 left of its edge, where the memory has 65,5xx."""
    return 0 if is_left_of_area(memory) else int(memory[PLAYER_X_PAGE]) * 256 + int(memory[PLAYER_X])


def is_left_of_area(memory: Memory) -> bool:
    """Whether Mario is left of the area's edge: a maze that sends him back may leave him there."""
    return int(memory[PLAYER_X_PAGE]) >= 0x80


def game_time(memory: Memory) -> int:
    """Game time left, seconds on the game's clock."""
    return _digits(memory, TIMER_DIGITS, 3)


def area_address(memory: Memory) -> int:
    """Address of the loaded area's map data: which area Mario is in, and so what x is measured in.

    Not $0750: that already names the area that the next pipe leads to, and changes while the screen scrolls.
    """
    return int(memory[AREA_DATA]) + 256 * int(memory[AREA_DATA + 1])


def is_dead(memory: Memory) -> bool:
    """Whether Mario is dying, dead or has fallen below the screen (out of a cloud area, that is a way back)."""
    return int(memory[PLAYER_STATE]) in (DYING, DEAD) or has_fallen(memory)


def has_fallen(memory: Memory) -> bool:
    """Whether Mario has fallen below the screen, not out of a cloud area."""
    return int(memory[PLAYER_Y_PAGE]) > 1 and int(memory[CLOUD_AREA]) == 0


def is_paused(memory: Memory) -> bool:
    """Whether the game's own pause, which Start begins and ends, holds it."""
    return bool(int(memory[PAUSE_STATUS]) & 1)


def has_reached_goal(memory: Memory) -> bool:
    """Whether Mario slides down the flagpole, walks off from it, or has taken the castle's axe."""
    return int(memory[PLAYER_STATE]) in (ON_FLAGPOLE, END_OF_LEVEL) or int(memory[MODE]) == MODE_WORLD_OVER


def is_in_play(memory: Memory) -> bool:
    """Whether the screen shows a level that is being played: no title, black screen, change of area or end of a world.

    The end of a world (the bridge falls, Mario walks on) is out because the game then draws without its block buffer.
    """
    return int(memory[MODE]) == MODE_GAME and int(memory[MODE_TASK]) == TASK_RUNNING


def is_under_control(memory: Memory) -> bool:
    """Whether the game runs and the player steers Mario."""
    return (
        int(memory[MODE]) == MODE_GAME
        and int(memory[MODE_TASK]) == TASK_RUNNING
        and int(memory[PLAYER_STATE]) == CONTROLLED
    )


def is_placed(memory: Memory) -> bool:
    """Whether the game runs and Mario stands where his x says, not on his way into a pipe, an area or a castle."""
    return is_in_play(memory) and int(memory[PLAYER_STATE]) >= CONTROLLED


def _digits(memory: Memory, address: int, count: int) -> int:
    """Decimal number stored one digit a byte; digits that are not (before a level starts) count as 0."""
    value = 0
    for digit in memory[address : address + count].tobytes():
        value = value * 10 + (digit if digit <= 9 else 0)
    return value
