"""The command line of a training or a collection, from its settings: what the window starts, shows and queues."""

from __future__ import annotations

import dataclasses
import itertools
import os
import shlex
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from core.config.collect import CollectConfig
from core.config.ddqn import CHOOSERS, DdqnConfig
from core.config.evaluate import EvaluateConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, flag_of, setting_of
from core.config.mapping import MappingConfig
from core.locations import make_first

TRAINABLE: dict[str, type[Config]] = {config.kind: config for config in (FcnConfig, DdqnConfig, MappingConfig)}
"""The settings of each kind of run that ``--train`` names."""

CONTINUED_EPOCHS = 10
CONTINUED_SHARE = 0.1  # of the learning rate: a trained network is mended with small steps

MOST_THREADS = 2**16  # that a queue keeps

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Machine:
    """What a training is told of this machine; it is no part of the run's settings.

    Attributes:
        threads: processor threads, 0 for all.
        rom: file, folder or zip of the game; empty for the packaged one.
        tensorboard: whether an agent's run also writes event files.
    """

    threads: int = 0
    rom: str = ""
    tensorboard: bool = False


def starting_point(config: Config) -> Config:
    """The settings that the command line begins with before its flags: the defaults, an agent's preset over them."""
    return config.of({name: getattr(config, name) for name in CHOOSERS if hasattr(config, name)})


def changed_fields(config: Config) -> list[str]:
    """Names of the fields that differ from the starting point."""
    begin = starting_point(config)
    return [item.name for item in fields(config) if getattr(config, item.name) != getattr(begin, item.name)]


def train_arguments(config: Config, run: Path | str, machine: Machine | None = None) -> list[str]:
    """The arguments of ``main.py`` that start a run: only what differs from the defaults and the preset.

    Args:
        config: the settings, paths as seen from the working directory.
        run: folder to make.
        machine: threads and the like; the defaults unless given.
    """
    return [
        "--train",
        config.kind,
        *_setting_arguments(config),
        *_pair("--run", str(run)),
        *_machine_arguments(config.kind, machine),
    ]


def collect_arguments(config: CollectConfig, folder: Path | str, engine: str = "auto", rom: str = "") -> list[str]:
    """The arguments of ``main.py`` that make a data set, or go on with it: only what differs from the defaults.

    Args:
        config: the settings, paths as seen from the working directory.
        folder: of the data set.
        engine, rom: the game; the defaults unless given.
    """
    game = (_pair("--engine", engine) if engine != "auto" else []) + (_pair("--rom", rom) if rom else [])
    return [*_pair("--collect", str(folder)), *_setting_arguments(config), *game]


def resume_arguments(
    kind: str, run: Path | str, machine: Machine | None = None, changes: Mapping[str, Any] | None = None
) -> list[str]:
    """The arguments of ``main.py`` that go on with a run, some of its settings changed."""
    words = [word for name, value in (changes or {}).items() for word in ("--override", f"{name}={_text(value)}")]
    return ["--train", kind, *_pair("--resume", str(run)), *words, *_machine_arguments(kind, machine)]


def evaluate_arguments(
    config: EvaluateConfig,
    run: Path | str,
    checkpoint: str = "",
    out: Path | str = "",
    machine: Machine | None = None,
) -> list[str]:
    """The arguments of ``main.py`` that evaluate an agent: only what differs from the defaults.

    Args:
        config: how it plays.
        run: its folder.
        checkpoint: which of its networks; empty for the best.
        out: folder to make for the episodes; empty for the usual place.
        machine: threads and the game; the defaults unless given.
    """
    machine = machine or Machine()
    return [
        *_pair("--evaluate", str(run)),
        *(_pair("--checkpoint", checkpoint) if checkpoint else []),
        *_setting_arguments(config),
        *(_pair("--out", str(out)) if str(out) else []),
        *(["--threads", str(machine.threads)] if machine.threads else []),
        *(_pair("--rom", machine.rom) if machine.rom else []),
    ]


