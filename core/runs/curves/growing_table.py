"""Columns of a CSV file that grows while it is read: only what was added is parsed, and only what is asked for."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

Column: TypeAlias = npt.NDArray[np.float64]

_CHUNK = 1 << 19  # bytes parsed in one go: NumPy keeps Python's lock so long, about 3 ms
_MARK = 64  # bytes before the end that tell whether the file is still the one that was read


class GrowingTable:
    """Reads whole lines only, remembers how far it came, and begins anew when the file was cut or replaced.

    A value that is no number is NaN. A line without the header's number of fields is left out.

    Attributes:
        path: the file; it need not exist yet.
        columns: names in the header, in order; empty without a file.
        rows: lines read so far, without the header.
        damaged: lines left out.
        version: grows with each change of what was read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: tuple[str, ...] = ()
        self.rows = 0
        self.damaged = 0
        self.version = 0
        self._values: dict[str, Column] = {}
        self._forget()

    def column(self, name: str) -> Column:
        """Values of a column that was read, float64 (rows,); NaN all along for one that the file has not."""
        values = self._values.get(name)
        return np.full(self.rows, np.nan) if values is None else values

    def read(self, names: Collection[str], is_cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Bring columns up to date.

        Args:
            names: what is wanted; columns asked for before stay up to date too.
            is_cancelled: asked now and then; what was not read comes with the next call.

        Returns:
            Whether anything changed. A file that is missing or cannot be read has no rows.
        """
        before = self.version
        try:
            with self.path.open("rb") as file:
                if self._is_another(file) or (set(names) & set(self.columns)) - set(self._values):
                    self._begin(file, {*names, *self._values})
                self._read_on(file, is_cancelled)
        except OSError:
            if self.columns:
                self._forget()
                self.version += 1
        return self.version != before

    # The file

    def _forget(self) -> None:
        self.columns, self._values = (), {}
        self.rows = self.damaged = self._offset = 0
        self._mark, self._file = b"", (0, 0)

    def _is_another(self, file: BinaryIO) -> bool:
        """Whether the file is not the one that was read so far, or lost some of its end."""
        if not self.columns:
            return True
        about = os.fstat(file.fileno())
        if (about.st_dev, about.st_ino) != self._file or about.st_size < self._offset:
            return True
        file.seek(self._offset - len(self._mark))
        return file.read(len(self._mark)) != self._mark

    def _begin(self, file: BinaryIO, names: Collection[str]) -> None:
        """Read the header; columns that it has not are dropped."""
        had = bool(self.columns)
        self._forget()
        file.seek(0)
        header = file.readline()
        if not header.endswith(b"\n"):
            self.version += had
            return
        about = os.fstat(file.fileno())
        self._file = (about.st_dev, about.st_ino)
        self.columns = tuple(next(csv.reader([header.decode("utf-8-sig", "replace").strip("\r\n")]), []))
        self._values = {name: np.empty(0) for name in self.columns if name in names}
        self._offset, self._mark = len(header), header[-_MARK:]
        self.version += 1

    def _read_on(self, file: BinaryIO, is_cancelled: Callable[[], bool]) -> None:
        if not self.columns:
            return
        parts: list[list[Column]] = []
        while not is_cancelled():
            file.seek(self._offset)
            chunk = file.read(_CHUNK)
            chunk = chunk[: chunk.rfind(b"\n") + 1]
            if not chunk:
                break
            parts.append(self._parse(chunk))
            self._offset += len(chunk)
            self._mark = chunk[-_MARK:]
        if parts:
            for place, name in enumerate(self._values):
                self._values[name] = np.concatenate([self._values[name], *(part[place] for part in parts)])
            self.version += 1

    # Lines

    def _parse(self, lines: bytes) -> list[Column]:
        """Values of the wanted columns in some whole lines."""
        places = [self.columns.index(name) for name in self._values]
        count = lines.count(b"\n")
        try:
            if lines.count(b",") != count * (len(self.columns) - 1):
                raise ValueError
            values = _numbers(lines, places)
            if len(values) != count:
                raise ValueError
        except ValueError:  # words, damaged lines: one by one
            values = self._careful(lines, places)
        self.rows += len(values)
        return list(values.T.copy())

    def _careful(self, lines: bytes, places: list[int]) -> Column:
        rows = []
        for row in csv.reader(io.StringIO(lines.decode("utf-8", "replace").replace("\0", ""))):
            if len(row) == len(self.columns):
                rows.append([_number(row[place]) for place in places])
            else:
                self.damaged += 1
        return np.array(rows, np.float64).reshape(len(rows), len(places))


def _numbers(lines: bytes, places: list[int]) -> Column:
    """Columns of lines of equal length by NumPy's own parser, five times as fast as the csv module's rows.

    Measured on 1,000,000 rows of 17 columns (105 MB), processor time: two columns 0.4 s, six 0.8 s; csv 5.0 s.
    """
    if not places:
        return np.empty((lines.count(b"\n"), 0))
    if b",," in lines or b",\n" in lines or b"\n," in lines or lines.startswith(b","):  # loadtxt knows no empty field
        lines = lines.replace(b",,", b",nan,").replace(b",,", b",nan,").replace(b",\n", b",nan\n")
        lines = lines.replace(b"\n,", b"\nnan,")
        lines = b"nan" + lines if lines.startswith(b",") else lines
    return np.loadtxt(io.BytesIO(lines), delimiter=",", usecols=places, ndmin=2, comments=None, encoding="utf-8")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
