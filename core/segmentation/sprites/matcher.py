"""Class maps from pixels alone: the game's own tiles are looked for in the picture.

The map is read first, by a lookup of its blocks (``map_matcher``). What it does not explain is matched with the
sprites of the catalogue (``object_matcher``). A few things cannot be told by pixels alone; docs/decisions/
sprite-matcher.md says how they are decided (``context``).
"""

from __future__ import annotations

import cv2
import numpy as np

from core.frame import BLOCK_ROWS, BLOCK_SIZE, CLASS_MAP_SHAPE, FRAME_WIDTH, MAP_TOP, ClassMap, Snapshot
from core.game.rom import Rom
from core.segmentation.segmenter import SegmenterKind
from core.segmentation.sprites.catalogue import Catalogue, load_catalogue
from core.segmentation.sprites.colour_codes import COLOUR_CODES, NO_COLOUR, CodePlane, encode
from core.segmentation.sprites.context import TEXT_COLOUR, Clock, correct_fire_bars, correct_map, is_entrance
from core.segmentation.sprites.map_matcher import COLUMNS, MapMatch, MapMatcher
from core.segmentation.sprites.map_templates import MapTemplates
from core.segmentation.sprites.object_matcher import ObjectMatcher
from core.segmentation.sprites.object_templates import ObjectTemplates
from core.segmentation.sprites.scene import INSIDE, MARGIN, NOTHING, PLANE_HEIGHT, PLANE_WIDTH, Plane, Scene

_ROUNDS = 3  # of naming blocks and finding sprites in turn
_FIRE_BARS_IN = ("castle", "water")  # 8-4 has some under water
_HUD_COIN = (slice(80, 88), slice(16, 24))  # columns and lines of the blinking coin beside the text


