"""Finds the moving objects among the pixels that the map does not explain.

First every sprite that is seen whole, by its rarest windows; then, as often as it helps, what those cover and what
belongs to them. Nothing is searched where the map explains the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from core.segmentation.object_art import TILE, WINDOW_SHAPES, ObjectArt, Words, window_slots

MARGIN = 8  # pixels added on every side of the frame, so that sprites cut by its edge need no special care
PLANE_WIDTH = FRAME_WIDTH + 2 * MARGIN
PLANE_HEIGHT = FRAME_HEIGHT + 2 * MARGIN
INSIDE = (slice(MARGIN, MARGIN + FRAME_WIDTH), slice(MARGIN, MARGIN + FRAME_HEIGHT))
NOTHING = 255  # in a plane of classes: no sprite here
_MIN_NEW = 4  # pixels that a sprite found by its windows must explain
_PASSES = 4
_COLUMNS = np.arange(TILE) * PLANE_HEIGHT
_EMPTY = np.zeros(0, np.intp)

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
        open: bool, pixels that neither the map nor a sprite explains yet.
        classes: class of the sprite found, or NOTHING.
    """

    codes: Plane
    behind: Plane
    opaque: Plane
    settled: Plane
    open: npt.NDArray[np.bool_]
    classes: Plane

    @classmethod
    def of(cls, codes: Plane, behind: Plane, opaque: Plane) -> Scene:
        """A scene without sprites yet; the margin of the planes counts as settled."""
        settled = np.full(codes.shape, 255, np.uint8)
        settled[INSIDE] = 0
        unexplained = np.zeros(codes.shape, bool)
        np.not_equal(codes[INSIDE], behind[INSIDE], out=unexplained[INSIDE])
        return cls(codes, behind, opaque, settled, unexplained, np.full(codes.shape, NOTHING, np.uint8))


@dataclass(frozen=True, slots=True)
class Sprites:
    """Skins at places: ``place`` is x * PLANE_HEIGHT + y in the planes; ``hidden``: behind the map's opaque pixels."""

    skin: Indices
    place: Indices
    new: Indices
    hidden: npt.NDArray[np.bool_]

    def __getitem__(self, which: npt.NDArray[np.generic]) -> Sprites:
        return Sprites(self.skin[which], self.place[which], self.new[which], self.hidden[which])

    def __len__(self) -> int:
        return len(self.skin)


