"""Finds the moving objects among the pixels that the map does not explain.

First every sprite that is seen whole, by its rarest windows; then, as often as it helps, what those cover and what
belongs to them. Nothing is searched where the map explains the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.frame import FRAME_HEIGHT, FRAME_WIDTH
from core.segmentation.sprites.object_templates import TILE, WINDOW_SHAPES, ObjectTemplates, Words, window_slots

MARGIN = 8  # pixels added on every side of the frame, so that sprites cut by its edge need no special care
PLANE_WIDTH = FRAME_WIDTH + 2 * MARGIN
PLANE_HEIGHT = FRAME_HEIGHT + 2 * MARGIN
INSIDE = (slice(MARGIN, MARGIN + FRAME_WIDTH), slice(MARGIN, MARGIN + FRAME_HEIGHT))
NOTHING = 255  # in a plane of classes: no sprite here
_MIN_NEW = 4  # pixels that a sprite found by its windows must explain
_PASSES = 3
_PROBES = 2
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
    """

    codes: Plane
    behind: Plane
    opaque: Plane
    settled: Plane
    open: Plane
    classes: Plane

    @classmethod
    def of(cls, codes: Plane, behind: Plane, opaque: Plane) -> Scene:
        """A scene without sprites yet; the margin of the planes counts as settled."""
        settled = np.full(codes.shape, 255, np.uint8)
        settled[INSIDE] = 0
        scene = cls(codes, behind, opaque, settled, np.zeros_like(codes), np.full(codes.shape, NOTHING, np.uint8))
        scene.reopen(INSIDE)
        return scene

    @property
    def has_open(self) -> bool:
        """Whether anything is unexplained."""
        return bool(self.open.view(bool).any())

    def reopen(self, region: tuple[slice, slice]) -> None:
        """Look again which pixels of a region are unexplained."""
        unexplained = (self.codes[region] != self.behind[region]).view(np.uint8)
        self.open[region] = np.negative(unexplained) & ~self.settled[region]


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

    def __init__(self, art: ObjectTemplates) -> None:
        self._art = art
        self._kin_first, self._kin_count, self._kin = _kinship(art)
        columns = np.argsort(np.bitwise_count(art.masks), axis=1, kind="stable")[:, -_PROBES:]
        self._probe_steps = columns * PLANE_HEIGHT
        self._probe_masks = np.take_along_axis(art.masks, columns, axis=1)
        self._probe_values = np.take_along_axis(art.values, columns, axis=1)
        self._offsets = (art.places[..., 0] * PLANE_HEIGHT + art.places[..., 1]).astype(np.intp)

    def find_whole(self, scene: Scene) -> Sprites:
        """Find the sprites that nothing covers; fills ``scene.classes`` and settles their pixels."""
        skins, places = self._by_windows(scene, probe=True)
        return self._settle(scene, self._verify(scene, skins, places, _MIN_NEW, 3))

    def find_rest(self, scene: Scene, found: Sprites) -> Sprites:
        """Find what those already found cover, and what belongs to them; returns all."""
        for _ in range(_PASSES):
            if not scene.has_open:
                break
            skins, places = self._by_windows(scene, probe=False)
            by_windows = self._verify(scene, skins, places, _MIN_NEW, 1)
            skins, places = self._relatives(scene, found)
            settled = self._settle(scene, _join(by_windows, self._verify(scene, skins, places, 1, 1)))
            if len(settled) == 0:
                break
            found = _join(found, settled)
        return found

    def _by_windows(self, scene: Scene, *, probe: bool) -> tuple[Indices, Indices]:
        """Sprites that have an indexed window at one of the open pixels, each once; by ``probe`` only likely ones."""
        flat = scene.codes.reshape(-1)
        inner = np.flatnonzero(scene.open.reshape(-1).view(bool))
        keys = []
        shapes = 1 if probe else len(WINDOW_SHAPES)
        for (columns, height), index in zip(WINDOW_SHAPES[:shapes], self._art.windows[:shapes], strict=True):
            left = _gather(flat, inner, height)
            right = _gather(flat, inner + PLANE_HEIGHT, height) if columns > 1 else np.zeros_like(left)
            slots = window_slots(left, right)
            counts = index.count[slots]
            hit = np.flatnonzero(counts)
            counts = counts[hit]
            entry = np.repeat(index.first[slots[hit]] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            place = np.repeat(inner[hit], counts) - (index.x[entry] * PLANE_HEIGHT + index.y[entry])
            skin = index.skin[entry].astype(np.intp)
            if probe:
                likely = np.flatnonzero(self._passes_probes(scene, skin, place))
                skin, place = skin[likely], place[likely]
            keys.append(skin * flat.size + place)
        unique = np.unique(np.concatenate(keys))
        skins, places = np.divmod(unique, flat.size)
        return skins, places

    def _passes_probes(self, scene: Scene, skins: Indices, places: Indices) -> npt.NDArray[np.bool_]:
        """Whether a sprite's fullest columns are seen whole: a quick test before the true one."""
        at = places[:, None] + self._probe_steps[skins]
        seen = _words(scene.codes)[at]
        wrong = (seen ^ self._probe_values[skins]) & self._probe_masks[skins]
        hidden = _words(scene.opaque)[at] & ~(seen ^ _words(scene.behind)[at])
        return ~(wrong & ~hidden).any(axis=1)

    def _verify(self, scene: Scene, skins: Indices, places: Indices, least: int, purity: int) -> Sprites:
        """Those whose every unsettled opaque pixel is as it should be.

        They must explain ``least`` pixels or more, and ``purity`` times as many as stay unexplained in their gaps:
        where the map is not known, small sprites would fit anywhere.
        """
        codes, settled, unexplained = (_columns(plane, places) for plane in (scene.codes, scene.settled, scene.open))
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
        unexplained &= ~settled
        new = _count(care & unexplained)
        around = _count(~masks & unexplained)
        return Sprites(skins, places, new, hidden)[(front | hidden) & (new >= least) & (around * purity <= new)]

    def _relatives(self, scene: Scene, sprites: Sprites) -> tuple[Indices, Indices]:
        """All parts of all objects that these sprites may belong to where pixels are open, each once."""
        size = scene.codes.size
        counts = self._kin_count[sprites.skin]
        rows = np.repeat(self._kin_first[sprites.skin] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        skins = self._kin[rows, 0]
        places = np.repeat(sprites.place, counts) + self._kin[rows, 1]
        inside = (places >= 0) & (places < size - TILE * PLANE_HEIGHT)
        skins, places = np.divmod(np.unique(skins[inside] * size + places[inside]), size)
        touched = _columns(scene.open, places).any(axis=1)
        return skins[touched], places[touched]

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
        unexplained = (scene.open.reshape(-1)[at] > 0) & (front[at] == owner)
        share = np.bincount(owner[unexplained], minlength=len(sprites))
        kept = share > 0
        mine = kept[owner]
        at, owner = at[mine], owner[mine]
        scene.classes.reshape(-1)[at] = self._art.classes[sprites.skin[owner]]
        scene.settled.reshape(-1)[at] = 255
        scene.open.reshape(-1)[at] = 0
        return sprites[kept]


def _gather(flat: Plane, places: Indices, count: int) -> Words:
    """The ``count`` bytes from each place on, as one number."""
    words = np.ndarray((flat.size - 3,), np.uint32, flat.data, strides=(1,))[places].astype(np.uint64)
    return words if count == 4 else words & np.uint64((1 << 8 * count) - 1)


def _columns(plane: Plane, places: Indices) -> Words:
    """The 8 x 8 pixels from each place on, uint64 (n, 8), a number for each column."""
    return _words(plane)[places[:, None] + _COLUMNS]


def _words(plane: Plane) -> Words:
    """The 8 bytes from each place on, as one number, uint64 (places,): a view, not aligned."""
    return np.ndarray((plane.size - 7,), np.uint64, plane.data, strides=(1,))


def _count(masks: Words) -> Indices:
    """Pixels in masks of eight columns, uint64 (n, 8) to intp (n,)."""
    return np.bitwise_count(masks).sum(axis=1, dtype=np.intp) // 8


def _kinship(art: ObjectTemplates) -> tuple[Indices, Indices, Indices]:
    """For each skin the others of all objects that it is part of.

    Returns:
        First row and number of rows of each skin, intp (S,); and the rows, intp (n, 2): the other skin, and its place
        relative to this one's.
    """
    rows = []
    for parts in art.objects:
        skin, x, y = parts.astype(np.intp).T
        place = x * PLANE_HEIGHT + y
        rows.append(np.stack([np.repeat(skin, len(skin)), np.tile(skin, len(skin)), (place - place[:, None]).ravel()]))
    one, other, step = np.concatenate(rows, axis=1)
    packed = np.unique((one << 20 | other) << 20 | step + (1 << 19))
    one, other, step = packed >> 40, packed >> 20 & 0xFFFFF, (packed & 0xFFFFF) - (1 << 19)
    first = np.searchsorted(one, np.arange(len(art.classes) + 1))
    return first[:-1], np.diff(first), np.stack([other, step], axis=1)


def _join(*groups: Sprites) -> Sprites:
    return Sprites(
        np.concatenate([g.skin for g in groups]),
        np.concatenate([g.place for g in groups]),
        np.concatenate([g.new for g in groups]),
        np.concatenate([g.hidden for g in groups]),
    )
