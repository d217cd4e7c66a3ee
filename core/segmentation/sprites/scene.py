"""What the sprite matcher looks at, and the sprites found in it.

Eight pixels of a column, one above the other, are one number: a sprite is eight of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from core.segmentation.sprites.object_templates import TILE, Words

MARGIN = 8  # pixels added on every side of the frame, so that sprites cut by its edge need no special care
PLANE_WIDTH = FRAME_WIDTH + 2 * MARGIN
PLANE_HEIGHT = FRAME_HEIGHT + 2 * MARGIN
INSIDE = (slice(MARGIN, MARGIN + FRAME_WIDTH), slice(MARGIN, MARGIN + FRAME_HEIGHT))
NOTHING = 255  # in a plane of classes: no sprite here
_CROWD = 4  # sprites found on a line; the console draws 8, and counts those that are blank
_COLUMNS = np.arange(TILE) * PLANE_HEIGHT

Plane = npt.NDArray[np.uint8]
"""A byte for each pixel of frame and margin, uint8 (256, 240), x first."""
Indices = npt.NDArray[np.intp]


@dataclass(slots=True)
class Scene:
    """What the matcher looks at; all planes have the margin.

    Attributes:
        codes: colour codes.
        behind: colour codes that the map alone would show.
        opaque: 0xFF where the map hides sprites that lie behind it.
        settled: 0xFF where a sprite was found, and outside the frame.
        open: 0xFF at pixels that neither the map nor a sprite explains yet.
        classes: class of the sprite found, or NOTHING.
        left: x of the map's first block column in the frame, -15 to 0.
        crowded: 0xFF for each line on which the console may have left out a sprite, uint8 (240,).
        words_of: the planes and lines by name, as the eight bytes from each place on.
    """

    codes: Plane
    behind: Plane
    opaque: Plane
    settled: Plane
    open: Plane
    classes: Plane
    left: int
    crowded: npt.NDArray[np.uint8]
    words_of: dict[str, Words] = field(init=False)

    def __post_init__(self) -> None:
        names = ("codes", "behind", "opaque", "settled", "open", "crowded")
        self.words_of = {name: _words(getattr(self, name)) for name in names}

    @classmethod
    def of(cls, codes: Plane, behind: Plane, opaque: Plane, left: int) -> Scene:
        """A scene without sprites yet; the margin of the planes counts as settled."""
        settled = np.full(codes.shape, 255, np.uint8)
        settled[INSIDE] = 0
        classes = np.full(codes.shape, NOTHING, np.uint8)
        crowded = np.zeros(PLANE_HEIGHT, np.uint8)
        scene = cls(codes, behind, opaque, settled, np.zeros_like(codes), classes, left, crowded)
        scene.reopen(INSIDE)
        return scene

    @property
    def has_open(self) -> bool:
        """Whether anything is unexplained."""
        return bool(self.open.view(bool).any())

    def note_crowded(self, sprites: Sprites) -> None:
        """Note on which lines so many sprites were found that there may be more than the console draws."""
        tops = np.bincount(sprites.place % PLANE_HEIGHT, minlength=PLANE_HEIGHT)
        self.crowded[:] = (np.convolve(tops, np.ones(TILE, np.intp))[:PLANE_HEIGHT] >= _CROWD) * np.uint8(255)

    def reopen(self, region: tuple[slice, slice]) -> None:
        """Look again which pixels of a region are unexplained."""
        unexplained = (self.codes[region] != self.behind[region]).view(np.uint8)
        self.open[region] = np.negative(unexplained) & ~self.settled[region]


@dataclass(frozen=True, slots=True)
class Sprites:
    """Skins at places.

    Attributes:
        skin: index of the skin.
        place: x * PLANE_HEIGHT + y in the planes.
        new: pixels that it explained when it was found.
        hidden: whether it is behind the map's opaque pixels.
        missing: 0xFF in the byte of each of its lines that is not drawn, uint64 (n,).
    """

    skin: Indices
    place: Indices
    new: Indices
    hidden: npt.NDArray[np.bool_]
    missing: Words

    def __getitem__(self, which: npt.NDArray[np.generic]) -> Sprites:
        return Sprites(self.skin[which], self.place[which], self.new[which], self.hidden[which], self.missing[which])

    def __len__(self) -> int:
        return len(self.skin)


def places_of_columns(places: Indices) -> Indices:
    """Where the eight columns of the 8 x 8 pixels from each place on begin, intp (8, n)."""
    return _COLUMNS[:, None] + places


def _words(plane: Plane) -> Words:
    """The 8 bytes from each place on, as one number, uint64 (places,): a view, not aligned."""
    return np.ndarray((plane.size - 7,), np.uint64, plane.data, strides=(1,))


def count_pixels(masks: Words) -> Indices:
    """Pixels in masks of eight columns, uint64 (8, n) to intp (n,)."""
    return np.bitwise_count(masks).sum(axis=0, dtype=np.intp) // 8


def any_of(columns: Words) -> npt.NDArray[np.bool_]:
    """Whether any pixel is marked in eight columns, uint64 (8, n) to bool (n,)."""
    return np.asarray(np.bitwise_or.reduce(columns, axis=0) != 0)


def join_sprites(*groups: Sprites) -> Sprites:
    return Sprites(
        np.concatenate([g.skin for g in groups]),
        np.concatenate([g.place for g in groups]),
        np.concatenate([g.new for g in groups]),
        np.concatenate([g.hidden for g in groups]),
        np.concatenate([g.missing for g in groups]),
    )
