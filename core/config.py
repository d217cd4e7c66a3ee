"""The settings of every kind of run: one frozen dataclass each.

The same dataclass is the command line's flags, the form in the window and the run folder's ``config.json``. Each field
carries its help, unit, range and source, given with ``setting``.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from core.errors import InputError

CONFIG_VERSION = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """What people need to know of a field.

    Attributes:
        help: one sentence.
        unit: "agent steps", "frames", "epochs", …; empty for a pure number or a word.
        low, high: allowed range, both included; None for open.
        choices: allowed values; empty for any.
        source: where the default comes from, "Bélignon 2020" for the paper.
        flag: whether it is a command-line flag of its own; otherwise ``--override NAME=VALUE`` sets it.
        folder: what kind of folder a text names, "data set" or "network"; empty for any other text.
    """

    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[Any, ...] = ()
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
    """

    kind: ClassVar[str]

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
        for name in values:
            cls.field(name, where)
        try:
            return cls(**values)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None

    @classmethod
    def field(cls, name: str, where: str) -> dataclasses.Field[Any]:
        """The field of that name; InputError, beginning with ``where``, when there is none."""
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
    unit = f" {about.unit}" if about.unit else ""
    if about.low is not None and not value >= about.low:
        raise InputError(f"{value} is too small; the least is {about.low:,}{unit}")
    if about.high is not None and not value <= about.high:
        raise InputError(f"{value} is too large; the most is {about.high:,}{unit}")


PAPER = "Bélignon 2020"


@dataclass(frozen=True)
class FcnConfig(Config):
    """Training a segmentation network (``--train fcn``)."""

    kind = "fcn"

    data: str = setting("", "folder of the data set, made with --collect", folder="data set")
    architecture: str = setting("fcn_f16-k3_s2_f32-k3_f32-k3_s2_d8", "network in the paper's notation", source=PAPER)
    size: str = setting("84", "pixels a side: 84, or native for 224 x 240", choices=("84", "native"), source=PAPER)
    input: str = setting("colour", "what the network sees", choices=("colour", "gray"), source=PAPER)
    scaling: str = setting(
        "unit", "pixel values inside the network: unit 0 to 1, centred -1 to 1", choices=("unit", "centred")
    )
    initial: str = setting(
        "",
        "run folder of a finished network to start from, of the same architecture, input and scaling; empty for none",
        folder="network",
    )
    epochs: int = setting(30, "passes over the training split", unit="epochs", low=1, high=10_000, source=PAPER)
    batch_size: int = setting(4, "frames in one update", unit="frames", low=1, high=1024)
    learning_rate: float = setting(0.001, "step size of Adam at the start", low=1e-6, high=1.0, source=PAPER)
    schedule: str = setting("constant", "how the step size falls", choices=("constant", "cosine"))
    loss: str = setting("plain", "plain cross-entropy, or balanced for rare classes", choices=("plain", "balanced"))
    augmentation: str = setting("none", "changes made to training frames", choices=("none", "full"))
    checkpoint_rule: str = setting("last", "which epoch's weights are kept", choices=("last", "best"))
    seed: int = setting(1, "seed of weights, order and augmentation", low=0, high=2**31 - 1)


@dataclass(frozen=True)
class CollectConfig(Config):
    """Making a data set (``--collect``)."""

    kind = "collect"

    stacks: int = setting(
        830,
        "stacks of 4 frames for training and test; a stack for validation comes on top for every ten of training",
        unit="stacks",
        low=3,
        high=10**6,
        source=PAPER,
    )
    levels: str = setting("1-1", 'levels to play, "1-1,1-2" or "all"', source=PAPER)
    labels: str = setting("exact", "who labels the frames", choices=("exact", "sprites"))
    agent: str = setting(
        "random", "who plays: random, right-and-jump or the run folder of a trained agent", source=PAPER
    )
    seed: int = setting(1, "seed of play, sampling and split", low=0, high=2**31 - 1)
    agent_epsilon: float = setting(
        0.05, "share of random actions of a trained agent", low=0.0, high=1.0, source="Mnih et al. 2015", flag=False
    )
    keep_one_in: int = setting(
        10, "of so many stacks played, one is kept", unit="stacks", low=1, high=1000, source=PAPER, flag=False
    )
    search_steps: int = setting(
        6000,
        "search for places to start from, for each level and split",
        unit="agent steps",
        low=0,
        high=10**6,
        flag=False,
    )
    episode_steps: int = setting(120, "longest play from one place", unit="agent steps", low=4, high=10_000, flag=False)
    steps_after_death: int = setting(
        8, "how long an episode still shows after a death", unit="agent steps", low=0, high=100, flag=False
    )
    power: str = setting(
        "as played",
        "Mario's power: as played from small, or mixed: small, big or fire given at random when an episode begins",
        choices=("as played", "mixed"),
        flag=False,
    )
