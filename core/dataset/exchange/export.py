"""A data set for other programs: COCO panoptic (``coco``), YOLO segmentation (``yolo``), Pascal VOC, and plain masks.

Pascal VOC 2012, segmentation::

    JPEGImages/000012.jpg               the frame, quality 100 without chroma subsampling
    SegmentationClass/000012.png        indexed, index = class id, palette = class colours
    ImageSets/Segmentation/train.txt    names of a split: train, val, test, and trainval
    labelmap.txt                        names and colours of the classes, as CVAT reads it

Plain masks, which any program that reads pictures can use::

    images/train/000012.png             the frame
    masks/train/000012.png              8 bits of gray: the class id
    classes.txt                         names of the classes, one a line, from id 0 on

The split "validation" is called val. Exports hold the labels that count: a person's where there is one.
``import_masks`` beside it reads masks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, get_args

from core.classes import CLASS_NAMES, CLASSES
from core.dataset.exchange.coco import COCO_2017, DATUMARO, PLAIN, CocoWriter
from core.dataset.exchange.yolo import YoloWriter
from core.dataset.png_files import encode_frame, encode_jpeg, encode_mask
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.files import new_folder
from core.frame import ClassMap, Frame

Format = Literal["coco", "coco-2017", "datumaro", "voc", "yolo", "masks"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SPLITS = {"train": "train", "validation": "val", "test": "test"}


class _Writer(Protocol):
    """Writes one format into a folder."""

    def add(self, number: int, split: str, frame: Frame, class_map: ClassMap) -> None:
        """One frame, of the split train, val or test."""

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
        kind: one of ``FORMATS``.
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
    # By number, since DETR sorts the images of a document and takes its annotations as they come.
    chosen = sorted(data.records() if records is None else records, key=lambda record: record.number)
    if kind not in FORMATS:
        raise InputError(f"format {kind!r} does not exist; choose one of {', '.join(FORMATS)}")
    if not chosen:
        raise InputError(f"{data.folder}: there are no frames to export")
    try:
        with new_folder(Path(out)) as folder:
            writer = _WRITERS[kind](folder)
            for done, record in enumerate(chosen, 1):
                if cancelled is not None and cancelled():
                    raise _Cancelled
                writer.add(record.number, _SPLITS[record.split], *data.read(record, person=True))
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

    def add(self, number: int, split: str, frame: Frame, class_map: ClassMap) -> None:
        name = f"{number:06d}"
        (self._folder / "JPEGImages" / f"{name}.jpg").write_bytes(encode_jpeg(frame))
        (self._folder / "SegmentationClass" / f"{name}.png").write_bytes(encode_mask(class_map))
        for names in [self._names[split]] + [self._names["trainval"]] * (split != "test"):
            names.append(name)

    def finish(self) -> None:
        for split, names in self._names.items():
            text = "".join(f"{name}\n" for name in names)
            (self._folder / "ImageSets/Segmentation" / f"{split}.txt").write_text(text, encoding="utf-8")
        lines = ["# label:color_rgb:parts:actions", *(f"{i.name}:{','.join(map(str, i.colour))}::" for i in CLASSES)]
        (self._folder / "labelmap.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


class _MasksWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, number: int, split: str, frame: Frame, class_map: ClassMap) -> None:
        for kind, picture in (("images", encode_frame(frame)), ("masks", encode_frame(class_map))):
            path = self._folder / kind / split / f"{number:06d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)

    def finish(self) -> None:
        (self._folder / "classes.txt").write_text("\n".join(CLASS_NAMES) + "\n", encoding="utf-8")


_WRITERS: dict[Format, Callable[[Path], _Writer]] = {
    "coco": lambda folder: CocoWriter(folder, PLAIN),
    "coco-2017": lambda folder: CocoWriter(folder, COCO_2017),
    "datumaro": lambda folder: CocoWriter(folder, DATUMARO),
    "voc": _VocWriter,
    "yolo": YoloWriter,
    "masks": _MasksWriter,
}
