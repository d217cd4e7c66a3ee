"""The 32 levels, and those that begin in daylight once more by night: their names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import InputError

# Worlds whose levels from the second on have one area more: a cut scene in which Mario walks into a pipe.
_WORLDS_WITH_CUT_SCENE = (1, 2, 4, 7)
_DARK = "-dark"


@dataclass(frozen=True, slots=True, order=True)
class Level:
    """A level, world 1 to 8 and stage 1 to 4, written "1-1"; or the same by night, written "1-1-dark".

    A dark level is one that begins in daylight, in the game's own colours of night: the same map and the same enemies
    before a black sky. It is dark until Mario leaves its first area, which the five actions cannot before the goal.

    Attributes:
        world, stage: from 1.
        dark: whether it is by night what it is not in the game.
    """

    world: int
    stage: int
    dark: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.world <= 8 and 1 <= self.stage <= 4):
            raise InputError(f"level {self.world}-{self.stage} does not exist; levels are 1-1 to 8-4")
        if self.dark and Level(self.world, self.stage).kind != "day":
            raise InputError(f"level {self} does not exist; only a level that begins in daylight has a dark one")

    def __str__(self) -> str:
        return f"{self.world}-{self.stage}{_DARK if self.dark else ''}"

    @classmethod
    def parse(cls, text: str) -> Level:
        """Read "world-stage" or "world-stage-dark"; InputError on anything else."""
        match = re.fullmatch(rf"\s*(\d)-(\d)({_DARK})?\s*", text)
        if match is None:
            raise InputError(f"level {text!r} is not a level; write world-stage, 1-1 to 8-4")
        return cls(int(match[1]), int(match[2]), match[3] is not None)

    @property
    def area(self) -> int:
        """The game's own index of the level's first playable area within its world, from 0."""
        extra = self.stage >= 2 and self.world in _WORLDS_WITH_CUT_SCENE
        return self.stage - 1 + int(extra)

    @property
    def kind(self) -> str:
        """Where it starts: "day", "night", "underground", "water", "castle" (the game's own area kinds)."""
        if self.stage == 4:
            return "castle"
        if (self.world, self.stage) in {(1, 2), (4, 2)}:
            return "underground"
        if (self.world, self.stage) in {(2, 2), (7, 2)}:
            return "water"
        return "night" if self.dark or self.world in {3, 6} else "day"


ALL_LEVELS: tuple[Level, ...] = tuple(Level(world, stage) for world in range(1, 9) for stage in range(1, 5))
DARK_LEVELS: tuple[Level, ...] = tuple(
    Level(level.world, level.stage, dark=True) for level in ALL_LEVELS if level.kind == "day"
)
"""Those that begin in daylight, by night."""


def parse_levels(text: str) -> tuple[Level, ...]:
    """Read "1-1,1-2", or "all"; InputError on anything else, doubles dropped."""
    if text.strip() == "all":
        return ALL_LEVELS
    return tuple(dict.fromkeys(Level.parse(part) for part in text.split(",")))
