"""What people write about a run: a name to show, tags and a note, in its ``notes.json``.

The folder keeps its own name: a running trainer, an agent's ``encoder`` and the command line go by it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.files import write_json
from core.runs.json_files import TEXT, check_fields, list_of, read_json, version

NOTES_NAME = "notes.json"
NOTES_VERSION = 1
NAME_LENGTH = 100  # characters at most
TAG_LENGTH = 40
TAG_COUNT = 20
NOTE_LENGTH = 10_000
_FIELDS = {"name": TEXT, "tags": list_of(TEXT), "note": TEXT}


@dataclass(frozen=True, slots=True)
class Notes:
    """What ``notes.json`` holds.

    Attributes:
        name: shown in place of the folder's; "" for the folder's.
        tags: words to filter by, each once, in alphabetical order.
        note: free text.
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.name) > NAME_LENGTH or "\n" in self.name:
            raise InputError(f"name: a run's name is one line of at most {NAME_LENGTH} characters")
        if len(self.tags) > TAG_COUNT or any(not tag or len(tag) > TAG_LENGTH or "," in tag for tag in self.tags):
            raise InputError(f"tags: at most {TAG_COUNT} tags of 1 to {TAG_LENGTH} characters, without commas")
        if len(self.note) > NOTE_LENGTH:
            raise InputError(f"note: at most {NOTE_LENGTH:,} characters; this has {len(self.note):,}")


def read_notes(run: Path) -> Notes:
    """The notes of a run folder, empty without a file; InputError naming the file when it is damaged or of the future.

    Args:
        run: the folder.
    """
    path = run / NOTES_NAME
    values = read_json(path)
    if values is None:
        return Notes()
    check_fields(values, path, {"version": version(NOTES_VERSION)}, _FIELDS)
    try:
        return Notes(values.get("name", ""), tuple(values.get("tags", ())), values.get("note", ""))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def write_notes(run: Path, notes: Notes) -> None:
    """Replace the notes of a run folder.

    Raises:
        InputError: the folder is gone.
        RunError: the disk is full; the notes before are kept.
    """
    if not run.is_dir():
        raise InputError(f"{run}: the run folder is gone, so nothing can be noted there")
    write_json(run / NOTES_NAME, {"version": NOTES_VERSION, **dataclasses.asdict(notes)})


def parse_tags(text: str) -> tuple[str, ...]:
    """Tags as typed, between commas: each once, in alphabetical order."""
    return tidy_tags(re.split(r"[,\n]", text))


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Without blanks at their ends, each once, in alphabetical order."""
    return tuple(sorted({tag.strip() for tag in tags} - {""}))
