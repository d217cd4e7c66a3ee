"""The file of a plan: TOML, checked as a whole before anything runs.

A plan is a name, settings that all arms of a kind share, arms, evaluations of them, and claims to be judged::

    version = 1
    name = "transfer"

    [groups]
    E1 = "the paper's figure 2"

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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.agents.agent_choice import BEST, LAST, PLAYER_NAMES
from core.config.ddqn import DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fcn import FcnConfig
from core.config.fields import setting_of
from core.config.mapping import MappingConfig
from core.ddqn.initial_agent import check_alike
from core.errors import InputError
from core.experiment.claims import Claim, read_claims, sides
from core.experiment.measures import evaluations_of, lacking
from core.experiment.plan import LINK, OWN_LEVEL, Arm, C, Evaluation, Plan, followed, links_of
from core.game.level import parse_levels
from core.locations import seen_at
from core.mapping.looks import looks_problems
from core.runs.commands import TRAINABLE
from core.runs.json_files import NAME, OBJECT, TEXT, Rule, check_fields, list_of, one_of, version, whole

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_IDENTIFIER = Rule(
    "a name of at most 64 letters, digits, dots, dashes and underscores",
    lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
)
_KEPT = re.compile(r"kept-([0-9]{9})")
_PLAN = {"version": version(VERSION), "name": _IDENTIFIER, "arms": list_of(OBJECT, 1)}
_PLAN_MORE = {
    "about": TEXT, "groups": OBJECT, "settings": OBJECT, "evaluations": list_of(OBJECT), "claims": list_of(OBJECT)
}  # fmt: skip
_ARM = {"name": _IDENTIFIER, "seeds": list_of(whole(0, 2**31 - 1), 1)}
_ARM_MORE = {"about": TEXT, "group": TEXT, "kind": one_of(*TRAINABLE), "settings": OBJECT}
_EVALUATION = {"name": _IDENTIFIER, "settings": OBJECT}
_EVALUATION_MORE = {
    "about": TEXT, "arms": list_of(NAME, 1), "checkpoints": list_of(_IDENTIFIER, 1),
    "seeds": list_of(whole(0, 2**31 - 1), 1), "players": list_of(NAME, 1),
}  # fmt: skip
_LINKED = {"network": FcnConfig.kind, "agent": DdqnConfig.kind, "mapping": MappingConfig.kind}
"""Kinds of runs that folders of the settings may be; a data set is none."""


def read_plan(path: Path) -> Plan:
    """Read a plan; InputError naming the file, the arm and the field of the first thing that is wrong."""
    try:
        return parse_plan(path, path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; name the TOML file of a plan") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the file cannot be read as TOML ({error})") from None


def parse_plan(path: Path, text: str) -> Plan:
    """The plan of a text as if it stood in a file; InputError as ``read_plan``."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: the file cannot be read as TOML ({error})") from None
    check_fields(values, path, _PLAN, _PLAN_MORE)
    shared = values.get("settings", {})
    check_fields(shared, f"{path}: settings", {}, dict.fromkeys(TRAINABLE, OBJECT))
    arms = tuple(_arm(path, number, arm, shared) for number, arm in enumerate(values["arms"], start=1))
    _check_names(path, arms)
    groups = values.get("groups", {})
    check_fields(groups, f"{path}: groups", {}, {arm.group: NAME for arm in arms if arm.group})
    _checklinks_of(path, arms)
    evaluations = tuple(_evaluation(path, number, one, arms) for number, one in enumerate(_many(values, "evaluations")))
    _check_evaluations(path, evaluations)
    claims = read_claims(path, _many(values, "claims"), [arm.name for arm in arms], [one.name for one in evaluations])
    _check_gains(path, claims, evaluations)
    plan = Plan(path, values["name"], values.get("about", ""), arms, evaluations, claims, text, groups)
    by_name = {arm.name: arm for arm in arms}
    for claim in claims:
        for name, measure in sides(claim):
            config = by_name[name].config
            steps = config.steps if isinstance(config, DdqnConfig) else 0
            if part := lacking(measure, config.kind, steps):
                raise InputError(f"{path}: claim {claim.name}: runs of {name} have no {part}; take another measure")
            if not plan.seeds_with(by_name[name], measure):
                played = ", ".join(sorted(evaluations_of(measure)))
                raise InputError(f"{path}: claim {claim.name}: no run of {name} plays {played}; name an arm that does")
    return plan


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
    config = _config(EvaluateConfig, values["settings"], where, path.parent)
    try:
        parse_levels("1-1" if config.level == OWN_LEVEL else config.level)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    checkpoints = tuple(values.get("checkpoints", ["last"]))
    found = Evaluation(
        values["name"], values.get("about", ""), tuple(chosen), checkpoints, config, tuple(values.get("seeds", ())),
        tuple(values.get("players", ())),
    )  # fmt: skip
    _check_players(where, found)
    for arm in (arm for arm in arms if arm.name in chosen):
        for checkpoint in checkpoints:
            _check_checkpoint(where, checkpoint, arm)
        _check_agents(where, found, arm, arms)
    return found


def _check_players(where: str, evaluation: Evaluation) -> None:
    """InputError when players without training are unknown ones, named twice, or cannot play an evaluation."""
    players, config = evaluation.players, evaluation.config
    for player in players:
        if player not in PLAYER_NAMES or players.count(player) > 1:
            raise InputError(f"{where}: players has {player!r}; take each of {' and '.join(PLAYER_NAMES)} at most once")
    if players and config.mapping:
        raise InputError(f"{where}: players look at nothing, and mapping is {config.mapping!r}; leave one of them out")
    if players and config.level == OWN_LEVEL:
        raise InputError(f"{where}: players have no level of their own; name one, or leave players out")


