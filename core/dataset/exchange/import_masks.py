"""Masks of other programs as a person's labels: indexed, gray or RGB PNGs named as the frames of a data set.

A mapping says which class a value stands for: a number in an indexed or gray PNG, a colour in an RGB one, with its
opacity where a pixel is not opaque::

    mapping = parse_mapping("0 = background, 7 = mario, #ff0000 = enemy, #00000000 = background")
    import_masks(data, folder, mapping)

Tools that optimise a PNG renumber its palette. So an indexed mask that has a colour of a class is read by its colours:
the id of a class for its colour, and the colour itself for any other. In a palette of another program the index counts,
and an index must be of one colour in all masks of a folder. Gray of 1, 2 and 4 bits counts as of 8 bits: white is 255.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from core.classes import CLASS_COUNT, CLASS_NAMES, CLASSES
from core.dataset.person_labels import open_label, person_numbers, save_label
from core.dataset.png_files import (
    COLOUR_TYPE,
    GRAY_ALPHA,
    check_native,
    class_of,
    open_png,
    palette_colours,
    read_bytes,
)
from core.dataset.record import Record
from core.dataset.store import DataSet
from core.errors import InputError
from core.files import is_leaving
from core.frame import ClassMap

Value: TypeAlias = int | tuple[int, int, int] | tuple[int, int, int, int]
"""A number of an indexed or gray PNG, or a colour: RGB, or RGBA where a pixel is not opaque."""
ClassMapping: TypeAlias = dict[Value, int]
"""Class id by value."""
IMPORTED = "import"  # whose labels an imported mask was made from: nobody here knows
CLEAR = (0, 0, 0, 0)
"""The value of every pixel that is not there at all, whatever colour lies below."""
_COLOUR = 1 << 32  # beside a colour as one number, red first and opacity last, so that it is no plain number
_PAIR = re.compile(r"\s*(?:(?P<number>\d+)|#(?P<colour>(?:[0-9a-fA-F]{2}){3,4}))\s*[=:]\s*(?P<name>\w+)\s*")


def default_mapping() -> ClassMapping:
    """Class ids and class colours stand for themselves: what this program and its exports write."""
    return {value: item.id for item in CLASSES for value in (item.id, item.colour)}


def parse_mapping(text: str) -> ClassMapping:
    """Read "VALUE = CLASS, …": VALUE a number, #rrggbb or #rrggbbaa, CLASS a name or id; InputError otherwise."""
    mapping: ClassMapping = {}
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        match = _PAIR.fullmatch(part)
        if match is None:
            raise InputError(f"the mapping {part.strip()!r} is not understood; write 7 = mario, or #ff0000 = enemy")
        colour = match["colour"]
        value = int(match["number"]) if colour is None else _value(_packed(*bytes.fromhex(colour)))
        if value in mapping:
            raise InputError(f"the mapping names the value of {part.strip()!r} twice; name each once")
        mapping[value] = _class_id(match["name"])
    if not mapping:
        raise InputError("the mapping is empty; write pairs as in 0 = background, 7 = mario")
    return mapping


def written(value: Value) -> str:
    """A value as a mapping names it."""
    return str(value) if isinstance(value, int) else f"#{bytes(value).hex()}"


def values_in(folder: Path | str, *, progress: Callable[[int, int], None] | None = None) -> dict[Value, int]:
    """The values that the masks of a folder use, with their pixels, the commonest first: what a mapping must name.

    Args:
        folder: the masks.
        progress: called with masks read and masks in all.

    Raises:
        InputError: there are no masks, one is no picture or of another size, or they contradict each other.
    """
    counts: dict[Value, int] = {}
    palettes: _Palettes = {}
    paths = _mask_files(Path(folder))
    for done, path in enumerate(paths, 1):
        numbers = _read(path, palettes)
        check_native(numbers, path)
        found, pixels = np.unique(numbers, return_counts=True)
        for number, count in zip(found.tolist(), pixels.tolist(), strict=True):
            value = _value(number)
            counts[value] = counts.get(value, 0) + count
        if progress is not None:
            progress(done, len(paths))
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def read_mask(path: Path, mapping: Mapping[Value, int]) -> ClassMap:
    """One mask as a class map, uint8 (224, 240).

    InputError naming the file when it is no picture, of another size, or has a value that the mapping does not name.
    """
    return _class_map(path, mapping, {})


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
        InputError: a mask cannot be used, belongs to no frame or to another mask's, or its frame has a person's label
            already; nothing was written then.
        ChangedError, RunError: as for ``core.dataset.person_labels.save_label``; masks before that one are written.
    """
    masks = list(_masks(data.records(with_trash=True), Path(folder)))
    palettes: _Palettes = {}
    labelled = set() if replace else person_numbers(data)
    taken = [path for path, record in masks if record.number in labelled]
    if taken:
        raise InputError(
            f"{taken[0]}: a person has labelled this frame already; choose to replace labels, or leave it out"
        )
    for done, (path, record) in enumerate(masks + masks):
        if cancelled is not None and cancelled():
            return max(done - len(masks), 0)
        class_map = _class_map(path, mapping, palettes)
        if done >= len(masks):
            save_label(data, open_label(data, record), class_map, IMPORTED)
        if progress is not None:
            progress(done + 1, 2 * len(masks))
    return len(masks)


def _mask_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; name one with PNG masks")
    masks = folder / "masks" if (folder / "masks").is_dir() else folder  # a whole export, beside whose masks are images
    for pattern in ("*", "*/*"):  # the masks, or a folder of them for each split
        paths = sorted(one for one in masks.glob(pattern) if one.suffix.lower() == ".png" and not is_leaving(one.name))
        if paths:
            return paths
    raise InputError(f"{folder}: the folder holds no PNG masks, nor do folders in it")


def _masks(records: list[Record], folder: Path) -> Iterator[tuple[Path, Record]]:
    """The masks with their frames; InputError for one without, or for two of the same."""
    taken: dict[int, Path] = {}
    for path in _mask_files(folder):
        record = _record(records, path)
        other = taken.setdefault(record.number, path)
        if other != path:
            raise InputError(
                f"{path}: {other.name} is a mask of the same frame, {record.number}; leave one of them out"
            )
        yield path, record


def _record(records: list[Record], path: Path) -> Record:
    if not path.stem.isdecimal() or int(path.stem) >= len(records):
        raise InputError(
            f"{path}: the data set has no frame of this name; masks are named by its frames, "
            f"000000.png to {len(records) - 1:06d}.png"
        )
    return records[int(path.stem)]


def _class_map(path: Path, mapping: Mapping[Value, int], palettes: _Palettes) -> ClassMap:
    numbers = _read(path, palettes)
    check_native(numbers, path)
    found, places = np.unique(numbers, return_inverse=True)
    values = [_value(number) for number in found.tolist()]
    missing = [written(value) + " (transparent)" * (value == CLEAR) for value in values if value not in mapping]
    if missing:
        raise InputError(f"{path}: the mapping does not say which class {', '.join(missing[:5])} is")
    return np.array([mapping[value] for value in values], np.uint8)[places.reshape(numbers.shape)]


_Palettes: TypeAlias = dict[int, tuple[int, Path]]
"""The packed colour that an index of another program's palette has, and the first mask that has it."""


