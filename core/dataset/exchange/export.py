"""A data set for other programs: COCO panoptic and Pascal VOC. ``import_masks`` beside it reads masks.

COCO panoptic (cocodataset.org, "Data format", section 4; checked by panopticapi's rules)::

    annotations/panoptic_train.json     categories, images, and for each image its segments
    annotations/panoptic_train/000012.png  segment ids as R + 256 G + 65536 B; 0, no label, does not occur
    train/000012.png                    the frame

A category's id is the class id plus 1. Things (classes whose objects can be counted) have a segment for each connected
region (by sides or corners), so two objects of one class that touch are one segment; stuff, the background among it,
has one segment a class. A segment's id is 1,000 times its category's and a number from 0.

Pascal VOC 2012, segmentation::

    JPEGImages/000012.jpg               the frame, quality 100 without chroma subsampling
    SegmentationClass/000012.png        indexed, index = class id, palette = class colours
    ImageSets/Segmentation/train.txt    names of a split: train, val, test, and trainval
    labelmap.txt                        names and colours of the classes, as CVAT reads it

The split "validation" is called val. Exports hold the labels that count: a person's where there is one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core import classes as c
from core.classes import CLASSES
from core.dataset.editing.rect import bounds
from core.dataset.png_files import encode_frame, encode_mask
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.files import new_folder
from core.frame import FRAME_HEIGHT, FRAME_WIDTH, ClassMap, Frame

Format = Literal["coco", "voc"]
FORMATS: tuple[Format, ...] = get_args(Format)
THINGS = frozenset((c.COIN, c.MARIO, c.GOOMBA, c.KOOPA, c.PIRANHA, c.POWERUP, c.ENEMY, c.PLATFORM, c.FIREBALL))
SEGMENTS_PER_CATEGORY = 1000
_SPLITS = {"train": "train", "validation": "val", "test": "test"}


class _Writer(Protocol):
    """Writes one format into a folder."""

    def add(self, record: Record, frame: Frame, class_map: ClassMap) -> None:
        """One frame."""

    def finish(self) -> None:
        """What comes after the last frame."""


def export(
    data: DataSet,
    out: Path | str,
    kind: Format,
    *,
    records: Sequence[Record] | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Write a data set in another format; the folder is there whole at the end, or not at all.

    Args:
        data: the data set.
        out: a new folder.
        kind: "coco" or "voc".
        records: rows to export; all unless given.
        progress: called with frames done and frames in all.
        cancelled: asked before each frame.

    Returns:
        How many frames were exported; 0 when it was cancelled, and then nothing is left.

    Raises:
        InputError: something is at ``out`` already, there is nothing to export, or a file of the data set cannot be
            used; the message names it.
        RunError: the disk is full.
    """
    chosen = list(data.records() if records is None else records)
    if kind not in FORMATS:
        raise InputError(f"format {kind!r} does not exist; choose {' or '.join(FORMATS)}")
    if not chosen:
        raise InputError(f"{data.folder}: there are no frames to export")
    try:
        with new_folder(Path(out)) as folder:
            writer: _Writer = _CocoWriter(folder) if kind == "coco" else _VocWriter(folder)
            for done, record in enumerate(chosen, 1):
                if cancelled is not None and cancelled():
                    raise _Cancelled
                writer.add(record, *data.read(record, person=True))
                if progress is not None:
                    progress(done, len(chosen))
            writer.finish()
    except _Cancelled:
        return 0
    return len(chosen)


class _Cancelled(Exception):  # noqa: N818 - nothing is wrong
    pass


class _VocWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, list[str]] = {split: [] for split in (*_SPLITS.values(), "trainval")}
        for name in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
            (folder / name).mkdir(parents=True)

    def add(self, record: Record, frame: Frame, class_map: ClassMap) -> None:
        name, split = f"{record.number:06d}", _SPLITS[record.split]
        picture = io.BytesIO()
        Image.fromarray(frame).save(picture, "JPEG", quality=100, subsampling=0)
        (self._folder / "JPEGImages" / f"{name}.jpg").write_bytes(picture.getvalue())
        (self._folder / "SegmentationClass" / f"{name}.png").write_bytes(encode_mask(class_map))
        for names in [self._names[split]] + [self._names["trainval"]] * (split != "test"):
            names.append(name)

    def finish(self) -> None:
        for split, names in self._names.items():
            text = "".join(f"{name}\n" for name in names)
            (self._folder / "ImageSets/Segmentation" / f"{split}.txt").write_text(text, encoding="utf-8")
        lines = ["# label:color_rgb:parts:actions", *(f"{i.name}:{','.join(map(str, i.colour))}::" for i in CLASSES)]
        (self._folder / "labelmap.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


class _CocoWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._images: dict[str, list[dict[str, Any]]] = {}
        self._annotations: dict[str, list[dict[str, Any]]] = {}

    def add(self, record: Record, frame: Frame, class_map: ClassMap) -> None:
        name, split = f"{record.number:06d}.png", _SPLITS[record.split]
        pictures, masks = self._folder / split, self._folder / f"annotations/panoptic_{split}"
        if split not in self._images:
            pictures.mkdir()
            masks.mkdir(parents=True)
        image_id = record.number + 1  # some readers take 0 for none
        ids, segments = panoptic_segments(class_map)
        (pictures / name).write_bytes(encode_frame(frame))
        (masks / name).write_bytes(encode_frame(_to_rgb(ids)))
        image = {"id": image_id, "file_name": name, "width": FRAME_WIDTH, "height": FRAME_HEIGHT}
        self._images.setdefault(split, []).append(image)
        annotation = {"image_id": image_id, "file_name": name, "segments_info": segments}
        self._annotations.setdefault(split, []).append(annotation)

    def finish(self) -> None:
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
            path = self._folder / f"annotations/panoptic_{split}.json"
            path.write_text(json.dumps(document), encoding="utf-8")


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
