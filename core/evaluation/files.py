"""Keeping an evaluation: its figures and its episodes, in a folder of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.agents.recording import Recording, write_recordings
from core.errors import InputError, RunError
from core.files import write_json
from core.locations import make_first, seen_from
from core.runs.json_files import OBJECT, TEXT, check_fields, number, or_null, read_json, whole

DOCUMENT_NAME = "evaluation.json"
EPISODES_NAME = "episodes.jsonl"
_FIELDS = {"level": TEXT, "episodes": whole(1, 2**31), "x": OBJECT, "flags": OBJECT}
_MORE = {
    "progress": OBJECT,
    "checkpoint": TEXT,
    "labels": TEXT,
    "mapping": TEXT,
    "sticky": number(0, 1),
    "epsilon": number(0, 1),
    "seed": number(0),
}
_NAMED_LEVELS = 4  # more are counted in a folder's name
_SPREAD = {"mean": number(), "median": number(), "max": number()}
_FLAGS, _INTERVAL = {"rate": number(0, 1)}, {"low": or_null(number(0, 1)), "high": or_null(number(0, 1))}


def keep_evaluation(folder: Path, document: Mapping[str, Any], recordings: Iterable[Recording]) -> None:
    """Write ``evaluation.json`` and ``episodes.jsonl``, one recording a line, into a new folder.

    The folder of a mapping stands there as it is seen from the new one.

    Raises:
        RunError: it could not be written.
    """
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise RunError(f"{folder}: the folder cannot be made ({error.strerror or error})") from error
    _write(folder, document, recordings)


def keep_in_new_folder(parent: Path, document: Mapping[str, Any], recordings: Iterable[Recording]) -> Path:
    """The same in a folder named after the evaluation's settings, NAME, NAME-2, NAME-3, …; which one.

    Raises:
        RunError: it could not be written.
    """
    name = evaluation_name(document)
    try:
        folder = make_first(parent, (name if number == 1 else f"{name}-{number}" for number in itertools.count(1)))
    except InputError as error:
        raise RunError(str(error)) from None
    _write(folder, document, recordings)
    return folder


def _write(folder: Path, document: Mapping[str, Any], recordings: Iterable[Recording]) -> None:
    write_recordings(folder / EPISODES_NAME, recordings)
    if mapping := document.get("mapping"):
        document = {**document, "mapping": seen_from(folder, mapping)}
    write_json(folder / DOCUMENT_NAME, document)


def read_evaluation(folder: Path) -> dict[str, Any]:
    """What ``keep_evaluation`` wrote into ``evaluation.json``; InputError naming it when it is missing or damaged."""
    path = folder / DOCUMENT_NAME
    document = read_json(path)
    if document is None:
        raise InputError(f"{path}: the file is missing; a kept evaluation has it")
    check_fields(document, path, _FIELDS, _MORE, allow_others=True)
    check_fields(document["x"], f"{path}: x", _SPREAD, {"error": or_null(number())}, allow_others=True)
    check_fields(document["flags"], f"{path}: flags", _FLAGS, _INTERVAL, allow_others=True)
    if "progress" in document:  # an older program measured none
        check_fields(document["progress"], f"{path}: progress", {"mean": number(0, 1)}, {}, allow_others=True)
    return document


def evaluation_name(document: Mapping[str, Any]) -> str:
    """The settings in a name: "1-1-31-starts" or "1-1-100-episodes-sticky0.25-seed1", then others and checkpoint."""
    levels = document["level"]
    if (count := levels.count(",") + 1) > _NAMED_LEVELS:
        levels = f"{count}-levels"
    parts = [levels, str(document["episodes"]), "starts" if document["deterministic"] else "episodes"]
    parts += [f"{name}{document[name]:g}" for name in ("sticky", "epsilon") if document[name]]
    parts += [f"{name}{document[name]}" for name in ("places", "limit_steps") if document.get(name, 1) > 1]
    if not document["deterministic"]:
        parts.append(f"seed{document['seed']}")
    parts += [f"through-{Path(mapping).resolve().name}"] if (mapping := document.get("mapping")) else []
    parts += [document[name] for name in ("labels", "checkpoint") if document[name] not in ("", "best")]
    return "-".join(parts)
