"""Masks of other programs as a person's labels: indexed, grey or RGB PNGs named as the frames of a data set.

A mapping says which class a value stands for: a number in an indexed or grey PNG, a colour in an RGB one::

    mapping = parse_mapping("0 = background, 7 = mario, #ff0000 = enemy")
    import_masks(data, folder, mapping)
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.classes import CLASS_COUNT, CLASS_NAMES, CLASSES
from core.dataset.person_labels import open_label, person_numbers, save_label
from core.dataset.png_files import UNREADABLE, check_native, read_bytes
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.frame import ClassMap, pack_rgb

Value: TypeAlias = int | tuple[int, int, int]
"""A number of an indexed or grey PNG, or a colour of an RGB one."""
ClassMapping: TypeAlias = dict[Value, int]
"""Class id by value."""
IMPORTED = "import"  # whose labels an imported mask was made from: nobody here knows
_GREY_MODES = ("1", "L", "P", "I", "I;16")
_PAIR = re.compile(r"\s*(?:(?P<number>\d+)|#(?P<colour>[0-9a-fA-F]{6}))\s*[=:]\s*(?P<name>\w+)\s*")


def default_mapping() -> ClassMapping:
    """Class ids and class colours stand for themselves: what this program and its exports write."""
    return {item.id: item.id for item in CLASSES} | {item.colour: item.id for item in CLASSES}


def parse_mapping(text: str) -> ClassMapping:
    """Read "VALUE = CLASS, …": VALUE a number or #rrggbb, CLASS a name or id; InputError on anything else."""
    mapping: ClassMapping = {}
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        match = _PAIR.fullmatch(part)
        if match is None:
            raise InputError(f"the mapping {part.strip()!r} is not understood; write 7 = mario, or #ff0000 = enemy")
        colour = match["colour"]
        value = int(match["number"]) if colour is None else _value(int(colour, 16), is_colour=True)
        if value in mapping:
            raise InputError(f"the mapping names the value of {part.strip()!r} twice; name each once")
        mapping[value] = _class_id(match["name"])
    if not mapping:
        raise InputError("the mapping is empty; write pairs as in 0 = background, 7 = mario")
    return mapping


def values_in(folder: Path | str) -> dict[Value, int]:
    """The values that the masks of a folder use, with their pixels, the commonest first: what a mapping must name.

    InputError when there are no masks, or one is no picture.
    """
    counts: dict[Value, int] = {}
    for path in _mask_files(Path(folder)):
        numbers, is_colour = _read(path)
        found, pixels = np.unique(numbers, return_counts=True)
        for number, count in zip(found.tolist(), pixels.tolist(), strict=True):
            value = _value(number, is_colour)
            counts[value] = counts.get(value, 0) + count
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def read_mask(path: Path, mapping: Mapping[Value, int]) -> ClassMap:
    """One mask as a class map, uint8 (224, 240).

    InputError naming the file when it is no picture, of another size, or has a value that the mapping does not name.
    """
    numbers, is_colour = _read(path)
    check_native(numbers, path)
    found, places = np.unique(numbers, return_inverse=True)
    values = [_value(number, is_colour) for number in found.tolist()]
    missing = [_written(value) for value in values if value not in mapping]
    if missing:
        raise InputError(f"{path}: the mapping does not say which class {', '.join(missing[:5])} is")
    return np.array([mapping[value] for value in values], np.uint8)[places.reshape(numbers.shape)]


def import_masks(
    data: DataSet,
    folder: Path | str,
    mapping: Mapping[Value, int],
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Take a folder's PNGs as a person's labels of the frames whose numbers are their names (000012.png).

    All are read and checked before the first is written.

    Args:
        data: the data set.
        folder: the masks.
        mapping: class id by value.
        replace: write over labels that a person has made already.
        progress: called with masks done and masks in all, reading and writing counted as one each.
        cancelled: asked before each mask.

    Returns:
        How many labels were written; fewer than there are masks when it was cancelled.

    Raises:
        InputError: a mask cannot be used, belongs to no frame, or its frame has a person's label already; nothing was
            written then.
        ChangedError, RunError: as for ``core.dataset.person_labels.save_label``; masks before that one are written.
    """
    records = data.records()
    masks = [(path, _record(records, path)) for path in _mask_files(Path(folder))]
    labelled = set() if replace else person_numbers(data)
    taken = [path for path, record in masks if record.number in labelled]
    if taken:
        raise InputError(
            f"{taken[0]}: a person has labelled this frame already; choose to replace labels, or leave it out"
        )
    for done, (path, record) in enumerate(masks + masks):
        if cancelled is not None and cancelled():
            return max(done - len(masks), 0)
        class_map = read_mask(path, mapping)
        if done >= len(masks):
            save_label(data, open_label(data, record), class_map, IMPORTED)
        if progress is not None:
            progress(done + 1, 2 * len(masks))
    return len(masks)


def _mask_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name one with PNG masks")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".png")
    if not paths:
        raise InputError(f"{folder}: the folder holds no PNG masks")
    return paths


def _record(records: list[Record], path: Path) -> Record:
    if not path.stem.isdecimal() or int(path.stem) >= len(records):
        raise InputError(
            f"{path}: the data set has no frame of this name; masks are named by its frames, "
            f"000000.png to {len(records) - 1:06d}.png"
        )
    return records[int(path.stem)]


def _read(path: Path) -> tuple[npt.NDArray[np.int64], bool]:
    """A mask's numbers, int64 (H, W), and whether they are packed colours."""
    try:
        with Image.open(io.BytesIO(read_bytes(path))) as image:
            is_colour = image.mode not in _GREY_MODES
            picture = np.array(image.convert("RGB") if is_colour else image)
    except UNREADABLE:
        raise InputError(f"{path}: this is not a picture") from None
    return (pack_rgb(picture) if is_colour else picture).astype(np.int64), is_colour


def _value(number: int, is_colour: bool) -> Value:
    return (number >> 16, number >> 8 & 255, number & 255) if is_colour else number


def _written(value: Value) -> str:
    return str(value) if isinstance(value, int) else f"#{bytes(value).hex()}"


def _class_id(name: str) -> int:
    if name.isdecimal() and int(name) < CLASS_COUNT:
        return int(name)
    if name in CLASS_NAMES:
        return CLASS_NAMES.index(name)
    raise InputError(f"the mapping names the class {name!r}; the classes are {', '.join(CLASS_NAMES)}")
