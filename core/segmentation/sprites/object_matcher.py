"""Finds the moving objects among the pixels that the map does not explain.

First every sprite that is seen whole, by its rarest windows; then, as often as it helps, what those cover and what
belongs to them. Nothing is searched where the map explains the picture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.classes import BLOCK, BRICK
from core.segmentation.sprites.arrangements import Arrangements, kinship, ranges
from core.segmentation.sprites.object_templates import SMALL, TILE, WINDOW_SHAPES, ObjectTemplates, Words, window_slots
from core.segmentation.sprites.scene import (
    MARGIN,
    PLANE_HEIGHT,
    Indices,
    Plane,
    Scene,
    Sprites,
    any_of,
    count_pixels,
    join_sprites,
    places_of_columns,
)

_MUCH = 32  # explained pixels that make a sprite sure
_MIN_NEW = 4  # pixels that a sprite found by its windows must explain
_USUAL, _LATE = (0, 1, 2), (0, 2, 3)  # indices of windows by which sprites are looked for
_PROBES = 2


class ObjectMatcher:
    """Finds sprites in a scene."""

    def __init__(self, art: ObjectTemplates) -> None:
        self._art = art
        self._kin_first, self._kin_count, self._kin = kinship(art)
        self._has_kin = self._kin_count > 1
        self._of_block = np.isin(art.classes, (BLOCK, BRICK))  # a block that is hit moves up and down, in its column
        self._arrangements = Arrangements(art)
        self._masks, self._values = np.ascontiguousarray(art.masks.T), np.ascontiguousarray(art.values.T)
        columns = np.argsort(np.bitwise_count(art.masks), axis=1, kind="stable")[:, -_PROBES:]
        self._probe_steps = (columns * PLANE_HEIGHT).T.copy()
        self._probe_masks = np.take_along_axis(art.masks, columns, axis=1).T.copy()
        self._probe_values = np.take_along_axis(art.values, columns, axis=1).T.copy()
        self._offsets = (art.places[..., 0] * PLANE_HEIGHT + art.places[..., 1]).astype(np.intp)

    def find_whole(self, scene: Scene) -> Sprites:
        """Find the sprites that nothing covers; fills ``scene.classes`` and settles their pixels."""
        skins, places = self._by_windows(scene, (0,), probe=True)
        return self._settle(scene, self._verify(scene, skins, places, _MIN_NEW, 3))

    def find_kin(self, scene: Scene, found: Sprites) -> Sprites:
        """Find what belongs to the sprites already found; returns all."""
        while scene.has_open:
            settled = self._settle_kin(scene, found)
            if len(settled) == 0:
                break
            found = join_sprites(found, settled)
        return found

    def find_rest(self, scene: Scene, found: Sprites) -> Sprites:
        """Find what those already found cover, and what belongs to them; returns all."""
        is_late = False
        while scene.has_open:
            found = self.find_kin(scene, found)
            skins, places = self._by_windows(scene, _LATE if is_late else _USUAL, probe=False)
            settled = self._settle(scene, self._verify(scene, skins, places, _MIN_NEW, int(not is_late)))
            if len(settled) == 0:
                if is_late:
                    break
                is_late = True
            found = join_sprites(found, settled)
        return found

    def _settle_kin(self, scene: Scene, found: Sprites) -> Sprites:
        scene.note_crowded(found)
        skins, places = self._relatives(scene, found)
        return self._settle(scene, self._verify(scene, skins, places, 1, 0))

    def _by_windows(self, scene: Scene, which: tuple[int, ...], *, probe: bool) -> tuple[Indices, Indices]:
        """Sprites that have an indexed window at one of the open pixels, each once; by ``probe`` only likely ones."""
        flat = scene.codes.reshape(-1)
        inner = np.flatnonzero(scene.open.reshape(-1).view(bool))
        keys = []
        for number in which:
            index, (columns, height) = self._art.windows[number], (*WINDOW_SHAPES, WINDOW_SHAPES[SMALL])[number]
            left = _gather(flat, inner, height)
            right = _gather(flat, inner + PLANE_HEIGHT, height) if columns > 1 else np.zeros_like(left)
            slots = window_slots(left, right)
            counts = index.count[slots]
            hit = np.flatnonzero(counts)
            counts = counts[hit]
            entry = ranges(index.first[slots[hit]].astype(np.intp), counts)
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
        at = places + self._probe_steps[:, skins]
        seen = scene.words_of["codes"][at]
        wrong = (seen ^ self._probe_values[:, skins]) & self._probe_masks[:, skins]
        hidden = scene.words_of["opaque"][at] & ~(seen ^ scene.words_of["behind"][at])
        return ~any_of(wrong & ~hidden)

    def _verify(self, scene: Scene, skins: Indices, places: Indices, least: int, purity: int) -> Sprites:
        """Those whose every unsettled opaque pixel is as it should be.

        They must explain ``least`` pixels or more, and ``purity`` times as many as stay unexplained in their gaps:
        where the map is not known, small sprites would fit anywhere. One that explains little must belong to an
        object of which everything else may be there.
        """
        unexplained = scene.words_of["open"][places_of_columns(places)]
        masks = self._masks[:, skins]
        new = count_pixels(masks & unexplained)
        around = count_pixels(~masks & unexplained)
        pure = around * purity <= new if purity else self._has_kin[skins] | (around <= new)
        in_column = (places // PLANE_HEIGHT - MARGIN - scene.left) % TILE == 0
        likely = np.flatnonzero((new >= least) & pure & (~self._of_block[skins] | in_column))
        skins, places, new = skins[likely], places[likely], new[likely]
        fitting, hidden, missing = self._fits(scene, skins, places)
        cut = np.flatnonzero(fitting & (missing > 0))
        if len(cut):
            kept = likely[cut]
            new[cut] = count_pixels(masks[:, kept] & unexplained[:, kept] & ~missing[cut])
        fitting &= new >= least
        little = np.flatnonzero(fitting & (new < _MUCH))
        if len(little):
            fitting[little] = self._is_whole(scene, skins[little], places[little])
        return Sprites(skins, places, new, hidden, missing)[fitting]

    def _fits(
        self, scene: Scene, skins: Indices, places: Indices
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Words]:
        """Whether sprites may be there; whether they are behind the map; and which of their lines are missing."""
        at = places_of_columns(places)
        codes = scene.words_of["codes"][at]
        care = self._masks[:, skins] & ~scene.words_of["settled"][at]
        wrong = (codes ^ self._values[:, skins]) & care
        fitting = ~any_of(wrong)
        hidden = np.zeros(len(skins), bool)
        missing = np.zeros(len(skins), np.uint64)
        maybe = np.flatnonzero(~fitting)
        if len(maybe):
            at = at[:, maybe]
            opaque, unlike = scene.words_of["opaque"][at], codes[:, maybe] ^ scene.words_of["behind"][at]
            wrong, care = wrong[:, maybe], care[:, maybe]
            hidden[maybe] = ~any_of((wrong & ~opaque) | (unlike & opaque & care))
            lines = np.bitwise_or.reduce(wrong, axis=0).view(np.uint8)
            lines = ((lines != 0).view(np.uint8) * np.uint8(255)).view(np.uint64)
            crowded = scene.words_of["crowded"][places[maybe] % PLANE_HEIGHT]
            cut = ~any_of(unlike & care & lines) & ~hidden[maybe] & ((lines & ~crowded) == 0)
            missing[maybe] = lines * cut
            fitting[maybe] = hidden[maybe] | cut
        return fitting, hidden, missing

    def _is_whole(self, scene: Scene, skins: Indices, places: Indices) -> npt.NDArray[np.bool_]:
        """Whether sprites belong to an object whose every part may be there."""
        group, owner, parts, where = self._arrangements.around(skins, places)
        fitting, _, _ = self._fits(scene, parts, where)
        broken = np.bincount(group[~fitting], minlength=len(owner)) > 0
        return np.bincount(owner[~broken], minlength=len(skins)) > 0

    def _relatives(self, scene: Scene, sprites: Sprites) -> tuple[Indices, Indices]:
        """All parts of all objects that these sprites may belong to where pixels are open, each once."""
        size = scene.codes.size
        counts = self._kin_count[sprites.skin]
        rows = ranges(self._kin_first[sprites.skin], counts)
        skins = self._kin[rows, 0]
        places = np.repeat(sprites.place, counts) + self._kin[rows, 1]
        inside = (places >= 0) & (places < size - TILE * PLANE_HEIGHT)
        skins, places = np.divmod(np.unique(skins[inside] * size + places[inside]), size)
        touched = any_of(scene.words_of["open"][places_of_columns(places)])
        return skins[touched], places[touched]

    def _settle(self, scene: Scene, sprites: Sprites) -> Sprites:
        """Paint sprites, those that explain most last; drop those that others paint over."""
        sprites = sprites[np.argsort(sprites.new, kind="stable")]
        pixels = sprites.place[:, None] + self._offsets[sprites.skin]
        seen = ~sprites.hidden[:, None] | (scene.opaque.reshape(-1)[pixels] == 0)
        free = seen & (scene.settled.reshape(-1)[pixels] == 0)
        if sprites.missing.any():
            missing = sprites.missing.view(np.uint8).reshape(-1, TILE)
            free &= np.take_along_axis(missing, self._art.places[sprites.skin, :, 1], axis=1) == 0
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
