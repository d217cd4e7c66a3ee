"""The command line of a run gives back its settings, and says no more than it must."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.cli.commands import _collect_parser, _train_parser
from core.cli.flags import given_settings, settings_of
from core.config.collect import CollectConfig
from core.config.ddqn import DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import Config, setting_of
from core.errors import InputError
from core.runs.commands import (
    Machine,
    collect_arguments,
    command_text,
    continued,
    free_name,
    resume_arguments,
    seeded,
    train_arguments,
    with_folders,
)


def parsed(words: list[str]) -> Any:
    return _train_parser(words).parse_args(words)


def some(item: Any) -> st.SearchStrategy[Any]:
    """Values that a field allows."""
    about, kind = setting_of(item), type(item.default)
    if about.choices:
        return st.sampled_from(about.choices)
    if kind is str:
        return st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), max_size=12).map(str.strip)
    if kind is int:
        return st.integers(int(about.low or 0), int(about.high or 10))
    return st.floats(about.low, about.high, allow_nan=False).map(lambda value: value + 0.0)


def configs(kind: type[Config]) -> st.SearchStrategy[dict[str, Any]]:
    """A few fields changed."""
    names = {item.name: some(item) for item in fields(kind)}
    return st.fixed_dictionaries({}, optional=names)


@given(configs(CollectConfig))
def test_a_collections_command_gives_its_settings(values: dict[str, Any]) -> None:
    config = CollectConfig(**values)
    words = collect_arguments(config, "data/x", "nes-py", "game.nes")
    args = _collect_parser(words).parse_args(words)
    assert settings_of(args, CollectConfig) == config
    assert (args.collect, args.engine, args.rom) == (Path("data/x"), "nes-py", Path("game.nes"))
    assert collect_arguments(CollectConfig(), "data/x") == ["--collect", "data/x"]


@given(configs(FcnConfig))
@example({"data": "--"})
def test_a_networks_command_gives_its_settings(values: dict[str, Any]) -> None:
    config = FcnConfig(**values)
    args = parsed(train_arguments(config, "runs/x", Machine(3)))
    assert settings_of(args, FcnConfig) == config
    assert (args.run, args.threads) == (Path("runs/x"), 3)


@given(configs(DdqnConfig))
@example({"encoder": "--"})
def test_an_agents_command_gives_its_settings(values: dict[str, Any]) -> None:
    try:
        config = DdqnConfig.of(values)
    except InputError:
        return
    args = parsed(train_arguments(config, "-odd name", Machine(0, "a game.nes", tensorboard=True)))
    assert DdqnConfig.of(given_settings(args, DdqnConfig)) == config
    assert (args.run, args.rom, args.tensorboard) == (Path("-odd name"), Path("a game.nes"), True)


def test_only_what_differs_is_said() -> None:
    assert train_arguments(FcnConfig(), "r") == ["--train", "fcn", "--run", "r"]
    preset = DdqnConfig.of({"preset": "fast", "observation": "segmented", "gamma": 0.5})
    assert train_arguments(preset, "r") == [
        *("--train", "ddqn", "--observation", "segmented", "--preset", "fast", "--override", "gamma=0.5", "--run", "r")
    ]
    paper = DdqnConfig.of({"preset": "paper", "observation": "fcn"})
    assert train_arguments(paper, "r") == [
        *("--train", "ddqn", "--observation", "fcn", "--preset", "paper", "--run", "r")
    ]
    assert resume_arguments("fcn", "r", Machine(rom="x")) == ["--train", "fcn", "--resume", "r"]
    longer = resume_arguments("ddqn", "r", changes={"steps": 900, "learning_rate": 1e-05})
    assert longer == [
        "--train",
        "ddqn",
        "--resume",
        "r",
        "--override",
        "steps=900",
        "--override",
        "learning_rate=1e-05",
    ]


def test_the_text_can_be_typed() -> None:
    words = train_arguments(FcnConfig(data="my data/it's"), "runs/a b")
    text = command_text(words)
    assert shlex.split(text) == ["python", "main.py", *words]


def test_a_network_that_goes_on_takes_small_steps_from_its_weights() -> None:
    begun = FcnConfig(data="old", learning_rate=0.002, architecture="fcn_f4-k3_s2_d4")
    config = continued(begun, Path("runs/net"), Path("new"))
    assert (config.initial, config.data, config.architecture) == ("runs/net", "new", begun.architecture)
    assert config.learning_rate == pytest.approx(0.0002) and config.checkpoint_rule == "best"


def test_several_seeds_are_runs_of_their_own(tmp_path: Path) -> None:
    config = DdqnConfig.of({"seed": 7})
    assert seeded(config, "a", 1) == {"a": config}
    assert seeded(config, "a", 2) == {"a-7": config, "a-8": DdqnConfig.of({"seed": 8})}
    with pytest.raises(InputError, match="seed: 2147483648 is too large"):
        seeded(FcnConfig(seed=2**31 - 1), "a", 2)
    name = free_name(tmp_path, "ddqn")
    assert free_name(tmp_path, "ddqn", seeded(config, name, 2)) != name, "its seeds are there"


def test_names_are_free(tmp_path: Path) -> None:
    first = free_name(tmp_path, "fcn")
    (tmp_path / first).mkdir()
    second = free_name(tmp_path, "fcn")
    assert len({first, second, free_name(tmp_path, "fcn", {second})}) == 3


def test_only_folders_are_moved() -> None:
    config = with_folders(FcnConfig(data="d"), lambda text: f"../{text}")
    assert (config.data, config.initial, config.architecture) == ("../d", "", FcnConfig().architecture)
