"""Making a data set: play levels, label the frames, store stacks of four (``--collect``).

Each split of each level is a *part* with a search and a play of its own, from seeds of its own. So no frame of one
split comes from the same play as a frame of another, whatever the save states that the episodes begin with. All is
drawn from the seed: the same settings give the same files, and a collection that was stopped goes on by playing its
unfinished part again without storing twice what is there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from core.agents.players import Player, PlayerSource, open_player
from core.collection.episodes import ClassBalance, EpisodePlayer, Stack
from core.collection.plan import PlanPart, plan
from core.config.collect import CollectConfig
from core.dataset.manifest import MANIFEST_NAME
from core.dataset.record import SPLITS
from core.dataset.store import DataSet, is_free_for_data
from core.errors import InputError, RunError
from core.game.emulator import Emulator
from core.game.engines import make_emulator
from core.game.level import parse_levels
from core.game.rom import Rom, load_rom
from core.level_search.search import Archive, search_level
from core.segmentation.labeller import check_labels, make_labeller
from core.segmentation.segmenter import Segmenter
from core.stop_signals import stop_signals

_MAX_BARREN_EPISODES = 2000  # episodes in a row without a stack after which something must be wrong


def collect(config: CollectConfig, folder: Path, *, engine: str = "auto", rom: Path | None = None) -> None:
    """Make a data set, or go on with one that was stopped; SIGINT and SIGTERM stop it between two stacks.

    Args:
        config: what to play and keep.
        folder: where; new, empty, or one that the same settings began.
        engine: "auto", "stable-retro" or "nes-py".
        rom: a ROM, or None for the one of gym-super-mario-bros.

    Raises:
        InputError: settings that cannot be used, or a folder that holds something else.
        RunError: the disk is full; what was stored before is whole.
    """
    levels = parse_levels(config.levels)
    loaded_rom = load_rom(rom)
    names = [config.agent] if Path(config.agent).is_dir() else config.agent.split(",")
    sources = [open_player(name.strip(), flag="--agent", rom=loaded_rom) for name in names]
    with closing(make_emulator(engine, loaded_rom)) as emulator:
        for source in sources:
            if source.agent is not None:
                source.agent.check_engine(emulator)
        check_labels(config.labels, emulator)
        segmenter = make_labeller(config.labels, loaded_rom)
        with _open(config, folder, emulator) as data, stop_signals() as stopped:
            parts = plan(config.stacks, levels)
            stored = len(data) // 4
            with tqdm(total=parts[-1].end, initial=stored, unit="stack", file=sys.stderr) as progress:
                collector = _Collector(config, data, emulator, segmenter, sources, loaded_rom, progress, stopped)
                for part in parts:
                    collector.run(part)
            if stopped():
                tqdm.write(f"stopped: {folder} is whole; the same command goes on with it", file=sys.stderr)


def _open(config: CollectConfig, folder: Path, emulator: Emulator) -> DataSet:
    """The new data set, or the one that these settings began."""
    settings = config.to_json()
    if is_free_for_data(folder):
        return DataSet.create(
            folder, {"config": settings, "engine": emulator.name, "rom_sha1": emulator.rom.sha1, "coverage": {}}
        )
    if not (folder / MANIFEST_NAME).is_file():
        raise InputError(f"--collect: something else is at {folder}; name a new folder")
    data = DataSet.open(folder, writable=True)
    try:
        _check_same(data, settings, emulator)
    except InputError:
        data.close()
        raise
    return data


def _check_same(data: DataSet, settings: dict[str, Any], emulator: Emulator) -> None:
    """InputError unless the data set was begun with these settings on this engine and ROM."""
    engine, rom = emulator.name, emulator.rom
    folder, made_with, made_on = data.folder, data.about.get("config"), data.about.get("engine")
    if not isinstance(made_with, dict):
        raise InputError(f"{folder}: this data set was not made by --collect; name another folder")
    made_with = CollectConfig.from_json(made_with, f"{folder}: manifest.json").to_json()
    for name in sorted(set(settings) | set(made_with)):
        had, has = made_with.get(name), settings.get(name)
        if had != has:
            raise InputError(f"{folder}: it was begun with {name} {had!r}, not {has!r}; name another folder")
    if made_on != engine:
        raise InputError(f"{folder}: it was begun on {made_on}, not on {engine}; choose --engine {made_on}")
    if data.about.get("rom_sha1", rom.sha1) != rom.sha1:
        raise InputError(f"{folder}: it was begun with another revision of the game; name another folder")


class _Collector:
    def __init__(
        self,
        config: CollectConfig,
        data: DataSet,
        emulator: Emulator,
        segmenter: Segmenter,
        sources: Sequence[PlayerSource],
        rom: Rom,
        progress: tqdm[Any],
        stopped: Callable[[], bool],
    ) -> None:
        self._config, self._data, self._emulator, self._rom = config, data, emulator, rom
        self._segmenter, self._sources, self._progress, self._stopped = segmenter, sources, progress, stopped

    def run(self, part: PlanPart) -> None:
        """Play a part until its stacks are stored; nothing to do when they are, or when a stop was asked for."""
        coverage = self._data.about["coverage"].setdefault(str(part.level), {})
        if self._stopped() or (len(self._data) // 4 >= part.end and part.split in coverage):
            return
        self._progress.set_description(f"{part.level} {part.split}")
        seed = [self._config.seed, part.level.world, part.level.stage, SPLITS.index(part.split)]
        search_rng, play_rng, player_rng = np.random.default_rng(seed).spawn(3)
        archive = Archive()
        if self._emulator.has_states:
            steps = self._config.search_steps
            archive = search_level(
                self._emulator, self._rom, part.level, steps=steps, rng=search_rng, stopped=self._stopped
            )
        players = self._players(player_rng)
        balance = None
        if self._config.balance == "classes":
            balance = ClassBalance(part.count, self._segmenter.segment, play_rng)
        episodes = EpisodePlayer(
            self._config, self._emulator, self._rom, part.level, archive, players, play_rng, balance
        )
        if not self._stopped() and self._fill(part, episodes):
            coverage[part.split] = archive.summary()
            self._data.write_manifest()

    def _players(self, rng: np.random.Generator) -> list[Player]:
        """One of each kind, with chances of their own."""
        if len(self._sources) == 1:  # as it always drew: the same settings go on giving the same files
            return [self._sources[0].make(rng, self._config.agent_epsilon)]
        rngs = rng.spawn(len(self._sources))
        return [source.make(own, self._config.agent_epsilon) for source, own in zip(self._sources, rngs, strict=True)]

    def _fill(self, part: PlanPart, episodes: EpisodePlayer) -> bool:
        """Store the part's stacks; False when a stop was asked for before the last one."""
        number, episode, barren = part.first, self._next_episode(part.first), 0
        while number < part.end:
            stacks = episodes.play()[: part.end - number]
            barren = 0 if stacks else barren + 1
            if barren > _MAX_BARREN_EPISODES:
                raise RunError(f"{part.level}: no frame in play in {barren:,} episodes; raise episode_steps")
            for stack in stacks:
                if self._stopped():
                    return False
                if number >= len(self._data) // 4:
                    self._store(stack, part, episode)
                number += 1
            episode += bool(stacks)
        return True

    def _next_episode(self, stack: int) -> int:
        """Number of the first episode of the part that begins with a stack."""
        return self._data.records(with_trash=True)[4 * stack - 1].episode + 1 if stack else 0

    def _store(self, stack: Stack, part: PlanPart, episode: int) -> None:
        frames = np.stack([snapshot.frame for snapshot in stack.snapshots])
        masks = np.stack([self._segmenter.segment(snapshot) for snapshot in stack.snapshots])
        origin = stack.origin(
            part,
            engine=self._emulator.name,
            seed=self._config.seed,
            episode=episode,
            labelled_by=self._config.labels,
        )
        self._data.append_stack(frames, masks, origin)
        self._progress.update()
