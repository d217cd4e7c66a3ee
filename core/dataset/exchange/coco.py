"""A data set as COCO panoptic (cocodataset.org, "Data format", section 4; checked by panopticapi's rules).

The format says what is in the files; where they lie, each program says for itself:

======================  ==========================  ==================================  =============================
layout                  a frame                     segment ids                         document
======================  ==========================  ==================================  =============================
``PLAIN``               train/000012.png            annotations/panoptic_train/…png     annotations/panoptic_train.json
``COCO_2017``           train2017/000012.jpg        panoptic_train2017/000012.png       …/panoptic_train2017.json
``DATUMARO``            images/train/000012.png     annotations/panoptic_train/…png     annotations/panoptic_train.json
======================  ==========================  ==================================  =============================

``COCO_2017`` is what Detectron2 (data/datasets/coco_panoptic.py: the name of the segment ids with .jpg) and DETR
(datasets/coco_panoptic.py: these very folders) read.

A category's id is the class id plus 1. Things (classes whose objects can be counted) have a segment for each connected
region (by sides or corners), so two objects of one class that touch are one segment; stuff, the background among it,
has one segment a class. A segment's id is 1,000 times its category's and a number from 0. In the PNG it is
R + 256 G + 65536 B; 0, no label, does not occur.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core import classes as c
from core.classes import CLASSES
from core.dataset.editing.rect import bounds
from core.dataset.png_files import encode_frame, encode_jpeg
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame

THINGS = frozenset((c.COIN, c.MARIO, c.GOOMBA, c.KOOPA, c.PIRANHA, c.POWERUP, c.ENEMY, c.PLATFORM, c.FIREBALL))
SEGMENTS_PER_CATEGORY = 1000


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files lie; SPLIT stands for train, val or test.

    Attributes:
        frames: folder of the frames.
        suffix: of a frame, ".png" or ".jpg".
        ids: folder of the segment ids.
        document: the JSON file.
    """

    frames: str
    suffix: str
    ids: str
    document: str


PLAIN = Layout("SPLIT", ".png", "annotations/panoptic_SPLIT", "annotations/panoptic_SPLIT.json")
DATUMARO = Layout("images/SPLIT", ".png", "annotations/panoptic_SPLIT", "annotations/panoptic_SPLIT.json")
COCO_2017 = Layout("SPLIT2017", ".jpg", "panoptic_SPLIT2017", "annotations/panoptic_SPLIT2017.json")


class CocoWriter:
    """Writes a data set into a folder, frame by frame in the order of their numbers."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder, self._layout = folder, layout
        self._images: dict[str, list[dict[str, Any]]] = {}
        self._annotations: dict[str, list[dict[str, Any]]] = {}

    def add(self, number: int, split: str, frame: Frame, class_map: ClassMap) -> None:
        """One frame."""
        layout, name = self._layout, f"{number:06d}"
        image_id = number + 1  # some readers take 0 for none
        ids, segments = panoptic_segments(class_map)
        picture = encode_frame(frame) if layout.suffix == ".png" else encode_jpeg(frame)
        self._write(layout.frames, split, name + layout.suffix, picture)
        self._write(layout.ids, split, f"{name}.png", encode_frame(_to_rgb(ids)))
        image = {"id": image_id, "file_name": name + layout.suffix, "width": FRAME_WIDTH, "height": FRAME_HEIGHT}
        self._images.setdefault(split, []).append(image)
        annotation = {"image_id": image_id, "file_name": f"{name}.png", "segments_info": segments}
        self._annotations.setdefault(split, []).append(annotation)

    def finish(self) -> None:
        """What comes after the last frame."""
        for split, images in self._images.items():
            document = {
                "info": {"description": "Super Mario Bros. frames with class maps", "version": "1.0"},
                "licenses": [],
                "images": images,
                "annotations": self._annotations[split],
                "categories": [
                    {
                        "id": item.id + 1,
                        "name": item.name,
                        "supercategory": "object" if item.id in THINGS else "scene",
                        "isthing": int(item.id in THINGS),
                        "color": list(item.colour),
                    }
                    for item in CLASSES
                ],
            }
            self._write(".", split, self._layout.document.replace("SPLIT", split), json.dumps(document).encode())

    def _write(self, folder: str, split: str, name: str, data: bytes) -> None:
        path = self._folder / folder.replace("SPLIT", split) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def panoptic_segments(class_map: ClassMap) -> tuple[npt.NDArray[np.int32], list[dict[str, Any]]]:
    """Segment id of each pixel, int32 (H, W), and what COCO's ``segments_info`` says of each segment."""
    ids = np.zeros(class_map.shape, np.int32)
    segments: list[dict[str, Any]] = []
    for class_id in np.unique(class_map).tolist():
        region = (class_map == class_id).astype(np.uint8)
        if class_id in THINGS:
            count, parts = cv2.connectedComponents(region, connectivity=8)
        else:
            count, parts = 2, region.astype(np.int32)
        for part in range(1, count):
            segment_id = SEGMENTS_PER_CATEGORY * (class_id + 1) + part - 1
            pixels = parts == part
            ids[pixels] = segment_id
            box = bounds(pixels)
            assert box is not None  # a part has pixels
            segments.append(
                {
                    "id": segment_id,
                    "category_id": class_id + 1,
                    "area": int(pixels.sum()),
                    "bbox": [box.left, box.top, box.width, box.height],
                    "iscrowd": 0,
                }
            )
    return ids, segments


def _to_rgb(ids: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    """Ids as COCO writes them, uint8 (H, W, 3): red the lowest byte."""
    return np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=-1).astype(np.uint8)
