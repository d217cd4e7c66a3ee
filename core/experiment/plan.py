"""The plan of an experiment: arms and seeds, read from a TOML file and checked as a whole before anything runs.

A plan is a name, settings that all arms of a kind share, and arms::

    version = 1
    name = "transfer"

    [settings.ddqn]
    preset = "fast"
    steps = 200_000

    [[arms]]
    name = "gray"
    group = "E1"
    seeds = [21, 22]
    settings = { observation = "gray" }

Settings are the fields of ``config.json``. Folders among them are seen from the plan's own folder.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config.ddqn import DdqnConfig
from core.config.fields import Config, setting_of
from core.errors import InputError
from core.runs.commands import TRAINABLE
from core.runs.json_files import OBJECT, TEXT, Rule, check_fields, list_of, one_of, version, whole

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_IDENTIFIER = Rule(
    "a name of at most 64 letters, digits, dots, dashes and underscores",
    lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
)
_PLAN = {"version": version(VERSION), "name": _IDENTIFIER, "arms": list_of(OBJECT, 1)}
_PLAN_MORE = {"about": TEXT, "settings": OBJECT}
_ARM = {"name": _IDENTIFIER, "seeds": list_of(whole(0, 2**31 - 1), 1)}
_ARM_MORE = {"about": TEXT, "group": TEXT, "kind": one_of(*TRAINABLE), "settings": OBJECT}


@dataclass(frozen=True, slots=True)
class Arm:
    """What is compared: the same settings, once for each seed.

    Attributes:
        name: of the arm; its runs are ``NAME-SEED``.
        about: what it is for.
        group: arms of one name are run together, a seed of each in turn, before the next group begins.
        seeds: in the order in which they run.
        config: its settings, with the first seed; paths as seen from the working directory.
    """

    name: str
    about: str
    group: str
    seeds: tuple[int, ...]
    config: Config

    def config_of(self, seed: int) -> Config:
        """The settings of one of its runs."""
        changes: dict[str, Any] = {"seed": seed}
        return dataclasses.replace(self.config, **changes)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a plan.

    Attributes:
        arm, seed: which.
        config: its settings, paths as seen from the working directory.
    """

    arm: str
    seed: int
    config: Config

    @property
    def name(self) -> str:
        """Of its run folder."""
        return f"{self.arm}-{self.seed}"


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as it was planned.

    Attributes:
        path: the file.
        name, about: what it is.
        arms: in the order of the file.
        text: all of the file.
    """

    path: Path
    name: str
    about: str
    arms: tuple[Arm, ...]
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the file, 64 hexadecimal digits: what stands for the plan in its runs."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def trials(self) -> tuple[Trial, ...]:
        """Every run in the order in which they begin: group by group, inside a group a seed of each arm in turn."""
        groups = dict.fromkeys(arm.group for arm in self.arms)
        return tuple(trial for group in groups for trial in _in_turn([a for a in self.arms if a.group == group]))


def _in_turn(arms: list[Arm]) -> Iterator[Trial]:
    for place in range(max(len(arm.seeds) for arm in arms)):
        for arm in arms:
            if place < len(arm.seeds):
                seed = arm.seeds[place]
                yield Trial(arm.name, seed, arm.config_of(seed))


def read_plan(path: Path) -> Plan:
    """Read a plan; InputError naming the file, the arm and the field of the first thing that is wrong."""
    try:
        text = path.read_bytes().decode("utf-8")
        values = tomllib.loads(text)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; name the TOML file of a plan") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: the file cannot be read as TOML ({error})") from None
    check_fields(values, path, _PLAN, _PLAN_MORE)
    shared = values.get("settings", {})
    check_fields(shared, f"{path}: settings", {}, dict.fromkeys(TRAINABLE, OBJECT))
    arms = tuple(_arm(path, number, arm, shared) for number, arm in enumerate(values["arms"], start=1))
    _check_names(path, arms)
    return Plan(path, values["name"], values.get("about", ""), arms, text)


def _arm(path: Path, number: int, values: dict[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> Arm:
    check_fields(values, f"{path}: arm {number}", _ARM, _ARM_MORE)
    where = f"{path}: arm {values['name']}"
    seeds = tuple(values["seeds"])
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise InputError(f"{where}: seeds has {twice} twice; each seed runs once")
    kind = values.get("kind", DdqnConfig.kind)
    settings = {**shared.get(kind, {}), **values.get("settings", {})}
    if "seed" in settings:
        raise InputError(f"{where}: settings has seed; seeds says which run")
    return Arm(
        values["name"],
        values.get("about", ""),
        values.get("group", ""),
        seeds,
        _config(TRAINABLE[kind], {**settings, "seed": seeds[0]}, where, path.parent),
    )


def _config(kind: type[Config], settings: Mapping[str, Any], where: str, folder: Path) -> Config:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        item = kind.field(name, where)
        is_folder = bool(setting_of(item).folder) and isinstance(value, str) and value != ""
        found[item.name] = (folder / value).as_posix() if is_folder else value
    try:
        return DdqnConfig.of(found) if kind is DdqnConfig else kind(**found)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _check_names(path: Path, arms: tuple[Arm, ...]) -> None:
    """InputError when two runs would have one folder, also where a file system ignores case."""
    seen: dict[str, str] = {}
    for arm in arms:
        for folder in (f"{arm.name}-{seed}" for seed in arm.seeds):
            if folder.lower() in seen:
                raise InputError(
                    f"{path}: arms {seen[folder.lower()]} and {arm.name} would share the run {folder}; rename one"
                )
        seen |= {f"{arm.name}-{seed}".lower(): arm.name for seed in arm.seeds}
