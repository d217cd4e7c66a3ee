"""What a report is made of: sections of sentences, figures and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: its name within its section, SVG and the words below it."""

    name: str
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain cells."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""

    def is_text(self, column: int) -> bool:
        """Whether a column holds words, as the first does: they stand on the left, figures and units on the right."""
        cells = [str(row[column]) for row in self.rows]
        return column == 0 or any(cell[:1].isalpha() or cell.startswith(("@", ".")) for cell in cells)


@dataclass(slots=True)
class Section:
    """A part of the page; its heading is its title, unless that is longer than what its figures are called by."""

    title: str
    texts: list[str] = field(default_factory=list)
    figures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    heading: str = ""
