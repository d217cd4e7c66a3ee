"""Settings: ranges, the way to JSON and back, and values read from text."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.collect import CollectConfig
from core.config.ddqn import PRESETS, DdqnConfig
from core.config.fcn import FcnConfig
from core.config.fields import CONFIG_VERSION, Config, flag_of, parse_value, setting_of
from core.errors import InputError

CONFIGS: tuple[type[Config], ...] = (FcnConfig, CollectConfig)
FIELDS = [(config, item) for config in CONFIGS for item in dataclasses.fields(config)]
NUMBERS = [(config, item) for config, item in FIELDS if isinstance(item.default, int | float)]


def values_of(item: dataclasses.Field[Any]) -> st.SearchStrategy[Any]:
    """Allowed values of a field."""
    about = setting_of(item)
    if about.choices:
        return st.sampled_from(about.choices)
    if isinstance(item.default, float):
        return st.floats(about.low, about.high, allow_nan=False)
    if isinstance(item.default, int):
        return st.integers(int(about.low or 0), int(about.high or 10**9))
    return st.text()


def configs(kind: type[Config]) -> st.SearchStrategy[Config]:
    """Any allowed configuration of a kind."""
    return st.builds(kind, **{item.name: values_of(item) for item in dataclasses.fields(kind)})


@given(st.one_of(*map(configs, CONFIGS)))
def test_json_and_back(config: Config) -> None:
    assert type(config).from_json(json.loads(json.dumps(config.to_json()))) == config


@given(st.one_of(*map(configs, CONFIGS)))
def test_overrides_say_the_same_as_values(config: Config) -> None:
    texts = [
        f"{name}={value}" for name, value in dataclasses.asdict(config).items() if str(value).strip() == str(value)
    ]
    values = dict(type(config).parse_override(text) for text in texts)
    assert dataclasses.replace(config, **values) == config


@pytest.mark.parametrize(("config", "item"), FIELDS, ids=lambda value: getattr(value, "name", ""))
def test_every_field_tells_people_what_it_is(config: type[Config], item: dataclasses.Field[Any]) -> None:
    about = setting_of(item)
    assert len(about.help) > 8
    if isinstance(item.default, int | float):
        assert about.low is not None, f"{config.kind}.{item.name} has no lower end"
        assert about.high is not None, f"{config.kind}.{item.name} has no upper end"
    if about.choices:
        assert item.default in about.choices


@pytest.mark.parametrize(("config", "item"), NUMBERS, ids=lambda value: getattr(value, "name", ""))
def test_a_number_outside_its_range_is_refused(config: type[Config], item: dataclasses.Field[Any]) -> None:
    about = setting_of(item)
    assert about.low is not None
    assert about.high is not None
    step = type(item.default)(1)
    with pytest.raises(InputError, match=f"^{item.name}: .* is too small; the least is"):
        config(**{item.name: type(item.default)(about.low) - step})
    with pytest.raises(InputError, match=f"^{item.name}: .* is too large; the most is"):
        config(**{item.name: type(item.default)(about.high) + step})
    config(**{item.name: type(item.default)(about.low)})
    config(**{item.name: type(item.default)(about.high)})


@pytest.mark.parametrize("value", ["30", 30.0, True, None, [30]])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="^epochs: .* is not a whole number"):
        FcnConfig(epochs=value)  # type: ignore[arg-type]


def test_nan_is_in_no_range() -> None:
    with pytest.raises(InputError, match="learning_rate"):
        FcnConfig(learning_rate=float("nan"))


def test_a_whole_number_will_do_for_a_float() -> None:
    assert FcnConfig(learning_rate=1).learning_rate == 1


def test_a_word_outside_the_choices_is_refused() -> None:
    with pytest.raises(InputError, match="size: '96' is not allowed; choose one of 84, native"):
        FcnConfig(size="96")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": CONFIG_VERSION + 1}, "run/config.json: version .* is unknown"),
        ({"version": 0}, "version 0 is unknown"),
        ({"version": True}, "version True is unknown"),
        ({"version": None}, "version None is unknown"),
        ({"kind": "collect"}, "a run of kind 'collect', not 'fcn'"),
        ({"epoch": 3}, "unknown field 'epoch'; the fields are architecture"),
        ({"epochs": "many"}, "run/config.json: epochs: 'many' is not a whole number"),
    ],
)
def test_bad_json_names_the_file_and_the_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FcnConfig.from_json({**FcnConfig().to_json(), **change}, "run/config.json")


def test_json_that_is_no_object_is_refused() -> None:
    with pytest.raises(InputError, match="a JSON object is expected, not list"):
        FcnConfig.from_json([1, 2])  # type: ignore[arg-type]


def test_a_field_missing_from_json_takes_its_default() -> None:
    values = FcnConfig().to_json()
    del values["schedule"]
    assert FcnConfig.from_json(values) == FcnConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs", "'epochs' is not FIELD=VALUE"),
        ("epoch=3", "unknown field 'epoch'"),
        ("epochs=three", "--override: epochs: 'three' is not a whole number"),
        ("epochs=0", "--override: epochs: 0 is too small; the least is 1 epoch"),
        ("learning_rate=fast", "learning_rate: 'fast' is not a number"),
        ("=3", "unknown field ''"),
    ],
)
def test_a_bad_override_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        FcnConfig.parse_override(text)


def test_text_becomes_the_fields_type() -> None:
    by_name = {item.name: item for item in dataclasses.fields(FcnConfig)}
    assert parse_value(by_name["epochs"], "3") == 3
    assert parse_value(by_name["learning_rate"], "1e-3") == 0.001
    assert parse_value(by_name["size"], "native") == "native"


def test_flags_are_the_fields_with_dashes() -> None:
    flags = [flag_of(item) for _, item in FIELDS]
    assert "--batch-size" in flags
    assert not any("_" in flag for flag in flags)


def test_the_paper_has_settings_of_its_own_for_each_observation() -> None:
    gray, segmented, fcn = (
        DdqnConfig.of({"preset": "paper", "observation": name}) for name in ("gray", "segmented", "fcn")
    )
    assert gray == DdqnConfig() and (gray.environments, gray.overlap) == (1, "no"), "its algorithm is serial"
    assert segmented == DdqnConfig(observation="segmented", labels="sprites")
    assert (fcn.replay_steps, fcn.batch_size, fcn.update_every_steps) == (50_000, 128, 16)
    assert fcn.batch_size / fcn.update_every_steps == gray.batch_size / gray.update_every_steps
    assert DdqnConfig.of({"preset": "paper", "observation": "fcn", "batch_size": 64}).batch_size == 64
    assert DdqnConfig.of({"preset": "fast", "observation": "fcn"}).batch_size == PRESETS["fast"]["batch_size"]
    assert DdqnConfig.of({"observation": "fcn"}) == DdqnConfig.of({"preset": "fast", "observation": "fcn"})


def test_an_older_run_goes_on_as_it_was() -> None:
    older = {name: value for name, value in DdqnConfig().to_json().items() if name != "overlap"}
    assert DdqnConfig.from_json(older).overlap == "yes"


def test_a_field_that_was_renamed_is_read_by_either_name() -> None:
    new = DdqnConfig(training_stall_steps=60).to_json()
    old = {**new, "stall_limit_steps": new.pop("training_stall_steps")}
    assert DdqnConfig.from_json(old) == DdqnConfig(training_stall_steps=60)
    assert DdqnConfig.parse_override("stall_limit_steps=60") == ("training_stall_steps", 60)
    assert "stall_limit_steps" not in DdqnConfig().to_json()


def test_a_run_from_before_a_switch_goes_on_without_it() -> None:
    switches = ("layer_norm", "dueling", "random_shifts", "feature_pooling")
    for preset in PRESETS:
        older = {
            name: value for name, value in DdqnConfig.of({"preset": preset}).to_json().items() if name not in switches
        }
        assert {getattr(DdqnConfig.from_json(older), name) for name in switches} == {"no"}


def test_only_pictures_are_shifted() -> None:
    assert DdqnConfig(random_shifts="yes").observation == "gray"
    with pytest.raises(InputError, match="random_shifts: they are for the pictures of a gray agent only"):
        DdqnConfig(random_shifts="yes", observation="fcn")


def test_a_run_with_a_retired_field_is_read_but_not_trained() -> None:
    values = {**DdqnConfig().to_json(), "priority": 0.0}
    assert DdqnConfig.from_json(values) == DdqnConfig()
    assert "priority" not in DdqnConfig().to_json()
    DdqnConfig.check_trainable(values, "run/config.json")
    used = {**values, "priority": 0.6}
    assert DdqnConfig.from_json(used) == DdqnConfig()
    with pytest.raises(InputError, match="run/config.json: priority is no longer there; only runs with priority 0.0"):
        DdqnConfig.check_trainable(used, "run/config.json")
    with pytest.raises(InputError, match="--override: priority is no longer there; leave it out"):
        DdqnConfig.parse_override("priority=0.5")
