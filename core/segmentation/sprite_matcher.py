"""Class maps from pixels alone: the game's own tiles are looked for in the picture.

The map is read first, by a lookup of its blocks (``map_matcher``). What it does not explain is matched with the
sprites of the catalogue (``object_matcher``). Two things cannot be told by pixels alone; docs/decisions/
sprite-matcher.md says how they are decided.
"""

from __future__ import annotations

import numpy as np

from core.frame import CLASS_MAP_SHAPE, FRAME_WIDTH, ClassMap, Snapshot
from core.game.rom import Rom
from core.segmentation.colour_codes import COLOUR_CODES, NO_COLOUR, CodePlane, encode
from core.segmentation.map_art import BLOCK, MapArt
from core.segmentation.map_matcher import COLUMNS, MAP_TOP, ROWS, MapMatch, MapMatcher
from core.segmentation.object_art import ObjectArt
from core.segmentation.object_matcher import INSIDE, NOTHING, PLANE_HEIGHT, PLANE_WIDTH, ObjectMatcher, Plane, Scene
from core.segmentation.segmenter import SegmenterKind
from core.segmentation.sprite_catalogue import Catalogue, load_catalogue

_TEXT_COLOUR = 0x30
_HUD_COIN = (slice(80, 88), slice(16, 24))  # columns and lines of the blinking coin beside the text


class SpriteMatcher:
    """Labels a frame by its pixels; ``snapshot.memory`` is never read."""

    kind: SegmenterKind = "sprites"

    def __init__(self, rom: Rom, catalogue: Catalogue | None = None) -> None:
        catalogue = catalogue or load_catalogue()
        self._map_art = MapArt(catalogue, rom)
        self._map = MapMatcher(self._map_art)
        self._objects = ObjectMatcher(ObjectArt(catalogue, rom))

    def segment(self, snapshot: Snapshot) -> ClassMap:
        """Class map, uint8 (224, 240); all background outside play."""
        codes = encode(snapshot.frame)
        found = self._map.match(codes)
        scene = self._scene(codes, found)
        self._objects.match(scene)
        class_map = self._draw_map(found)
        sprites = scene.classes[INSIDE]
        return np.where(sprites == NOTHING, class_map, sprites).T.copy()

    def _scene(self, codes: CodePlane, found: MapMatch) -> Scene:
        plane = np.full((PLANE_WIDTH, PLANE_HEIGHT), NO_COLOUR, np.uint8)
        plane[INSIDE] = codes
        behind = plane.copy()
        opaque = np.zeros_like(plane)
        _draw_hud(behind[INSIDE], self._map_art.variants[found.variant].backdrop)
        self._expand(self._map_art.looks[found.looks], found.left, behind)
        self._expand(self._map_art.opaque[found.metatiles], found.left, opaque)
        return Scene.of(plane, behind, opaque)

    def _expand(self, blocks: np.ndarray, left: int, plane: Plane) -> None:
        """Lay blocks, uint64 (16, 13, 16, 2), out in a plane."""
        pixels = np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).view(np.uint8).reshape(COLUMNS * BLOCK, -1)
        inner = plane[INSIDE][:, MAP_TOP:]
        inner[:] = pixels[-left : FRAME_WIDTH - left, : inner.shape[1]]

    def _draw_map(self, found: MapMatch) -> np.ndarray:
        classes = self._map_art.classes[found.metatiles]
        canvas = np.empty((COLUMNS * BLOCK, ROWS * BLOCK), np.uint8)
        canvas.reshape(COLUMNS, BLOCK, ROWS, BLOCK)[:] = classes[:, None, :, None]
        whole = np.zeros(CLASS_MAP_SHAPE[::-1], np.uint8)
        whole[:, MAP_TOP:] = canvas[-found.left : FRAME_WIDTH - found.left, : CLASS_MAP_SHAPE[0] - MAP_TOP]
        return whole


def _draw_hud(behind: Plane, backdrop: int) -> None:
    """What is seen above the map if no sprite is: text is taken as it is, for its colour is enough to know it."""
    hud = behind[:, :MAP_TOP]
    text = hud == COLOUR_CODES[_TEXT_COLOUR]
    text[_HUD_COIN] = True
    hud[~text] = COLOUR_CODES[backdrop]
