"""The file of a plan: TOML, checked as a whole before anything runs.

A plan is a name, settings that all arms of a kind share, arms, evaluations of them, and claims to be judged::

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

    [[evaluations]]
    name = "dark"
    settings = { level = "1-1-dark", episodes = 100, sticky = 0.25 }

    [[claims]]
    name = "classes"
    says = "an agent on classes learns faster"
    measure = "area"
    arm = "segmented"
    against = "gray"

Settings are the fields of ``config.json``. Folders among them are seen from the plan's own folder; one that begins with
``@`` names another arm, whose run of the same seed it is, or one of its runs (``encoder = "@light-1"``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, setting_of
from core.errors import InputError
from core.experiment.claims import read_claims
from core.experiment.plan import LINK, Arm, Evaluation, Plan, followed, links_of
from core.game.level import parse_levels
from core.runs.commands import TRAINABLE
from core.runs.json_files import NAME, OBJECT, TEXT, Rule, check_fields, list_of, one_of, version, whole

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_IDENTIFIER = Rule(
    "a name of at most 64 letters, digits, dots, dashes and underscores",
    lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
)
_PLAN = {"version": version(VERSION), "name": _IDENTIFIER, "arms": list_of(OBJECT, 1)}
_PLAN_MORE = {"about": TEXT, "settings": OBJECT, "evaluations": list_of(OBJECT), "claims": list_of(OBJECT)}
_ARM = {"name": _IDENTIFIER, "seeds": list_of(whole(0, 2**31 - 1), 1)}
_ARM_MORE = {"about": TEXT, "group": TEXT, "kind": one_of(*TRAINABLE), "settings": OBJECT}
_EVALUATION = {"name": _IDENTIFIER, "settings": OBJECT}
_EVALUATION_MORE = {"about": TEXT, "arms": list_of(NAME, 1), "checkpoints": list_of(_IDENTIFIER, 1)}


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
    _checklinks_of(path, arms)
    evaluations = tuple(_evaluation(path, number, one, arms) for number, one in enumerate(_many(values, "evaluations")))
    names = [one.name for one in evaluations]
    if len(set(names)) < len(names):
        raise InputError(f"{path}: evaluations has {next(n for n in names if names.count(n) > 1)} twice; rename one")
    claims = read_claims(path, _many(values, "claims"), [arm.name for arm in arms], names)
    return Plan(path, values["name"], values.get("about", ""), arms, evaluations, claims, text)


def _many(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(values.get(name, []))


def _evaluation(path: Path, number: int, values: dict[str, Any], arms: tuple[Arm, ...]) -> Evaluation:
    check_fields(values, f"{path}: evaluation {number + 1}", _EVALUATION, _EVALUATION_MORE)
    where = f"{path}: evaluation {values['name']}"
    agents = [arm.name for arm in arms if isinstance(arm.config, DdqnConfig)]
    chosen = values.get("arms", agents)
    for name in chosen:
        if name not in agents:
            raise InputError(f"{where}: arms has {name!r}; the arms with agents are {', '.join(agents) or 'none'}")
    settings = {EvaluateConfig.field(name, where).name: value for name, value in values["settings"].items()}
    try:
        config = EvaluateConfig(**settings)
        parse_levels(config.level)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    checkpoints = tuple(values.get("checkpoints", ["last"]))
    return Evaluation(values["name"], values.get("about", ""), tuple(chosen), checkpoints, config)


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
        is_folder = bool(setting_of(item).folder) and isinstance(value, str) and value[:1] not in ("", LINK)
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


def _checklinks_of(path: Path, arms: tuple[Arm, ...]) -> None:
    """InputError when a run would need one that is not in the plan, or not before it, or of another kind."""
    kinds: dict[str, str] = {}  # of the runs of the arms so far
    for arm in arms:
        for name, link in links_of(arm.config):
            folder = setting_of(type(arm.config).field(name, arm.name)).folder
            wanted = FcnConfig.kind if folder == "network" else DdqnConfig.kind
            for run in (followed(link, seed) for seed in arm.seeds):
                if kinds.get(run) != wanted:
                    where = f"{path}: arm {arm.name}: {name} is {link!r}"
                    raise InputError(f"{where}, and no arm before it has a run {run} of kind {wanted}")
        kinds |= {f"{arm.name}-{seed}": arm.config.kind for seed in arm.seeds}