def _read(path: Path, palettes: _Palettes) -> npt.NDArray[np.int64]:
    """A mask's values, int64 (H, W): numbers, and colours packed; ``palettes`` gets those of another program."""
    data = read_bytes(path)
    image = open_png(data, path)
    if image.mode == "P":
        return _indexed(image, path, palettes)
    # Not Pillow, which takes the high byte of 16 bits, and leaves a transparent colour to be looked for.
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    is_gray = image.mode in ("1", "L", "LA", "I", "I;16") or data[COLOUR_TYPE] == GRAY_ALPHA
    if picture is None or (is_gray and "transparency" in image.info):
        raise InputError(f"{path}: this picture cannot be read; save it without transparency, or as RGBA")
    if picture.ndim == 2:
        return picture.astype(np.int64)
    opaque = 0xFFFF if picture.dtype == np.uint16 else 0xFF
    alpha = picture[..., 3] if picture.shape[2] == 4 else np.full(picture.shape[:2], opaque)
    values = picture[..., 0].astype(np.int64)
    as_colour = (alpha > 0) & (alpha < opaque) if is_gray else alpha > 0
    if as_colour.any():
        rgba = cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGBA)[as_colour]
        if picture.dtype == np.uint16:
            if (rgba % 257).any():  # 257 times a value of 8 bits is the same colour in 16
                raise InputError(f"{path}: its colours have 16 bits; save it with 8 bits a channel")
            rgba = rgba // 257
        values[as_colour] = _packed(*rgba.astype(np.int64).T)
    values[alpha == 0] = _packed(*CLEAR)
    return values


def _indexed(image: Image.Image, path: Path, palettes: _Palettes) -> npt.NDArray[np.int64]:
    colours = palette_colours(image)
    ids = {index: class_of(colour[:3]) for index, colour in colours.items()}
    has_ours = any(found is not None for found in ids.values())
    values = np.arange(256, dtype=np.int64)
    for index, colour in colours.items():
        found = ids[index]
        if colour[3] < 255:
            values[index] = _packed(*colour) if colour[3] else _packed(*CLEAR)
        elif has_ours:
            values[index] = _packed(*colour) if found is None else found
        else:
            other, where = palettes.setdefault(index, (_packed(*colour), path))
            if other != _packed(*colour):
                raise InputError(
                    f"{path}: index {index} is {written(_value(_packed(*colour)))}, and {written(_value(other))} in "
                    f"{where.name}, so a number cannot say its class; save the masks as RGB"
                )
    return values[np.array(image)]


def _packed(red: Any, green: Any, blue: Any, alpha: Any = 255) -> Any:
    """A colour as one number, or arrays of them as an array."""
    return _COLOUR | red << 24 | green << 16 | blue << 8 | alpha


def _value(number: int) -> Value:
    if number < _COLOUR:
        return number
    red, green, blue, alpha = (number & _COLOUR - 1).to_bytes(4)
    if alpha == 0:
        return CLEAR
    return (red, green, blue) if alpha == 255 else (red, green, blue, alpha)


def _class_id(name: str) -> int:
    if name.isdecimal() and int(name) < CLASS_COUNT:
        return int(name)
    if name in CLASS_NAMES:
        return CLASS_NAMES.index(name)
    raise InputError(f"the mapping names the class {name!r}; the classes are {', '.join(CLASS_NAMES)}")
