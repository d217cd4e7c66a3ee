"""Curves of a run: a CSV file, appended and flushed row by row, that anybody may read while it grows."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from core.errors import InputError, RunError
from core.files import append_whole, write_bytes

Value: TypeAlias = float | int | str | None
_SURPLUS = ""  # name of what a line has beyond its header


class RunLog:
    """Rows of one CSV file with a fixed header.

    Attributes:
        path: the file; it exists, with its header, once the log is made.
        columns: names in order.
    """

    def __init__(self, path: Path, columns: Sequence[str], older: Sequence[str] = ()) -> None:
        """Start the file or continue it; an older program may have had fewer columns.

        Args:
            path: the file.
            columns: names in order.
            older: names that only files of older programs have; there they stay, with nothing in further rows.

        Raises:
            InputError: the file has a column that is none of these.
        """
        self.path = path
        self.columns = tuple(columns)
        self._older = tuple(older)
        if path.exists() and path.stat().st_size:
            header = _whole_lines(path)[:1]
            if header:
                self._widen(next(csv.reader(header)))
                self._cut(lambda rows: rows)  # a half row that a crash left would swallow the next one
                return
            os.truncate(path, 0)
        self._append(",".join(self.columns) + "\n")

    def _widen(self, had: Sequence[str]) -> None:
        """Bring a file of some of our columns to all of them; its rows have nothing there."""
        self.columns += tuple(name for name in self._older if name in had)
        if not set(had) <= set(self.columns) or len(set(had)) < len(had):
            raise InputError(f"{self.path}: its columns are not those of this run; move the file away")
        if list(had) != list(self.columns):
            rows = [dict(zip(had, line, strict=False)) for line in csv.reader(_whole_lines(self.path)[1:])]
            lines = [_line([row.get(name, "") for name in self.columns]) for row in rows]
            write_bytes(self.path, "".join([",".join(self.columns) + "\n", *lines]).encode())

    def append(self, row: Mapping[str, Value]) -> None:
        """Add a row and bring it to the disk; a missing or NaN value is an empty field.

        Raises:
            ValueError: a value has no column.
            RunError: it could not be written; the rows before are kept.
        """
        unknown = set(row) - set(self.columns)
        if unknown:
            raise ValueError(f"{self.path}: no column for {', '.join(sorted(unknown))}")
        self._append(_line([_text(row.get(name)) for name in self.columns]))

    def keep(self, count: int) -> None:
        """Cut the file back to its first ``count`` rows: those that a checkpoint knows of."""
        self._cut(lambda rows: rows[:count])

    def _cut(self, select: Callable[[list[str]], list[str]]) -> None:
        header, *rows = _whole_lines(self.path)
        text = "".join([header, *select(rows)])
        if self.path.stat().st_size != len(text.encode()):
            write_bytes(self.path, text.encode())

    def _append(self, text: str) -> None:
        try:
            with self.path.open("ab", buffering=0) as file:
                append_whole(file, text.encode())
        except OSError as error:
            raise RunError(f"{self.path}: cannot be written ({error.strerror or error}); its rows are kept") from error


def read_rows(path: Path) -> list[dict[str, float | str | None]]:
    """Rows of a log by column name, whole lines only: a row that is being written is left out.

    Numbers are floats, empty fields None; fields beyond the header's are left out. An absent or empty file has no rows.
    """
    if not path.exists():
        return []
    rows = csv.DictReader(_whole_lines(path), restkey=_SURPLUS)
    return [{name: _number(text) for name, text in row.items() if name != _SURPLUS} for row in rows]


def _whole_lines(path: Path) -> list[str]:
    """Lines that end in a newline, with it."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    return text[: text.rfind("\n") + 1].splitlines(keepends=True)


def _line(fields: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(fields)
    return buffer.getvalue()


def _text(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else str(value)


def _number(text: str | None) -> float | str | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text
