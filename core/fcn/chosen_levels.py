"""Which levels of a data set a network learns."""

from __future__ import annotations

from core.config.fcn import FcnConfig
from core.dataset.store import DataSet
from core.errors import InputError
from core.game.level import parse_levels


def chosen_levels(config: FcnConfig) -> tuple[str, ...] | None:
    """The names of the levels, or None for all that the data set has, whatever their names; InputError on bad names."""
    return None if config.levels.strip() == "all" else tuple(map(str, parse_levels(config.levels)))


def check_levels(config: FcnConfig, data: DataSet) -> None:
    """InputError when one of the chosen levels has nothing to learn from in the data set."""
    chosen = chosen_levels(config)
    if chosen is None:
        return
    known = {record.level for record in data.records("train")}
    missing = [level for level in chosen if level not in known]
    if missing:
        raise InputError(f"{data.folder} has no frames of {', '.join(missing)} for training; choose others or all")
    if not data.records("validation", chosen):
        raise InputError(f"{data.folder} has no frames of {config.levels} for validation; choose more levels or all")
