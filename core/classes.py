"""The table of classes: the only place that knows a class's id, name and colours.

The matcher, the exact labels, the networks, the label editor, the legend and the gray observation all read it here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import ClassMap

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class SegmentationClass:
    """One class of object.

    Attributes:
        id: position in the table, 0 to 15, and the value of its pixels in a class map.
        name: one lower-case word, used in files, flags and windows.
        covers: what belongs to it, for people.
        colour: RGB, 0 to 255, in masks and views.
        safe_colour: the same in views for those who see red and green alike; never in files.
    """

    id: int
    name: str
    covers: str
    colour: Colour
    safe_colour: Colour


_SAFE_COLOURS: tuple[Colour, ...] = (
    (30, 34, 48), (51, 68, 0), (204, 187, 187), (102, 102, 68),  # background, ground, block, brick
    (230, 159, 0), (0, 158, 115), (240, 228, 66), (238, 255, 238),  # question, pipe, coin, goal
    (213, 94, 0), (204, 121, 167), (86, 180, 233), (119, 204, 136),  # mario, goomba, koopa, piranha
    (136, 238, 255), (0, 114, 178), (51, 136, 255), (255, 255, 187),  # powerup, enemy, platform, fireball
)  # fmt: skip
"""The eight of Okabe and Ito (2008, "Color universal design"; our background stands for their black) and eight more
that a search found: seen normally, or with protanopia or deuteranopia (simulated after Machado, Oliveira and Fernandes
2009), no two are closer than the closest two of Okabe and Ito's own, 11.6 in CIEDE2000. Of the standard ones some are 2
apart then."""

CLASSES: tuple[SegmentationClass, ...] = tuple(
    SegmentationClass(index, name, covers, colour, _SAFE_COLOURS[index])
    for index, (name, covers, colour) in enumerate(
        (
            ("background", "sky, clouds, hills, bushes, castles, fences, water, lava, text", (30, 34, 48)),
            ("ground", "floor, tree and mushroom tops, bridges, castle masonry, clouds to walk on", (150, 95, 52)),
            ("block", "stair blocks, used blocks, cannons", (198, 155, 110)),
            ("brick", "breakable bricks, whatever they hide", (214, 116, 66)),
            ("question", "question blocks", (255, 193, 46)),
            ("pipe", "every part of a pipe", (64, 168, 80)),
            ("coin", "coins on the map, coins jumping out of blocks", (255, 240, 130)),
            ("goal", "flagpole, its ball and flag, the castle axe", (236, 240, 245)),
            ("mario", "the player in every form", (235, 52, 60)),
            ("goomba", "goombas", (160, 70, 150)),
            ("koopa", "troopas, paratroopas, shells, buzzy beetles", (30, 205, 190)),
            ("piranha", "piranha plants", (170, 225, 60)),
            ("powerup", "mushroom, flower, star, 1-up", (255, 140, 200)),
            ("enemy", "every other hostile thing: hammers, flames, fire bars, bullets, fish, Bowser", (120, 90, 240)),
            ("platform", "moving lifts, springboards", (80, 160, 255)),
            ("fireball", "Mario's own fireballs", (255, 110, 20)),
        )
    )
)
CLASS_NAMES: tuple[str, ...] = tuple(c.name for c in CLASSES)
CLASS_COUNT = len(CLASSES)
(
    BACKGROUND,
    GROUND,
    BLOCK,
    BRICK,
    QUESTION,
    PIPE,
    COIN,
    GOAL,
    MARIO,
    GOOMBA,
    KOOPA,
    PIRANHA,
    POWERUP,
    ENEMY,
    PLATFORM,
    FIREBALL,
) = range(CLASS_COUNT)

GRAY_STEP = 17  # class i is drawn as gray 17 * i in a segmented observation: 0 to 255 over 16 classes


def palette() -> npt.NDArray[np.uint8]:
    """Class colours padded with black to 256 rows (a look-up table for images), uint8 (256, 3)."""
    table = np.zeros((256, 3), np.uint8)
    table[:CLASS_COUNT] = [c.colour for c in CLASSES]
    return table


def class_colours(*, safe: bool = False) -> tuple[Colour, ...]:
    """Colours by class id for the screen, the safe ones for those who see red and green alike."""
    return tuple(item.safe_colour if safe else item.colour for item in CLASSES)


def to_gray_levels(class_map: ClassMap) -> npt.NDArray[np.uint8]:
    """Draw a class map in the gray levels of a segmented observation: uint8 (H, W) to uint8 (H, W)."""
    return class_map * np.uint8(GRAY_STEP)


def class_id(name: str) -> int:
    """Id of a class by its name; KeyError with the known names when there is none."""
    try:
        return CLASS_NAMES.index(name)
    except ValueError:
        raise KeyError(f"unknown class {name!r}; the classes are {', '.join(CLASS_NAMES)}") from None
