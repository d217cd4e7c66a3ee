"""The data set on disk.

    manifest.json          settings, origin, and counts by class, level and split
    index.jsonl            one row a frame (``core.dataset.record.Record``), appended by stack
    frames/000123.png      the frame, RGB, 240 x 224
    masks/000123.png       its class map, indexed PNG in the class colours, by whoever ``labelled_by`` names
    masks_person/000123.png  a person's correction of it, where there is one, beside the automatic one
    action_logs/           controller bytes of a person's plays
    marks.json             what a person noted about frames (``core.dataset.frame_marks``), those in the trash among it

Only rows count: a stack's files are written first and its rows last, so a crash can leave files without rows, or a part
of the last rows, and never a row without files. Readers ignore such remains; a writer removes them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import filterfalse
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from core.dataset.checks import check_mask, check_stack
from core.dataset.frame_marks import Mark, read_marks
from core.dataset.index_file import INDEX_NAME, Index
from core.dataset.manifest import MANIFEST_NAME, make_manifest, read_manifest
from core.dataset.png_files import check_header, check_native, decode_frame, decode_mask, encode_frame, encode_mask
from core.dataset.record import SPLITS, Record, Split, StackOrigin, make_records
from core.errors import InputError, RunError
from core.file_lock import PATIENCE, file_lock
from core.files import TEMPORARY, append_whole, is_being_written, is_free, is_leaving, write_bytes, write_json
from core.frame import CLASS_MAP_SHAPE, SMALL_SIZE, STACK_FRAMES, ClassMap, Frame, shrink_class_map, shrink_frame

if TYPE_CHECKING:
    from filelock import FileLock

STARTED_FROM = "Started from"  # key of a text in a person's mask: whose labels were corrected
_LOCK_NAME = "lock"
T = TypeVar("T")


def is_free_for_data(folder: Path) -> bool:
    """Whether a data set can be made there: nothing is there, or what one left that was cut short at its beginning."""
    if not folder.is_dir():
        return not folder.exists()
    own = {_LOCK_NAME, INDEX_NAME, "frames", "masks"}
    others = (path for path in folder.iterdir() if not is_leaving(path.name) and not path.match(TEMPORARY))
    index = folder / INDEX_NAME
    is_empty = all(is_free(folder / name) for name in ("frames", "masks"))
    return all(path.name in own for path in others) and is_empty and not (index.exists() and index.stat().st_size)


class DataSet:
    """Frames with class maps in a folder. Make one with ``create`` or ``open``; a writer is also a context manager.

    Attributes:
        folder: where it lies.
        about: the manifest without its counts: "config" and whatever its maker adds (plain JSON values).
    """

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self.folder = folder
        self.about = about
        self._records: list[Record] = []
        self._trash: frozenset[int] = frozenset()
        self._rows = Index(folder / INDEX_NAME)
        self._lock: FileLock | None = None
        self._index: IO[bytes] | None = None

    # ---- making and opening

    @classmethod
    def create(cls, folder: Path | str, about: dict[str, Any]) -> DataSet:
        """Start an empty data set in a new or empty folder, open for writing; InputError when something is there."""
        folder = Path(folder)
        if not is_free_for_data(folder):
            raise InputError(f"{folder}: something is there already; name a new folder for the data set")
        for name in ("frames", "masks"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        data = cls(folder, about)
        data._take_lock()
        if not is_free_for_data(folder):  # whoever had the lock has made one
            data._release_lock()
            raise InputError(f"{folder}: another process has just made a data set there")
        (folder / INDEX_NAME).touch()
        data.write_manifest()
        data._start_writing()
        return data

    @classmethod
    def open(cls, folder: Path | str, *, writable: bool = False) -> DataSet:
        """Open a data set; ``writable`` locks it and removes what a crash left behind.

        Raises:
            InputError: no data set, a damaged manifest, index or file of marks, a missing frame or mask, or one of
                another size; the message names the file. (Pixel values are checked when they are read.)
        """
        folder = Path(folder)
        data = cls(folder, _about(folder))
        if writable:
            data._take_lock()
            data.about = _about(folder)  # whoever had the lock may have written it
        try:
            data._records = data._rows.read()
            data.use_marks(read_marks(folder))
            _parallel(data._check_files, data._records)
            if writable:
                data._start_writing()
        except BaseException:
            data._release_lock()
            raise
        return data

    def close(self) -> None:
        """Write the manifest and let go of the lock; doing it twice, or on a reader, is allowed."""
        try:
            if self._index is not None:
                self.write_manifest()
        finally:
            if self._index is not None:
                self._index.close()
                self._index = None
            self._release_lock()

    def __enter__(self) -> DataSet:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- reading

    def __len__(self) -> int:
        """Frames, those in the trash too."""
        return len(self._records)

    def records(
        self, split: Split | None = None, levels: Iterable[str] | None = None, *, with_trash: bool = False
    ) -> list[Record]:
        """The rows in order, of one split or of all, of some levels or of all; InputError on an unknown split.

        Frames that a person put into the trash (``use_marks``) are left out unless ``with_trash``: then
        a row's place is its number.
        """
        if split is not None and split not in SPLITS:
            raise InputError(f"split {split!r} does not exist; the splits are {', '.join(SPLITS)}")
        wanted = None if levels is None else set(levels)
        chosen = [r for r in self._records if split in (None, r.split) and (wanted is None or r.level in wanted)]
        return chosen if with_trash else [r for r in chosen if r.number not in self._trash]

    def use_marks(self, marks: Mapping[int, Mark]) -> None:
        """Leave out from now on the frames that are in the trash by these marks."""
        self._trash = frozenset(number for number, mark in marks.items() if mark == "trash")

    def manifest(self) -> dict[str, Any]:
        """Settings and counts as they are now."""
        return make_manifest(self.about, self._records)

    def frame_path(self, number: int) -> Path:
        """Where a frame lies."""
        return self.folder / "frames" / f"{number:06d}.png"

    def mask_path(self, number: int, *, person: bool = False) -> Path:
        """Where a frame's automatic mask lies, or a person's."""
        return self.folder / ("masks_person" if person else "masks") / f"{number:06d}.png"

    def read(self, record: Record, *, person: bool = False) -> tuple[Frame, ClassMap]:
        """One frame and its class map, uint8 (224, 240, 3) and (224, 240).

        With ``person``, a person's mask is taken where there is one. InputError naming a file that cannot be used.
        """
        frame_path, mask_path = self.frame_path(record.number), self.mask_path(record.number)
        if person and self.mask_path(record.number, person=True).exists():
            mask_path = self.mask_path(record.number, person=True)
        frame, mask = decode_frame(frame_path), decode_mask(mask_path)
        check_native(frame, frame_path)
        check_native(mask, mask_path)
        return frame, mask

    def load(
        self,
        split: Split | None = None,
        *,
        size: Literal["84", "native"] = "native",
        levels: Iterable[str] | None = None,
        person: bool = False,
    ) -> tuple[Frame, ClassMap]:
        """All frames and class maps of a split in the order of ``records``.

        Returns:
            uint8 (N, 224, 240, 3) and (N, 224, 240); with ``size`` "84" (N, 84, 84, 3) and (N, 84, 84), shrunk one by
            one so that the native ones never lie in memory together (20,000 native frames are 4.3 GB).
        """
        records = self.records(split, levels)
        height, width = (SMALL_SIZE, SMALL_SIZE) if size == "84" else CLASS_MAP_SHAPE
        frames = np.empty((len(records), height, width, 3), np.uint8)
        masks = np.empty((len(records), height, width), np.uint8)

        def place(position: int) -> None:
            frame, mask = self.read(records[position], person=person)
            small = size == "84"
            frames[position] = shrink_frame(frame) if small else frame
            masks[position] = shrink_class_map(mask) if small else mask

        _parallel(place, range(len(records)))
        return frames, masks

    def iterate(
        self, split: Split | None = None, *, levels: Iterable[str] | None = None, person: bool = False
    ) -> Iterator[tuple[Record, Frame, ClassMap]]:
        """Records one after the other with their frame and class map at native size, read when they are needed."""
        for record in self.records(split, levels):
            yield (record, *self.read(record, person=person))

    # ---- writing

    def append_stack(
        self, frames: Frame, masks: ClassMap, origin: StackOrigin, *, is_durable: bool = False
    ) -> list[Record]:
        """Add four consecutive frames, uint8 (4, 224, 240, 3), with their class maps, uint8 (4, 224, 240).

        ``is_durable`` says whether to wait until they are on the disk: no for thousands that can be collected again,
        yes for a person's.

        ValueError on another shape, type or class id, or on a data set that is not open for writing. RunError when the
        disk is full: the data set is then what it was before. ChangedError when another program changed the index.
        """
        if self._index is None:
            raise ValueError(f"{self.folder}: this data set is not open for writing")
        check_stack(frames, masks)
        self._rows.check(may_grow=False)
        records = make_records(origin, masks, stack=len(self._records) // STACK_FRAMES)
        rows = "".join(record.to_line() for record in records).encode()
        written: list[Path] = []
        try:
            for record, frame, mask in zip(records, frames, masks, strict=True):
                for path, data in (
                    (self.frame_path(record.number), encode_frame(frame)),
                    (self.mask_path(record.number), encode_mask(mask)),
                ):
                    written.append(path)
                    write_bytes(path, data, is_durable=is_durable)
            append_whole(self._index, rows, is_durable=is_durable)  # they make the pictures count
        except (OSError, RunError) as error:
            for path in written:
                path.unlink(missing_ok=True)
            if isinstance(error, RunError):
                raise
            raise RunError(
                f"{self._rows.path}: cannot be written ({error.strerror or error}); its rows are kept"
            ) from error
        self._rows.wrote(rows)
        self._records.extend(records)
        return records

    def write_person_mask(self, number: int, mask: ClassMap, started_from: str = "") -> None:
        """Keep a person's class map, uint8 (224, 240), beside the automatic one, whatever was there.

        ``core.dataset.person_labels`` does so only when nobody else changed it meanwhile.

        Args:
            number: of the frame.
            mask: the class map.
            started_from: whose labels the person corrected: "exact", "sprites", "fcn NAME", or "" when not known.

        Raises:
            RunError: the disk is full; what was there is kept.
        """
        check_mask(mask)
        path = self.mask_path(number, person=True)
        path.parent.mkdir(exist_ok=True)
        write_bytes(path, encode_mask(mask, {STARTED_FROM: started_from} if started_from else {}))

    def check_unchanged(self, *, may_grow: bool = True) -> None:
        """ChangedError when another program changed rows that this data set has read, or unless it ``may_grow`` added
        others."""
        self._rows.check(may_grow=may_grow)

    def write_manifest(self) -> None:
        """Write the manifest with the counts of now; RunError when the disk is full."""
        write_json(self.folder / MANIFEST_NAME, self.manifest())

    # ---- the rest

    def _check_files(self, record: Record) -> None:
        check_header(self.frame_path(record.number))
        check_header(self.mask_path(record.number))

    def _take_lock(self) -> None:
        lock = file_lock(self.folder / _LOCK_NAME)
        try:
            lock.acquire(timeout=PATIENCE)
        except TimeoutError:
            raise InputError(f"{self.folder}: another process writes this data set; wait for it or stop it") from None
        self._lock = lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _start_writing(self) -> None:
        self._remove_remains()
        self._index = (self.folder / INDEX_NAME).open("ab", buffering=0)

    def _remove_remains(self) -> None:
        """Cut the index to its whole stacks and delete pictures that no row names."""
        rows = "".join(record.to_line() for record in self._records).encode()
        index = self.folder / INDEX_NAME
        if not index.exists() or index.stat().st_size != len(rows):
            write_bytes(index, rows)
            self._rows = Index(index)  # what was there may have had other line ends, or a byte order mark
            self._rows.wrote(rows)
        count = len(self._records)
        for path in filterfalse(is_being_written, self.folder.glob(TEMPORARY)):
            path.unlink()
        for name in ("frames", "masks"):
            (self.folder / name).mkdir(exist_ok=True)
            for path in (self.folder / name).iterdir():
                if path.suffix == ".tmp" or (path.stem.isdigit() and int(path.stem) >= count):
                    path.unlink()
        for path in (self.folder / "masks_person").glob("*.png"):  # others may be writing there
            if path.stem.isdigit() and int(path.stem) >= count:
                path.unlink(missing_ok=True)


def _about(folder: Path) -> dict[str, Any]:
    """The manifest without its counts."""
    counts = set(make_manifest({}, ()))
    return {name: value for name, value in read_manifest(folder).items() if name not in counts}


def _parallel(work: Callable[[T], None], items: Sequence[T]) -> None:
    """Call ``work`` on every item, on as many threads as there are cores (decoding lets go of Python's lock)."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for _ in pool.map(work, items, chunksize=1):
            pass