class SpriteMatcher:
    """Labels a frame by its pixels; ``snapshot.memory`` is never read."""

    kind: SegmenterKind = "sprites"

    def __init__(self, rom: Rom, catalogue: Catalogue | None = None) -> None:
        catalogue = catalogue or load_catalogue()
        self._map_art = MapTemplates(catalogue, rom)
        self._map = MapMatcher(self._map_art)
        self._clock = Clock(rom)
        self._art = ObjectTemplates(catalogue, rom)
        self._objects = ObjectMatcher(self._art)

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class map, uint8 (224, 240); all background outside play."""
        codes = encode(snapshot.frame)
        has_digits = self._clock.is_shown(codes)
        if not has_digits and not self._clock.is_due(codes):
            return np.zeros(CLASS_MAP_SHAPE, np.uint8)
        found = self._map.match(codes)
        scene = self._scene(codes, found)
        if not has_digits and not is_entrance(found.left, self._classes(found), int(np.count_nonzero(scene.open))):
            return np.zeros(CLASS_MAP_SHAPE, np.uint8)
        sprites = self._objects.find_kin(scene, self._objects.find_whole(scene))
        for turn in range(_ROUNDS):
            if not (scene.has_open or found.weak.any()):
                break
            is_renamed = self._rename_covered(found, scene)
            if turn and not is_renamed:
                break
            sprites = self._objects.find_rest(scene, sprites)
        if self._map_art.variants[found.variant].area.name in _FIRE_BARS_IN:
            ids = self._map_art.ids[self._map.metatiles(found)]
            correct_fire_bars(scene, sprites, self._art, ids, found.left)
        class_map = self._draw_map(found)
        sprites_seen = scene.classes[INSIDE]
        np.copyto(class_map, sprites_seen, where=sprites_seen != NOTHING)
        return cv2.transpose(class_map).astype(np.uint8, copy=False)

    def _rename_covered(self, found: MapMatch, scene: Scene) -> bool:
        """Name the blocks that hold unexplained pixels again, now that some sprites in front of them are known.

        Returns:
            Whether any has another name now.
        """
        before = found.looks.copy()
        canvas = np.zeros((COLUMNS * BLOCK_SIZE, BLOCK_ROWS * BLOCK_SIZE), bool)
        inner = scene.open[INSIDE][:, MAP_TOP:] > 0
        canvas[-found.left : FRAME_WIDTH - found.left, : inner.shape[1]] = inner
        doubtful = canvas.reshape(COLUMNS, BLOCK_SIZE, BLOCK_ROWS, BLOCK_SIZE).any(axis=(1, 3))
        for column, row in np.argwhere(doubtful | found.weak).tolist():
            x, y = found.left + column * BLOCK_SIZE + MARGIN, MAP_TOP + row * BLOCK_SIZE + MARGIN
            region = (slice(max(x, 0), x + BLOCK_SIZE), slice(y, y + BLOCK_SIZE))
            seen = np.full((BLOCK_SIZE, BLOCK_SIZE), NO_COLOUR, np.uint8)
            free = np.zeros((BLOCK_SIZE, BLOCK_SIZE), bool)
            first, (width, height) = max(-x, 0), scene.codes[region].shape
            part = (slice(first, first + width), slice(0, height))
            seen[part] = scene.codes[region]
            free[part] = scene.settled[region] == 0
            self._map.rename(found, (column, row), seen, free)
            look = found.looks[column, row]
            scene.behind[region] = _pixels(self._map_art.looks[look])[part]
            metatile = self._map_art.metatile_of[found.variant, look]
            scene.opaque[region] = _pixels(self._map_art.opaque[metatile])[part]
            scene.reopen(region)
        found.weak[:] = False
        return not np.array_equal(found.looks, before)

    def _scene(self, codes: CodePlane, found: MapMatch) -> Scene:
        plane = np.full((PLANE_WIDTH, PLANE_HEIGHT), NO_COLOUR, np.uint8)
        plane[INSIDE] = codes
        behind = plane.copy()
        opaque = np.full_like(plane, 255)  # the margin hides whatever reaches into it
        opaque[INSIDE] = 0
        _draw_hud(behind[INSIDE], self._map_art.variants[found.variant].backdrop)
        self._expand(self._map_art.looks[found.looks], found.left, behind)
        self._expand(self._map_art.opaque[self._map.metatiles(found)], found.left, opaque)
        scene = Scene.of(plane, behind, opaque, found.left)
        scene.settled[INSIDE][_HUD_COIN] = 255  # a sprite in front of all others
        for column, row in np.argwhere(found.weak).tolist():
            x, y = found.left + column * BLOCK_SIZE + MARGIN, MAP_TOP + row * BLOCK_SIZE + MARGIN
            region = (slice(max(x, MARGIN), x + BLOCK_SIZE), slice(y, y + BLOCK_SIZE))
            backdrop = COLOUR_CODES[self._map_art.variants[found.variant].backdrop]
            scene.open[region] |= (plane[region] != backdrop) * ~scene.settled[region]
        return scene

    def _expand(self, blocks: np.ndarray, left: int, plane: Plane) -> None:
        """Lay blocks, uint64 (16, 13, 16, 2), out in a plane."""
        pixels = np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).view(np.uint8).reshape(COLUMNS * BLOCK_SIZE, -1)
        inner = plane[INSIDE][:, MAP_TOP:]
        inner[:] = pixels[-left : FRAME_WIDTH - left, : inner.shape[1]]

    def _classes(self, found: MapMatch) -> np.ndarray:
        """Class of each block, uint8 (16, 13), as far as its picture tells."""
        return self._map_art.classes[self._map.metatiles(found)]

    def _draw_map(self, found: MapMatch) -> np.ndarray:
        classes = self._classes(found)
        correct_map(classes, self._map_art.ids[self._map.metatiles(found)], found.left)
        canvas = np.empty((COLUMNS * BLOCK_SIZE, BLOCK_ROWS * BLOCK_SIZE), np.uint8)
        canvas.reshape(COLUMNS, BLOCK_SIZE, BLOCK_ROWS, BLOCK_SIZE)[:] = classes[:, None, :, None]
        whole = np.zeros(CLASS_MAP_SHAPE[::-1], np.uint8)
        whole[:, MAP_TOP:] = canvas[-found.left : FRAME_WIDTH - found.left, : CLASS_MAP_SHAPE[0] - MAP_TOP]
        return whole


def _pixels(block: np.ndarray) -> np.ndarray:
    """A block's pixels, uint64 (16, 2) to uint8 (16, 16), x first."""
    return block.view(np.uint8).reshape(BLOCK_SIZE, BLOCK_SIZE)


def _draw_hud(behind: Plane, backdrop: int) -> None:
    """What is seen above the map if no sprite is: text is taken as it is, for its colour is enough to know it."""
    hud = behind[:, :MAP_TOP]
    text = hud == COLOUR_CODES[TEXT_COLOUR]
    text[_HUD_COIN] = True
    hud[~text] = COLOUR_CODES[backdrop]