def command_text(arguments: Sequence[str], program: str = "main.py") -> str:
    """A command as one types it, quoted for this system's shell."""
    words = ["python", program, *arguments]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def seeded(config: C, name: str, count: int) -> dict[str, C]:
    """The settings of runs that differ in their seed only, by the runs' names.

    Args:
        config: settings of the first, with a field ``seed``.
        name: of its folder; where there are several, each one's ends with its seed.
        count: how many.

    Raises:
        InputError: a seed is too large.
    """
    if count == 1:
        return {name: config}
    first: int = getattr(config, "seed")  # noqa: B009  # mypy does not know that all kinds of settings have one
    changes: list[dict[str, Any]] = [{"seed": seed} for seed in range(first, first + count)]
    return {f"{name}-{change['seed']}": dataclasses.replace(config, **change) for change in changes}


def continued(config: FcnConfig, network: Path, data: Path) -> FcnConfig:
    """Settings to go on training a finished network on a data set: fewer epochs, smaller steps, the best kept.

    Args:
        config: the network's own.
        network: its run folder.
        data: the data set's folder.
    """
    return dataclasses.replace(
        config,
        data=str(data),
        initial=str(network),
        epochs=CONTINUED_EPOCHS,
        learning_rate=max(config.learning_rate * CONTINUED_SHARE, 1e-6),
        checkpoint_rule="best",
    )


def free_name(runs: Path, kind: str, reserved: Collection[str] = ()) -> str:
    """The first ``KIND-DATE-N`` that no run in a folder has, nor seeds of one, and that is not reserved.

    It is a proposal: nothing is made.
    """
    taken = {path.name for path in runs.glob(f"{kind}-*")} | set(reserved)
    names = numbered_names(kind)
    return next(name for name in names if not any(one == name or one.startswith(f"{name}-") for one in taken))


def numbered_names(kind: str) -> Iterator[str]:
    """``KIND-DATE-1``, ``KIND-DATE-2`` and so on."""
    stem = f"{kind}-{datetime.now().astimezone():%Y-%m-%d}"
    return (f"{stem}-{number}" for number in itertools.count(1))


@contextmanager
def numbered_folder(runs: Path, kind: str) -> Iterator[Path]:
    """A new folder for a run, the first ``KIND-DATE-N``: made, so that nobody else takes it.

    It is gone afterwards, and so are those above it that were made for it, when nothing was put into it.
    """
    made = [path for path in (runs, *runs.parents) if not path.exists()]
    folder = make_first(runs, numbered_names(kind))
    try:
        yield folder
    finally:
        with suppress(OSError):
            for path in (folder, *made):
                path.rmdir()


def with_folders(config: C, change: Callable[[str], str]) -> C:
    """The same settings with each folder that they name changed by a function; empty ones stay."""
    named = {item.name: getattr(config, item.name) for item in fields(config) if setting_of(item).folder}
    return dataclasses.replace(config, **{name: change(text) for name, text in named.items() if text})


def _setting_arguments(config: Config) -> list[str]:
    wanted = set(changed_fields(config)) | {name for name in CHOOSERS if _is_chosen(config, name)}
    arguments = []
    for item in fields(config):
        if item.name in wanted:
            text = _text(getattr(config, item.name))
            if setting_of(item).flag and text != "--":  # which argparse drops, even behind a flag and "="
                arguments += _pair(flag_of(item), text)
            else:
                arguments += ["--override", f"{item.name}={text}"]
    return arguments


def _is_chosen(config: Config, name: str) -> bool:
    """Whether a field that others depend on is to be said; the starting point follows it."""
    return hasattr(config, name) and (name == "preset" or getattr(config, name) != getattr(type(config)(), name))


def _machine_arguments(kind: str, machine: Machine | None) -> list[str]:
    if machine is None:
        return []
    arguments = ["--threads", str(machine.threads)] if machine.threads else []
    if kind == DdqnConfig.kind:
        arguments += _pair("--rom", machine.rom) if machine.rom else []
        arguments += ["--tensorboard"] if machine.tensorboard else []
    return arguments


def _pair(flag: str, text: str) -> list[str]:
    """A flag and its value; in one word where the value would look like a flag."""
    return [f"{flag}={text}"] if text.startswith("-") else [flag, text]


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
