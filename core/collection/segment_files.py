"""Segmenting frames from files: a ``.npy`` of frames, or a folder of PNGs (``--segment``)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
from tqdm import tqdm

from core.dataset.png_files import check_native, decode_frame, encode_mask
from core.errors import InputError
from core.files import is_leaving, new_folder, replace_file
from core.frame import FRAME_HEIGHT, FRAME_SHAPE, FRAME_WIDTH, ClassMap, Frame, Snapshot
from core.segmentation.segmenter import Segmenter

_SHAPE = f"(N, {FRAME_HEIGHT}, {FRAME_WIDTH}, 3)"


def segment(source: Path, out: Path, segmenter: Segmenter) -> None:
    """Write the class maps of frames; ``out`` is there whole at the end, or not at all.

    Args:
        source: a ``.npy``, uint8 (N, 224, 240, 3) RGB, or a folder of PNGs of 240 x 224.
        out: a new ``.npy``, uint8 (N, H, W), or a new folder of indexed PNGs of the same names; H and W are 224 and
            240, or 84 and 84 with a network of that size.
        segmenter: one that needs no emulator memory (sprites, fcn).

    Raises:
        InputError: the source cannot be used, or something lies at ``out`` already.
        RunError: the result could not be written (a full disk).
    """
    source, out = Path(source), Path(out)
    if out.exists():
        raise InputError(f"--out: {out} exists already; name a new file or folder")
    if source.is_dir():
        _segment_folder(source, out, segmenter)
    elif source.suffix == ".npy" and source.is_file():
        _segment_array(source, out, segmenter)
    elif source.exists():
        raise InputError(f"--segment: {source} is neither a .npy file nor a folder of PNGs")
    else:
        raise InputError(f"--segment: {source} does not exist; give a .npy file or a folder of PNGs")


def _segment_array(source: Path, out: Path, segmenter: Segmenter) -> None:
    if out.suffix != ".npy":
        raise InputError(f"--out: {out} must end in .npy, since {source.name} is a .npy file")
    frames = _open_frames(source)
    _make_parent(out)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            _write_array(file, _maps(frames, segmenter), len(frames))

    replace_file(out, write)


def _open_frames(source: Path) -> np.ndarray:
    """The array, mapped from the disk so that it need not fit into memory; InputError when it is no array of frames."""
    try:
        frames: np.ndarray = np.load(source, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"--segment: {source} cannot be read as a .npy array: {error}") from None
    if frames.ndim != 4 or frames.shape[1:] != FRAME_SHAPE or frames.dtype != np.uint8:
        raise InputError(f"--segment: {source} holds {frames.dtype} {frames.shape}; it must be uint8 {_SHAPE}")
    if len(frames) == 0:
        raise InputError(f"--segment: {source} holds no frames")
    return frames


def _write_array(file: IO[bytes], maps: Iterator[ClassMap], count: int) -> None:
    """Stream a ``.npy`` of uint8 (count, H, W): a mapped file would kill the process on a full disk."""
    first = next(maps)
    header = {"descr": "|u1", "fortran_order": False, "shape": (count, *first.shape)}
    np.lib.format.write_array_header_1_0(file, header)
    file.write(first.tobytes())
    for class_map in maps:
        file.write(class_map.tobytes())


def _segment_folder(source: Path, out: Path, segmenter: Segmenter) -> None:
    names = (path for path in source.iterdir() if path.suffix.lower() == ".png" and not is_leaving(path.name))
    paths = sorted(names)
    if not paths:
        raise InputError(f"--segment: {source} holds no PNG files")
    _make_parent(out)
    with new_folder(out) as folder:
        for path, class_map in zip(paths, _maps(_read_frames(paths), segmenter, len(paths)), strict=True):
            (folder / path.name).write_bytes(encode_mask(class_map))


def _read_frames(paths: Iterable[Path]) -> Iterator[Frame]:
    for path in paths:
        frame = decode_frame(path)
        check_native(frame, path)
        yield frame


def _maps(frames: Iterable[Frame], segmenter: Segmenter, count: int | None = None) -> Iterator[ClassMap]:
    """Class map of each frame, with progress on stderr."""
    for frame in tqdm(frames, total=count, unit="frame", file=sys.stderr):
        yield segmenter.segment(Snapshot(np.ascontiguousarray(frame)))


def _make_parent(out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out: {out.parent} cannot be made: {error.strerror}") from None
