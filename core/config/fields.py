"""The settings of every kind of run: one frozen dataclass each.

The same dataclass is the command line's flags, the form in the window and the run folder's ``config.json``. Each field
carries its help, unit, range and source, given with ``setting``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from core.errors import InputError
from core.wording import quantity

CONFIG_VERSION = 1


LABELLER_NOTES = {"exact": "from memory, the map in whole tiles", "sprites": "from pixels, outlines"}
"""What the two labellers that need no training go by."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What people need to know of a field.

    Attributes:
        help: one sentence.
        unit: "agent steps", "frames", "epochs", …; empty for a pure number or a word.
        low, high: allowed range, both included; None for open.
        choices: allowed values; empty for any.
        choice_notes: what each choice means, in a few words; empty where they speak for themselves.
        source: where the default comes from, "Bélignon 2020" for the paper.
        flag: whether it is a command-line flag of its own; otherwise ``--override NAME=VALUE`` sets it.
        folder: what kind of folder a text names, "data set", "network", "agent" or "mapping"; empty for any other text.
    """

    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
    choice_notes: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    flag: bool = True
    folder: str = ""


def setting(default: Any, help: str, **about: Any) -> Any:
    """A dataclass field with a default and its ``Setting``."""
    return field(default=default, metadata={"setting": Setting(help, **about)})


def setting_of(item: dataclasses.Field[Any]) -> Setting:
    """The ``Setting`` of a dataclass field."""
    about = item.metadata["setting"]
    assert isinstance(about, Setting)
    return about


def flag_of(item: dataclasses.Field[Any]) -> str:
    """The command-line flag of a field: ``batch_size`` is ``--batch-size``."""
    return "--" + item.name.replace("_", "-")


@dataclass(frozen=True)
class Config:
    """What the settings of every kind of run share: checks, and the way to JSON and back.

    Attributes:
        kind: the word after ``--train``, or the command's own name; it heads ``config.json``.
        later: what fields that older files lack were then, where that is not their default.
        renamed: names that fields had, with those they have; files and overrides may use either.
        retired: fields that are no more, with the value that meant "not used": older files may have them.
    """

    kind: ClassVar[str]
    later: ClassVar[dict[str, Any]] = {}
    renamed: ClassVar[dict[str, str]] = {}
    retired: ClassVar[dict[str, Any]] = {}

    def __post_init__(self) -> None:
        for item in fields(self):
            try:
                _check(item, getattr(self, item.name))
            except InputError as error:
                raise InputError(f"{item.name}: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """Plain values by field name, with the version of the format and the kind of run."""
        return {"version": CONFIG_VERSION, "kind": self.kind, **dataclasses.asdict(self)}

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The settings of something new: what is given, and for the rest what one begins with."""
        return cls(**given)

    @classmethod
    def from_json(cls, values: dict[str, Any], where: str = "config.json") -> Self:
        """Read ``to_json``'s dict; InputError on another kind, a future version or an unknown field."""
        if not isinstance(values, dict):
            raise InputError(f"{where}: a JSON object is expected, not {type(values).__name__}")
        values = dict(values)
        version, kind = values.pop("version", None), values.pop("kind", None)
        if type(version) is not int or not 1 <= version <= CONFIG_VERSION:
            raise InputError(f"{where}: version {version!r} is unknown here; this program reads up to {CONFIG_VERSION}")
        if kind != cls.kind:
            raise InputError(f"{where}: this is a run of kind {kind!r}, not {cls.kind!r}")
        for name in cls.retired:
            values.pop(name, None)  # what such a run has learned can be looked at all the same
        values = {cls.renamed.get(name, name): value for name, value in values.items()}
        for name in values:
            cls.field(name, where)
        try:
            return cls(**{**cls.later, **values})
        except InputError as error:
            raise InputError(f"{where}: {error}") from None

    @classmethod
    def check_trainable(cls, values: dict[str, Any], where: str) -> None:
        """InputError when ``to_json``'s dict, of an older program, asks for what this one cannot train with."""
        for name, unused in cls.retired.items():
            if values.get(name, unused) != unused:
                raise InputError(f"{where}: {name} is no longer there; only runs with {name} {unused} can be trained")

    @classmethod
    def field(cls, name: str, where: str) -> dataclasses.Field[Any]:
        """The field of that name; InputError, beginning with ``where``, when there is none."""
        if name in cls.retired:
            raise InputError(f"{where}: {name} is no longer there; leave it out")
        name = cls.renamed.get(name, name)
        known = {item.name: item for item in fields(cls)}
        if name not in known:
            raise InputError(f"{where}: unknown field {name!r}; the fields are {', '.join(sorted(known))}")
        return known[name]

    @classmethod
    def parse_override(cls, text: str) -> tuple[str, Any]:
        """Read ``FIELD=VALUE`` to a field's name and its checked value; InputError on anything else."""
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--override: {text!r} is not FIELD=VALUE")
        item = cls.field(name.strip(), "--override")
        try:
            return item.name, parse_value(item, value.strip())
        except InputError as error:
            raise InputError(f"--override: {item.name}: {error}") from None


def parse_value(item: dataclasses.Field[Any], text: str) -> Any:
    """Read a field's value from text and check it; InputError that says what is wrong, without the field's name."""
    kind: type = type(item.default)
    try:
        value = kind(text)
    except ValueError:
        raise InputError(f"{text!r} is not {_KINDS[kind]}") from None
    _check(item, value)
    return value


_KINDS = {int: "a whole number", float: "a number", str: "a word"}


def _check(item: dataclasses.Field[Any], value: Any) -> None:
    about, kind = setting_of(item), type(item.default)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not kind and not (kind is float and whole):
        raise InputError(f"{value!r} is not {_KINDS[kind]}")
    if about.choices and value not in about.choices:
        raise InputError(f"{value!r} is not allowed; choose one of {', '.join(map(str, about.choices))}")
    if about.low is not None and not value >= about.low:
        raise InputError(f"{value} is too small; the least is {quantity(about.low, about.unit)}")
    if about.high is not None and not value <= about.high:
        raise InputError(f"{value} is too large; the most is {quantity(about.high, about.unit)}")


PAPER = "Bélignon 2020"