class ObjectMatcher:
    """Finds sprites in a scene."""

    def __init__(self, art: ObjectArt) -> None:
        self._art = art
        self._offsets = (art.places[..., 0] * PLANE_HEIGHT + art.places[..., 1]).astype(np.intp)

    def match(self, scene: Scene) -> Sprites:
        """Find the sprites; fills ``scene.classes`` and settles its pixels."""
        found: list[Sprites] = []
        for _ in range(_PASSES):
            unexplained = np.flatnonzero(scene.open.reshape(-1))
            if len(unexplained) == 0:
                break
            skins, places = self._by_windows(scene, unexplained)
            whole = self._verify(scene, skins, places, _MIN_NEW)
            if found:
                skins, places = self._relatives(found[-1])
                relatives = self._verify(scene, skins, places, 1)
                whole = _join(whole, relatives)
            if len(whole) == 0:
                break
            found.append(self._settle(scene, whole))
        return _join(*found) if found else Sprites(_EMPTY, _EMPTY, _EMPTY, _EMPTY.astype(bool))

    def _by_windows(self, scene: Scene, pixels: Indices) -> tuple[Indices, Indices]:
        """Sprites that have an indexed window at one of these pixels, each once."""
        flat = scene.codes.reshape(-1)
        inner = pixels[pixels < flat.size - PLANE_HEIGHT - 4]
        keys = []
        for (columns, height), index in zip(WINDOW_SHAPES, self._art.windows, strict=True):
            left = _gather(flat, inner, height)
            right = _gather(flat, inner + PLANE_HEIGHT, height) if columns > 1 else np.zeros_like(left)
            slots = window_slots(left, right)
            counts = index.count[slots]
            hit = np.flatnonzero(counts)
            counts = counts[hit]
            entry = np.repeat(index.first[slots[hit]] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            place = np.repeat(inner[hit], counts) - (index.x[entry] * PLANE_HEIGHT + index.y[entry])
            keys.append(index.skin[entry].astype(np.intp) * flat.size + place)
        unique = np.unique(np.concatenate(keys))
        skins, places = np.divmod(unique, flat.size)
        return skins, places

    def _verify(self, scene: Scene, skins: Indices, places: Indices, least: int) -> Sprites:
        """Those whose every unsettled opaque pixel is as it should be, and that explain ``least`` pixels or more."""
        codes, settled, unexplained = (
            _columns(plane, places) for plane in (scene.codes, scene.settled, scene.open.view(np.uint8))
        )
        masks = self._art.masks[skins]
        care = masks & ~settled
        wrong = (codes ^ self._art.values[skins]) & care
        front = ~wrong.any(axis=1)
        maybe = np.flatnonzero(~front)
        hidden = np.zeros(len(skins), bool)
        if len(maybe):
            opaque = _columns(scene.opaque, places[maybe])
            behind = _columns(scene.behind, places[maybe])
            covered = (codes[maybe] ^ behind) & opaque & care[maybe]
            hidden[maybe] = ~((wrong[maybe] & ~opaque) | covered).any(axis=1)
        new = np.bitwise_count(care & unexplained).sum(axis=1, dtype=np.intp)
        return Sprites(skins, places, new, hidden)[(front | hidden) & (new >= least)]

    def _relatives(self, sprites: Sprites) -> tuple[Indices, Indices]:
        """All parts of all objects that these sprites may belong to, each once."""
        keys: set[int] = set()
        size = PLANE_WIDTH * PLANE_HEIGHT
        for skin, place in zip(sprites.skin.tolist(), sprites.place.tolist(), strict=True):
            for number, x, y in self._art.memberships[skin].tolist():
                origin = place - x * PLANE_HEIGHT - y
                for other, other_x, other_y in self._art.objects[number].tolist():
                    keys.add(other * size + origin + other_x * PLANE_HEIGHT + other_y)
        unique = np.array(sorted(keys), np.intp)
        skins, places = np.divmod(unique, size)
        inside = (places >= 0) & (places < size - 8 * PLANE_HEIGHT)
        return skins[inside], places[inside]

    def _settle(self, scene: Scene, sprites: Sprites) -> Sprites:
        """Paint sprites, those that explain most last; drop those that others paint over."""
        sprites = sprites[np.argsort(sprites.new, kind="stable")]
        pixels = sprites.place[:, None] + self._offsets[sprites.skin]
        seen = ~sprites.hidden[:, None] | (scene.opaque.reshape(-1)[pixels] == 0)
        free = seen & (scene.settled.reshape(-1)[pixels] == 0)
        owner = np.broadcast_to(np.arange(len(sprites))[:, None], pixels.shape)[free]
        at = pixels[free]
        front = np.empty(scene.codes.size, np.intp)
        front[at] = owner
        unexplained = scene.open.reshape(-1)[at] & (front[at] == owner)
        share = np.bincount(owner[unexplained], minlength=len(sprites))
        kept = share > 0
        mine = kept[owner]
        at, owner = at[mine], owner[mine]
        scene.classes.reshape(-1)[at] = self._art.classes[sprites.skin[owner]]
        scene.settled.reshape(-1)[at] = 255
        scene.open.reshape(-1)[at] = False
        return sprites[kept]


def _gather(flat: Plane, places: Indices, count: int) -> Words:
    """The ``count`` bytes from each place on, as one number."""
    words = np.ndarray((flat.size - 3,), np.uint32, flat.data, strides=(1,))[places].astype(np.uint64)
    return words if count == 4 else words & np.uint64((1 << 8 * count) - 1)


def _columns(plane: Plane, places: Indices) -> Words:
    """The 8 x 8 pixels from each place on, uint64 (n, 8), a number for each column."""
    flat = plane.reshape(-1)
    words = np.ndarray((flat.size - 7,), np.uint64, flat.data, strides=(1,))
    return words[places[:, None] + _COLUMNS]


def _join(*groups: Sprites) -> Sprites:
    return Sprites(
        np.concatenate([g.skin for g in groups]),
        np.concatenate([g.place for g in groups]),
        np.concatenate([g.new for g in groups]),
        np.concatenate([g.hidden for g in groups]),
    )