def _check_agents(where: str, evaluation: Evaluation, arm: Arm, arms: tuple[Arm, ...]) -> None:
    """InputError when an arm lacks runs that an evaluation is of, or they cannot see through its mapping."""
    if len(set(evaluation.seeds)) < len(evaluation.seeds):
        raise InputError(f"{where}: seeds has one twice; each run plays once")
    if missing := [str(seed) for seed in evaluation.seeds if seed not in arm.seeds]:
        raise InputError(f"{where}: seeds has {', '.join(missing)}, and {arm.name} has no such run")
    assert isinstance(arm.config, DdqnConfig)
    if evaluation.config.mapping and arm.config.observation != "gray":
        raise InputError(f"{where}: mapping is for agents on gray, and {arm.name} sees {arm.config.observation}")
    kinds = {f"{one.name}-{seed}": one.config.kind for one in arms for seed in one.seeds}
    for name, link in links_of(evaluation.config):
        for run in (followed(link, seed) for seed in arm.seeds if evaluation.is_of(arm.name, seed)):
            if kinds.get(run) != MappingConfig.kind:
                raise InputError(f"{where}: {name} is {link!r}, and no arm has a run {run} of kind mapping")


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
    config = _config(TRAINABLE[kind], {**settings, "seed": seeds[0]}, where, path.parent)
    for name, sentence in looks_problems(config).items() if isinstance(config, MappingConfig) else ():
        raise InputError(f"{where}: {name}: {sentence}")
    return Arm(values["name"], values.get("about", ""), values.get("group", ""), seeds, config)


def _config(kind: type[C], settings: Mapping[str, Any], where: str, folder: Path) -> C:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        item = kind.field(name, where)
        is_folder = bool(setting_of(item).folder) and isinstance(value, str) and value[:1] not in ("", LINK)
        found[item.name] = seen_at(folder, value).as_posix() if is_folder else value
    try:
        return kind.of(found)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _check_names(path: Path, arms: tuple[Arm, ...]) -> None:
    """InputError when two runs would have one folder, also where a file system ignores case."""
    names = [arm.name for arm in arms]
    if len(set(names)) < len(names):
        raise InputError(f"{path}: two arms are called {next(n for n in names if names.count(n) > 1)}; rename one")
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
    by_run: dict[str, Arm] = {}
    for arm in arms:
        for name, link in links_of(arm.config):
            folder = setting_of(type(arm.config).field(name, arm.name)).folder
            wanted = _LINKED.get(folder)
            if wanted is None:
                raise InputError(f"{path}: arm {arm.name}: {name} is {link!r}; it names a {folder}, and no run is one")
            for run in (followed(link, seed) for seed in arm.seeds):
                if kinds.get(run) != wanted:
                    where = f"{path}: arm {arm.name}: {name} is {link!r}"
                    raise InputError(f"{where}, and no arm before it has a run {run} of kind {wanted}")
            if name == "initial" and isinstance(arm.config, DdqnConfig):
                _check_initial(path, arm, arm.config, by_run[followed(link, arm.seeds[0])])
        kinds |= {f"{arm.name}-{seed}": arm.config.kind for seed in arm.seeds}
        by_run |= {f"{arm.name}-{seed}": arm for seed in arm.seeds}


def _check_initial(path: Path, arm: Arm, config: DdqnConfig, other: Arm) -> None:
    """InputError when an agent cannot start from one of another arm, or not from that network of it."""
    assert isinstance(other.config, DdqnConfig)
    check_alike(config, other.config, f"{path}: arm {arm.name}: initial is an agent of {other.name}")
    _check_checkpoint(f"{path}: arm {arm.name}: initial_checkpoint", config.initial_checkpoint, other)


def _check_checkpoint(where: str, name: str, arm: Arm) -> None:
    """InputError when the runs of an arm will have no such network."""
    if name in (BEST, LAST):
        return
    config, kept = arm.config, _KEPT.fullmatch(name)
    assert isinstance(config, DdqnConfig)
    step = int(kept[1]) if kept else 0
    every = config.keep_every_steps
    if not every or not step or step % every or step % config.environments or (config.steps and step > config.steps):
        told = f"every {every:,} of {config.steps:,} steps" if every else "none but best and last"
        raise InputError(f"{where}: {arm.name} will have no network {name!r}; it keeps {told}")


def _check_evaluations(path: Path, evaluations: Sequence[Evaluation]) -> None:
    """InputError when two would be kept in one folder."""
    folders = [f"{one.name}-{checkpoint}".lower() for one in evaluations for checkpoint in one.checkpoints]
    if len(set(folders)) < len(folders):
        twice = next(folder for folder in folders if folders.count(folder) > 1)
        raise InputError(f"{path}: evaluations would keep two in the folder {twice}; rename one")


def _check_gains(path: Path, claims: Sequence[Claim], evaluations: Sequence[Evaluation]) -> None:
    """InputError when a claim asks for what is gained in an evaluation that begins at the level's start."""
    without = [one.name for one in evaluations if one.config.places == 1]
    for claim in claims:
        for name in without:
            if f"{name}.gain" in [part for measure in claim.measures for part in measure.split("/")]:
                raise InputError(f"{path}: claim {claim.name}: {name} has no gain; give it places, or take progress")
