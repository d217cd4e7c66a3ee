"""Which sprites belong together: the objects of the catalogue, seen from each of their sprites."""

from __future__ import annotations

import numpy as np

from core.segmentation.sprites.object_templates import TILE, ObjectTemplates
from core.segmentation.sprites.scene import PLANE_HEIGHT, PLANE_WIDTH, Indices


class Arrangements:
    """Which objects a skin is part of, and what else they are made of."""

    def __init__(self, art: ObjectTemplates) -> None:
        sizes = np.array([len(parts) for parts in art.objects])
        skins, x, y = np.concatenate(art.objects).astype(np.intp).T
        self._skins, self._x, self._y = skins, x, y
        self._size, self._start = sizes, np.cumsum(sizes) - sizes
        order = np.argsort(skins, kind="stable")
        self._object, self._part = np.repeat(np.arange(len(sizes)), sizes)[order], order
        self._first = np.searchsorted(skins[order], np.arange(len(art.classes) + 1))

    def around(self, skins: Indices, places: Indices) -> tuple[Indices, Indices, Indices, Indices]:
        """All parts in sight of all objects that these sprites may belong to.

        Returns:
            Group of each part, intp (n,): a group is one object around one sprite; index of the sprite of each group,
            intp (groups,); skin and place of each part, intp (n,).
        """
        counts = self._first[skins + 1] - self._first[skins]
        owner = np.repeat(np.arange(len(skins)), counts)
        member = ranges(self._first[skins], counts)
        object_, own = self._object[member], self._part[member]
        sizes = self._size[object_]
        group = np.repeat(np.arange(len(object_)), sizes)
        part = ranges(self._start[object_], sizes)
        x, y = np.divmod(places[owner], PLANE_HEIGHT)
        x = np.repeat(x - self._x[own], sizes) + self._x[part]
        y = np.repeat(y - self._y[own], sizes) + self._y[part]
        in_sight = (x >= 0) & (x <= PLANE_WIDTH - TILE) & (y >= 0) & (y <= PLANE_HEIGHT - TILE)
        return group[in_sight], owner, self._skins[part[in_sight]], (x * PLANE_HEIGHT + y)[in_sight]


def ranges(first: Indices, counts: Indices) -> Indices:
    """The numbers from each first one on, as many as its count, end to end."""
    total = int(counts.sum())
    return np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(total)


def kinship(art: ObjectTemplates) -> tuple[Indices, Indices, Indices]:
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
