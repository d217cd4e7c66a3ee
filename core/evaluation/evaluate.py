"""How good a player is: episodes from different starts, and what can honestly be said of them (``--evaluate``)."""

from __future__ import annotations

import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from core.agents.players import PlayerSource
from core.agents.protocol import plan_starts
from core.agents.recording import Recording
from core.errors import InputError
from core.evaluation.play import EvaluationSetup, is_deterministic, play_all
from core.game.engines import make_emulator
from core.game.level import parse_levels
from core.game.rom import load_rom
from core.level_search.places import find_places
from core.level_search.starts import Start

ENDS = ("flag", "killed", "fell", "time", "stalled")
_LIMIT = "limit"  # an end that only evaluations with such a limit tell
_HEADLINE = (
    "level", "labels", "checkpoint", "episodes", "sticky", "epsilon", "seed", "stall_limit_steps", "places",
    "limit_steps", "flags", "progress", "gain", "x", "paper_return", "return", "trajectories", "ends", "levels",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        document: what ``--json`` prints, and ``evaluation.json`` holds with the mapping as it is seen from there.
        recordings: the episodes, in order.
        notice: a sentence when other episodes were played than asked for, else empty.
    """

    document: dict[str, Any]
    recordings: list[Recording]
    notice: str = ""


def evaluate(setup: EvaluationSetup, workers: int = 0) -> Evaluation:
    """Play and sum up; a progress bar goes to stderr.

    Where nothing is left to chance (a trained agent without sticky or random actions), episodes differ only by their
    number of no-ops. Then each number is played once, and the share of flags is that of the whole: no interval.

    Args:
        setup: who plays, and how.
        workers: processes that play; 0 for one a core. They do not change the result.

    Raises:
        InputError: what the setup names cannot be used.
        RunError: a worker died.
    """
    try:
        levels = [str(level) for level in parse_levels(setup.config.level)]
    except InputError as error:
        raise InputError(f"--level: {error}") from None
    source = setup.open_player()
    deterministic = is_deterministic(setup, source)
    places = _places(setup) if setup.config.places > 1 else None
    starts = plan_starts(setup.config, deterministic=deterministic, places=places)
    wanted = setup.config.episodes * len(levels) * setup.config.places
    recordings = []
    with tqdm(total=len(starts), unit="episode", desc=source.name, file=sys.stderr) as progress:
        for recording in play_all(setup, starts, workers or os.cpu_count() or 1):
            recordings.append(recording)
            progress.update()
            mean = statistics.fmean(played.progress or 0.0 for played in recordings)
            progress.set_postfix(progress=f"{mean:.0%}", refresh=False)
    recordings.sort(key=lambda recording: recording.number)
    if deterministic:
        recordings = _once(recordings)
    notice = ""
    if len(recordings) < wanted:
        notice = (
            f"without sticky or random actions only {len(recordings)} episodes differ, by their number of no-ops; each "
            f"counts once in place of {wanted:,} episodes"
        )
    return Evaluation(_document(setup, source, recordings, deterministic), recordings, notice)


def _once(recordings: Sequence[Recording]) -> list[Recording]:
    """Without those that begin like another one: where waiting would kill Mario at a place, he does not wait."""
    kept: dict[tuple[str, str, int], Recording] = {}
    for recording in recordings:
        kept.setdefault((recording.level, recording.start, recording.noops), recording)
    return list(kept.values())


def _places(setup: EvaluationSetup) -> list[Start]:
    """Where its episodes begin."""
    rom = load_rom(setup.rom)
    levels = parse_levels(setup.config.level)
    tqdm.write(f"looking for {setup.config.places} places along {setup.config.level}", file=sys.stderr)
    with closing(make_emulator(setup.engine, rom)) as emulator:
        return find_places(emulator, rom, levels, setup.config.places)


def _document(
    setup: EvaluationSetup, source: PlayerSource, recordings: Sequence[Recording], deterministic: bool
) -> dict[str, Any]:
    config, agent = setup.config, source.agent
    return {
        "policy": source.name,
        "observation": agent.observation if agent else "",
        "labels": agent.labels if agent else "",
        "mapping": config.mapping,
        "checkpoint": agent.checkpoint if agent else "",
        "level": ",".join(map(str, parse_levels(config.level))),
        "engine": recordings[0].engine,
        "episodes": len(recordings),
        "sticky": config.sticky,
        "epsilon": config.epsilon if agent else 0.0,
        "seed": config.seed,
        "max_noops": config.max_noops,
        "stall_limit_steps": config.stall_limit_steps,
        "places": config.places,
        "limit_steps": config.limit_steps,
        **summarise(recordings, deterministic=deterministic),
        **_by_level(recordings, deterministic),
        "per_episode": [recording.summary() for recording in recordings],
    }


def _by_level(recordings: Sequence[Recording], deterministic: bool) -> dict[str, Any]:
    """The figures of each level as "levels", where there are several."""
    levels = dict.fromkeys(recording.level for recording in recordings)
    if len(levels) < 2:
        return {}
    played = {level: [recording for recording in recordings if recording.level == level] for level in levels}
    return {"levels": {level: summarise(own, deterministic=deterministic) for level, own in played.items()}}


def summarise(recordings: Sequence[Recording], *, deterministic: bool) -> dict[str, Any]:
    """Figures over episodes.

    Args:
        recordings: one or more.
        deterministic: whether they are all the episodes there are; then no mean has an error, and no share an interval.
    """
    flags = sum(recording.end == "flag" for recording in recordings)
    low, high = (None, None) if deterministic else wilson_interval(flags, len(recordings))
    ends = Counter(recording.end for recording in recordings)
    spread = partial(_spread, is_sample=not deterministic)
    paper_return = spread([recording.total for recording in recordings])
    return {
        "deterministic": deterministic,
        "progress": spread([recording.progress or 0.0 for recording in recordings]),
        **_gain(recordings, spread),
        "x": spread([recording.x for recording in recordings]),
        "flags": {"count": flags, "rate": flags / len(recordings), "low": low, "high": high},
        "paper_return": paper_return,
        "return": paper_return,  # its name when there was no other
        "steps": spread([recording.steps for recording in recordings]),
        "ends": {end: ends[end] for end in (*ENDS, *([_LIMIT] if ends[_LIMIT] else []))},
        "trajectories": len({recording.trajectory for recording in recordings}),
    }


def _gain(recordings: Sequence[Recording], spread: Callable[[list[float]], dict[str, Any]]) -> dict[str, Any]:
    """What the progress grew by as "gain", where episodes began along their levels; else it is the progress."""
    if not any(recording.start for recording in recordings):
        return {}
    return {"gain": spread([(recording.progress or 0.0) - recording.start_progress for recording in recordings])}


def _spread(values: Sequence[float], *, is_sample: bool) -> dict[str, float | None]:
    """Mean, quartiles, extremes, and the mean's standard error: None for all that there are, and for a single one."""
    low, q25, median, q75, high = np.percentile(values, (0, 25, 50, 75, 100)).tolist()
    error = statistics.stdev(values) / math.sqrt(len(values)) if is_sample and len(values) > 1 else None
    mean = statistics.fmean(values)
    named = {"mean": mean, "error": error, "median": median, "q25": q25, "q75": q75, "min": low, "max": high}
    return {name: None if value is None else round(value, 4) for name, value in named.items()}


def wilson_interval(count: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927): where its true value lies with that confidence.

    Args:
        count: how often it happened.
        total: of how many, at least 1.
        confidence: between 0 and 1.
    """
    z = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    rate = count / total
    centre = rate + z * z / (2 * total)
    margin = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def headline(document: Mapping[str, Any]) -> dict[str, Any]:
    """The few figures of an evaluation that stand for a run; its trainer puts them into ``evaluation.json``."""
    return {name: document[name] for name in _HEADLINE if name in document}
