"""The frames of a data set in the order they are labelled in, and which of them are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.dataset.frame_marks import MARKS_NAME, Mark, read_marks, set_mark
from core.dataset.index_file import INDEX_NAME
from core.dataset.label_queue import next_without
from core.dataset.person_labels import person_numbers
from core.dataset.record import Record
from core.dataset.store import DataSet

Stamp = tuple[int, int]
ORIGINS: dict[str, str] = {
    "all": "all frames",
    "unlabelled": "not by a person yet",
    "person": "by a person",
    "exact": "automatic: exact",
    "sprites": "automatic: sprites",
    "fcn": "automatic: network",
    "done": "marked done",
    "doubtful": "marked doubtful",
    "unmarked": "not marked",
    "trash": "in the trash",
}
"""Filters by who labelled a frame and by its mark, with words for people; the trash is shown by its own only."""


def stamp(path: Path) -> Stamp | None:
    """What tells one version of a file from the next: time (ns) and size (bytes); None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class FrameList:
    """An open data set.

    Attributes:
        data: open for reading.
        by_person: numbers of the frames that a person has labelled.
        marks: done, doubtful or trash, by number of the frame.
        numbers: frames that are shown, in order.
        origin: a key of ``ORIGINS``.
        order: name of the order.
        ranks: a number for each frame, the most interesting lowest, while a queue orders them; empty for the stored
            order.
    """

    def __init__(self, data: DataSet, origin: str = "all") -> None:
        self.data = data
        self.by_person = person_numbers(data)
        self.ranks: Mapping[int, int] = {}
        self.origin = origin
        self.order = "stored"
        self.numbers: list[int] = []
        self.marks = read_marks(data.folder)
        self._stamps = self._stamp_files()
        self._records = data.records(with_trash=True)
        self.choose()

    @property
    def is_outdated(self) -> bool:
        """Whether another program has added or removed frames, or marked some."""
        return self._stamp_files() != self._stamps

    def _stamp_files(self) -> tuple[Stamp | None, Stamp | None]:
        return stamp(self.data.folder / INDEX_NAME), stamp(self.data.folder / MARKS_NAME)

    def mark(self, number: int, mark: Mark | None) -> None:
        """Give a frame a mark or take it away, at once on the disk; errors as for ``set_mark``."""
        self.marks = set_mark(self.data.folder, number, mark)
        self.data.use_marks(self.marks)
        self._stamps = self._stamps[0], stamp(self.data.folder / MARKS_NAME)
        self.choose()

    def choose(self, origin: str | None = None, order: str = "", queue: Sequence[int] = ()) -> None:
        """Show the frames of one origin, or in another order: its name, and numbers, the first one first."""
        self.origin = self.origin if origin is None else origin
        if order:
            self.order = order
            self.ranks = {number: rank for rank, number in enumerate(queue)}
        chosen = [record.number for record in self._records if self._passes(record)]
        self.numbers = sorted(chosen, key=lambda number: self.ranks.get(number, len(self.ranks)))

    def _passes(self, record: Record) -> bool:
        mark, by_person = self.marks.get(record.number), record.number in self.by_person
        if "trash" in (mark, self.origin):
            return mark == self.origin
        if self.origin in ("done", "doubtful"):
            return mark == self.origin
        if self.origin in ("exact", "sprites", "fcn"):
            return record.labelled_by.partition(" ")[0] == self.origin
        return {"all": True, "unlabelled": not by_person, "person": by_person, "unmarked": mark is None}[self.origin]

    def record(self, number: int) -> Record:
        """The row of a frame."""
        return self._records[number]

    def place(self, number: int | None) -> int | None:
        """Where a frame stands among those shown, from 0; None when it is not among them."""
        return self.numbers.index(number) if number in self.numbers else None

    def step(self, number: int | None, by: int) -> int | None:
        """The frame so many places on from one, which need not be shown any more; None at the end."""
        if not self.numbers:
            return None
        if number is None:
            return self.numbers[0 if by > 0 else -1]
        if number in self.numbers:
            place = self.numbers.index(number) + by
        else:  # it has just left the filter: the frame that stood behind it is next
            key = self._key(number)
            behind = sum(self._key(other) < key for other in self.numbers)
            place = behind + by - (by > 0)
        return self.numbers[place] if 0 <= place < len(self.numbers) else None

    def next_unlabelled(self, number: int | None) -> int | None:
        """The next frame after one, from the start again after the end, that no person has labelled; None without."""
        found = next_without([self._records[n] for n in self.numbers], self.by_person, number)
        return None if found is None else found.number

    def _key(self, number: int) -> tuple[int, int]:
        return self.ranks.get(number, len(self.ranks)), number
