"""How class maps are coloured on the screen: tables of 256 premultiplied ARGB colours."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from core.classes import BACKGROUND, Colour
from core.frame import ClassMap

MISSED, INVENTED, CONFUSED = 1, 2, 3
ERRORS: tuple[tuple[int, str, str, tuple[int, int, int]], ...] = (
    (MISSED, "false negative", "labels have an object here, the network sees background", (255, 64, 96)),
    (INVENTED, "false positive", "the network sees an object here, labels have background", (0, 224, 255)),
    (CONFUSED, "wrong class", "both see an object here, but not the same", (255, 214, 0)),
)
"""Kinds of disagreement: id, name, meaning, colour."""
_DIM = 0.22  # how much of the other classes' colour is left while one is highlighted


Table = npt.NDArray[np.uint32]
"""Colours by id, uint32 (256,): premultiplied ARGB, as QImage.Format_ARGB32_Premultiplied wants it."""


def _argb(colour: npt.ArrayLike, alpha: float) -> int:
    red, green, blue = (round(float(v) * alpha) for v in np.asarray(colour, float))
    return round(255 * alpha) << 24 | red << 16 | green << 8 | blue


def class_table(
    colours: Sequence[Colour], hidden: Collection[int], highlighted: int | None, opacity: float | None
) -> Table:
    """Colour table of a class map.

    Args:
        colours: RGB by class id.
        hidden: classes that are switched off; they look like background, or like nothing over a picture.
        highlighted: the class that keeps its full colour while the others are dimmed, None for all.
        opacity: 0 to 1 to lie over a picture, None to stand alone.
    """
    background = np.array(colours[BACKGROUND], float)
    table = np.full(256, 0xFF000000, np.uint32)
    for id, own in enumerate(colours):
        colour = np.array(own, float)
        alpha = 1.0 if opacity is None else opacity
        if id in hidden:
            colour, alpha = background, 1.0 if opacity is None else 0.0
        elif id == BACKGROUND and opacity is not None and highlighted != BACKGROUND:
            alpha = 0.0
        elif highlighted not in (None, id):
            if opacity is None:
                colour = background + (colour - background) * _DIM
            else:
                alpha *= _DIM
        table[id] = _argb(colour, alpha)
    return table


def outline_mask(class_map: ClassMap) -> npt.NDArray[np.bool_]:
    """Pixels of a uint8 (H, W) with one of another class above, below, left or right of them: bool (H, W)."""
    mask = np.zeros(class_map.shape, bool)
    down, across = class_map[1:] != class_map[:-1], class_map[:, 1:] != class_map[:, :-1]
    mask[1:] |= down
    mask[:-1] |= down
    mask[:, 1:] |= across
    mask[:, :-1] |= across
    return mask


def error_table() -> Table:
    """Colour table of a map of disagreement; agreement is transparent."""
    table = np.zeros(256, np.uint32)
    for id, _, _, colour in ERRORS:
        table[id] = _argb(colour, 1.0)
    return table


def error_map(truth: ClassMap, prediction: ClassMap) -> npt.NDArray[np.uint8]:
    """Kind of disagreement of each pixel, 0 for none: two uint8 maps of one shape to a uint8 map."""
    missed = (prediction == BACKGROUND).view(np.uint8)
    invented = (truth == BACKGROUND).view(np.uint8)
    kind = np.uint8(CONFUSED) - missed * np.uint8(CONFUSED - MISSED) - invented * np.uint8(CONFUSED - INVENTED)
    return np.where(truth == prediction, np.uint8(0), kind)
