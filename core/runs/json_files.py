"""The JSON files of a run: read and checked in one step, so that what comes from outside cannot surprise later.

Whoever owns a file says what its fields hold::

    _FIELDS = {"pid": whole(0, 2**32 - 1), "error": TEXT}
    values = read_json(path)
    check_fields(values, path, _FIELDS)
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.files import patiently


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field holds.

    Attributes:
        wanted: in words, as in "a whole number".
        fits: whether a value is that; it gets any JSON value and raises nothing.
    """

    wanted: str
    fits: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    """NUL and half a surrogate pair can be in JSON, but in no name, save as a byte that is no UTF-8 (PEP 383)."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= sign <= "\udfff" and not "\udc80" <= sign <= "\udcff" for sign in value)


def _is_number(value: Any, low: float, high: float) -> bool:
    # bool is an int to Python; NaN compares false; a whole number may be too large for a float.
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


TEXT = Rule("a text", _is_text)
NAME = Rule("a text that is not empty", lambda value: _is_text(value) and bool(value))
DIGITS = Rule("a text of digits", lambda value: _is_text(value) and value.strip("0123456789") == "")
FLAG = Rule("true or false", lambda value: isinstance(value, bool))
OBJECT = Rule("an object", lambda value: isinstance(value, dict))
ANYTHING = Rule("any value", lambda value: True)
_MOST = 1e300  # every finite figure of a run is below


def number(low: float = -_MOST, high: float = _MOST) -> Rule:
    """A finite number within bounds, both included."""
    bounds = f" from {low:g} to {high:g}" if high < _MOST else "" if low == -_MOST else f" of at least {low:g}"
    return Rule(f"a number{bounds}", lambda value: _is_number(value, low, high))


def whole(low: int, high: int) -> Rule:
    """A whole number within bounds, both included."""
    return Rule(
        f"a whole number from {low:,} to {high:,}",
        lambda value: isinstance(value, int) and _is_number(value, low, high),
    )


def version(latest: int) -> Rule:
    """The version of a file's format."""
    return Rule(f"a version known here (1 to {latest})", whole(1, latest).fits)


def one_of(*words: str) -> Rule:
    """One of some words."""
    return Rule(f"one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def list_of(rule: Rule, least: int = 0, most: int = 1_000_000) -> Rule:
    """A list of so many values, each of which fits a rule."""
    count = f" of {least:,} values" if least == most else ""
    return Rule(
        f"a list{count}, each of it {rule.wanted}",
        lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(rule.fits, value)),
    )


def or_null(rule: Rule) -> Rule:
    """The same, or null."""
    return Rule(f"{rule.wanted}, or null", lambda value: value is None or rule.fits(value))


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None without the file; InputError naming the file when it is something else."""
    try:
        values = json.loads(patiently(path.read_bytes))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read as JSON ({error.strerror or error})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: the file cannot be read as JSON ({error})") from None
    if not isinstance(values, dict):
        raise InputError(f"{path}: the file holds no JSON object")
    return values


def check_fields(
    values: Any,
    where: Path | str,
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *,
    allow_others: bool = False,
) -> None:
    """InputError, naming the file and the field, unless an object's fields hold what they should.

    Args:
        values: what was read.
        where: the file, to be named.
        required: rules of the fields that must be there.
        optional: rules of those that may be.
        allow_others: whether there may be fields without a rule.
    """
    if not isinstance(values, dict):
        raise InputError(f"{where}: {reprlib.repr(values)} is there; an object was expected")
    rules = {**required, **(optional or {})}
    for name, rule in rules.items():
        if name not in values:
            if name in required:
                raise InputError(f"{where}: {name} is missing; {rule.wanted} was expected")
        elif not rule.fits(values[name]):
            raise InputError(f"{where}: {name} is {reprlib.repr(values[name])}; {rule.wanted} was expected")
    unknown = sorted(set(values) - set(rules))
    if unknown and not allow_others:
        raise InputError(f"{where}: unknown field {unknown[0]!r}; the fields are {', '.join(rules)}")


def finite(values: Mapping[str, Any], *names: str) -> float | None:
    """A number inside nested objects, None where there is none: ``finite(scores, "x", "mean")``."""
    value: Any = values
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return float(value) if _is_number(value, -_MOST, _MOST) and math.isfinite(value) else None
