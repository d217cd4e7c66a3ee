"""A person's labels in a data set: opened, saved and taken back only when nobody else changed them meanwhile.

How a label editor uses it::

    label = open_label(data, record)
    annotation = Annotation(label.start, automatic=label.automatic, frame=label.frame)
    …
    label = save_label(data, label, annotation.class_map, started_from="sprites")
    annotation.mark_saved()

Beside the automatic mask ``masks/000012.png`` a person's lies as ``masks_person/000012.png``; whose labels the person
began with stands in its metadata. Training takes a person's mask in preference to the automatic one.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.classes import CLASS_COUNT
from core.dataset.index_file import ChangedError
from core.dataset.png_files import check_native, decode_mask, mask_texts
from core.dataset.record import Record, Split
from core.dataset.store import STARTED_FROM, DataSet
from core.errors import InputError, RunError
from core.file_lock import file_lock
from core.frame import ClassMap, Frame

PERSON = "person"
LOCK_WAIT = 5.0
"""Seconds to wait for another window that saves; a save takes milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonLabel:
    """A frame of a data set, opened to be labelled.

    Attributes:
        record: its row.
        frame: uint8 (224, 240, 3).
        automatic: the class map by ``record.labelled_by``, uint8 (224, 240).
        person: a person's, uint8 (224, 240), or None when there is none yet.
        started_from: whose labels the person corrected ("exact", "sprites", "fcn NAME"); "" when not known.
        stamps: what the frame's three files held, to notice that another program changed one.
    """

    record: Record
    frame: Frame
    automatic: ClassMap
    person: ClassMap | None
    started_from: str
    stamps: tuple[str, str, str]

    @property
    def start(self) -> ClassMap:
        """The class map that training would take: the person's, or else the automatic one, uint8 (224, 240)."""
        return self.automatic if self.person is None else self.person


def open_label(data: DataSet, record: Record) -> PersonLabel:
    """Read a frame with its labels; InputError naming a file that is missing, of a wrong size or of unknown classes."""
    stamps = _stamps(data, record.number)  # first: a change while the files are read is one since
    frame, automatic = data.read(record)
    path = data.mask_path(record.number, person=True)
    person, started_from = None, ""
    if path.exists():
        person, started_from = decode_mask(path), mask_texts(path).get(STARTED_FROM, "")
        check_native(person, path)
    return PersonLabel(record, frame, automatic, person, started_from, stamps)


def save_label(
    data: DataSet, label: PersonLabel, class_map: ClassMap, started_from: str = "", *, patience: float = LOCK_WAIT
) -> PersonLabel:
    """Keep a person's class map; to be used from then on in place of the label that was opened.

    Args:
        data: the data set; it need not be open for writing.
        label: as opened, or as the last save gave it.
        class_map: uint8 (224, 240).
        started_from: whose labels it was made from; what was known already unless given.
        patience: seconds to wait for another window that saves just now.

    Raises:
        ChangedError: another program changed one of the frame's files or its row since; nothing was written. Opening
            the label again and saving that one writes over the other's work.
        InputError: another window saves just now and does not come to an end.
        RunError: the disk is full; what was there is kept.
        ValueError: no class map of native size.
    """
    started_from = started_from or label.started_from
    with _unchanged(data, label, patience):
        data.write_person_mask(label.record.number, class_map, started_from)
    stamps = _stamps(data, label.record.number)
    return dataclasses.replace(label, person=class_map.copy(), started_from=started_from, stamps=stamps)


def remove_label(data: DataSet, label: PersonLabel, *, patience: float = LOCK_WAIT) -> PersonLabel:
    """Take a person's class map away, so that the automatic one counts again; see ``save_label``, for errors too."""
    with _unchanged(data, label, patience):
        path = data.mask_path(label.record.number, person=True)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(f"{path}: cannot be removed ({error.strerror or error})") from error
    stamps = _stamps(data, label.record.number)
    return dataclasses.replace(label, person=None, started_from="", stamps=stamps)


def person_numbers(data: DataSet) -> set[int]:
    """Numbers of the frames that a person has labelled, as they lie on the disk now."""
    folder = data.mask_path(0, person=True).parent
    names = (path.stem for path in folder.glob("*.png"))
    return {int(name) for name in names if name.isdigit() and int(name) < len(data)}


def origins(data: DataSet) -> list[str]:
    """Who made the label that counts, frame by frame: "person", "exact", "sprites", "fcn" or "fcn NAME"."""
    numbers = person_numbers(data)
    return [PERSON if record.number in numbers else record.labelled_by for record in data.records()]


def labelled_by(data: DataSet, origin: str) -> list[Record]:
    """The rows whose label that counts is of this origin, in order; "fcn" stands for every network."""

    def fits(made: str) -> bool:
        return made == origin or (origin == "fcn" and made.startswith("fcn "))

    return [record for record, made in zip(data.records(), origins(data), strict=True) if fits(made)]


def counted_records(data: DataSet, split: Split | None = None, levels: Iterable[str] | None = None) -> list[Record]:
    """The rows of a split and of some levels; ``pixels`` and ``labelled_by`` are a person's where one has labelled."""
    numbers = person_numbers(data)
    return [_as_counted(data, record) if record.number in numbers else record for record in data.records(split, levels)]


def _as_counted(data: DataSet, record: Record) -> Record:
    mask = data.read(record, person=True)[1]
    pixels = tuple(np.bincount(mask.ravel(), minlength=CLASS_COUNT).tolist())
    return dataclasses.replace(record, pixels=pixels, labelled_by=PERSON)


@contextmanager
def _unchanged(data: DataSet, label: PersonLabel, patience: float) -> Iterator[None]:
    """Hold off other windows and make sure that the files are those of the label."""
    folder = data.mask_path(0, person=True).parent
    lock = file_lock(folder / ".lock")
    try:
        folder.mkdir(exist_ok=True)
        lock.acquire(timeout=patience)
    except TimeoutError:
        raise InputError(f"{folder}: another window saves labels here; wait for it or close it") from None
    except OSError as error:
        raise RunError(f"{folder}: cannot be written ({error.strerror or error}); what was there is kept") from error
    try:
        data.check_unchanged()
        for path, before, now in zip(
            _files(data, label.record.number), label.stamps, _stamps(data, label.record.number), strict=True
        ):
            if before != now:
                raise ChangedError(
                    f"{path}: another program changed it since the frame was opened; nothing was written: "
                    "open the frame again"
                )
        yield
    finally:
        lock.release()


def _files(data: DataSet, number: int) -> tuple[Path, Path, Path]:
    return data.frame_path(number), data.mask_path(number), data.mask_path(number, person=True)


def _stamps(data: DataSet, number: int) -> tuple[str, str, str]:
    """What tells the content of a frame's three files apart from a later one; empty for a missing one."""
    frame, mask, person = (_stamp(path) for path in _files(data, number))
    return frame, mask, person


def _stamp(path: Path) -> str:
    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read: {error.strerror}") from None
